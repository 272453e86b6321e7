"""Power cuts: what a command has not flushed to a disk is gone, and what is left is judged.

``python -m torture power --trials 1000 --seed 0``, as root on Linux, writes ``results/power.md``.
Commands, moments and judge are those of `torture.crash`.
"""

from torture.power._run import main

__all__ = ["main"]
