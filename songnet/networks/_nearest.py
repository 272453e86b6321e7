"""The network of songs that sound alike: exact nearest neighbours by cosine, or by it scaled."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from songnet.errors import EmptyInputError, UsageError
from songnet.model import Floats, Ids, Ints, Scalar, SongNetwork, Vectors
from songnet.networks._cosine import Directions, norms
from songnet.networks._ranking import Neighbors
from songnet.networks._scaling import Scaling, neighbors


def nearest(
    vectors: Vectors, *, k: int = 10, name: str | None = None, scaling: Scaling = "none"
) -> SongNetwork:
    """An edge between two songs if one is among the other's `k` nearest.

    Every song is held against every other by the cosine of their vectors, and all that may be near
    again in double precision, rounded to 9 decimals. Ties go to the smaller id.

    Parameters
    ----------
    k
        Neighbours per song, at least 1; all others where there are fewer.
    name
        Default: ``sound-ENCODER``.
    scaling
        What makes a song near. Other than with ``none``, hubs, which are near to everyone, are
        nobody's neighbours only for that (`songnet.networks.hubness` measures them); ties go to
        the higher cosine, then to the smaller id.

        ``none``
            The cosine.
        ``mutual-proximity``
            The share of songs farther from the one than the other is, times that from the other:
            Schnitzer et al., JMLR 13, 2012, with empirical distributions, taken as independent.
            Of more than 4,096 songs the distributions are kept at some ranks only.
        ``local-scaling``
            The distance over that of both songs to their own k-th nearest, with the same `k`:
            Zelnik-Manor & Perona, NIPS 2004.

    Returns
    -------
    A network of kind ``sound``: weight max(cosine, 0); attributes ``similarity`` (float64, the
    cosine), ``rank_source`` and ``rank_target`` (int64: the target's rank among the source's
    neighbours and the other way round, 0 where it is none). A scaling changes which edges there
    are and their ranks; weight and similarity are of the cosine still, so that networks can be
    compared and a graph's edges say all. Songs whose vector is zero have no direction, so no
    neighbours, and are not in it.

    Raises
    ------
    EmptyInputError
        Fewer than two songs have a vector that is not zero.
    UsageError
        `k` below 1; no such scaling.
    """
    if k < 1:
        raise UsageError(f"-k must be at least 1: got {k}")
    kept, directions = _directions(vectors)
    within = min(k, len(directions) - 1)
    found = neighbors(scaling, directions, within)
    low, high, rank_low, rank_high = _union(found, len(directions))
    return _network(
        kept,
        Neighbors(low, high, rank_low),
        rank_high,
        directions.between(low, high),
        name=name or f"sound-{vectors.encoder}",
        params={"encoder": vectors.encoder, "k": k, "scaling": scaling},
    )


def from_neighbors(
    songs: Ids,
    sources: Ints,
    targets: Ints,
    ranks: Ints,
    similarities: Floats,
    *,
    name: str,
    params: Mapping[str, Scalar] | None = None,
) -> SongNetwork:
    """The network that `nearest` gave, from the directed edges that a graph holds of it.

    Parameters
    ----------
    songs
        Ids, sorted.
    sources, targets, ranks
        int64 (m,): song ``targets[i]`` is the ``ranks[i]``-th nearest of song ``sources[i]``.
    similarities
        float64 (m,), cosines; the same in both directions.
    """
    found = Neighbors(*(np.asarray(column, np.int64) for column in (sources, targets, ranks)))
    low, high, rank_low, rank_high = _union(found, len(songs))
    code = np.minimum(found.source, found.target) * len(songs) + np.maximum(
        found.source, found.target
    )
    similarity = np.asarray(similarities, np.float64)[np.unique(code, return_index=True)[1]]
    edges = Neighbors(low, high, rank_low)
    return _network(songs, edges, rank_high, similarity, name=name, params=params or {})


def _network(
    songs: Ids,
    edges: Neighbors,
    rank_target: Ints,
    similarity: Floats,
    *,
    name: str,
    params: Mapping[str, Scalar],
) -> SongNetwork:
    return SongNetwork.from_edges(
        songs,
        edges.source,
        edges.target,
        np.maximum(similarity, 0),
        name=name,
        kind="sound",
        attributes={
            "similarity": similarity,
            "rank_source": edges.rank,
            "rank_target": rank_target,
        },
        params=params,
    )


def _directions(vectors: Vectors) -> tuple[Ids, Directions]:
    """The songs whose vectors point anywhere, and where to."""
    lengths = norms(vectors.values)
    kept = lengths > 0
    if kept.sum() < 2:
        raise EmptyInputError(
            f"neighbours need at least two songs with a vector that is not zero: {vectors.encoder} "
            f"has {int(kept.sum())} of {len(vectors.songs)}"
        )
    values = vectors.values if kept.all() else vectors.values[kept]
    return vectors.songs[kept], Directions(values, lengths[kept])


def _union(found: Neighbors, songs: int) -> tuple[Ints, Ints, Ints, Ints]:
    """Both directions as one edge: smaller and larger index, the rank in each direction."""
    forward = found.source < found.target
    code = np.minimum(found.source, found.target) * songs + np.maximum(found.source, found.target)
    edges, edge = np.unique(code, return_inverse=True)
    rank_low, rank_high = np.zeros((2, len(edges)), np.int64)
    rank_low[edge[forward]] = found.rank[forward]
    rank_high[edge[~forward]] = found.rank[~forward]
    return edges // songs, edges % songs, rank_low, rank_high
