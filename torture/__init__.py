"""Trials of what songnet promises when things go wrong, by the thousand: `make torture`."""
