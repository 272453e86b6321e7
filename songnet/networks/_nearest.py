"""The network of songs that sound alike: exact nearest neighbours by cosine."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from songnet.errors import EmptyInputError, UsageError
from songnet.model import Floats, Ids, Ints, Scalar, SongNetwork, Vectors

BLOCK = 1 << 24
DECIMALS = 9


class _Neighbors(NamedTuple):
    """Directed: `target` is the `rank`-th nearest of `source`, from 1; shape (m,) each."""

    source: Ints
    target: Ints
    rank: Ints


def nearest(vectors: Vectors, *, k: int = 10, name: str | None = None) -> SongNetwork:
    """An edge between two songs if one is among the other's `k` nearest by cosine.

    Exact: every song is held against every other, in blocks, in double precision. Cosines are
    rounded to 9 decimals, far below what float32 vectors can tell apart, so that equal vectors tie
    on every machine; ties go to the smaller id.

    Parameters
    ----------
    k
        Neighbours per song, at least 1; all others where there are fewer.
    name
        Default: ``sound-ENCODER``.

    Returns
    -------
    A network of kind ``sound``: weight max(cosine, 0); attributes ``similarity`` (float64, the
    cosine), ``rank_source`` and ``rank_target`` (int64: the target's rank among the source's
    neighbours and the other way round, 0 where it is none). Songs whose vector is zero have no
    direction, so no neighbours, and are not in it.

    Raises
    ------
    EmptyInputError
        Fewer than two songs have a vector that is not zero.
    UsageError
        `k` below 1.
    """
    if k < 1:
        raise UsageError(f"-k must be at least 1: got {k}")
    norms = _norms(vectors.values)
    kept = norms > 0
    if kept.sum() < 2:
        raise EmptyInputError(
            f"neighbours need at least two songs with a vector that is not zero: {vectors.encoder} "
            f"has {int(kept.sum())} of {len(vectors.songs)}"
        )
    values = vectors.values if kept.all() else vectors.values[kept]
    found = _neighbors(values, norms[kept], min(k, int(kept.sum()) - 1))
    low, high, rank_low, rank_high = _union(found, len(values))
    similarity = _similarities(values, norms[kept], low, high)
    return _network(
        vectors.songs[kept],
        _Neighbors(low, high, rank_low),
        rank_high,
        similarity,
        name=name or f"sound-{vectors.encoder}",
        params={"encoder": vectors.encoder, "k": k},
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
    found = _Neighbors(*(np.asarray(column, np.int64) for column in (sources, targets, ranks)))
    low, high, rank_low, rank_high = _union(found, len(songs))
    code = np.minimum(found.source, found.target) * len(songs) + np.maximum(
        found.source, found.target
    )
    similarity = np.asarray(similarities, np.float64)[np.unique(code, return_index=True)[1]]
    edges = _Neighbors(low, high, rank_low)
    return _network(songs, edges, rank_high, similarity, name=name, params=params or {})


def _network(
    songs: Ids,
    edges: _Neighbors,
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


def _norms(values: NDArray[np.float32]) -> Floats:
    squares = np.einsum("ij,ij->i", values, values, dtype=np.float64)
    return np.asarray(np.sqrt(squares), np.float64)


def _neighbors(values: NDArray[np.float32], norms: Floats, k: int) -> _Neighbors:
    parts = [
        _block_neighbors(values, norms, rows, k)
        for rows in _slices(len(values), BLOCK // len(values))
    ]
    return _Neighbors(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def _block_neighbors(values: NDArray[np.float32], norms: Floats, rows: slice, k: int) -> _Neighbors:
    """The `k` nearest of the songs in `rows`."""
    cosine = _cosines(values, norms, rows)
    own = np.arange(len(cosine))
    cosine[own, rows.start + own] = -np.inf
    # The k-th best of each row, and with it all that tie, so that the tie is broken by id.
    least = np.partition(cosine, -k, axis=1)[:, -k]
    source, target = np.nonzero(cosine >= least[:, None])
    order = np.lexsort((target, -cosine[source, target], source))
    source, target = source[order], target[order]
    rank = np.arange(len(source)) - np.searchsorted(source, source) + 1
    keep = rank <= k
    return _Neighbors(rows.start + source[keep], target[keep], rank[keep])


def _cosines(values: NDArray[np.float32], norms: Floats, rows: slice) -> Floats:
    """Cosines of the songs in `rows` with all, rounded, shape (rows, n)."""
    left = _unit(values[rows], norms[rows])
    result = np.empty((len(left), len(values)))
    # In tiles, because the vectors in double precision may not fit beside themselves.
    for columns in _slices(len(values), BLOCK // values.shape[1]):
        np.matmul(left, _unit(values[columns], norms[columns]).T, out=result[:, columns])
    return np.round(result, DECIMALS, out=result)


def _unit(values: NDArray[np.float32], norms: Floats) -> Floats:
    return np.asarray(values / norms[:, None], np.float64)


def _slices(length: int, step: int) -> Iterator[slice]:
    step = max(1, step)
    return (slice(start, min(start + step, length)) for start in range(0, length, step))


def _union(found: _Neighbors, songs: int) -> tuple[Ints, Ints, Ints, Ints]:
    """Both directions as one edge: smaller and larger index, the rank in each direction."""
    forward = found.source < found.target
    code = np.minimum(found.source, found.target) * songs + np.maximum(found.source, found.target)
    edges, edge = np.unique(code, return_inverse=True)
    rank_low, rank_high = np.zeros((2, len(edges)), np.int64)
    rank_low[edge[forward]] = found.rank[forward]
    rank_high[edge[~forward]] = found.rank[~forward]
    return edges // songs, edges % songs, rank_low, rank_high


def _similarities(values: NDArray[np.float32], norms: Floats, low: Ints, high: Ints) -> Floats:
    """The cosine of each edge, one by one, so that it does not hang on where a block ends."""
    result = np.empty(len(low))
    for part in _slices(len(low), BLOCK // values.shape[1]):
        left = _unit(values[low[part]], norms[low[part]])
        right = _unit(values[high[part]], norms[high[part]])
        result[part] = np.einsum("ij,ij->i", left, right)
    return np.clip(np.round(result, DECIMALS), -1, 1)
