"""Rules that choose a number of communities from a curve."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

import numpy as np

from songnet.partitions._choice import ChoiceRow

SILHOUETTE: Final = "the largest mean silhouette (Rousseeuw 1987), degenerate numbers passed over"
ELBOW: Final = (
    "inertia against k, both scaled from 0 to 1: the k farthest below the chord from the first to "
    "the last (Satopää et al. 2011); there is one whether or not there are clusters"
)
BIC: Final = "the lowest BIC of Gaussian mixtures"


def by_silhouette(rows: Sequence[ChoiceRow]) -> int | None:
    """The number of the largest silhouette; of equals the smaller."""
    able = [row for row in rows if row.silhouette is not None and not row.degenerate]
    return max(able, key=_silhouette).communities if able else None


def _silhouette(row: ChoiceRow) -> float:
    return -np.inf if row.silhouette is None else row.silhouette


def elbow(communities: Sequence[int], inertias: Sequence[float]) -> int | None:
    """Where a falling curve bends: the number farthest below the chord between its ends.

    Satopää, Albrecht, Irwin & Raghavan, Finding a "kneedle" in a haystack (2011). With both axes
    scaled from 0 to 1, distance to the chord and distance below it have their largest value in the
    same place.

    Parameters
    ----------
    communities
        Rising.
    inertias
        As many.

    Returns
    -------
    A number between the first and the last; None of fewer than three, or where no point lies below
    the chord.

    Examples
    --------
    >>> elbow([1, 2, 3, 4, 5], [100, 30, 20, 15, 10])
    2
    """
    x, y = np.asarray(communities, np.float64), np.asarray(inertias, np.float64)
    if len(x) < 3 or y[0] <= y[-1]:
        return None
    below = 1 - (x - x[0]) / (x[-1] - x[0]) - (y - y[-1]) / (y[0] - y[-1])
    place = int(below.argmax())
    # A straight line lies below its own chord only by rounding.
    return int(communities[place]) if below[place] > 1e-9 else None


def by_gap(rows: Sequence[ChoiceRow]) -> int | None:
    """The first number whose gap the next does not surpass by more than its standard error."""
    for row, after in pairwise(rows):
        if row.gap is None or after.gap is None or after.gap_error is None:
            return None
        if row.gap >= after.gap - after.gap_error:
            return row.communities
    return None


def by_bic(rows: Sequence[ChoiceRow]) -> int | None:
    """The number of the lowest BIC; of equals the smaller."""
    found = [(row.bic, row.communities) for row in rows if row.bic is not None]
    return min(found)[1] if found else None
