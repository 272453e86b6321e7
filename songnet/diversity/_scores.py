"""Vendi score, mean pairwise distance and effective rank of a set of vectors."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from songnet.errors import InputError
from songnet.model import Floats

# An eigenvalue decomposition of so many rows takes some ten seconds and 0.4 GB.
MOST = 4096
BLOCK = 1 << 24


@dataclass(frozen=True)
class Scores:
    """How diverse a set of songs is.

    Attributes
    ----------
    vendi
        How many songs that have nothing in common would be as diverse: 1 to n.
    mean_distance
        1 - cosine, the mean over all pairs: 0 to n / (n - 1).
    effective_rank
        How many directions the vectors really use: 1 to the smaller of n and d.
    """

    vendi: float
    mean_distance: float
    effective_rank: float


def scores(values: NDArray[np.float32], *, seed: int = 0) -> Scores:
    """All three at once.

    Parameters
    ----------
    values
        Vectors of any length but 0, at least two, shape (n, d).
    seed
        Of more than 4,096 songs with vectors of more than 4,096 numbers, the Vendi score and the
        effective rank are those of so many drawn with it.

    Raises
    ------
    InputError
        Fewer than two vectors, or one that is zero.
    """
    lengths = _lengths(values)
    spectrum = _spectrum(*_drawn(values, lengths, seed))
    return Scores(
        vendi=_exp_entropy(spectrum),
        mean_distance=_mean_distance(values, lengths),
        effective_rank=_exp_entropy(np.sqrt(spectrum)),
    )


def vendi_score(values: NDArray[np.float32]) -> float:
    """The exponential of the entropy of the eigenvalues of K / n, K the cosines of all pairs.

    Friedman & Dieng, The Vendi Score: a diversity evaluation metric for machine learning (2022).
    n songs at right angles score n, equal ones 1. The eigenvalues are those of the smaller of
    X Xᵀ and Xᵀ X, of unit vectors. Parameters and errors as for `scores`.
    """
    return _exp_entropy(_spectrum(values, _lengths(values)))


def effective_rank(values: NDArray[np.float32]) -> float:
    """The exponential of the entropy of the singular values, of unit vectors, brought to sum 1.

    Roy & Vetterli, The effective rank: a measure of effective dimensionality (2007). Parameters and
    errors as for `scores`.
    """
    return _exp_entropy(np.sqrt(_spectrum(values, _lengths(values))))


def mean_distance(values: NDArray[np.float32]) -> float:
    """The mean of 1 - cosine over all pairs of different songs.

    By the length of the sum s of unit vectors: 1 - (|s|² - n) / (n (n - 1)). Parameters and errors
    as for `scores`.
    """
    return _mean_distance(values, _lengths(values))


def has_direction(values: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Which vectors are not zero, shape (n,)."""
    return np.asarray((values != 0).any(axis=1), np.bool_)


def _lengths(values: NDArray[np.float32]) -> Floats:
    if len(values) < 2:
        raise InputError(f"diversity is of two songs or more: got {len(values)}")
    lengths = np.sqrt(np.einsum("ij,ij->i", values, values, dtype=np.float64))
    if not lengths.all():
        raise InputError(
            f"{int((lengths == 0).sum())} of {len(values)} vectors are zero and point nowhere: "
            "leave them out"
        )
    return np.asarray(lengths, np.float64)


def _drawn(
    values: NDArray[np.float32], lengths: Floats, seed: int
) -> tuple[NDArray[np.float32], Floats]:
    if min(values.shape) <= MOST:
        return values, lengths
    rows = np.sort(np.random.default_rng([seed, 0]).choice(len(values), MOST, replace=False))
    return values[rows], lengths[rows]


def _spectrum(values: NDArray[np.float32], lengths: Floats) -> Floats:
    """The squared singular values of the unit vectors, those not above rounding as 0."""
    songs, dimensions = values.shape
    small = min(songs, dimensions)
    gram = np.zeros((small, small))
    if songs <= dimensions:
        for columns in _slices(dimensions, BLOCK // songs):
            part = values[:, columns] / lengths[:, None]
            gram += part @ part.T
    else:
        for rows in _slices(songs, BLOCK // dimensions):
            part = values[rows] / lengths[rows, None]
            gram += part.T @ part
    found = np.linalg.eigvalsh(gram)
    rounding = max(songs, dimensions) * np.finfo(np.float64).eps * found[-1]
    return np.where(found > rounding, found, 0.0)


def _exp_entropy(weights: Floats) -> float:
    shares = weights[weights > 0] / weights.sum()
    return float(np.exp(-(shares * np.log(shares)).sum()))


def _mean_distance(values: NDArray[np.float32], lengths: Floats) -> float:
    songs = len(values)
    total = np.zeros(values.shape[1])
    for rows in _slices(songs, BLOCK // values.shape[1]):
        total += (values[rows] / lengths[rows, None]).sum(axis=0)
    return float(1 - (total @ total - songs) / (songs * (songs - 1)))


def _slices(length: int, step: int) -> Iterator[slice]:
    step = max(1, step)
    return (slice(start, min(start + step, length)) for start in range(0, length, step))
