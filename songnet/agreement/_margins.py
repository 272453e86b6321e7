"""What a contingency table's margins alone determine, computed once for many tables."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from songnet.agreement._contingency import Contingency
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
    element_centric: float

    def as_dict(self) -> dict[str, float]:
        """The scores by name."""
        return asdict(self)


class Sums(NamedTuple):
    """What, beside the margins, the scores depend on.

    Attributes
    ----------
    information
        MI, in nats.
    variation
        VI = H(A|B) + H(B|A), in nats.
    together
        Pairs of songs that are together in both, a whole number.
    elements
        The mean of n_ij / max(a_i, b_j) over the songs.
    equal
        Whether the two partitions are the same.
    """

    information: float
    variation: float
    together: int
    elements: float
    equal: bool


@dataclass(frozen=True)
class Margins:
    """The sizes of the communities of two partitions of the same songs.

    A shuffle of labels keeps them and changes only the cells, so that its scores cost no more than
    `sums`: the expected mutual information, for one, is computed once.

    Attributes
    ----------
    row_sizes, column_sizes
        int64 (r,), (c,): songs per community, at least 1, both with the sum n.
    """

    row_sizes: Ints
    column_sizes: Ints

    @cached_property
    def songs(self) -> int:
        """The number of songs, n."""
        return int(self.row_sizes.sum())

    @cached_property
    def entropies(self) -> tuple[float, float]:
        """H(A) and H(B) in nats."""
        return entropy(self.row_sizes), entropy(self.column_sizes)

    @cached_property
    def expected_information(self) -> float:
        """E[MI] in nats over all tables with these margins."""
        return expected_mutual_information(self.row_sizes, self.column_sizes)

    @cached_property
    def pairs(self) -> tuple[int, int, int]:
        """Pairs of songs that are together in A, those together in B, and all pairs."""
        return (
            pairs_within(self.row_sizes),
            pairs_within(self.column_sizes),
            math.comb(self.songs, 2),
        )

    @cached_property
    def _logarithms(self) -> tuple[Floats, Floats]:
        return np.log(self.row_sizes), np.log(self.column_sizes)

    def sums(self, rows: Ints, columns: Ints, counts: Ints) -> Sums:
        """The sums over a table's cells, each array of shape (cells,)."""
        left, right = self._logarithms
        shared, row, column = np.log(counts), left[rows], right[columns]
        share = counts / self.songs
        larger = np.maximum(self.row_sizes[rows], self.column_sizes[columns])
        # One community says nothing: exactly zero, where the sum would leave rounding errors.
        single = min(len(self.row_sizes), len(self.column_sizes)) == 1
        information = float(share @ (shared + math.log(self.songs) - row - column))
        return Sums(
            information=0.0 if single else max(0.0, information),
            # As H(A|B) + H(B|A), where every term is at least zero and nothing cancels.
            variation=float(share @ ((row - shared) + (column - shared))),
            together=pairs_within(counts),
            elements=float(share @ (counts / larger)),
            equal=len(counts) == len(self.row_sizes) == len(self.column_sizes),
        )

    def scores(self, sums: Sums) -> Scores:
        """Every score of a table with these margins and sums."""
        return Scores(
            nmi=self.nmi(sums),
            ami=self.ami(sums),
            ari=self.ari(sums),
            vi=sums.variation,
            homogeneity=self.homogeneity(sums),
            completeness=self.completeness(sums),
            fmi=self.fmi(sums),
            element_centric=self.element_centric(sums),
        )

    def nmi(self, sums: Sums) -> float:
        """Normalized mutual information, arithmetic mean."""
        return 1.0 if sums.equal else sums.information / (sum(self.entropies) / 2)

    def ami(self, sums: Sums) -> float:
        """Adjusted mutual information, arithmetic mean."""
        if sums.equal:
            return 1.0
        # With one community every table has MI = E[MI] = 0.
        if 0 in self.entropies:
            return 0.0
        chance = self.expected_information
        return (sums.information - chance) / (sum(self.entropies) / 2 - chance)

    def ari(self, sums: Sums) -> float:
        """Adjusted Rand index."""
        if sums.equal:
            return 1.0
        left, right, every = self.pairs
        # Times twice the number of pairs, so that the subtractions are exact in whole numbers.
        above = 2 * (sums.together * every - left * right)
        return above / ((left + right) * every - 2 * left * right)

    def homogeneity(self, sums: Sums) -> float:
        """The share of A's entropy that B explains."""
        return _share(sums, self.entropies[0])

    def completeness(self, sums: Sums) -> float:
        """The share of B's entropy that A explains."""
        return _share(sums, self.entropies[1])

    def element_centric(self, sums: Sums) -> float:
        """Element-centric similarity, its mean over songs."""
        return 1.0 if sums.equal else sums.elements

    def fmi(self, sums: Sums) -> float:
        """Fowlkes-Mallows index."""
        if not sums.together:
            return 0.0
        left, right, _ = self.pairs
        return math.sqrt(sums.together / left) * math.sqrt(sums.together / right)


def margins_of(table: Contingency) -> Margins:
    """The margins of a table."""
    return Margins(table.row_sizes, table.column_sizes)


def sums_of(table: Contingency, margins: Margins) -> Sums:
    """The sums of a table that has these margins."""
    return margins.sums(table.rows, table.columns, table.counts)


def entropy(sizes: Ints) -> float:
    """Entropy in nats of a partition with communities of these sizes, shape (k,)."""
    if len(sizes) == 1:
        return 0.0
    share = sizes / sizes.sum()
    return float(-(share * np.log(share)).sum())


def pairs_within(sizes: Ints) -> int:
    """Pairs of songs that lie in the same one of groups of these sizes."""
    return int((sizes * (sizes - 1) // 2).sum())


def _share(sums: Sums, whole: float) -> float:
    return 1.0 if sums.equal or whole == 0 else sums.information / whole
