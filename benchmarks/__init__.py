"""songnet beside its peers: the same input, the same run, the same machine."""
