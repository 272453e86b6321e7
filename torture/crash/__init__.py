"""Crash trials: songnet's commands are killed at chance points, and what is left is judged.

``python -m torture crash --trials 2000 --engine both --seed 0`` writes ``results/crash.md``.
"""

from torture.crash._run import main

__all__ = ["main"]
