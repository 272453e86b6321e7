"""What the algorithms that maximise modularity share: the resolution and the search for it."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np

from songnet.errors import InputError, UsageError
from songnet.model import Floats, Ints, Partition, Scalar, SongNetwork
from songnet.networks import modularity
from songnet.partitions._common import check_count, prepare, versions
from songnet.partitions._igraph import graph, seeded

Cut: TypeAlias = Callable[[Any, Floats, float], Ints]
CLOSE = 1 + 1e-6


def maximise(
    network: SongNetwork,
    *,
    algorithm: str,
    cut: Cut,
    resolution: float,
    communities: int | None,
    name: str | None,
    seed: int,
) -> Partition:
    """The partition that `cut(graph, weights, resolution)` finds.

    Raises
    ------
    EmptyInputError
        A network without songs.
    InputError
        `communities` cannot be had.
    UsageError
        An option out of range, or both a resolution and a number of communities.
    """
    resolution, communities = _check(resolution, communities)
    name, seed = prepare(network, algorithm, name, seed)
    whole = graph(network)

    def labels_at(value: float) -> Ints:
        with seeded(seed):
            return cut(whole, network.weights, value)

    params: dict[str, Scalar] = {"resolution": resolution}
    if communities is None:
        labels = labels_at(resolution)
    else:
        resolution, labels = _search(network, algorithm, labels_at, communities)
        params = {"resolution": resolution, "communities": communities}
    return Partition.from_labels(
        network.songs,
        labels,
        name=name,
        algorithm=algorithm,
        on=network.name,
        seed=seed,
        params=params,
        quality={"modularity": modularity(network, labels)},
        versions=versions("igraph"),
    )


def _check(resolution: float, communities: int | None) -> tuple[float, int | None]:
    if not (math.isfinite(resolution) and resolution > 0):
        raise UsageError(f"--resolution must be a number above 0: got {resolution}")
    if communities is not None and resolution != 1:
        raise UsageError(
            "--communities looks for the resolution itself: give --communities or --resolution, "
            "not both"
        )
    number = None if communities is None else check_count("communities", communities)
    return float(resolution), number


def _search(
    network: SongNetwork, algorithm: str, labels_at: Callable[[float], Ints], communities: int
) -> tuple[float, Ints]:
    """The resolution, by bisection, at which there are `communities`, and the labels there."""
    fewest, most = _parts(network), len(network.songs)
    if not fewest <= communities <= most:
        raise InputError(_out_of_reach(network, algorithm, communities, fewest))
    low, high = _range(network)
    below, above = fewest, most
    value = low if communities == fewest else high if communities == most else _first(low, high)
    while True:
        labels = labels_at(value)
        found = len(np.unique(labels))
        if found == communities:
            return value, labels
        if found < communities:
            low, below = value, max(below, found)
        else:
            high, above = value, min(above, found)
        if high / low < CLOSE:
            raise InputError(
                f"{algorithm} cannot cut {network.name!r} into {communities} communities with this "
                f"seed: the nearest it finds are {below} and {above}; ask for one of these or try "
                "another --seed"
            )
        value = math.sqrt(low * high)


def _first(low: float, high: float) -> float:
    # The usual resolution is where most searches end up near.
    return 1.0 if low < 1 < high else math.sqrt(low * high)


def _parts(network: SongNetwork) -> int:
    """Unconnected parts: no method that maximises modularity joins them."""
    from scipy import sparse

    heavy = network.weights > 0
    songs = len(network.songs)
    pairs = (network.sources[heavy], network.targets[heavy])
    links = sparse.coo_array((network.weights[heavy], pairs), shape=(songs, songs))
    return int(sparse.csgraph.connected_components(links, directed=False)[0])


def _range(network: SongNetwork) -> tuple[float, float]:
    """Resolutions below which any two linked communities gain by joining, above which none do.

    Joining communities with strengths d and e and the weight w between them gains while
    resolution < 2 W w / (d e), W being the weight of all edges; d e is at most W^2, and at least
    the product of the two songs' strengths.
    """
    heavy = network.weights > 0
    if not heavy.any():
        return 0.5, 2.0
    left, right, weight = network.sources[heavy], network.targets[heavy], network.weights[heavy]
    whole = float(weight.sum())
    ends = np.concatenate([left, right])
    strength = np.bincount(ends, weights=np.concatenate([weight, weight]))
    gains = 2 * whole * weight / (strength[left] * strength[right])
    return float(weight.min()) / whole, 2 * float(gains.max())


def _out_of_reach(network: SongNetwork, algorithm: str, communities: int, fewest: int) -> str:
    songs = len(network.songs)
    if communities > songs:
        return (
            f"{network.name!r} has {songs} songs, too few for {communities} communities: "
            f"ask for {fewest} to {songs}"
        )
    return (
        f"{network.name!r} falls into {fewest} unconnected parts, and {algorithm} joins none of "
        f"them: ask for {fewest} to {songs} communities, got {communities}"
    )
