"""Work in a forked child: begun in milliseconds, watched, and killed with all its processes.

The parent imports everything and opens nothing, so that a child is as a new process would be: it
has no engine, no threads, no connection.
"""

from __future__ import annotations

import json
import os
import select
import signal
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from torture.crash._moments import Moments, watch

PATIENCE = 300.0  # seconds; what takes longer hangs
MOMENT, HALTED = b".", b"!"


@dataclass(frozen=True)
class Point:
    """Where a command is killed.

    Attributes
    ----------
    moment
        Just before its so-manieth statement to the engine or renaming of a file, from 1; 0 counts
        from its beginning.
    delay
        Seconds after that.
    """

    moment: int
    delay: float


AT_ITS_END = Point(-1, 0.0)  # it is let be, and has ended


@dataclass(frozen=True)
class Ended:
    """How a child came to its end.

    Attributes
    ----------
    killed
        Whether it was still at work when it was killed.
    code
        Its exit code, negative if a signal ended it.
    said
        What it wrote to stdout and stderr.
    seconds
        How long it lived.
    moments
        When its moments came, seconds from its beginning.
    """

    killed: bool
    code: int
    said: str
    seconds: float
    moments: tuple[float, ...] = ()


def run(
    work: Callable[[], int],
    log: Path,
    *,
    point: Point | None = None,
    acknowledged: Path | None = None,
    cut: Callable[[], None] | None = None,
) -> Ended:
    """Do `work` in a child, and kill it at `point`; what its verbs acknowledge goes to a file.

    Where there is a `cut`, it is called while the child stands still at that point, just before it
    is killed, or else as soon as it has ended.
    """
    reading, writing = os.pipe()
    began = time.monotonic()
    child = os.fork()
    if not child:
        os.close(reading)
        halt = _stand_still if cut else _die
        _work(work, log, writing, point, acknowledged, halt)
    os.close(writing)
    try:
        ended = _watched(child, reading, log, began, point, cut)
    finally:
        os.close(reading)
    if cut and not ended.killed:
        cut()
    return ended


def _die(pipe: int) -> None:
    del pipe
    os.kill(0, signal.SIGKILL)


def _stand_still(pipe: int) -> None:
    os.write(pipe, HALTED)
    os.kill(0, signal.SIGSTOP)


def _work(
    work: Callable[[], int],
    log: Path,
    pipe: int,
    point: Point | None,
    acknowledged: Path | None,
    halt: Callable[[int], None],
) -> NoReturn:
    code = 70
    try:
        os.setsid()
        handle = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(handle, 1)
        os.dup2(handle, 2)
        if acknowledged is not None:
            moments = Moments(lambda: _tell(pipe), lambda: halt(pipe), _stop_at(point))
            watch(moments, acknowledged)
        _tell(pipe)
        code = work()
    except BaseException:  # noqa: BLE001 - a child has nobody above it to tell
        traceback.print_exc()
    finally:
        os._exit(code)


def _tell(pipe: int) -> None:
    os.write(pipe, MOMENT)


def _stop_at(point: Point | None) -> int:
    """The moment at which the child halts by itself: no parent is as exact."""
    return point.moment if point and point.moment and not point.delay else 0


def _watched(
    child: int,
    pipe: int,
    log: Path,
    began: float,
    point: Point | None,
    cut: Callable[[], None] | None,
) -> Ended:
    """Wait for a child's end; count its moments, and kill it when its time has come."""
    moments: list[float] = []
    due = began + PATIENCE
    while (left := due - time.monotonic()) > 0:
        if not select.select([pipe], [], [], left)[0]:
            break
        told = os.read(pipe, 1)
        if not told:
            return _reaped(child, log, began, moments)
        if told == HALTED:
            break
        moments.append(time.monotonic() - began)
        if point and point.delay and len(moments) == point.moment + 1:
            due = time.monotonic() + point.delay
    killed = _kill(child, cut)
    return _reaped(child, log, began, moments, killed=killed)


def _kill(child: int, cut: Callable[[], None] | None) -> bool:
    """Kill a child and whatever it started; whether it was still alive."""
    alive = os.waitid(os.P_PID, child, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None
    try:
        if cut and alive:
            os.killpg(child, signal.SIGSTOP)
            found = os.waitid(os.P_PID, child, os.WSTOPPED | os.WEXITED | os.WNOWAIT)
            alive = found is not None and found.si_code == os.CLD_STOPPED
            if alive:
                cut()
    finally:
        os.killpg(child, signal.SIGKILL)
    return alive


def _reaped(
    child: int, log: Path, began: float, moments: list[float], *, killed: bool = False
) -> Ended:
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    itself = code == -signal.SIGKILL
    said = log.read_text("utf-8", "replace") if log.exists() else ""
    return Ended(killed or itself, code, said, time.monotonic() - began, tuple(moments[1:]))


def asked(question: Callable[[], Any], folder: Path) -> Any:
    """What `question` answers in a child of its own; `RuntimeError` with its words if it fails."""
    answer = folder / "answer"
    answer.unlink(missing_ok=True)

    def work() -> int:
        answer.write_text(json.dumps(question()))
        return 0

    ended = run(work, folder / "question.log")
    if ended.code:
        lines = [line for line in ended.said.splitlines() if line.strip()]
        raise RuntimeError(lines[-1] if lines else f"ended with {ended.code} and no word")
    return json.loads(answer.read_text())
