"""The mean silhouette of many partitions of the same vectors, with one look at the distances."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from songnet.model import Floats, Ints


def silhouettes(values: np.ndarray, partitions: Sequence[Ints]) -> list[float | None]:
    """The mean silhouette of each partition.

    Rousseeuw, Silhouettes (1987): of a song whose mean Euclidean distance to the others of its
    community is a, and to the songs of the nearest other community b, (b - a) / max(a, b); 0 of a
    song that is a community alone.

    Parameters
    ----------
    values
        Vectors, (n, d).
    partitions
        Labels from 0, each int64 (n,).

    Returns
    -------
    A number from -1 to 1 per partition; None where there are not at least two communities, or all
    songs are alone.
    """
    from threadpoolctl import threadpool_limits

    counts = [np.bincount(labels) for labels in partitions]
    with threadpool_limits(limits=1):
        sums = _distances_to_communities(values, partitions, [len(count) for count in counts])
    return [
        _mean(*each) if 1 < np.count_nonzero(each[2]) < len(values) else None
        for each in zip(sums, partitions, counts, strict=True)
    ]


def _distances_to_communities(
    values: np.ndarray, partitions: Sequence[Ints], widths: Sequence[int]
) -> list[Floats]:
    """For every partition the summed distance of each song to each community, (n, communities)."""
    from sklearn.metrics import pairwise_distances_chunked

    members = np.concatenate(
        [np.eye(width)[labels] for labels, width in zip(partitions, widths, strict=True)], axis=1
    )

    def summed(chunk: Any, _: int) -> Floats:
        return np.asarray(chunk @ members, np.float64)

    chunks = list(pairwise_distances_chunked(values, reduce_func=summed, n_jobs=1))
    return np.split(np.concatenate(chunks), np.cumsum(widths)[:-1], axis=1)


def _mean(sums: Floats, labels: Ints, counts: Ints) -> float:
    songs = np.arange(len(labels))
    own = counts[labels]
    inside = sums[songs, labels] / np.maximum(own - 1, 1)
    others = sums / np.where(counts > 0, counts, np.nan)
    others[songs, labels] = np.nan
    nearest = np.nanmin(others, axis=1)
    larger = np.maximum(inside, nearest)
    scores = np.where((own > 1) & (larger > 0), (nearest - inside) / np.where(larger, larger, 1), 0)
    return float(scores.mean())
