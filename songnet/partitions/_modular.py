"""What the algorithms with a resolution share: the resolution, and the search for it."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeAlias

import numpy as np

from songnet.errors import InputError, UsageError
from songnet.model import Floats, Ints, Partition, Scalar, SongNetwork
from songnet.networks import modularity
from songnet.networks._igraph import graph, seeded
from songnet.partitions._common import check_count, prepare, versions
from songnet.partitions._layers import Layer
from songnet.partitions._objectives import configuration_bounds

Cut: TypeAlias = Callable[[Any, Floats, float], Ints]
CLOSE = 1 + 1e-6


@dataclass(frozen=True)
class Problem:
    """A function of partitions with a resolution, on one network, and how it is maximised.

    Attributes
    ----------
    algorithm
        What does it, as messages call it.
    network
        What is cut.
    cut
        The labels at a resolution.
    usual
        The resolution where none is asked for.
    bounds
        Gives the resolutions below which any two linked communities gain by joining, above which
        none do; asked only where a number of communities is looked for.
    """

    algorithm: str
    network: SongNetwork
    cut: Callable[[float], Ints]
    usual: float
    bounds: Callable[[], tuple[float, float]]


def check_resolution(
    resolution: float | None, communities: int | None
) -> tuple[float | None, int | None]:
    """Both as they are to be used.

    Raises
    ------
    UsageError
        An option out of range, or both a resolution and a number of communities.
    """
    if resolution is not None and not (math.isfinite(resolution) and resolution > 0):
        raise UsageError(f"--resolution must be a number above 0: got {resolution}")
    if communities is not None and resolution is not None:
        raise UsageError(
            "--communities looks for the resolution itself: give --communities or --resolution, "
            "not both"
        )
    number = None if communities is None else check_count("communities", communities)
    return None if resolution is None else float(resolution), number


def solve(
    problem: Problem, resolution: float | None, communities: int | None
) -> tuple[Ints, dict[str, Scalar]]:
    """The labels at a resolution, or with so many communities, and the params that say so.

    Raises
    ------
    InputError
        `communities` cannot be had.
    """
    if communities is None:
        value = problem.usual if resolution is None else resolution
        return problem.cut(value), {"resolution": value}
    value, labels = _search(problem, communities)
    return labels, {"resolution": value, "communities": communities}


def by_igraph(network: SongNetwork, cut: Cut, seed: int) -> Callable[[float], Ints]:
    """The labels that `cut(graph, weights, resolution)` finds at a resolution."""
    whole = graph(network)

    def labels_at(resolution: float) -> Ints:
        with seeded(seed):
            return cut(whole, network.weights, resolution)

    return labels_at


def maximise_modularity(
    network: SongNetwork,
    *,
    algorithm: str,
    cut: Cut,
    resolution: float | None,
    communities: int | None,
    name: str | None,
    seed: int,
) -> Partition:
    """The partition of high modularity that `cut(graph, weights, resolution)` finds.

    Raises
    ------
    EmptyInputError
        A network without songs.
    InputError
        `communities` cannot be had.
    UsageError
        An option out of range, or both a resolution and a number of communities.
    """
    resolution, communities = check_resolution(resolution, communities)
    name, seed = prepare(network, algorithm, name, seed)
    # The problem has no name here: it holds igraph's graph, and that is not to outlive the search.
    labels, params = solve(
        Problem(
            algorithm=algorithm,
            network=network,
            cut=by_igraph(network, cut, seed),
            usual=1.0,
            bounds=partial(configuration_bounds, (Layer(network, 1.0),)),
        ),
        resolution,
        communities,
    )
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


def _search(problem: Problem, communities: int) -> tuple[float, Ints]:
    """The resolution, by bisection, at which there are `communities`, and the labels there."""
    fewest, most = parts(problem.network), len(problem.network.songs)
    if not fewest <= communities <= most:
        raise InputError(_out_of_reach(problem.network, problem.algorithm, communities, fewest))
    low, high = problem.bounds()
    below, above = fewest, most
    value = (
        low
        if communities == fewest
        else high
        if communities == most
        else _first(problem, low, high)
    )
    while True:
        labels = problem.cut(value)
        found = len(np.unique(labels))
        if found == communities:
            return value, labels
        if found < communities:
            low, below = value, max(below, found)
        else:
            high, above = value, min(above, found)
        if high / low < CLOSE:
            raise InputError(
                f"{problem.algorithm} cannot cut {problem.network.name!r} into {communities} "
                f"communities with this seed: the nearest it finds are {below} and {above}; ask "
                "for one of these or try another --seed"
            )
        value = math.sqrt(low * high)


def _first(problem: Problem, low: float, high: float) -> float:
    # The usual resolution is where most searches end up near.
    return problem.usual if low < problem.usual < high else math.sqrt(low * high)


def parts(network: SongNetwork) -> int:
    """Unconnected parts: no method that maximises modularity joins them."""
    from scipy import sparse

    heavy = network.weights > 0
    songs = len(network.songs)
    pairs = (network.sources[heavy], network.targets[heavy])
    links = sparse.coo_array((network.weights[heavy], pairs), shape=(songs, songs))
    return int(sparse.csgraph.connected_components(links, directed=False)[0])


def _out_of_reach(network: SongNetwork, algorithm: str, communities: int, fewest: int) -> str:
    """Why there cannot be fewer communities than parts, nor more than songs."""
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
