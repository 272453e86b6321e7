"""How a workflow tells how far it is; the command line draws it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol


class Progress(Protocol):
    """Told of every step; may be called thousands of times a second."""

    def __call__(self, what: str, done: float, total: float | None = None, note: str = "") -> None:
        """`done` of `total` (None: unknown) of `what`; `note` says more, such as a loss."""


def silent(what: str, done: float, total: float | None = None, note: str = "") -> None:
    """Progress that nobody watches."""


@contextmanager
def step(progress: Progress, what: str) -> Iterator[None]:
    """Tell of work whose parts nobody counts that it has begun, and that it is done."""
    progress(what, 0, 1)
    yield
    progress(what, 1, 1)
