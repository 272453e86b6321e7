"""Work in threads whose results come in the order of the work."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

Given = TypeVar("Given")
Made = TypeVar("Made")

MOST_THREADS = 8


def threads() -> int:
    """As many as there are cores for this process, within reason: each has tallies of its own."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return min(cores or 1, MOST_THREADS)


def in_turn(work: Callable[[Given], Made], given: Iterable[Given]) -> Iterator[Made]:
    """`work` of each, in the order given, a few ahead of what has been taken.

    `work` gains by threads only where it holds no lock of Python's.
    """
    number = threads()
    running: deque[Future[Made]] = deque()
    pool = ThreadPoolExecutor(number)
    try:
        for each in given:
            running.append(pool.submit(work, each))
            if len(running) > number + 1:
                yield running.popleft().result()
        while running:
            yield running.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)
