"""Cosines scaled so that no song is near to everyone.

A hub is near to many songs because it is near to all. Both scalings ask how near two songs are
*compared with what each of them is used to*, from either side, so that a neighbour is one that
stands out for both. They change who is whose neighbour, and nothing else.

Schnitzer, Flexer, Schedl & Widmer, "Local and Global Scaling Reduce Hubs in Space", JMLR 13, 2012.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, Protocol, Self, TypeAlias

import numpy as np

from songnet.errors import UsageError
from songnet.model import Floats
from songnet.networks._candidates import nearest_by_cosine
from songnet.networks._cosine import DECIMALS, Directions
from songnet.networks._proximity import MutualProximity
from songnet.networks._ranking import Neighbors, best, joined

Scaling: TypeAlias = Literal["none", "mutual-proximity", "local-scaling"]
SCALINGS: Final[tuple[Scaling, ...]] = ("none", "mutual-proximity", "local-scaling")


def neighbors(scaling: str, directions: Directions, k: int) -> Neighbors:
    """The `k` nearest of every song by that scaling; `UsageError` if there is none.

    Parameters
    ----------
    k
        From 1 to one below the number of songs.
    """
    if scaling == "none":
        return nearest_by_cosine(directions, k)
    measure = _measure(scaling, directions, k)
    return joined(
        [measure.nearest(cosine, k, first=rows.start) for rows, cosine in directions.blocks()]
    )


class Measure(Protocol):
    """What says who is nearest."""

    def nearest(self, cosine: Floats, k: int, *, first: int) -> Neighbors:
        """The `k` nearest of songs ``first``, ``first + 1``, …, from cosines (rows, n)."""


def _measure(scaling: str, directions: Directions, k: int) -> Measure:
    """The measure of that name, made to the songs it is for; `UsageError` if there is none."""
    if scaling == "local-scaling":
        return LocalScaling.of(directions, k)
    if scaling == "mutual-proximity":
        return MutualProximity.of(directions)
    raise UsageError(f"there is no scaling {scaling!r}: use one of {', '.join(SCALINGS)}")


@dataclass(frozen=True)
class LocalScaling:
    """Distances in units of how far each of the two songs has to reach for its k-th nearest.

    exp(-d_xy² / (r_x r_y)), with r_x the distance of song x to its k-th nearest: Zelnik-Manor &
    Perona, "Self-Tuning Spectral Clustering", NIPS 2004, section 3. With d = 1 - cosine and with
    the distance of unit vectors, which is √2d, the order of neighbours is the same.

    Attributes
    ----------
    reach
        r, float64 (n,); at least what a cosine can tell apart, where k others are the very same.
    """

    reach: Floats

    @classmethod
    def of(cls, directions: Directions, k: int) -> Self:
        """Measured on all songs; `k` is below their number."""
        kth = np.empty(len(directions))
        for rows, cosine in directions.blocks():
            cosine.partition(-k, axis=1)
            kth[rows] = cosine[:, -k]
        return cls(np.maximum(1 - kth, 10.0**-DECIMALS))

    def nearest(self, cosine: Floats, k: int, *, first: int) -> Neighbors:
        """See `Measure`; by -d / √(r_x r_y), which has the order of the scaled similarity."""
        root = np.sqrt(self.reach)
        score = cosine - 1
        score /= root[first : first + len(cosine), None]
        score /= root
        return best(score, cosine, k, first=first)
