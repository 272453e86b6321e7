"""Vectors in two dimensions: PCA, t-SNE and UMAP.

PCA keeps distances as well as a plane can and says how much that is; the other two keep neighbours
near each other, and neither the size of their groups nor the distance between them means anything.

References
----------
- K. Pearson. On lines and planes of closest fit. Philosophical Magazine 2 (1901).
- L. van der Maaten, G. Hinton. Visualizing data using t-SNE. JMLR 9 (2008).
- L. McInnes, J. Healy, J. Melville. UMAP: uniform manifold approximation and projection.
  arXiv:1802.03426 (2018).
"""

from __future__ import annotations

import importlib
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from types import ModuleType

import numpy as np

from songnet.errors import EmptyInputError, StateError
from songnet.model import Floats, Ints, Vectors

SAMPLE = 4_000
PERPLEXITY = 30.0
NEIGHBORS = 15
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


def has_umap() -> bool:
    """Whether `umap` can be called: umap-learn is an extra, ``songnet[umap]``."""
    return find_spec("umap") is not None


def umap(vectors: Vectors, *, seed: int = 0, limit: int = SAMPLE) -> tuple[Floats, Ints]:
    """As `tsne`, by UMAP: of 15 neighbours, or all there are where there are fewer.

    Raises
    ------
    EmptyInputError
        There are no vectors.
    StateError
        umap-learn is not installed.
    """
    values = _values(vectors)
    rows = _sample(len(values), limit, seed)
    narrow, explained = _components(values[rows], DIMENSIONS_FIRST)
    if len(rows) < 4 or not explained.any():
        return narrow[:, :2], rows
    return _uniform(narrow, seed), rows


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


def _uniform(values: Floats, seed: int) -> Floats:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # numba's of its own deprecations, UMAP's of one thread
        model = _umap().UMAP(
            n_components=2,
            n_neighbors=min(NEIGHBORS, len(values) - 1),
            # Few songs have no spectrum to begin from.
            init="spectral" if len(values) > 2 * NEIGHBORS else "pca",
            random_state=seed,
            n_jobs=1,
        )
        points: Floats = np.asarray(model.fit_transform(values), np.float64)
    return points


def _umap() -> ModuleType:
    if not has_umap():
        raise StateError("UMAP is not installed: pip install 'songnet[umap]'")
    with _without("tensorflow"):
        return importlib.import_module("umap.umap_")


@contextmanager
def _without(module: str) -> Iterator[None]:
    """Let an import fail for a while, unless it has been done.

    umap-learn imports TensorFlow for a model of its own that is not used here, which takes seconds
    and writes to stderr; where TensorFlow cannot be had it goes without.
    """
    if module in sys.modules:
        yield
        return
    sys.modules[module] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        del sys.modules[module]
