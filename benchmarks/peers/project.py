"""Projection: from who is in which playlist to the network of songs that share playlists."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.peers.stage import OURS, Arrays, Contender, Facts, Sizes, Stage
from benchmarks.peers.world import MIN_SHARED, Lists, draw, read_lists, song_numbers

BLOCK = 2_000
# The library takes memory for as many neighbours of every song.
MOST = 5_000


def prepare(folder: Path, playlists: int) -> str:
    """Playlists as arrays, and what they are."""
    lists = draw(playlists)
    lists.save(folder)
    length = np.bincount(lists.playlist)
    meetings = int((length * (length - 1) // 2).sum())
    return (
        f"{playlists:,} generated playlists, {len(lists.song):,} memberships of "
        f"{len(lists.genre):,} songs, {meetings / 1e6:,.0f} million times that two songs meet in a "
        f"playlist; an edge where they share at least {MIN_SHARED}"
    )


def read(folder: Path, _: Path) -> Lists:
    """The arrays, and songnet's form of them."""
    lists = read_lists(folder)
    assert lists.memberships is not None  # noqa: S101 - made before the clock
    return lists


def canonical(sources: Any, targets: Any, shared: Any) -> Arrays:
    """Edges from the smaller song to the larger, sorted."""
    ends = np.stack([np.asarray(sources, np.int64), np.asarray(targets, np.int64)])
    low, high = ends.min(axis=0), ends.max(axis=0)
    order = np.lexsort((high, low))
    return {
        "low": low[order],
        "high": high[order],
        "shared": np.asarray(shared, np.int64)[order],
    }


def _as_found(found: Any, _: Lists) -> Arrays:
    return canonical(*found)


# --- contenders -----------------------------------------------------------------------------------


def songnet(lists: Lists) -> Any:
    """The projection of songnet."""
    from songnet.networks import cooccurrence

    return cooccurrence(lists.memberships, min_shared=MIN_SHARED)


def _from_network(network: Any, _: Lists) -> Arrays:
    number = song_numbers(network.songs)
    return canonical(
        number[network.sources], number[network.targets], network.attributes["playlists"]
    )


def _incidence(lists: Lists) -> Any:
    from scipy.sparse import csr_array

    ones = np.ones(len(lists.song), np.int32)
    return csr_array((ones, (lists.playlist, lists.song)), shape=lists.shape)


def scipy_whole(lists: Lists) -> Any:
    """AᵀA at once, then its upper triangle."""
    from scipy.sparse import triu

    matrix = _incidence(lists)
    shared = triu(matrix.T @ matrix, k=1).tocoo()
    keep = shared.data >= MIN_SHARED
    return shared.row[keep], shared.col[keep], shared.data[keep]


def scipy_blocks(lists: Lists) -> Any:
    """AᵀA by some thousand songs at a time, pruned before the next."""
    matrix = _incidence(lists)
    turned = matrix.T.tocsr()
    parts = []
    for first in range(0, lists.shape[1], BLOCK):
        block = (turned[first : first + BLOCK] @ matrix).tocoo()
        keep = (block.data >= MIN_SHARED) & (block.col > block.row + first)
        parts.append((block.row[keep] + first, block.col[keep], block.data[keep]))
    return tuple(np.concatenate(column) for column in zip(*parts, strict=True))


def sparse_dot_topn(lists: Lists) -> Any:
    """`sp_matmul_topn` of more than any song has, by a threshold, with both cores."""
    from scipy.sparse import csr_matrix
    from sparse_dot_topn import sp_matmul_topn

    matrix = csr_matrix(_incidence(lists))
    shared = sp_matmul_topn(
        csr_matrix(matrix.T),
        matrix,
        top_n=min(MOST, lists.shape[1]),
        threshold=MIN_SHARED - 1,
        density=0.01,
        n_threads=2,
    ).tocoo()
    keep = shared.row < shared.col
    return shared.row[keep], shared.col[keep], shared.data[keep]


DUCKDB = """
SELECT a.song AS low, b.song AS high, count(*) AS shared
FROM members a JOIN members b ON a.playlist = b.playlist AND a.song < b.song
GROUP BY ALL HAVING count(*) >= $least
"""


def duckdb(lists: Lists) -> Any:
    """A join of the memberships with themselves, in SQL."""
    import duckdb as library
    import pyarrow as pa

    members = pa.table({"playlist": lists.playlist, "song": lists.song})
    with library.connect() as connection:
        connection.register("members", members)
        found = connection.execute(DUCKDB, {"least": MIN_SHARED}).fetchnumpy()
    return found["low"], found["high"], found["shared"]


def polars(lists: Lists) -> Any:
    """A join of the memberships with themselves, lazily, by the streaming engine."""
    import polars as pl

    members = pl.LazyFrame({"playlist": lists.playlist, "song": lists.song})
    found = (
        members.join(members, on="playlist", suffix="_other")
        .filter(pl.col("song") < pl.col("song_other"))
        .group_by("song", "song_other")
        .len()
        .filter(pl.col("len") >= MIN_SHARED)
        .collect(engine="streaming")
    )
    return tuple(found[name].to_numpy() for name in ("song", "song_other", "len"))


def igraph(lists: Lists) -> Any:
    """A bipartite graph and its projection."""
    import igraph as library

    playlists, songs = lists.shape
    types = [False] * playlists + [True] * songs
    ends = np.column_stack([lists.playlist, lists.song + playlists])
    graph = library.Graph.Bipartite(types, ends.tolist())
    projected = graph.bipartite_projection(multiplicity=True, which=1)
    kept = projected.es.select(weight_ge=MIN_SHARED)
    low, high = np.array([edge.tuple for edge in kept], np.int64).reshape(-1, 2).T
    return low, high, kept["weight"]


def networkx(lists: Lists) -> Any:
    """A bipartite graph and its weighted projection."""
    import networkx as nx
    from networkx.algorithms import bipartite

    playlists, songs = lists.shape
    graph = nx.Graph()
    graph.add_edges_from(
        zip(lists.playlist.tolist(), (lists.song + playlists).tolist(), strict=True)
    )
    projected = bipartite.weighted_projected_graph(graph, range(playlists, playlists + songs))
    kept = [edge for edge in projected.edges(data="weight") if edge[2] >= MIN_SHARED]
    low, high, shared = np.array(kept, np.int64).reshape(-1, 3).T
    return low - playlists, high - playlists, shared


# --- the stages -----------------------------------------------------------------------------------


def judge(_: Path, found: Mapping[str, Arrays]) -> dict[str, Facts]:
    """How many edges, and whether they are songnet's, count for count."""
    return {name: _facts(arrays, found.get(OURS)) for name, arrays in found.items()}


def _facts(arrays: Arrays, ours: Arrays | None) -> Facts:
    facts = {"edges": f"{len(arrays['low']):,}"}
    if ours is not None:
        same = all(np.array_equal(arrays[name], ours[name]) for name in ours)
        facts["same edges and counts"] = "yes" if same else "no"
    return facts


OWN = Contender(OURS, songnet, _from_network, note="with ids; refuses before memory is out")

STAGE = Stage(
    name="project",
    title="Projection: songs that share playlists",
    prepare=prepare,
    read=read,
    contenders=(
        OWN,
        Contender("scipy, whole AᵀA", scipy_whole, _as_found),
        Contender("scipy, blocks of rows", scipy_blocks, _as_found, note="a loop of one's own"),
        Contender("sparse_dot_topn", sparse_dot_topn, _as_found, ("sparse_dot_topn",)),
        Contender("DuckDB, self-join", duckdb, _as_found, ("duckdb",)),
        Contender("Polars, self-join", polars, _as_found, ("polars",)),
        Contender("igraph, bipartite projection", igraph, _as_found, ("igraph",)),
    ),
    judge=judge,
    sizes=Sizes(full=10_000, quick=2_000, tiny=500),
    limit=90.0,
    notes=(
        "From two int64 arrays (songnet: the same with the ids of playlists and songs) to three "
        "arrays of edges. Graph Data Science projects what is in a server already: "
        "[gds.md](../gds.md)."
    ),
)

SMALL = Stage(
    name="project-small",
    title="Projection of a small input",
    prepare=prepare,
    read=read,
    contenders=(OWN, Contender("networkx", networkx, _as_found, ("networkx",))),
    judge=judge,
    sizes=Sizes(full=300, quick=200, tiny=100),
    notes="What networkx can project in some seconds.",
)
