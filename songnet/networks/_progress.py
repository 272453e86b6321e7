"""How a computation tells how far it is."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Told of every step; `songnet.workflows.progress.Progress` is one."""

    def __call__(self, what: str, done: float, total: float, /) -> None:
        """`done` of `total` of `what`."""


def silent(what: str, done: float, total: float, /) -> None:
    """Progress that nobody watches."""
