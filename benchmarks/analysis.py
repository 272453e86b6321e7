"""`python -m benchmarks analysis`: the analysis beside the plain use of the field's libraries."""

from __future__ import annotations

import argparse
import platform
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

from benchmarks import data
from benchmarks.timing import OURS, ROUNDS, publish, race
from songnet.agreement import contingency, scores
from songnet.model import SongNetwork
from songnet.networks import cooccurrence, nearest
from songnet.partitions import leiden

RESULTS = Path(__file__).parent / "results" / "analysis.md"
MIN_SHARED = 3


def projection() -> tuple[str, Mapping[str, Callable[[], object]]]:
    """Songs that share at least three playlists, from 10,000 playlists."""
    import igraph
    from scipy.sparse import csr_array, triu

    who = data.playlists(10_000, songs=30_000)
    shape = (len(who.playlists), len(who.songs))

    def scipy_whole() -> object:
        ones = np.ones(len(who), np.int32)
        matrix = csr_array((ones, (who.playlist, who.song)), shape=shape)
        shared = triu(matrix.T @ matrix, k=1).tocoo()
        keep = shared.data >= MIN_SHARED
        return shared.row[keep], shared.col[keep], shared.data[keep]

    def igraph_bipartite() -> object:
        edges = np.column_stack([who.playlist, who.song + shape[0]])
        types = np.arange(sum(shape)) >= shape[0]
        graph = igraph.Graph.Bipartite(types.tolist(), edges.tolist())
        projected = graph.bipartite_projection(multiplicity=True, which=1)
        return projected.es.select(weight_ge=MIN_SHARED)

    title = f"Projection: {len(who):,} memberships, edges of at least {MIN_SHARED} playlists"
    return title, {
        OURS: lambda: cooccurrence(who, min_shared=MIN_SHARED),
        "scipy, whole AᵀA": scipy_whole,
        "igraph, bipartite projection": igraph_bipartite,
    }


def communities() -> tuple[str, Mapping[str, Callable[[], object]]]:
    """Leiden, arrays in and labels out."""
    import igraph

    who = data.playlists(10_000, songs=30_000)
    network: SongNetwork = cooccurrence(who, min_shared=MIN_SHARED)

    def plain() -> object:
        edges = list(zip(network.sources.tolist(), network.targets.tolist(), strict=True))
        graph = igraph.Graph(len(network.songs), edges)
        return graph.community_leiden(
            "modularity", weights=network.weights.tolist(), n_iterations=-1
        ).membership

    title = f"Leiden: {len(network.songs):,} songs, {network.edges:,} edges"
    return title, {OURS: lambda: leiden(network), "igraph, from lists": plain}


def comparison() -> tuple[str, Mapping[str, Callable[[], object]]]:
    """All seven scores of two partitions of 200,000 songs."""
    from sklearn import metrics

    first, second = data.labels(200_000, 300, agree=0.5)

    def sklearn() -> object:
        return (
            metrics.normalized_mutual_info_score(first, second),
            metrics.adjusted_mutual_info_score(first, second),
            metrics.adjusted_rand_score(first, second),
            metrics.homogeneity_completeness_v_measure(first, second),
            metrics.fowlkes_mallows_score(first, second),
        )

    return "Agreement: 200,000 songs, 300 communities", {
        OURS: lambda: scores(contingency(first, second)),
        "scikit-learn, one by one": sklearn,
    }


def neighbours() -> tuple[str, Mapping[str, Callable[[], object]]]:
    """Exact cosine neighbours of 10,000 vectors."""
    from sklearn.neighbors import NearestNeighbors

    vectors = data.vectors(10_000, 180)

    def sklearn() -> object:
        index = NearestNeighbors(n_neighbors=11, metric="cosine", algorithm="brute")
        return index.fit(vectors.values).kneighbors(vectors.values)

    return "Neighbours: 10,000 vectors of 180 dimensions, k = 10", {
        OURS: lambda: nearest(vectors, k=10),
        "scikit-learn, brute": sklearn,
    }


def report() -> Iterator[str]:
    """The results as Markdown, line by line."""
    yield "# The analysis beside plain use of the field's libraries\n"
    yield (
        f"Made by `make bench` ({platform.machine()}, Python {platform.python_version()}). Medians "
        f"of {ROUNDS} paired rounds; a ratio above 1 is slower than songnet.\n"
    )
    for stage in (projection, communities, comparison, neighbours):
        title, contenders = stage()
        yield f"## {title}\n"
        yield "| | wall s | cpu s | wall ratio | cpu ratio |\n|---|---|---|---|---|"
        for row in race(contenders):
            yield (
                f"| {row.name} | {row.wall:.2f} | {row.cpu:.2f} "
                f"| {row.wall_ratio:.2f} | {row.cpu_ratio:.2f} |"
            )
        yield ""


def main(given: Sequence[str] | None = None) -> None:
    """Race them, print the page and keep it."""
    argparse.ArgumentParser("python -m benchmarks analysis", description=main.__doc__).parse_args(
        given
    )
    publish(report(), RESULTS)
