"""What chance alone gives each score, exactly."""

from __future__ import annotations

import math

import numpy as np

from songnet.agreement._contingency import Contingency
from songnet.agreement._margins import Margins, Scores, Sums, margins_of
from songnet.model import Ints


def expected(table: Contingency) -> Scores:
    """The exact mean of every score over all shuffles of the labels.

    A shuffle keeps both margins, so a cell is hypergeometric, and every score is linear in MI, in
    the pairs that are together in both, or in the sum of n_ij^2 / max(a_i, b_j):

        E[MI]      Vinh et al. (2010)
        E[S_AB]    = S_A S_B / (n(n-1)/2)                       (Hubert & Arabie 1985)
        E[n_ij^2]  = a b / n + a(a-1) b(b-1) / (n(n-1))         (second factorial moment)

    with a = a_i, b = b_j. AMI and ARI are 0 by construction; where every shuffle is equal to the
    other partition (both one community, or both single songs) they are 1, as everywhere.

    Returns
    -------
    The expectations, under the names of the scores.
    """
    return chance(margins_of(table))


def chance(margins: Margins) -> Scores:
    """`expected`, from the margins."""
    every = Sums(
        information=_information(margins),
        variation=max(0.0, sum(margins.entropies) - 2 * _information(margins)),
        together=0,
        elements=_elements(margins.row_sizes, margins.column_sizes),
        equal=_always_equal(margins),
    )
    found = margins.scores(every).as_dict()
    if not every.equal:
        found |= {"ami": 0.0, "ari": 0.0}
    return Scores(**found | {"fmi": _fmi(margins)})


def _always_equal(margins: Margins) -> bool:
    shapes = {len(margins.row_sizes), len(margins.column_sizes)}
    return shapes in ({1}, {margins.songs})


def _information(margins: Margins) -> float:
    return 0.0 if 0 in margins.entropies else margins.expected_information


def _fmi(margins: Margins) -> float:
    left, right, every = margins.pairs
    if not left or not right:
        return 0.0
    return math.sqrt(left / every) * math.sqrt(right / every)


def _elements(row_sizes: Ints, column_sizes: Ints) -> float:
    """E of the mean of n_ij / max(a_i, b_j) over songs; communities of one size share one term."""
    songs = int(row_sizes.sum())
    (left, left_times), (right, right_times) = (
        np.unique(sizes, return_counts=True) for sizes in (row_sizes, column_sizes)
    )
    a, b = left[:, np.newaxis].astype(np.float64), right.astype(np.float64)
    others = max(songs - 1, 1)
    squares = a * b / songs * (1 + (a - 1) * (b - 1) / others)
    return float(left_times @ (squares / np.maximum(a, b)) @ right_times) / songs
