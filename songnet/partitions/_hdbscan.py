"""HDBSCAN on an encoder's vectors."""

from __future__ import annotations

import numpy as np

from songnet.errors import InputError, UsageError
from songnet.model import Floats, Ints, Partition, Vectors
from songnet.partitions._common import check_count, prepare, versions
from songnet.partitions._reduced import reduce

NOISE = -1


def hdbscan(
    vectors: Vectors,
    *,
    min_size: int = 5,
    dimensions: int | None = None,
    name: str | None = None,
    seed: int = 0,
) -> Partition:
    """Dense regions of vectors, of any shape; songs in between are **left out**.

    Campello, Moulavi & Sander, Density-based clustering based on hierarchical density estimates
    (2013), by scikit-learn. It finds the number of communities itself.

    Parameters
    ----------
    min_size
        The fewest songs of a community, and the neighbours that density is estimated from.
    dimensions
        How many principal components of the vectors to use; default: the vectors as they are.
    name
        Default: ``hdbscan-ENCODER``.
    seed
        Recorded; nothing is drawn.

    Returns
    -------
    A partition of the songs that are not noise. Its param ``noise`` is how many songs were left
    out; its qualities are ``coverage`` (the share of songs that were not) and ``probability`` (how
    firmly these belong, the mean; Campello's 1 - lambda ratio, 0 to 1).

    Raises
    ------
    EmptyInputError
        No vectors.
    InputError
        Every song is noise; too many dimensions.
    UsageError
        An option out of range.
    """
    min_size = check_count("min-size", min_size)
    if min_size < 2:
        raise UsageError(f"--min-size must be at least 2: got {min_size}")
    name, seed = prepare(vectors, "hdbscan", name, seed)
    reduced = None if dimensions is None else reduce(vectors, dimensions)
    values = vectors.values.astype(np.float64) if reduced is None else reduced.values
    labels, probabilities = _search(values, min_size)
    kept = labels != NOISE
    if not kept.any():
        raise InputError(
            f"all {len(labels)} songs of {vectors.encoder!r} are noise with --min-size {min_size}: "
            "give a smaller --min-size (2 is the least), or cut with kmeans or mixture"
        )
    return Partition.from_labels(
        vectors.songs[kept],
        labels[kept],
        name=name,
        algorithm="hdbscan",
        on=vectors.encoder,
        seed=seed,
        params={
            "min_size": min_size,
            "dimensions": reduced and reduced.dimensions,
            "noise": int((~kept).sum()),
        },
        quality={
            "coverage": float(kept.mean()),
            "probability": float(probabilities[kept].mean()),
        }
        | ({} if reduced is None else {"kept_variance": reduced.kept}),
        versions=versions("scikit-learn"),
    )


def _search(values: Floats, min_size: int) -> tuple[Ints, Floats]:
    """Labels, -1 for noise, and how firmly each song belongs to its community."""
    if len(values) < min_size:
        return np.full(len(values), NOISE), np.zeros(len(values))
    from sklearn.cluster import HDBSCAN
    from threadpoolctl import threadpool_limits

    with threadpool_limits(limits=1):
        found = HDBSCAN(min_cluster_size=min_size, copy=True).fit(values)
    return np.asarray(found.labels_, np.int64), np.asarray(found.probabilities_, np.float64)
