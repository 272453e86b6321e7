"""What the command line, a notebook and the tests share: open, pull, compute, write back."""
