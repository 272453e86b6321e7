"""What every algorithm checks and records."""

from __future__ import annotations

import operator
from importlib.metadata import version

from songnet.errors import EmptyInputError, UsageError
from songnet.model import SongNetwork, Vectors
from songnet.names import check_name

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


def prepare(
    data: SongNetwork | Vectors, algorithm: str, name: str | None, seed: int
) -> tuple[str, int]:
    """The name and the seed of a partition of `data`, before any work is done.

    Raises
    ------
    BadNameError
        A name that no partition may bear.
    EmptyInputError
        Not a single song.
    UsageError
        A seed that some library would not take.
    """
    on = data.name if isinstance(data, SongNetwork) else data.encoder
    if not len(data.songs):
        raise EmptyInputError(f"{on!r} holds no songs: there is nothing to partition")
    return check_name(name or f"{algorithm}-{on}", what="partition"), check_seed(seed)


def versions(package: str) -> dict[str, str]:
    """The versions of songnet and of the package that did the work."""
    from songnet import __version__

    return {"songnet": __version__, package: version(package)}
