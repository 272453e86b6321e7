"""The k-core: the part of a network where everyone knows several of the others."""

from __future__ import annotations

import numpy as np

from songnet.errors import EmptyInputError, UsageError
from songnet.model import SongNetwork
from songnet.networks._igraph import graph
from songnet.networks._part import part


def k_core(network: SongNetwork, k: int, *, name: str | None = None) -> SongNetwork:
    """What is left when songs with fewer than `k` neighbours are dropped until there are none.

    The largest part of the network in which every song has at least `k` neighbours (Seidman,
    "Network structure and minimum degree", Social Networks 5, 1983). Weights do not count.

    Parameters
    ----------
    k
        At least 1.
    name
        What to call the result; default: as `network`.

    Raises
    ------
    EmptyInputError
        Nothing is left.
    UsageError
        `k` below 1.
    """
    check_k(k)
    coreness = np.asarray(graph(network).coreness(), np.int64)
    inside = coreness >= k
    if not inside.any():
        largest = int(coreness.max(initial=0))
        raise EmptyInputError(
            f"{network.name!r} has no core of songs with {k} neighbours each: "
            f"--k-core can be at most {largest} here"
        )
    keep = inside[network.sources] & inside[network.targets]
    return part(network, keep, name=name, params={"k_core": k})


def check_k(k: int) -> None:
    """`UsageError` if there can be no such core."""
    if k < 1:
        raise UsageError(f"--k-core must be at least 1: got {k}")
