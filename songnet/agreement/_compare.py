"""All pairs of partitions, over the songs that both cover."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import combinations
from typing import TYPE_CHECKING, Any

from songnet.agreement._chance import chance
from songnet.agreement._contingency import Contingency, contingency
from songnet.agreement._intervals import Interval
from songnet.agreement._margins import Margins, Scores, margins_of, sums_of
from songnet.agreement._matching import (
    Matches,
    Order,
    Residuals,
    best_matches,
    matching_order,
    residuals,
)
from songnet.agreement._matrix import Matrix, matrix
from songnet.agreement._nulls import Null
from songnet.agreement._scores import nmi_by
from songnet.agreement._shared import SharedSongs
from songnet.errors import EmptyInputError, InputError
from songnet.model import DOMINANT, Partition

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class Confusion:
    """A confusion matrix, sparse.

    Attributes
    ----------
    rows, columns
        The communities of the first and the second partition that hold shared songs, rising.
    cells
        ``(index into rows, index into columns, songs)``, songs at least 1, by row, then column.
    """

    rows: tuple[int, ...]
    columns: tuple[int, ...]
    cells: tuple[tuple[int, int, int], ...]


@dataclass(frozen=True)
class Pair:
    """Two partitions side by side.

    Attributes
    ----------
    a, b
        Their names.
    songs
        Songs that both cover; everything here is over these.
    only_a, only_b
        Songs that only the one covers.
    scores
        How far the two agree.
    table, margins
        What the scores were computed from.
    degenerate
        Names of those with over 90 % of the shared songs in one community.
    nulls
        By the name of the null hypothesis.
    interval
        Confidence intervals of the scores; None where none were asked for.
    """

    a: str
    b: str
    songs: int
    only_a: int
    only_b: int
    scores: Scores
    table: Contingency = field(repr=False)
    margins: Margins = field(repr=False)
    degenerate: tuple[str, ...]
    nulls: Mapping[str, Null] = field(default_factory=dict)
    interval: Interval | None = None

    @cached_property
    def chance(self) -> Scores:
        """The exact expectation of every score when labels are shuffled."""
        return chance(self.margins)

    @cached_property
    def nmi_by(self) -> Mapping[str, float]:
        """Normalized mutual information by every normalizer."""
        return nmi_by(self.table)

    @cached_property
    def confusion(self) -> Confusion:
        """The communities' shared songs."""
        table = self.table
        cells = zip(table.rows.tolist(), table.columns.tolist(), table.counts.tolist(), strict=True)
        return Confusion(
            rows=tuple(table.row_labels.tolist()),
            columns=tuple(table.column_labels.tolist()),
            cells=tuple(cells),
        )

    @cached_property
    def matches(self) -> tuple[Matches, Matches]:
        """The best match of every community of `a`, then of every one of `b`."""
        return best_matches(self.table)

    @cached_property
    def order(self) -> Order:
        """Rows and columns of the confusion matrix, best matching first."""
        return matching_order(self.table)

    @cached_property
    def residuals(self) -> Residuals:
        """Which cells hold more songs than chance, or fewer."""
        return residuals(self.table)


@dataclass(frozen=True)
class Comparison:
    """What `compare` found.

    Attributes
    ----------
    partitions
        As given.
    pairs
        Every two of them that share a song, in that order.
    apart
        Names of every two that share none.
    notes
        What a reader should be told of how it was made, in sentences.
    """

    partitions: tuple[Partition, ...]
    pairs: tuple[Pair, ...]
    apart: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def table(self) -> pd.DataFrame:
        """A row per pair: a, b, songs and every score."""
        import pandas as pd

        rows = [
            {"a": pair.a, "b": pair.b, "songs": pair.songs, **pair.scores.as_dict()}
            for pair in self.pairs
        ]
        return pd.DataFrame(rows)

    @cached_property
    def matrix(self) -> Matrix:
        """All partitions against all, clustered."""
        names = [partition.name for partition in self.partitions]
        couples = [
            (i, j)
            for i, j in combinations(range(len(names)), 2)
            if (names[i], names[j]) not in self.apart
        ]
        amis = [pair.scores.ami for pair in self.pairs]
        return matrix(names, dict(zip(couples, amis, strict=True)))

    def to_json(self) -> dict[str, Any]:
        """Plain values in the schema ``songnet.partitions.compare/1``."""
        from songnet.agreement._compare_json import comparison_json

        return comparison_json(self)


def compare(partitions: Sequence[Partition], shared: SharedSongs | None = None) -> Comparison:
    """Compare every two partitions over the songs they share.

    Parameters
    ----------
    partitions
        Two or more; pairs come in the order given, (first, second), (first, third), …
    shared
        Of the same partitions, where it is there already.

    Raises
    ------
    InputError
        Fewer than two partitions.
    EmptyInputError
        No two of them share a song.
    """
    if len(partitions) < 2:
        found = f"there is only {partitions[0].name!r}" if partitions else "there is none"
        raise InputError(f"comparing needs at least two partitions: {found}")
    shared = shared or SharedSongs(partitions)
    couples = list(combinations(range(len(partitions)), 2))
    scored = [_pair(partitions, shared, first, second) for first, second in couples]
    pairs = tuple(pair for pair in scored if pair is not None)
    if not pairs:
        raise EmptyInputError(_nothing_shared(*partitions[:2]))
    apart = tuple(
        (partitions[first].name, partitions[second].name)
        for (first, second), pair in zip(couples, scored, strict=True)
        if pair is None
    )
    return Comparison(tuple(partitions), pairs, apart)


def _nothing_shared(a: Partition, b: Partition) -> str:
    return (
        f"partitions {a.name!r} ({len(a.songs)} songs) and {b.name!r} ({len(b.songs)} songs) "
        "have no song in common: compare partitions of the same songs"
    )


def _pair(
    partitions: Sequence[Partition], shared: SharedSongs, first: int, second: int
) -> Pair | None:
    a, b = partitions[first], partitions[second]
    left, right = shared.of(first, second)
    labels = a.labels[left], b.labels[right]
    if not len(labels[0]):
        return None
    table = contingency(*labels)
    margins = margins_of(table)
    return Pair(
        a=a.name,
        b=b.name,
        songs=table.songs,
        only_a=len(a.songs) - table.songs,
        only_b=len(b.songs) - table.songs,
        scores=margins.scores(sums_of(table, margins)),
        table=table,
        margins=margins,
        degenerate=_degenerate(a, b, table),
    )


def _degenerate(a: Partition, b: Partition, table: Contingency) -> tuple[str, ...]:
    sides = ((a.name, table.row_sizes), (b.name, table.column_sizes))
    return tuple(name for name, sizes in sides if sizes.max() > DOMINANT * table.songs)
