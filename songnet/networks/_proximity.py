"""Mutual proximity: how likely it is that two songs are nearer to each other than to others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np

from songnet.model import Floats, Ints
from songnet.networks._cosine import Directions
from songnet.networks._ranking import Neighbors, best, joined

MARKS = 1 << 24
FEWEST_MARKS = 256


@dataclass(frozen=True)
class MutualProximity:
    """P(X > d_xy) P(Y > d_xy): the share of songs farther from x than y is, times that from y.

    X and Y are the distances of songs x and y to all others, taken as independent and by their
    empirical distributions (Schnitzer et al. 2012). Gaussian ones would ask for less memory, but
    the cosines of autoencoders' vectors are far from Gaussian: on those of ESC-10 a mean and a
    standard deviation per song raised the hubness from 0.8 to 2.5, the whole distributions bring
    it to 0.1.

    All values of n songs' distributions are kept while there are at most `MARKS` of them, which is
    up to 4,096 songs, and the proximities are exact. Of more songs' the values at `MARKS` / n
    ranks, `FEWEST_MARKS` at least, dense at both ends, and ranks between those are interpolated;
    every song is held against every other all the same.

    Attributes
    ----------
    marks
        float64 (n, q): the cosines of each song with the others that have `ranks`, falling; the
        last is -inf.
    ranks
        int64 (q,), rising, from 1 to n - 1, and n for the song itself.
    """

    marks: Floats
    ranks: Ints

    @classmethod
    def of(cls, directions: Directions) -> Self:
        """Measured on all songs."""
        songs = len(directions)
        ranks = np.append(_kept(songs - 1, max(MARKS // songs, FEWEST_MARKS)), songs)
        marks = np.empty((songs, len(ranks)))
        for rows, cosine in directions.blocks():
            cosine.sort(axis=1)
            marks[rows] = cosine[:, songs - ranks]
        return cls(marks, ranks)

    def nearest(self, cosine: Floats, k: int, *, first: int) -> Neighbors:
        """The `k` nearest of songs ``first``, ``first + 1``, …, from cosines (rows, n)."""
        return joined([self._of(first + row, values, k) for row, values in enumerate(cosine)])

    def _of(self, song: int, cosine: Floats, k: int) -> Neighbors:
        others = len(cosine) - 1
        near, proximity = self._down_to(song, cosine, int(np.searchsorted(self.ranks, k)))
        # No factor is above `others`, so beyond this mark the other one cannot make up for it.
        floor = np.partition(proximity, -k)[-k]
        mark = int(np.searchsorted(self.ranks, others - floor / others))
        near, proximity = self._down_to(song, cosine, mark)
        found = best(proximity[None], cosine[None, near], k, first=song)
        return found._replace(target=near[found.target])

    def _down_to(self, song: int, cosine: Floats, mark: int) -> tuple[Ints, Floats]:
        """The songs up to a mark from `song`, and their proximities to it times (n - 1)²."""
        near = np.flatnonzero(cosine >= self.marks[song, mark])
        there = self._farther(np.full(len(near), song), cosine[near])
        return near, there * self._farther(near, cosine[near])

    def _farther(self, songs: Ints, cosine: Floats) -> Floats:
        """How many others are farther from each of `songs` than one at this cosine, (m,)."""
        # As numbers, not shares, because products of whole numbers tie exactly.
        cosine = np.minimum(cosine, self.marks[songs, 0])
        after = self._marks_within(songs, cosine)
        here, next_ = self.marks[songs, after - 1], self.marks[songs, after]
        step = self.ranks[after] - self.ranks[after - 1]
        rank = self.ranks[after - 1] + step * (here - cosine) / (here - next_)
        return np.asarray(len(self.marks) - 1 - rank, np.float64)

    def _marks_within(self, songs: Ints, cosine: Floats) -> Ints:
        """How many marks of each song are as near as `cosine` or nearer, by bisection, (m,)."""
        low, high = np.zeros_like(songs), np.full_like(songs, len(self.ranks) - 1)
        for _ in range(len(self.ranks).bit_length()):
            middle = (low + high) // 2
            within = self.marks[songs, middle] >= cosine
            low, high = np.where(within, middle + 1, low), np.where(within, high, middle)
        return low


def _kept(others: int, most: int) -> Ints:
    """At most `most` of the ranks 1 to `others`, evenly spread on the scale of log odds."""
    if others <= most:
        return np.arange(1, others + 1)
    odds = np.exp(np.linspace(-np.log(others), np.log(others), most))
    return np.unique(np.ceil(others * odds / (1 + odds))).astype(np.int64)
