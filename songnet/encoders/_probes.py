"""Probes: simple classifiers that show what vectors alone tell of a label."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from songnet.encoders._blocks import Values
from songnet.encoders._folds import Folds
from songnet.model import Floats, Ints

NEIGHBORS = 5
# On ESC-10 anything from 1 to 30 scored within six points, whatever the length of the vectors.
INVERSE_PENALTY = 3.0
COMPONENTS = 512
ITERATIONS = 10_000


@dataclass(frozen=True, slots=True)
class Votes:
    """What the nearest songs voted for, song by song.

    Attributes
    ----------
    predicted
        int64 (shuffles, n): the class with most votes.
    votes
        int64 (shuffles, n): how many of the `k` voted for it.
    k
        How many voted.
    """

    predicted: Ints
    votes: Ints
    k: int


def nearest_votes(values: Values, folds: Folds, *, k: int = NEIGHBORS) -> Votes:
    """Ask the `k` nearest songs of the other folds, by the cosine of standardised vectors.

    Parameters
    ----------
    values
        float32 (n, d), the rows of `folds`.
    """
    from threadpoolctl import threadpool_limits

    predicted, votes = np.zeros((2, *folds.fold.shape), np.int64)
    # One thread: with more, the order of their sums and so the last digits are left to chance.
    with threadpool_limits(limits=1):
        for shuffle, known, asked in folds.splits():
            learnt, queries = standardised(values[known], values[asked])
            neighbors, cosines = most_similar(learnt, queries, k)
            answer = poll(folds.labels[known][neighbors], cosines, len(folds.classes))
            predicted[shuffle, asked], votes[shuffle, asked] = answer
    return Votes(predicted, votes, k)


def linear_predictions(values: Values, folds: Folds) -> Ints:
    """Classes by multinomial logistic regression on standardised vectors.

    Vectors of over 512 dimensions are first turned onto the principal components of the training
    fold, 512 at most; where the fold has no more songs than that nothing is lost, because the
    regression only sees inner products. Then they are divided by the root of their mean squared
    length, so that one penalty (L2, C = 3) means the same for 16 dimensions and for 18,144.

    Parameters
    ----------
    values
        float32 (n, d), the rows of `folds`.

    Returns
    -------
    int64 (shuffles, n), indices into the classes.
    """
    from sklearn.linear_model import LogisticRegression
    from threadpoolctl import threadpool_limits

    predicted = np.zeros(folds.fold.shape, np.int64)
    with threadpool_limits(limits=1):
        for shuffle, known, asked in folds.splits():
            learnt, queries = standardised(values[known], values[asked])
            learnt, queries = _scaled(*_shortened(learnt, queries, folds.seeds[shuffle]))
            model = LogisticRegression(C=INVERSE_PENALTY, max_iter=ITERATIONS)
            predicted[shuffle, asked] = model.fit(learnt, folds.labels[known]).predict(queries)
    return predicted


def standardised(known: Values, asked: Values) -> tuple[Values, Values]:
    """Both with the mean and standard deviation of `known` brought to 0 and 1, by dimension.

    A dimension in which `known` does not vary is only centred.
    """
    from sklearn.preprocessing import StandardScaler

    scaler = StandardScaler().fit(known)
    return scaler.transform(known), scaler.transform(asked)


def most_similar(known: Values, asked: Values, k: int) -> tuple[Ints, Floats]:
    """The `k` rows of `known` with the highest cosine to each row of `asked`, highest first.

    All rows where `known` has fewer. A zero vector has the cosine 0 with everything.

    Returns
    -------
    Rows of `known`, int64 (m, k), and cosines, float64 (m, k).
    """
    from sklearn.neighbors import NearestNeighbors

    search = NearestNeighbors(n_neighbors=min(k, len(known)), metric="cosine", algorithm="brute")
    distances, rows = search.fit(known).kneighbors(asked)
    return rows.astype(np.int64), np.clip(1 - distances.astype(np.float64), -1, 1)


def poll(labels: Ints, cosines: Floats, classes: int) -> tuple[Ints, Ints]:
    """Count the votes of neighbours, each of one vote; the more similar ones decide a tie.

    Parameters
    ----------
    labels, cosines
        (m, k): the neighbours' classes, from 0, and their cosines.

    Returns
    -------
    The class with most votes (of several, the one with the largest sum of cosines) and its votes,
    int64 (m,) each.
    """
    cells = (np.arange(len(labels))[:, None] * classes + labels).ravel()
    shape = (len(labels), classes)
    votes = np.bincount(cells, minlength=shape[0] * shape[1]).reshape(shape)
    nearness = np.bincount(cells, weights=cosines.ravel(), minlength=votes.size).reshape(shape)
    most = votes.max(axis=1)
    first = np.where(votes == most[:, None], nearness, -np.inf).argmax(axis=1)
    return first.astype(np.int64), most.astype(np.int64)


def _shortened(known: Values, asked: Values, seed: int) -> tuple[Values, Values]:
    if known.shape[1] <= COMPONENTS:
        return known, asked
    from sklearn.decomposition import PCA

    with np.errstate(invalid="ignore"):  # vectors that are all equal have no variance to share
        pca = PCA(n_components=min(COMPONENTS, *known.shape), random_state=seed).fit(known)
    return pca.transform(known), pca.transform(asked)


def _scaled(known: Values, asked: Values) -> tuple[Any, Any]:
    """Both in double precision, with a mean squared length of 1 in `known`."""
    learnt, queries = known.astype(np.float64), asked.astype(np.float64)
    length = np.sqrt((learnt**2).sum(axis=1).mean()) or 1.0
    return learnt / length, queries / length
