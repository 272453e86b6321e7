"""Worker processes watched from outside: what hangs, dies or swells is noted and replaced."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import signal
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any, Self

from torture.fuzz.items import Item
from torture.fuzz.judge import LONGEST_SECONDS, MOST_BYTES, Outcome
from torture.fuzz.worker import is_runnable, processor_seconds, resident, work

MIB = 2**20
PAUSE = 0.1
BATCH = 200
STARTING = 600.0
ADMITTED = 64  # MiB that a process may hold back from one input to the next before it is replaced


class Clock:
    """How long a process has worked, and waited, since this was made.

    Neither is wall time, so that a machine that others keep busy makes no input slow: time in which
    the process would work but is not let counts as neither.
    """

    def __init__(self, process: int) -> None:
        self._process = process
        self._begun = self._worked = processor_seconds(process)
        self._looked = time.monotonic()

    def busy(self) -> float:
        """Seconds of the processor."""
        return processor_seconds(self._process) - self._begun

    def idle(self) -> float:
        """Seconds since it last worked or would have."""
        worked = processor_seconds(self._process)
        if worked != self._worked or is_runnable(self._process):
            self._worked, self._looked = worked, time.monotonic()
        return time.monotonic() - self._looked


class Trial:
    """One reader's inputs, run in a process at a time.

    Parameters
    ----------
    reader, seed
        As of `worker.Inputs`.
    seconds
        How long an input may take.
    """

    def __init__(self, reader: str, seed: int, *, seconds: float = LONGEST_SECONDS) -> None:
        self._reader, self._seed, self._seconds = reader, seed, seconds
        self._process: Any = None
        self._connection: Any = None
        self._root = ""
        self._held = 0
        self.corpus = 0

    def __enter__(self) -> Self:
        self._start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop()

    def run(self, inputs: Sequence[int | Item]) -> Iterator[tuple[int, Outcome]]:
        """The outcome of every input, with its number (-1 where it is an item)."""
        left = list(inputs)
        while left:
            done = 0
            for number, outcome in self._batch(left[:BATCH]):
                done += 1
                yield number, outcome
            left = left[done:]

    def _batch(self, batch: Sequence[int | Item]) -> Iterator[tuple[int, Outcome]]:
        """Outcomes up to and with the first input that does the process harm."""
        if self._process is None:
            self._start()
        with suppress(ConnectionError):  # it has died since; that is told below
            self._connection.send(list(batch))
        for each in batch:
            outcome = self._awaited()
            yield each if isinstance(each, int) else -1, outcome
            if outcome.kind in {"hang", "crash", "memory"}:
                self._stop()
                return
        if resident(self._process.pid) > self._held + ADMITTED * MIB:
            self._stop()

    def _awaited(self) -> Outcome:
        """What becomes of the next input."""
        clock = Clock(self._process.pid)
        while not self._connection.poll(PAUSE):
            grown = resident(self._process.pid) - self._held
            if grown > MOST_BYTES:
                return Outcome("memory", f"grew by {grown / MIB:,.0f} MiB", clock.busy(), grown)
            if clock.busy() > self._seconds or clock.idle() > self._seconds:
                detail = f"busy for {clock.busy():.0f} s, idle for {clock.idle():.0f} s"
                return Outcome("hang", detail, clock.busy(), grown)
            if not self._process.is_alive():
                break
        try:
            outcome = self._connection.recv()
        except (EOFError, ConnectionError):
            self._process.join(5)
            return Outcome("crash", f"the process died with {self._process.exitcode}")
        if outcome.seconds > self._seconds and outcome.passed:
            return Outcome("hang", f"took {outcome.seconds:.1f} s", outcome.seconds, outcome.peak)
        return outcome  # type: ignore[no-any-return]

    def _start(self) -> None:
        context = multiprocessing.get_context("spawn")
        self._root = tempfile.mkdtemp(prefix="songnet-fuzz-")
        self._connection, theirs = context.Pipe()
        self._process = context.Process(
            target=work, args=(theirs, self._reader, self._seed, self._root), daemon=True
        )
        self._process.start()
        theirs.close()
        if not self._connection.poll(STARTING):
            raise RuntimeError(f"the process for {self._reader} did not start")
        self.corpus = self._connection.recv()
        self._held = resident(self._process.pid)

    def _stop(self) -> None:
        if self._process is not None:
            with suppress(ProcessLookupError):
                os.kill(self._process.pid, signal.SIGKILL)
            self._process.join()
            self._connection.close()
        self._process = None
        shutil.rmtree(self._root, ignore_errors=True)
