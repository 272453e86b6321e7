"""A comparison's JSON, read once: pairs of partitions, their scores, their confusion matrices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from songnet.errors import InputError
from songnet.model import Ints
from songnet.report._content import ReportContent
from songnet.report._text import count

SCHEMA = "songnet.partitions.compare/1"
DEGENERATE = 0.9
SHOWN = 20


class Score(NamedTuple):
    """A column of the agreement table."""

    key: str
    name: str
    zero: str
    says: str


SCORES = (
    Score(
        key="ami",
        name="AMI",
        zero="0 = chance",
        says="Adjusted mutual information: how much knowing a song’s community in one partition "
        "tells about its community in the other, less what chance alone would give. 0 is chance, "
        "1 is identical; slightly negative is a little worse than chance.",
    ),
    Score(
        key="ari",
        name="ARI",
        zero="0 = chance",
        says="Adjusted Rand index: over all pairs of songs, how often both partitions agree that "
        "the two belong together or apart, less what chance alone would give. 0 is chance, "
        "1 is identical.",
    ),
    Score(
        key="nmi",
        name="NMI",
        zero="",
        says="Normalised mutual information: as AMI, but not corrected for chance. It grows with "
        "the number of communities even where there is nothing to find; read AMI first.",
    ),
    Score(
        key="vi",
        name="VI",
        zero="0 = same",
        says="Variation of information, in nats: what one would still have to be told to get from "
        "either partition to the other. A distance: 0 is identical, larger is further apart.",
    ),
    Score(
        key="homogeneity",
        name="Hom.",
        zero="",
        says="Homogeneity: 1 when every community of the second partition holds songs of only one "
        "community of the first. Many small communities raise it. Not corrected for chance.",
    ),
    Score(
        key="completeness",
        name="Compl.",
        zero="",
        says="Completeness: 1 when all songs of a community of the first partition lie in one "
        "community of the second. A few large communities raise it. Not corrected for chance.",
    ),
    Score(
        key="fmi",
        name="FMI",
        zero="",
        says="Fowlkes–Mallows index: of two songs that share a community in one partition, how "
        "often they share one in the other (geometric mean of both ways). Not corrected for "
        "chance.",
    ),
)


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
    """

    a: str
    b: str
    songs: int
    scores: Mapping[str, float | None]
    rows: Ints
    columns: Ints
    cells: Ints

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
        return [(name, share) for name, share in shares if share > DEGENERATE]


def pairs(content: ReportContent) -> list[Pair]:
    """The pairs of the comparison, in its order; none where nothing was compared.

    Raises
    ------
    InputError
        The comparison is not of the schema ``songnet.partitions.compare/1``.
    """
    given = content.comparison
    if given is None:
        return []
    data = given if isinstance(given, Mapping) else given.to_json()
    if data.get("schema") != SCHEMA:
        raise InputError(f"a report needs a comparison of {SCHEMA}: got {data.get('schema')!r}")
    try:
        return [_pair(item) for item in data["pairs"]]
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(f"the comparison is not of {SCHEMA}: {error!r}") from error


def _pair(item: Mapping[str, Any]) -> Pair:
    table = item["confusion"]
    return Pair(
        a=str(item["a"]),
        b=str(item["b"]),
        songs=int(item["songs"]),
        scores={score.key: _score(item.get(score.key)) for score in SCORES},
        rows=np.asarray(table["rows"], np.int64),
        columns=np.asarray(table["columns"], np.int64),
        cells=np.asarray(table["cells"], np.int64).reshape(-1, 3),
    )


def _score(given: Any) -> float | None:
    return None if given is None else float(given)


@dataclass(frozen=True)
class Matrix:
    """A confusion matrix small enough to look at.

    Attributes
    ----------
    counts
        int64 (r, c).
    rows, columns
        A title per row and column; the last may be ``other (n communities)``.
    """

    counts: Ints
    rows: list[str]
    columns: list[str]


def matrix(pair: Pair, titles: Mapping[str, Sequence[str]], *, shown: int = SHOWN) -> Matrix:
    """The confusion matrix of a pair, largest communities first, at most `shown` x `shown`.

    Communities beyond that are added up in a last row or column; their songs are not lost, so
    `counts` always adds up to the songs of the pair.
    """
    row_of, rows = _fold(pair.rows, pair.totals(0), titles.get(pair.a, ()), shown)
    column_of, columns = _fold(pair.columns, pair.totals(1), titles.get(pair.b, ()), shown)
    counts = np.zeros((len(rows), len(columns)), np.int64)
    np.add.at(counts, (row_of[pair.cells[:, 0]], column_of[pair.cells[:, 1]]), pair.cells[:, 2])
    return Matrix(counts, rows, columns)


def _fold(labels: Ints, totals: Ints, titles: Sequence[str], shown: int) -> tuple[Ints, list[str]]:
    """For each community its place in the folded table, and the table's titles."""
    order = np.lexsort((labels, -totals))
    kept = len(order) if len(order) <= shown else shown - 1
    place = np.empty(len(order), np.int64)
    place[order] = np.minimum(np.arange(len(order)), kept)
    names = [title_of(int(label), titles) for label in labels[order[:kept]]]
    rest = len(order) - kept
    return place, [*names, f"other ({count(rest, 'community')})"] if rest else names


def title_of(label: int, titles: Sequence[str]) -> str:
    """What a person would call a community; its number where it has no title."""
    known = 0 <= label < len(titles)
    return titles[label] if known and titles[label].strip() else f"community {label}"
