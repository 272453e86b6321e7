"""How what takes long tells how far it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

# Told what is under way, how much of it is done, and of how much.
Watch: TypeAlias = Callable[[str, int, int], None]


def unwatched(what: str, done: int, total: int) -> None:
    """For when nobody watches."""
