"""The Louvain method."""

from __future__ import annotations

from typing import Any

import numpy as np

from songnet.model import Floats, Ints, Partition, SongNetwork
from songnet.partitions._modular import maximise_modularity


def louvain(
    network: SongNetwork,
    *,
    resolution: float | None = None,
    communities: int | None = None,
    name: str | None = None,
    seed: int = 0,
) -> Partition:
    """Communities of high modularity, by moving songs and merging communities in turn.

    Blondel et al., Fast unfolding of communities in large networks (2008), as igraph does it. A
    community can fall apart inside: `leiden` mends that.

    Parameters
    ----------
    resolution
        Above 1 more and smaller communities, below 1 fewer and larger; default: 1.
    communities
        Look for the resolution that gives exactly this many.
    name
        Default: ``louvain-NETWORK``.

    Raises
    ------
    EmptyInputError
        A network without songs.
    InputError
        `communities` cannot be had; the message gives the nearest numbers.
    UsageError
        An option out of range, or both `resolution` and `communities`.
    """
    return maximise_modularity(
        network,
        algorithm="louvain",
        cut=igraphs_louvain,
        resolution=resolution,
        communities=communities,
        name=name,
        seed=seed,
    )


def igraphs_louvain(graph: Any, weights: Floats, resolution: float) -> Ints:
    """Labels by igraph's Louvain, drawn from its seeded generator."""
    found = graph.community_multilevel(weights=weights, resolution=resolution)
    return np.asarray(found.membership, np.int64)
