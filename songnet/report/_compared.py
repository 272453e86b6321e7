"""A comparison's JSON, read once: pairs of partitions, their scores, their confusion matrices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from songnet.errors import InputError
from songnet.model import DOMINANT, Ints
from songnet.report._content import ReportContent
from songnet.report._nulls import Intervals, Null, intervals, nulls
from songnet.report._scores import SCORES
from songnet.report._text import count

SCHEMA = "songnet.partitions.compare/1"
SHOWN = 20
OTHER = -1


@dataclass(frozen=True)
class Pair:
    """Two partitions of the same songs.

    Attributes
    ----------
    a, b
        Their names.
    songs
        How many songs both cover.
    scores
        By key of `SCORES`; None where a score is not there.
    rows, columns
        int64 (r,), (c,): labels of `a` and `b`.
    cells
        int64 (m, 3): row, column, count.
    order
        Places in `rows` and in `columns`, best matching first; None of an old comparison.
    nulls
        What chance would give, by null.
    chance
        A score's exact mean when labels are shuffled, by key of `SCORES`.
    interval
        Where the scores lie; None where that was not computed.
    only
        Songs that only `a` covers, and only `b`; None of an old comparison.
    """

    a: str
    b: str
    songs: int
    scores: Mapping[str, float | None]
    rows: Ints
    columns: Ints
    cells: Ints
    order: tuple[Ints, Ints] | None = None
    nulls: Mapping[str, Null] = field(default_factory=dict)
    chance: Mapping[str, float] = field(default_factory=dict)
    interval: Intervals | None = None
    only: tuple[int, int] | None = None

    def totals(self, side: int) -> Ints:
        """Songs per community of `a` (side 0) or `b` (side 1), int64."""
        length = len(self.columns if side else self.rows)
        sums = np.bincount(self.cells[:, side], weights=self.cells[:, 2], minlength=length)
        return sums.astype(np.int64)

    def dominance(self, side: int) -> float:
        """The share of the compared songs in the largest community of one side, 0 to 1."""
        totals = self.totals(side)
        return float(totals.max() / totals.sum()) if totals.sum() else 0.0

    @property
    def dominant(self) -> list[tuple[str, float]]:
        """Those of the two partitions that are degenerate, with their dominance."""
        shares = [(self.a, self.dominance(0)), (self.b, self.dominance(1))]
        return [(name, share) for name, share in shares if share > DOMINANT]


def pairs(content: ReportContent) -> list[Pair]:
    """The pairs of the comparison, in its order; none where nothing was compared.

    Raises
    ------
    InputError
        The comparison is not of the schema ``songnet.partitions.compare/1``.
    """
    data = as_json(content)
    if data is None:
        return []
    try:
        return [_pair(item) for item in data["pairs"]]
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        raise InputError(f"the comparison is not of {SCHEMA}: {error!r}") from error


def as_json(content: ReportContent) -> Mapping[str, Any] | None:
    """The comparison as plain data; None where nothing was compared; refused if not `SCHEMA`."""
    given = content.comparison
    if given is None:
        return None
    data = given if isinstance(given, Mapping) else given.to_json()
    if data.get("schema") != SCHEMA:
        raise InputError(f"a report needs a comparison of {SCHEMA}: got {data.get('schema')!r}")
    return data


def _pair(item: Mapping[str, Any]) -> Pair:
    table = item["confusion"]
    rows, columns = np.asarray(table["rows"], np.int64), np.asarray(table["columns"], np.int64)
    return Pair(
        a=str(item["a"]),
        b=str(item["b"]),
        songs=int(item["songs"]),
        scores={score.key: _score(item.get(score.key)) for score in SCORES},
        rows=rows,
        columns=columns,
        cells=np.asarray(table["cells"], np.int64).reshape(-1, 3),
        order=_order(item.get("order"), len(rows), len(columns)),
        nulls=nulls(item.get("null")),
        chance={
            key: float(value)
            for key, value in (item.get("chance") or {}).items()
            if value is not None
        },
        interval=intervals(item.get("interval")),
        only=_only(item),
    )


def _score(given: Any) -> float | None:
    return None if given is None else float(given)


def _order(given: Mapping[str, Any] | None, rows: int, columns: int) -> tuple[Ints, Ints] | None:
    if not given:
        return None
    found = np.asarray(given["rows"], np.int64), np.asarray(given["columns"], np.int64)
    for places, length in zip(found, (rows, columns), strict=True):
        if not np.array_equal(np.sort(places), np.arange(length)):
            raise ValueError("the order of a confusion matrix must name each row and column once")
    return found


def _only(item: Mapping[str, Any]) -> tuple[int, int] | None:
    if item.get("only_a") is None or item.get("only_b") is None:
        return None
    return int(item["only_a"]), int(item["only_b"])


@dataclass(frozen=True)
class Matrix:
    """A confusion matrix small enough to look at.

    Attributes
    ----------
    counts
        int64 (r, c).
    rows, columns
        A title per row and column; the last may be ``other (n communities)``.
    row_labels, column_labels
        int64 (r,) and (c,): the communities, `OTHER` for what was added up.
    """

    counts: Ints
    rows: list[str]
    columns: list[str]
    row_labels: Ints
    column_labels: Ints


def matrix(pair: Pair, titles: Mapping[str, Sequence[str]], *, shown: int = SHOWN) -> Matrix:
    """The confusion matrix of a pair, at most `shown` x `shown`.

    Its communities are the first in the comparison's order, so that those that match stand side by
    side and those that share the most songs come first; without an order the largest. Communities
    beyond that are added up in a last row or column; their songs are not lost, so `counts` always
    adds up to the songs of the pair.
    """
    down, across = pair.order or (None, None)
    rows = _fold(pair.rows, pair.totals(0), shown, down)
    columns = _fold(pair.columns, pair.totals(1), shown, across)
    counts = np.zeros((len(rows.labels), len(columns.labels)), np.int64)
    places = rows.place[pair.cells[:, 0]], columns.place[pair.cells[:, 1]]
    np.add.at(counts, places, pair.cells[:, 2])
    return Matrix(
        counts,
        rows.titles(titles.get(pair.a, ())),
        columns.titles(titles.get(pair.b, ())),
        rows.labels,
        columns.labels,
    )


@dataclass(frozen=True)
class _Folded:
    """Communities of one side: where each goes, and who stands where (`OTHER` last)."""

    place: Ints
    labels: Ints
    folded: int

    def titles(self, titles: Sequence[str]) -> list[str]:
        names = [title_of(int(label), titles) for label in self.labels if label != OTHER]
        return [*names, f"other ({count(self.folded, 'community')})"] if self.folded else names


def _fold(labels: Ints, totals: Ints, shown: int, order: Ints | None) -> _Folded:
    largest = np.lexsort((labels, -totals))
    kept = len(largest) if len(largest) <= shown else shown - 1
    stays = (largest if order is None else order)[:kept]
    place = np.full(len(labels), kept, np.int64)
    place[stays] = np.arange(kept)
    folded = len(labels) - kept
    ends = np.full(1 if folded else 0, OTHER, np.int64)
    return _Folded(place, np.concatenate([labels[stays], ends]), folded)


def title_of(label: int, titles: Sequence[str]) -> str:
    """What a person would call a community; its number where it has no title."""
    known = 0 <= label < len(titles)
    return titles[label] if known and titles[label].strip() else f"community {label}"
