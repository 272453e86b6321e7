"""How a process of songnet leaves, whatever ends it: one line at most, and the exit code for it.

A signal that asks to end is heard as Ctrl-C is, so that files half-written are taken away and
workers end; asked twice, the process ends at once, as a kill would, which loses nothing either.
"""

from __future__ import annotations

import errno
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Any, NoReturn

from songnet.cli.common import line_of, say

ENDING = tuple(getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name))
OF_MEMORY = (
    "bad_alloc",
    "bad allocation",
    "Cannot allocate memory",
    "failed to map segment",
    "can't start new thread",
    "unable to mmap",
)


class Ended(BaseException):
    """A signal asked the process to end; `number` is the signal's."""

    def __init__(self, number: int) -> None:
        super().__init__(signal.Signals(number).name)
        self.number = number


def leave_after(work: Callable[[], int]) -> NoReturn:
    """Do `work` and leave with its exit code, or with that of what ended it."""
    _fill_streams()
    code: Any
    try:
        with _signals_heard():
            code = work()
    except SystemExit as left:
        code = left.code
    except Ended as ended:
        _say(f"ended by {ended}: what was finished is kept; run the same command again")
        code = 128 + ended.number
    except Exception as error:
        said = _said(error)
        if said is None:
            raise
        _say(said)
        code = 1
    _flush()
    sys.exit(code)


def _said(error: Exception) -> str | None:
    """The line for what no command could foresee; None for a mistake of songnet's own."""
    words = " ".join(str(error).split())
    if _lacks_memory(error):
        return (
            f"out of memory{': ' if words else ''}{words}; what was finished is kept: free some "
            "memory or ask for less at once, then run the same command again"
        )
    if isinstance(error, BrokenPipeError):
        return ""
    if isinstance(error, OSError):
        place = f"{error.filename}: " if error.filename else "input or output failed: "
        return f"{place}{error.strerror or error}"
    return None


def _lacks_memory(error: BaseException | None) -> bool:
    """Whether too little memory is at the bottom of it; every library has its own word."""
    while error is not None:
        named = isinstance(error, MemoryError) or type(error).__name__ == "ResourceExhaustedError"
        coded = isinstance(error, OSError) and error.errno == errno.ENOMEM
        if named or coded or any(word in str(error) for word in OF_MEMORY):
            return True
        error = error.__cause__ or error.__context__
    return False


def _say(line: str) -> None:
    """To whoever still listens."""
    if line:
        with suppress(OSError):
            say(line_of(line))


@contextmanager
def _signals_heard() -> Iterator[None]:
    """Turn signals that ask to end into `Ended`; those that are ignored, as by nohup, stay so."""
    heard = [number for number in ENDING if signal.getsignal(number) == signal.SIG_DFL]
    if threading.current_thread() is not threading.main_thread():
        heard = []
    for number in heard:
        signal.signal(number, _end)
    try:
        yield
    finally:
        for number in heard:
            signal.signal(number, signal.SIG_DFL)


def _end(number: int, _: FrameType | None) -> None:
    signal.signal(number, signal.SIG_DFL)
    raise Ended(number)


def _fill_streams() -> None:
    """Open what was closed, or the next file would take its number and be written to in print."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: PTH123, SIM115


def _flush() -> None:
    """Let the last output go; what nobody takes must not spoil the exit code."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            with suppress(OSError):
                os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
