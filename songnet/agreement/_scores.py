"""The scores; `songnet.agreement` says what each one is."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from songnet.agreement._contingency import Contingency, contingency
from songnet.agreement._expected import expected_mutual_information
from songnet.model import Floats, Ints


@dataclass(frozen=True, slots=True)
class Scores:
    """All scores of one pair of partitions; `vi` in nats, the others without unit."""

    nmi: float
    ami: float
    ari: float
    vi: float
    homogeneity: float
    completeness: float
    fmi: float


def scores(table: Contingency) -> Scores:
    """Every score of a contingency table at once.

    Examples
    --------
    >>> from songnet.agreement import contingency, scores
    >>> scores(contingency([0, 0, 1, 1], [0, 1, 0, 1])).ari
    -0.5
    """
    shared = _mutual_information(table)
    left, right = entropy(table.row_sizes), entropy(table.column_sizes)
    return Scores(
        nmi=_nmi(table, shared, left, right),
        ami=_ami(table, shared, left, right),
        ari=_ari(table),
        vi=_vi(table),
        homogeneity=_share(table, shared, left),
        completeness=_share(table, shared, right),
        fmi=_fmi(table),
    )


def nmi(a: ArrayLike, b: ArrayLike) -> float:
    """Normalized mutual information, arithmetic mean; labels of shape (n,)."""
    table = contingency(a, b)
    return _nmi(table, *_informations(table))


def ami(a: ArrayLike, b: ArrayLike) -> float:
    """Adjusted mutual information, arithmetic mean; labels of shape (n,)."""
    table = contingency(a, b)
    return _ami(table, *_informations(table))


def ari(a: ArrayLike, b: ArrayLike) -> float:
    """Adjusted Rand index; labels of shape (n,)."""
    return _ari(contingency(a, b))


def vi(a: ArrayLike, b: ArrayLike) -> float:
    """Variation of information in nats; labels of shape (n,)."""
    return _vi(contingency(a, b))


def homogeneity(a: ArrayLike, b: ArrayLike) -> float:
    """The share of A's entropy that B explains; labels of shape (n,)."""
    table = contingency(a, b)
    return _share(table, _mutual_information(table), entropy(table.row_sizes))


def completeness(a: ArrayLike, b: ArrayLike) -> float:
    """The share of B's entropy that A explains; labels of shape (n,)."""
    return homogeneity(b, a)


def fmi(a: ArrayLike, b: ArrayLike) -> float:
    """Fowlkes-Mallows index; labels of shape (n,)."""
    return _fmi(contingency(a, b))


def entropy(sizes: Ints) -> float:
    """Entropy in nats of a partition with communities of these sizes, shape (k,)."""
    if len(sizes) == 1:
        return 0.0
    share = sizes / sizes.sum()
    return float(-(share * np.log(share)).sum())


def _informations(table: Contingency) -> tuple[float, float, float]:
    shared = _mutual_information(table)
    return shared, entropy(table.row_sizes), entropy(table.column_sizes)


def _mutual_information(table: Contingency) -> float:
    # One community says nothing: exactly zero, where the sum would leave rounding errors.
    if min(len(table.row_sizes), len(table.column_sizes)) == 1:
        return 0.0
    songs = table.songs
    expected = _row_size(table) * (_column_size(table) / songs)
    terms = table.counts / songs * np.log(table.counts / expected)
    return max(0.0, float(terms.sum()))


def _nmi(table: Contingency, shared: float, left: float, right: float) -> float:
    if table.equal:
        return 1.0
    return shared / ((left + right) / 2)


def _ami(table: Contingency, shared: float, left: float, right: float) -> float:
    if table.equal:
        return 1.0
    # With one community every table has MI = E[MI] = 0.
    if left == 0 or right == 0:
        return 0.0
    chance = expected_mutual_information(table.row_sizes, table.column_sizes)
    return (shared - chance) / ((left + right) / 2 - chance)


def _share(table: Contingency, shared: float, whole: float) -> float:
    if table.equal or whole == 0:
        return 1.0
    return shared / whole


def _vi(table: Contingency) -> float:
    # As H(A|B) + H(B|A), where every term is at least zero and nothing cancels.
    outside = np.log(_row_size(table) / table.counts) + np.log(_column_size(table) / table.counts)
    return float((table.counts / table.songs * outside).sum())


def _ari(table: Contingency) -> float:
    if table.equal:
        return 1.0
    both, left, right = _pairs(table.counts), _pairs(table.row_sizes), _pairs(table.column_sizes)
    every = math.comb(table.songs, 2)
    # Times twice the number of pairs, so that the subtractions are exact in whole numbers.
    return 2 * (both * every - left * right) / ((left + right) * every - 2 * left * right)


def _fmi(table: Contingency) -> float:
    both = _pairs(table.counts)
    if not both:
        return 0.0
    return math.sqrt(both / _pairs(table.row_sizes)) * math.sqrt(both / _pairs(table.column_sizes))


def _pairs(sizes: Ints) -> int:
    return int((sizes * (sizes - 1) // 2).sum())


def _row_size(table: Contingency) -> Floats:
    return table.row_sizes[table.rows].astype(np.float64)


def _column_size(table: Contingency) -> Floats:
    return table.column_sizes[table.columns].astype(np.float64)
