"""The scores; `songnet.agreement` says what each one is."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike

from songnet.agreement._contingency import Contingency, contingency, encode
from songnet.agreement._margins import Margins, Scores, Sums, margins_of, sums_of
from songnet.model import Floats

# What MI is divided by, from H(A), H(B) and H(A, B) (Vinh et al. 2010, table 2).
NORMALIZERS: Mapping[str, Callable[[float, float, float], float]] = MappingProxyType(
    {
        "arithmetic": lambda left, right, _: (left + right) / 2,
        "geometric": lambda left, right, _: math.sqrt(left * right),
        "min": lambda left, right, _: min(left, right),
        "max": lambda left, right, _: max(left, right),
        "joint": lambda _left, _right, both: both,
    }
)


def scores(table: Contingency) -> Scores:
    """Every score of a contingency table at once.

    Examples
    --------
    >>> from songnet.agreement import contingency, scores
    >>> scores(contingency([0, 0, 1, 1], [0, 1, 0, 1])).ari
    -0.5
    """
    margins = margins_of(table)
    return margins.scores(sums_of(table, margins))


def nmi_by(table: Contingency) -> dict[str, float]:
    """Normalized mutual information by every normalizer: arithmetic, geometric, min, max, joint.

    Whatever the normalizer, equal partitions have 1, and where one partition is one community and
    the other is not it is 0.
    """
    margins = margins_of(table)
    sums = sums_of(table, margins)
    left, right = margins.entropies
    wholes = {
        name: normalizer(left, right, left + right - sums.information)
        for name, normalizer in NORMALIZERS.items()
    }
    return {name: _ratio(sums, whole) for name, whole in wholes.items()}


def _ratio(sums: Sums, whole: float) -> float:
    if sums.equal:
        return 1.0
    return sums.information / whole if sums.information else 0.0


def nmi(a: ArrayLike, b: ArrayLike) -> float:
    """Normalized mutual information, arithmetic mean; labels of shape (n,)."""
    margins, sums = _of(a, b)
    return margins.nmi(sums)


def ami(a: ArrayLike, b: ArrayLike) -> float:
    """Adjusted mutual information, arithmetic mean; labels of shape (n,)."""
    margins, sums = _of(a, b)
    return margins.ami(sums)


def ari(a: ArrayLike, b: ArrayLike) -> float:
    """Adjusted Rand index; labels of shape (n,)."""
    margins, sums = _of(a, b)
    return margins.ari(sums)


def vi(a: ArrayLike, b: ArrayLike) -> float:
    """Variation of information in nats; labels of shape (n,)."""
    return _of(a, b)[1].variation


def homogeneity(a: ArrayLike, b: ArrayLike) -> float:
    """The share of A's entropy that B explains; labels of shape (n,)."""
    margins, sums = _of(a, b)
    return margins.homogeneity(sums)


def completeness(a: ArrayLike, b: ArrayLike) -> float:
    """The share of B's entropy that A explains; labels of shape (n,)."""
    return homogeneity(b, a)


def fmi(a: ArrayLike, b: ArrayLike) -> float:
    """Fowlkes-Mallows index; labels of shape (n,)."""
    margins, sums = _of(a, b)
    return margins.fmi(sums)


def element_centric(a: ArrayLike, b: ArrayLike) -> float:
    """Element-centric similarity, the mean of `element_scores`; labels of shape (n,)."""
    margins, sums = _of(a, b)
    return margins.element_centric(sums)


def element_scores(a: ArrayLike, b: ArrayLike) -> Floats:
    """Element-centric similarity of each song: how alike its company is in both partitions.

    n_ij / max(a_i, b_j) for a song in community i of A and j of B. That is the closed form of Gates
    et al. (2019) for partitions: a random walk that restarts at the song with probability 1 - alpha
    visits every member of its community of c songs with alpha / c; half the L1 distance of the two
    walks, divided by alpha, is 1 - n_ij / max(a_i, b_j). The song's own extra 1 - alpha cancels, so
    alpha (0.9 in the paper) does not matter where communities do not overlap.

    Parameters
    ----------
    a, b
        Labels of shape (n,).

    Returns
    -------
    float64 (n,), above 0, at most 1: in the order of the songs.
    """
    table = contingency(a, b)
    larger = np.maximum(table.row_sizes[table.rows], table.column_sizes[table.columns])
    (_, row), (_, column) = encode(np.asarray(a)), encode(np.asarray(b))
    width = len(table.column_sizes)
    cell = np.searchsorted(table.rows * width + table.columns, row * width + column)
    return np.asarray((table.counts / larger)[cell], np.float64)


def _of(a: ArrayLike, b: ArrayLike) -> tuple[Margins, Sums]:
    table = contingency(a, b)
    margins = margins_of(table)
    return margins, sums_of(table, margins)
