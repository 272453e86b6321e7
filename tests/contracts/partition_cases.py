"""What the suite on partitions needs to know of each algorithm, and the data it cuts.

A new algorithm is a line in `CASES`: what it promises beyond what all of them do, and the options
that it needs. Songs are ``s0000``, ``s0001`` …
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Flag, auto
from typing import Any

import igraph
import numpy as np
import pytest

from songnet.errors import StateError
from songnet.model import Floats, Ints, Partition, SongNetwork, Vectors
from songnet.partitions import ALGORITHMS, run
from songnet.partitions._graph_tool import find_python

SONGS, BLOCKS = 80, 4


class Promise(Flag):
    """What some algorithms promise."""

    DRAWS = auto()
    """The seed is used: other seeds can give other partitions."""
    FINDS_K = auto()
    """``communities=K`` gives exactly K where that can be had."""
    SEPARATES = auto()
    """Songs that no path of weight connects are never in one community."""
    CONNECTED = auto()
    """Each community is connected by itself."""
    CLIQUES = auto()
    """Of loosely linked cliques each is a community, and heavy edges bind more than light ones."""
    LEAVES_OUT = auto()
    """Songs that belong nowhere are left out of the partition; alone, a song does."""


NOTHING = Promise(0)


@dataclass(frozen=True)
class Case:
    """An algorithm in the suite.

    Attributes
    ----------
    options
        What finds the `BLOCKS` planted communities; used wherever nothing else is said.
    single
        Options for a single song.
    planted
        The least adjusted Rand index with the planted communities: 1 where they are found exactly.
    karate
        On a network: the least modularity of the best of five seeds on Zachary's karate club,
        None if it looks for something that modularity does not measure.
    repeats
        On how many random networks the properties are tried: fewer where a run takes seconds.
    """

    promises: Promise = NOTHING
    options: Mapping[str, Any] = field(default_factory=dict)
    single: Mapping[str, Any] = field(default_factory=dict)
    planted: float = 1.0
    karate: float | None = None
    repeats: int = 20


MODULAR = Promise.DRAWS | Promise.FINDS_K | Promise.SEPARATES | Promise.CLIQUES
FLOW = Promise.DRAWS | Promise.SEPARATES | Promise.CONNECTED | Promise.CLIQUES
# 0.41979 is the best modularity that the karate club has.
CASES: Mapping[str, Case] = {
    # Isolated songs stand alone, but parts that link alike may share a block.
    "blockmodel": Case(Promise.FINDS_K, repeats=2),
    "hdbscan": Case(Promise.LEAVES_OUT, options={"min_size": 3}),
    "infomap": Case(FLOW, karate=0.39),
    "kmeans": Case(
        Promise.DRAWS | Promise.FINDS_K, options={"communities": BLOCKS}, single={"communities": 1}
    ),
    "label-propagation": Case(Promise.DRAWS | Promise.SEPARATES, karate=0.35),
    # It only ever halves: Newman (2006) moves single songs about afterwards, igraph does not.
    "leading-eigenvector": Case(Promise.SEPARATES, planted=0.9, karate=0.393),
    "leiden": Case(MODULAR | Promise.CONNECTED, karate=0.4197),
    "louvain": Case(MODULAR, karate=0.41),
    "mixture": Case(Promise.DRAWS | Promise.FINDS_K, options={"communities": BLOCKS}),
    "spectral": Case(
        Promise.DRAWS | Promise.FINDS_K, options={"communities": BLOCKS}, single={"communities": 1}
    ),
}


def on(kind: str) -> list[str]:
    """The algorithms on a ``network``, or on ``vectors``."""
    return [name for name, algorithm in ALGORITHMS.items() if algorithm.input == kind]


def that_promise(promise: Promise, kind: str | None = None) -> list[str]:
    """The algorithms with that promise, on a kind of input or on any."""
    return [
        name
        for name in CASES
        if promise in CASES[name].promises and kind in {None, ALGORITHMS[name].input}
    ]


def is_there(algorithm: str) -> bool:
    """Whether it can run on this machine; with CI=true it must."""
    if algorithm != "blockmodel" or os.environ.get("CI") == "true":
        return True
    try:
        find_python()
    except StateError:
        return False
    return True


def need(algorithm: str) -> None:
    """Skip a test where the algorithm cannot run."""
    if not is_there(algorithm):
        pytest.skip(f"no graph-tool for {algorithm}: run scripts/provision")


def solve(algorithm: str, data: SongNetwork | Vectors, **options: Any) -> Partition:
    """Run an algorithm with the options of its case and these."""
    return run(algorithm, data, **{**CASES[algorithm].options, **options})


def planted(partition: Partition) -> list[int]:
    """The planted communities of its songs; hardly any are left out."""
    assert len(partition.songs) >= 0.95 * SONGS
    return [int(song[1:]) % BLOCKS for song in partition.songs]


# --- data ---------------------------------------------------------------------------------------


def ids(number: int) -> list[str]:
    """So many songs."""
    return [f"s{i:04d}" for i in range(number)]


def planted_network(
    seed: int = 0, songs: int = SONGS, inside: float = 0.5, outside: float = 0.04
) -> tuple[list[str], Ints, Ints, Floats]:
    """Ids, edges and weights; song i belongs to block i modulo `BLOCKS`."""
    random = np.random.default_rng(seed)
    left, right = np.triu_indices(songs, 1)
    likely = np.where(left % BLOCKS == right % BLOCKS, inside, outside)
    kept = random.random(len(left)) < likely
    return ids(songs), left[kept], right[kept], random.integers(1, 4, kept.sum()).astype(float)


def planted_vectors(seed: int = 0, apart: float = 3.0) -> tuple[list[str], Floats]:
    """Ids and vectors; song i belongs to block i modulo `BLOCKS`."""
    random = np.random.default_rng(seed)
    centres = np.eye(BLOCKS, 6) * apart
    return ids(SONGS), centres[np.arange(SONGS) % BLOCKS] + random.normal(size=(SONGS, 6)) * 0.6


def example(algorithm: str, order: Ints | None = None) -> SongNetwork | Vectors:
    """Data with `BLOCKS` planted communities, its rows in any `order`."""
    order = np.arange(SONGS) if order is None else order
    if ALGORITHMS[algorithm].input == "vectors":
        songs, values = planted_vectors()
        return Vectors.from_rows("enc", [songs[i] for i in order], values[order])
    songs, left, right, weights = planted_network()
    place = np.argsort(order)
    edges = np.random.default_rng(order[0]).permutation(len(left))
    return SongNetwork.from_edges(
        [songs[i] for i in order], place[right[edges]], place[left[edges]], weights[edges]
    )


def scattered_network(seed: int, songs: int = 60, edges: int = 90) -> SongNetwork:
    """A sparse random network with weights, in one or several parts."""
    random = np.random.default_rng(seed)
    ends = random.integers(0, songs, (2, edges))
    return SongNetwork.from_edges(ids(songs), *ends, random.random(edges) + 0.1)


def cliques(number: int, size: int, links: Iterable[tuple[int, int]]) -> SongNetwork:
    """Cliques, and pairs of them joined by one edge each."""
    pairs = [
        (first + i, first + j)
        for first in range(0, number * size, size)
        for i, j in itertools.combinations(range(size), 2)
    ]
    pairs += [(a * size, b * size + 1) for a, b in links]
    return SongNetwork.from_edges(ids(number * size), *zip(*pairs, strict=True))


# --- judged by others ---------------------------------------------------------------------------


def as_igraph(network: SongNetwork) -> Any:
    """The network as an `igraph.Graph`, by another way than the library's own."""
    pairs = zip(network.sources.tolist(), network.targets.tolist(), strict=True)
    graph = igraph.Graph(len(network.songs), list(pairs))
    graph.es["weight"] = network.weights.tolist()
    return graph


def igraphs_modularity(network: SongNetwork, labels: Sequence[int]) -> float:
    """Modularity as igraph computes it."""
    graph = as_igraph(network)
    return float(graph.modularity(list(labels), weights="weight"))


def parts_inside(network: SongNetwork, labels: Ints) -> list[int]:
    """Into how many unconnected parts each community falls."""
    graph = as_igraph(network)
    graph.delete_edges(weight_eq=0)
    return [
        len(graph.subgraph(np.flatnonzero(labels == label).tolist()).connected_components())
        for label in range(labels.max() + 1)
    ]
