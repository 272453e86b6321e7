"""Vectors in two dimensions: PCA (Pearson 1901) and t-SNE (van der Maaten & Hinton 2008).

PCA keeps distances as well as a plane can and says how much that is; t-SNE keeps neighbours near
each other, and neither the size of its groups nor the distance between them means anything.
"""

from __future__ import annotations

import numpy as np

from songnet.errors import EmptyInputError
from songnet.model import Floats, Ints, Vectors

SAMPLE = 10_000
PERPLEXITY = 30.0
DIMENSIONS_FIRST = 50


def pca(vectors: Vectors) -> tuple[Floats, tuple[float, float]]:
    """The two directions in which the vectors vary most.

    Parameters
    ----------
    vectors
        n songs x d.

    Returns
    -------
    points
        float64 (n, 2), in the order of ``vectors.songs``; mean 0. Where the vectors vary in fewer
        than two directions, the rest is 0.
    explained
        The share of the variance that each axis keeps, 0 to 1.

    Raises
    ------
    EmptyInputError
        There are no vectors.
    """
    points, explained = _components(_values(vectors), 2)
    return points, (float(explained[0]), float(explained[1]))


def tsne(vectors: Vectors, *, seed: int = 0, limit: int = SAMPLE) -> tuple[Floats, Ints]:
    """Songs in a plane such that near neighbours stay near.

    The vectors are first brought to 50 dimensions by PCA. The perplexity is 30, or a third of the
    songs where there are fewer than 91. The same vectors and seed give the same points.

    Parameters
    ----------
    vectors
        n songs x d.
    seed
        Of the sample and of the descent.
    limit
        Above so many songs a random sample of that size, without replacement, is shown.

    Returns
    -------
    points
        float64 (m, 2), m = min(n, limit).
    rows
        int64 (m,), rising: which of ``vectors.songs`` the points are.

    Raises
    ------
    EmptyInputError
        There are no vectors.
    """
    values = _values(vectors)
    rows = _sample(len(values), limit, seed)
    narrow, explained = _components(values[rows], DIMENSIONS_FIRST)
    if len(rows) < 4 or not explained.any():
        return narrow[:, :2], rows
    return _descend(narrow, seed), rows


def _values(vectors: Vectors) -> Floats:
    if not vectors.values.size:
        raise EmptyInputError(
            f"encoder {vectors.encoder!r} has no vectors: make them with 'songnet embed'"
        )
    return vectors.values.astype(np.float64)


def _sample(songs: int, limit: int, seed: int) -> Ints:
    if songs <= limit:
        return np.arange(songs, dtype=np.int64)
    chosen = np.random.default_rng(seed).choice(songs, limit, replace=False)
    return np.sort(chosen).astype(np.int64)


def _components(values: Floats, wanted: int) -> tuple[Floats, Floats]:
    """Scores (n, wanted) on the first principal components, padded by 0, and variance shares."""
    from sklearn.decomposition import PCA

    points, explained = np.zeros((len(values), wanted)), np.zeros(wanted)
    if np.ptp(values, axis=0).any():
        have = min(wanted, *values.shape)
        model = PCA(n_components=have, random_state=0)
        points[:, :have] = model.fit_transform(values)
        explained[:have] = model.explained_variance_ratio_
    return points, explained


def _descend(values: Floats, seed: int) -> Floats:
    from sklearn.manifold import TSNE
    from threadpoolctl import threadpool_limits

    perplexity = min(PERPLEXITY, (len(values) - 1) / 3)
    model = TSNE(n_components=2, perplexity=perplexity, init="pca", random_state=seed)
    # Threads add up their parts of the gradient in no fixed order: one thread repeats itself.
    with threadpool_limits(1):
        points: Floats = model.fit_transform(values).astype(np.float64)
    return points
