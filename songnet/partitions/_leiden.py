"""The Leiden method."""

from __future__ import annotations

from typing import Any

import numpy as np

from songnet.model import Floats, Ints, Partition, SongNetwork
from songnet.partitions._modular import maximise


def leiden(
    network: SongNetwork,
    *,
    resolution: float = 1.0,
    communities: int | None = None,
    name: str | None = None,
    seed: int = 0,
) -> Partition:
    """Communities of high modularity, each of them connected.

    Traag, Waltman & van Eck, From Louvain to Leiden: guaranteeing well-connected communities
    (2019), as igraph does it, repeated until an iteration changes nothing.

    Parameters
    ----------
    resolution
        Above 1 more and smaller communities, below 1 fewer and larger.
    communities
        Look for the resolution that gives exactly this many.
    name
        Default: ``leiden-NETWORK``.

    Raises
    ------
    EmptyInputError
        A network without songs.
    InputError
        `communities` cannot be had; the message gives the nearest numbers.
    UsageError
        An option out of range, or both `resolution` and `communities`.
    """
    return maximise(
        network,
        algorithm="leiden",
        cut=_cut,
        resolution=resolution,
        communities=communities,
        name=name,
        seed=seed,
    )


def _cut(graph: Any, weights: Floats, resolution: float) -> Ints:
    found = graph.community_leiden(
        objective_function="modularity", weights=weights, resolution=resolution, n_iterations=-1
    )
    return np.asarray(found.membership, np.int64)
