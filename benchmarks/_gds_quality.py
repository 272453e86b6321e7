"""How good what was found is, measured the same way whoever found it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks._gds_world import World
from songnet.agreement import ami
from songnet.model import Floats, Ids, Ints, SongNetwork, Vectors
from songnet.networks import modularity

BLOCK = 1024
Judge = Callable[[Any], dict[str, float]]


def judge(algorithm: str, world: World, *, k: int, seeds: Ids, ours: Any) -> Judge:
    """What measures a result of `algorithm`; `ours` is songnet's, to hold others against."""
    if algorithm == "nearest":
        exact = exact_neighbours(world.vectors, k)
        return lambda found: {f"recall@{k}": recall(found, exact)}
    if algorithm == "pagerank":
        true = exact_pagerank(world.network, seeds)
        return lambda found: {
            "L1 to exact": float(np.abs(found - true).sum()),
            "L1 to songnet": float(np.abs(found - ours).sum()),
        }
    return lambda found: _of_labels(found, world, ours)


def _of_labels(found: Ints, world: World, ours: Ints) -> dict[str, float]:
    told = {
        "communities": float(len(np.unique(found))),
        "modularity": modularity(world.network, found),
        "AMI to songnet": ami(found, ours),
    }
    return told if world.planted is None else told | {"AMI to planted": ami(found, world.planted)}


def same(one: Any, other: Any) -> bool:
    """Whether two runs found the same: labels up to their names, scores to 12 places."""
    if one.dtype.kind == "f":
        return bool(np.abs(one - other).max() < 1e-12)
    if one.ndim > 1:
        return bool((np.sort(one, axis=1) == np.sort(other, axis=1)).all())
    pairs = np.unique(np.stack([one, other]), axis=1).shape[1]
    return {len(np.unique(one)), len(np.unique(other))} == {int(pairs)}


def exact_neighbours(vectors: Vectors, k: int) -> Ints:
    """The `k` nearest of each song by cosine, by brute force, int64 (n, k), in no order."""
    values = vectors.values.astype(np.float64)
    values /= np.linalg.norm(values, axis=1, keepdims=True)
    found = np.empty((len(values), k), np.int64)
    for start in range(0, len(values), BLOCK):
        cosines = values[start : start + BLOCK] @ values.T
        rows = np.arange(len(cosines))
        cosines[rows, start + rows] = -np.inf
        found[start : start + BLOCK] = np.argpartition(-cosines, k - 1, axis=1)[:, :k]
    return found


def recall(found: Ints, true: Ints) -> float:
    """The share of true neighbours that are among those found; both int64 (n, k)."""
    return float((true[:, :, None] == found[:, None, :]).any(axis=2).mean())


def exact_pagerank(network: SongNetwork, seeds: Ids) -> Floats:
    """PageRank that begins anew at `seeds`, damping 0.85, by networkx until nothing moves."""
    import networkx as nx  # type: ignore[import-untyped]
    from scipy.sparse import coo_array

    size = len(network.songs)
    shape = (size, size)
    matrix = coo_array((network.weights, (network.sources, network.targets)), shape=shape)
    graph = nx.from_scipy_sparse_array(matrix + matrix.T)
    places = np.searchsorted(network.songs.astype(str), seeds.astype(str))
    begin = dict.fromkeys(places.tolist(), 1.0)
    # networkx stops where the sum of all changes is below size * tol.
    scores = nx.pagerank(
        graph, alpha=0.85, personalization=begin, tol=1e-13 / size, max_iter=10_000
    )
    return np.array([scores[song] for song in range(size)])
