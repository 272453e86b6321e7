"""One function over many items, in a pool of processes, with the results in the items' order.

The pool is kept busy but never runs more than a few items ahead of the reader, so that memory
does not grow with the input. A worker that dies does not take the run with it: what was in the
air is done again one item at a time, and the item that kills its worker twice is reported.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from itertools import islice
from multiprocessing.process import BaseProcess
from typing import Generic, TypeVar

from songnet.errors import InputError

Item = TypeVar("Item")
Result = TypeVar("Result")

AHEAD = 4  # batches per worker that may wait
MAX_CRASHES = 3
PRELOAD = "songnet.sources._preload"


def default_workers() -> int:
    """The cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def mapped(
    function: Callable[[Item], Result],
    items: Iterable[Item],
    *,
    crashed: Callable[[Item], Result],
    workers: int,
    batch: int = 1,
    preload: str = PRELOAD,
) -> Generator[Result, None, None]:
    """``function(item)`` for every item, in order.

    Parameters
    ----------
    function
        A function of a module; it and its items and results travel by pickle.
    items
        Drawn from as the pool needs them, in this process.
    crashed
        What stands for the result of an item that kills its worker.
    workers
        Processes; with 1 the work is done in this process.
    batch
        Items per errand.
    preload
        A module that the workers need, imported once, by the process that they are forked from.

    Raises
    ------
    InputError
        Over `MAX_CRASHES` items kill their workers.
    """
    if workers <= 1:
        yield from map(function, items)
        return
    pool = _Pool(function, crashed, workers, preload)
    try:
        yield from pool.run(_batches(items, batch))
    finally:
        pool.end()


def _batches(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    source = iter(items)
    while taken := list(islice(source, size)):
        yield taken


class _Pool(Generic[Item, Result]):
    """The executor, what is in the air, and how often workers have died."""

    def __init__(
        self,
        function: Callable[[Item], Result],
        crashed: Callable[[Item], Result],
        workers: int,
        preload: str,
    ) -> None:
        self.function = function
        self.crashed = crashed
        self.workers = workers
        self.preload = preload
        self.crashes = 0
        self.air: deque[tuple[list[Item], Future[list[Result]]]] = deque()
        self.executor: ProcessPoolExecutor | None = None
        self.others: set[BaseProcess] = set()

    def run(self, batches: Iterator[list[Item]]) -> Iterator[Result]:
        for batch in batches:
            if len(self.air) >= AHEAD * self.workers:
                yield from self._landed()
            self._send(batch)
        while self.air:
            yield from self._landed()

    def end(self) -> None:
        """Let running errands finish (they are short), drop the others."""
        if self.executor is not None:
            self.executor.shutdown(cancel_futures=True)
            self.executor = None

    def _end_broken(self) -> None:
        """End a pool that a death broke.

        A worker that was started while the executor ended the others was not told to go, and the
        executor of Python 3.11 waits for it for ever.
        """
        for worker in {*multiprocessing.active_children()} - self.others:
            worker.terminate()
        self.end()

    def _send(self, batch: list[Item]) -> None:
        try:
            future = self._executor().submit(_each, self.function, batch)
        except BrokenProcessPool as error:
            # It broke while nothing was being awaited; `_landed` will find it so.
            future = Future()
            future.set_exception(error)
        self.air.append((batch, future))

    def _executor(self) -> ProcessPoolExecutor:
        if self.executor is None:
            self.others = {*multiprocessing.active_children()}
            self.executor = _executor(self.workers, self.preload)
        return self.executor

    def _landed(self) -> list[Result]:
        """The results of the oldest errand."""
        batch, future = self.air.popleft()
        try:
            return future.result()
        except BrokenProcessPool:
            self._end_broken()
            results = self._one_by_one(batch)
            self._resend()
            return results

    def _one_by_one(self, batch: list[Item]) -> list[Result]:
        """What a broken pool leaves, with only one item in the air, so that a death has a name."""
        results = []
        for item in batch:
            try:
                results.append(self._executor().submit(self.function, item).result())
            except BrokenProcessPool:
                self._end_broken()
                results.append(self._lost(item))
        return results

    def _lost(self, item: Item) -> Result:
        self.crashes += 1
        if self.crashes > MAX_CRASHES:
            raise InputError(
                f"the processes that read the files died {self.crashes} times, so this stops here: "
                "there may be too little memory (try fewer workers), or the program that asked "
                "has no `if __name__ == '__main__':` around its call"
            )
        return self.crashed(item)

    def _resend(self) -> None:
        """A new pool for what was in the air when the old one broke."""
        lost, self.air = self.air, deque()
        for batch, future in lost:
            if future.done() and future.exception() is None:
                self.air.append((batch, future))
            else:
                self._send(batch)


def _each(function: Callable[[Item], Result], batch: list[Item]) -> list[Result]:
    return [function(item) for item in batch]


def _executor(workers: int, preload: str) -> ProcessPoolExecutor:
    context = multiprocessing.get_context("forkserver" if os.name == "posix" else "spawn")
    if os.name == "posix":
        context.set_forkserver_preload([preload])
    return ProcessPoolExecutor(workers, mp_context=context, initializer=_settle)


def _settle() -> None:
    """In a worker: Ctrl-C is the parent's business, and no worker outlives its parent."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
