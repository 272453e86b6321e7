"""What every algorithm checks and records."""

from __future__ import annotations

import operator
from importlib.metadata import version

from songnet.errors import EmptyInputError, UsageError
from songnet.model import SongNetwork, Vectors

SEEDS = 1 << 32


def check_seed(seed: int) -> int:
    """`seed` itself if every library takes it, else `UsageError`."""
    try:
        number = operator.index(seed)
    except TypeError as error:
        raise UsageError(f"--seed must be a whole number: got {seed!r}") from error
    if not 0 <= number < SEEDS:
        raise UsageError(f"--seed must be from 0 to {SEEDS - 1}: got {number}")
    return number


def check_count(option: str, value: int) -> int:
    """`value` itself if it is a whole number of at least 1, else `UsageError`."""
    try:
        number = operator.index(value)
    except TypeError as error:
        raise UsageError(f"--{option} must be a whole number: got {value!r}") from error
    if number < 1:
        raise UsageError(f"--{option} must be at least 1: got {number}")
    return number


def check_songs(data: SongNetwork | Vectors) -> None:
    """`EmptyInputError` if there is not a single song."""
    if not len(data.songs):
        what = data.name if isinstance(data, SongNetwork) else data.encoder
        raise EmptyInputError(f"{what!r} holds no songs: there is nothing to partition")


def versions(package: str) -> dict[str, str]:
    """The versions of songnet and of the package that did the work."""
    import songnet

    return {"songnet": songnet.__version__, package: version(package)}
