"""songnet's way: the graph pulled from the server, worked on here, the result written back."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from benchmarks._gds_races import Clock, Contender, Way
from benchmarks._gds_world import ENCODER
from benchmarks._measure import peak_bytes
from songnet.model import Floats, Ids, Ints, Partition, SongNetwork
from songnet.networks import nearest
from songnet.networks._igraph import graph
from songnet.partitions import label_propagation, leiden, louvain
from songnet.store.neo4j import Neo4jStore
from songnet.workflows.workspace import network_from_graph

RESULT = "ours"
ALGORITHMS: Mapping[str, Callable[..., Partition]] = {
    "louvain": louvain,
    "leiden": leiden,
    "label-propagation": label_propagation,
}
OPTIONS = {
    "louvain": "igraph, until it stops, one thread, seed 0",
    "leiden": "igraph, until it stops, one thread, seed 0",
    "label-propagation": "igraph, until it stops, one thread, seed 0",
    "nearest": "exact, all pairs, numpy",
    "pagerank": "igraph's PRPACK, one thread",
}


def contender(store: Neo4jStore, algorithm: str, *, k: int, seeds: Ids) -> Contender:
    """Songnet's contender in the race of an algorithm."""
    if algorithm == "nearest":
        return Contender("songnet", OPTIONS[algorithm], *_neighbours(store, k))
    if algorithm == "pagerank":
        return Contender("songnet", OPTIONS[algorithm], *_pagerank(store, seeds))
    return Contender("songnet", OPTIONS[algorithm], *_communities(store, ALGORITHMS[algorithm]))


def pulled(store: Neo4jStore) -> SongNetwork:
    """The network, from the graph's edges."""
    (info,) = [found for found in store.networks() if found.kind == "playlists"]
    return network_from_graph(store, info)


def _communities(store: Neo4jStore, algorithm: Callable[..., Partition]) -> Way:
    def go(clock: Clock) -> Ints:
        with clock.step("read"):
            network = pulled(store)
        with clock.step("run"):
            partition = algorithm(network, name=RESULT, seed=0)
        with clock.step("write"):
            store.write_partition(partition)
        return partition.labels

    return go, lambda: store.drop("partition", RESULT)


def _neighbours(store: Neo4jStore, k: int) -> Way:
    def go(clock: Clock) -> Ints:
        with clock.step("read"):
            vectors = store.vectors(ENCODER)
        with clock.step("run"):
            network = nearest(vectors, k=k, name=RESULT)
        with clock.step("write"):
            store.write_network(network)
        return neighbours(network, k)

    return go, lambda: store.drop("network", RESULT)


def neighbours(network: SongNetwork, k: int) -> Ints:
    """The `k` nearest of each song of a sound network, int64 (n, k), -1 where there are fewer."""
    found = np.full((len(network.songs), k), -1, np.int64)
    ends = (network.sources, network.targets)
    for (one, other), side in ((ends, "rank_source"), (ends[::-1], "rank_target")):
        rank = network.attributes[side]
        near = rank > 0
        found[one[near], rank[near] - 1] = other[near]
    return found


def _pagerank(store: Neo4jStore, seeds: Ids) -> Way:
    def go(clock: Clock) -> Floats:
        with clock.step("read"):
            network = pulled(store)
        with clock.step("run"):
            return pagerank(network, seeds)

    return go, lambda: None


def pagerank(network: SongNetwork, seeds: Ids) -> Floats:
    """PageRank that begins anew at `seeds`, damping 0.85, float64 (n,), in all 1.

    songnet has none of its own yet; this is how it would be had from igraph.
    """
    reset = np.isin(network.songs.astype(str), seeds.astype(str)).astype(float)
    found = graph(network).personalized_pagerank(
        directed=False, damping=0.85, reset=reset.tolist(), weights=network.weights.tolist()
    )
    return np.asarray(found, np.float64)


def peak_alone(
    uri: str, environment: Mapping[str, str], algorithm: str, *, k: int, seeds: Ids
) -> int:
    """The most memory, in bytes, of a new process that goes songnet's way once."""
    given = (uri, dict(environment), algorithm, k, list(seeds))
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_go_alone, given)


def _go_alone(
    uri: str, environment: Mapping[str, str], algorithm: str, k: int, seeds: list[Any]
) -> int:
    with Neo4jStore(uri, environment=environment) as store:
        own = contender(store, algorithm, k=k, seeds=np.array(seeds, dtype=object))
        own.go(Clock())
        own.clean()
    return peak_bytes()
