"""What several seeds agree on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from statistics import fmean
from typing import Final, NamedTuple

import numpy as np

from songnet.agreement import ami
from songnet.errors import UsageError
from songnet.model import Floats, Ints, Partition, SongNetwork
from songnet.networks import modularity
from songnet.partitions._common import check_seed, prepare, versions
from songnet.partitions._cutter import check_algorithm, check_resolution, cutter
from songnet.partitions._similarity import mean_pair, most_central, similarities

ROUNDS: Final = 20
RULE: Final = (
    "edges times the share of seeds that put both ends together, those below the threshold "
    "dropped, cut again with every seed until all agree (Lancichinetti & Fortunato 2012, over the "
    "network's edges alone as Tandon et al. 2019)"
)


def consensus(
    network: SongNetwork,
    *,
    resolution: float,
    seeds: Sequence[int],
    algorithm: str = "leiden",
    objective: str | None = None,
    threshold: float = 0.5,
    name: str | None = None,
) -> Partition:
    """One partition that stands for those of several seeds.

    Lancichinetti & Fortunato, Consensus clustering in complex networks (2012): songs that most
    seeds put together are tied, the ties are cut again with every seed, and so on until all seeds
    agree. Theirs is a matrix of all pairs of songs; here, as Tandon et al. (Fast consensus
    clustering in complex networks, 2019), only the network's own edges are looked at, so that
    memory grows with these. An edge keeps its weight times the share of seeds, so that the
    resolution means in every round what it meant in the first. A song that would lose all its edges
    keeps the one that most seeds agree on. Where the seeds do not come to agree, the partition most
    like the others is taken.

    Parameters
    ----------
    resolution
        As of `algorithm`.
    seeds
        At least one; different ones.
    algorithm
        ``leiden`` or ``louvain``.
    objective
        Of Leiden: ``modularity`` (default), ``rb`` or ``cpm``.
    threshold
        The least share of seeds that makes a tie, above 0, at most 1.
    name
        Default: ``consensus-ALGORITHM-NETWORK``.

    Returns
    -------
    A partition of connected communities (where the seeds came to agree) whose params say of what it
    is the consensus, ``agreed`` and the number of ``rounds``; with the qualities ``modularity``,
    ``stability`` (the mean AMI of the seeds' partitions with each other) and ``agreement`` (with
    the consensus).

    Raises
    ------
    EmptyInputError
        A network without songs.
    UsageError
        An option out of range.
    """
    objective = check_algorithm(network, algorithm, objective)
    resolution = check_resolution("resolution", resolution)
    _check(seeds, threshold)
    name, _ = prepare(network, f"consensus-{algorithm}", name, seeds[0])

    def cut_all(each: SongNetwork) -> list[Ints]:
        cut = cutter(each, algorithm, objective)
        return [cut(resolution, seed) for seed in seeds]

    first = cut_all(network)
    found = _settle(network, first, cut_all, threshold)
    return Partition.from_labels(
        network.songs,
        found.labels,
        name=name,
        algorithm="consensus",
        on=network.name,
        seed=seeds[0],
        params={
            "of": algorithm,
            "objective": objective,
            "resolution": resolution,
            "seeds": " ".join(map(str, seeds)),
            "threshold": float(threshold),
            "rounds": found.rounds,
            "agreed": found.agreed,
        },
        quality={
            "modularity": modularity(network, found.labels),
            "stability": mean_pair(similarities(first)),
            "agreement": fmean(ami(found.labels, labels) for labels in first),
        },
        versions=versions("leidenalg" if objective == "rb" else "igraph"),
    )


def _check(seeds: Sequence[int], threshold: float) -> None:
    if not seeds or len(set(seeds)) < len(seeds):
        raise UsageError(f"a consensus needs seeds that differ: got {list(seeds)}")
    for seed in seeds:
        check_seed(seed)
    if not 0 < threshold <= 1:
        raise UsageError(f"a threshold must be above 0 and at most 1: got {threshold}")


class _Settled(NamedTuple):
    labels: Ints
    rounds: int
    agreed: bool


def _settle(
    network: SongNetwork,
    found: list[Ints],
    cut_all: Callable[[SongNetwork], list[Ints]],
    threshold: float,
) -> _Settled:
    """Cut what is tied again and again until every seed gives the same."""
    for rounds in range(ROUNDS + 1):
        shares = _shares(network, found)
        if ((shares == 0) | (shares == 1)).all():
            return _Settled(_connected(network, shares == 1), rounds, agreed=True)
        if rounds < ROUNDS:
            network = _tied(network, shares, threshold)
            found = cut_all(network)
    return _Settled(found[most_central(similarities(found))], ROUNDS, agreed=False)


def _shares(network: SongNetwork, found: Sequence[Ints]) -> Floats:
    """The share of partitions that put both ends of each edge together, (m,)."""
    together = np.zeros(network.edges)
    for labels in found:
        together += labels[network.sources] == labels[network.targets]
    return together / len(found)


def _tied(network: SongNetwork, shares: Floats, threshold: float) -> SongNetwork:
    """The edges that enough seeds agree on, and the best of each song that would have none."""
    kept = shares >= threshold
    kept[_best_edges(network, shares, kept)] = True
    return SongNetwork.from_edges(
        network.songs,
        network.sources[kept],
        network.targets[kept],
        (network.weights * shares)[kept],
        name=network.name,
    )


def _best_edges(network: SongNetwork, shares: Floats, kept: np.ndarray) -> Ints:
    """Of each song without a kept edge, its edge of the largest share above 0; of equals, one."""
    songs = len(network.songs)
    ends = np.concatenate([network.sources, network.targets])
    edges = np.tile(np.arange(network.edges), 2)
    tied = np.bincount(ends, weights=np.tile(kept, 2), minlength=songs) > 0
    able = ~tied[ends] & (shares[edges] > 0)
    ends, edges = ends[able], edges[able]
    order = np.lexsort((edges, -shares[edges], ends))
    _, first = np.unique(ends[order], return_index=True)
    return np.asarray(edges[order][first], np.int64)


def _connected(network: SongNetwork, together: np.ndarray) -> Ints:
    """The parts that the edges which are kept together form, (n,)."""
    from scipy import sparse

    songs = len(network.songs)
    linked = together & (network.weights > 0)
    pairs = (network.sources[linked], network.targets[linked])
    links = sparse.coo_array((np.ones(int(linked.sum())), pairs), shape=(songs, songs))
    return np.asarray(sparse.csgraph.connected_components(links, directed=False)[1], np.int64)
