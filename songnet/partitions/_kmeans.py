"""k-means on an encoder's vectors."""

from __future__ import annotations

import warnings

import numpy as np

from songnet.errors import InputError
from songnet.model import Ints, Partition, Vectors
from songnet.partitions._common import check_count, prepare, versions

LARGEST = 1e15


def kmeans(
    vectors: Vectors,
    *,
    communities: int,
    n_init: int = 10,
    name: str | None = None,
    seed: int = 0,
) -> Partition:
    """Exactly so many communities, each around the mean of its vectors.

    Lloyd's algorithm from k-means++ starts (Arthur & Vassilvitskii 2007), by scikit-learn, on the
    vectors as they are, as in the original study.

    Parameters
    ----------
    communities
        How many.
    n_init
        Starts; the one with the least inertia is kept.
    name
        Default: ``kmeans-ENCODER``.

    Returns
    -------
    A partition with the quality ``inertia``: the summed squared distance of the vectors to the mean
    of their community.

    Raises
    ------
    EmptyInputError
        No vectors.
    InputError
        Fewer songs, or fewer different vectors, than communities; values too large to square.
    UsageError
        An option out of range.
    """
    communities = check_count("communities", communities)
    n_init = check_count("n-init", n_init)
    name, seed = prepare(vectors, "kmeans", name, seed)
    _check(vectors, communities)
    labels = _labels(vectors, communities, n_init, seed)
    return Partition.from_labels(
        vectors.songs,
        labels,
        name=name,
        algorithm="kmeans",
        on=vectors.encoder,
        seed=seed,
        params={"communities": communities, "n_init": n_init},
        quality={"inertia": _inertia(vectors, labels)},
        versions=versions("scikit-learn"),
    )


def _check(vectors: Vectors, communities: int) -> None:
    if communities > len(vectors.songs):
        raise InputError(
            f"{vectors.encoder!r} has vectors of {len(vectors.songs)} songs, too few for "
            f"{communities} communities: ask for 1 to {len(vectors.songs)}"
        )
    largest = float(np.abs(vectors.values).max(initial=0))
    if largest > LARGEST:
        raise InputError(
            f"vectors of {vectors.encoder!r} hold values up to {largest:g}, "
            f"whose squares overflow: k-means takes up to {LARGEST:g}"
        )


def _labels(vectors: Vectors, communities: int, n_init: int, seed: int) -> Ints:
    from sklearn.cluster import KMeans
    from sklearn.exceptions import ConvergenceWarning
    from threadpoolctl import threadpool_limits

    search = KMeans(n_clusters=communities, n_init=n_init, random_state=seed)
    # One thread: with more, the order of their sums and so the last digits are left to chance.
    with threadpool_limits(limits=1), warnings.catch_warnings():
        # What it warns of, fewer different vectors than clusters, is refused below.
        warnings.simplefilter("ignore", ConvergenceWarning)
        labels = np.asarray(search.fit(vectors.values).labels_, np.int64)
    found = len(np.unique(labels))
    if found < communities:
        raise InputError(
            f"{vectors.encoder!r} has only {found} different vectors, too few for {communities} "
            f"communities: ask for 1 to {found}"
        )
    return labels


def _inertia(vectors: Vectors, labels: Ints) -> float:
    """Song by song and in double precision, so that it does not hang on the library's sums."""
    total = 0.0
    for label in np.unique(labels):
        rows = vectors.values[labels == label].astype(np.float64)
        total += float(((rows - rows.mean(axis=0)) ** 2).sum())
    return total
