"""Hostile input for every reader: a corpus made by script, and mutations of it.

`torture.corpus` makes the corpus, `mutate` the mutations, `worker` runs a reader on one input after
the other in a process of its own, and `pool` watches that process from outside: an input may be
read or refused in a line, but nothing else may happen.
"""

from __future__ import annotations

from collections.abc import Sequence


def main(arguments: Sequence[str]) -> None:
    """Run ``python -m torture fuzz``."""
    from torture.fuzz.command import main as run

    run(arguments)
