"""A comparison of partitions for a terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from songnet.cli.common import as_share, print_table, say, say_degenerate, tell

if TYPE_CHECKING:
    from songnet.agreement import Comparison, Matches, Null, Pair

INTERVALS = (
    "low and high: 95 % intervals of what more such songs would give; scores not corrected for "
    "chance change as songs are added, and may lie outside: read ami and ari"
)
CELLS = 12
NAMED = 24
TITLE = 32
SIGNIFICANT = 0.05
# Residuals beyond this are marked in the confusion matrix.
MARKED = 2.0
# A shuffle that can move more of the songs than this is as good as one that moves all.
MOST = 0.9

Titles = Mapping[str, Sequence[str]]
NULLS = {
    "shuffle": "labels shuffled among all songs",
    "artist": "labels shuffled among the songs of each artist",
    "album": "labels shuffled among the songs of each album",
    "rewiring": "partitions of rewired playlists, lengths and popularities kept",
}
COLUMNS = ["a", "b", "songs", "ami", "low", "high", "ari", "nmi", "chance", "vi"]
COLUMNS += [f"p {name}" for name in NULLS]


def print_comparison(comparison: Comparison, titles: Titles) -> None:
    """Scores beside chance, a line per null; one pair in detail, the matrix of many."""
    if len(comparison.pairs) == 1:
        _print_pair(comparison.pairs[0], titles)
    else:
        _print_pairs(comparison)
    _say_nulls(comparison.pairs)
    for a, b in comparison.apart:
        say(f"{a} and {b} share no song, so they are not compared")
    for partition in comparison.partitions:
        without = partition.params.get("without")
        if partition.algorithm == "truth" and without:
            say(f"{partition.name} leaves out {_songs(int(without))} without {partition.on}")
    for note in comparison.notes:
        say(note)
    say_degenerate(list(comparison.partitions))


def _print_pairs(comparison: Comparison) -> None:
    rows = [_pair_row(pair) for pair in comparison.pairs]
    # Not every null, nor an interval, can be had of every pair.
    columns = sorted(dict.fromkeys(name for row in rows for name in row), key=COLUMNS.index)
    print_table(rows, columns)
    say(
        "ami and ari are 0 at chance level; chance: what nmi is then; vi is a distance; "
        "all scores: --json, or name two partitions"
    )
    _say_songs(comparison.pairs)
    if len(comparison.partitions) <= CELLS:
        tell("")
        _print_matrix(comparison)


def _pair_row(pair: Pair) -> dict[str, Any]:
    scores = pair.scores
    row: dict[str, Any] = {"a": pair.a, "b": pair.b, "songs": pair.songs, "ami": scores.ami}
    if pair.interval:
        low, high = pair.interval.scores["ami"]
        row |= {"low": low, "high": high}
    row |= {"ari": scores.ari, "nmi": scores.nmi, "chance": pair.chance.nmi, "vi": scores.vi}
    return row | {f"p {name}": null.scores["ami"].p for name, null in pair.nulls.items()}


def _say_songs(pairs: Sequence[Pair]) -> None:
    partly = [pair for pair in pairs if pair.only_a or pair.only_b]
    if partly:
        say(
            f"{len(partly):,} of {len(pairs):,} pairs are of partitions of different songs; each "
            "is over the songs that both cover"
        )


def _print_matrix(comparison: Comparison) -> None:
    matrix = comparison.matrix
    order = matrix.order.tolist()
    tell("ami of every two, those that agree side by side")
    rows = []
    for place, i in enumerate(order, 1):
        values = {str(column): f"{matrix.values[i, j]:5.2f}" for column, j in enumerate(order, 1)}
        rows.append({"": str(place), "partition": matrix.names[i]} | values)
    print_table(rows)


def _print_pair(pair: Pair, titles: Titles) -> None:
    tell(f"{pair.a} and {pair.b}: {pair.songs:,} songs that both cover")
    for name, only in ((pair.a, pair.only_a), (pair.b, pair.only_b)):
        if only:
            tell(f"  {_songs(only)} that only {name} covers do not count")
    tell("")
    print_table(_score_rows(pair))
    if pair.interval:
        say(INTERVALS)
    tell("")
    _print_confusion(pair, titles)
    tell("")
    _print_matches(pair, titles)


def _songs(count: int) -> str:
    return f"{count:,} song{'' if count == 1 else 's'}"


def _score_rows(pair: Pair) -> list[dict[str, Any]]:
    chance = pair.chance.as_dict()
    rows = []
    for name, value in pair.scores.as_dict().items():
        row: dict[str, Any] = {"score": name, "value": value}
        if pair.interval:
            low, high = pair.interval.scores[name]
            row |= {"low": low, "high": high}
        row["chance"] = chance[name]
        for null, found in pair.nulls.items():
            row |= {null: found.scores[name].mean, f"p {null}": found.scores[name].p}
        rows.append(row)
    return rows


def _say_nulls(pairs: Sequence[Pair]) -> None:
    """A line per null: what it is, and which pairs agree beyond it."""
    for name, says in NULLS.items():
        found = [pair for pair in pairs if name in pair.nulls]
        if found:
            say(f"{name}: {says}, {_verdict(found, name)}")


def _verdict(pairs: Sequence[Pair], name: str) -> str:
    nulls = [pair.nulls[name] for pair in pairs]
    samples = f"{nulls[0].samples:,} times"
    if len(pairs) == 1:
        return f"{samples}; {_single(nulls[0])}"
    beyond = sum(null.scores["ami"].p <= SIGNIFICANT for null in nulls)
    return (
        f"{samples}; {beyond:,} of {len(pairs):,} pairs agree beyond it (ami, p <= {SIGNIFICANT})"
        f"{_moved(nulls)}"
    )


def _moved(nulls: Sequence[Null]) -> str:
    """How many songs a shuffle can move: where they are few, it can hardly tell anything."""
    shares = [null.movable for null in nulls if null.movable is not None]
    if not shares or min(shares) > MOST:
        return ""
    return f"; it can move {as_share(min(shares))} to {as_share(max(shares))} of their songs"


def _single(null: Null) -> str:
    score = null.scores["ami"]
    z = "" if score.z is None else f", z = {score.z:.1f}"
    moved = "" if null.movable is None else f"; {as_share(null.movable)} of the songs can move"
    spread = f"ami {score.mean:.4f} (95 % {score.low:.4f} to {score.high:.4f})"
    return f"{spread}, p = {score.p:.3g}{z}{moved}"


def _print_confusion(pair: Pair, titles: Titles) -> None:
    rows, columns = (places[:CELLS].tolist() for places in pair.order)
    labels = pair.confusion.columns
    tell(f"songs of {pair.a} (rows) in {pair.b} (columns), best matching first")
    print_table(_confusion_rows(pair, titles, rows, columns))
    tell("+ more than chance, - fewer (Pearson residual beyond 2)")
    for column in columns:
        tell(f"  column {labels[column]}: {_title(titles, pair.b, labels[column])}")
    more = len(pair.confusion.rows) - len(rows), len(labels) - len(columns)
    if any(more):
        tell(f"… and {more[0]:,} more rows, {more[1]:,} more columns: see --json")


def _confusion_rows(
    pair: Pair, titles: Titles, rows: Sequence[int], columns: Sequence[int]
) -> list[dict[str, Any]]:
    confusion = pair.confusion
    cells = {(row, column): count for row, column, count in confusion.cells}
    found = pair.residuals
    places = zip(found.rows.tolist(), found.columns.tolist(), strict=True)
    marks = {
        place: "+" if value > MARKED else "-" if value < -MARKED else " "
        for place, value in zip(places, found.values.tolist(), strict=True)
    }
    text = {
        (i, j): f"{cells.get((i, j), 0):,}{marks.get((i, j), ' ')}" for i in rows for j in columns
    }
    width = {j: max(len(text[i, j]) for i in rows) for j in columns}
    return [
        {pair.a: f"{confusion.rows[i]} {_title(titles, pair.a, confusion.rows[i])}"[:TITLE]}
        | {str(confusion.columns[j]): text[i, j].rjust(width[j]) for j in columns}
        for i in rows
    ]


def _print_matches(pair: Pair, titles: Titles) -> None:
    there, _ = pair.matches
    print_table(
        [_match_row(pair, there, titles, place) for place in pair.order[0][:CELLS].tolist()]
    )


def _match_row(pair: Pair, matches: Matches, titles: Titles, place: int) -> dict[str, Any]:
    label = pair.confusion.rows[place]
    match = pair.confusion.columns[matches.match[place]]
    return {
        "community": f"{label} {_title(titles, pair.a, label)}"[:NAMED],
        "songs": int(matches.songs[place]),
        "best match": f"{match} {_title(titles, pair.b, match)}"[:NAMED],
        "shared": int(matches.shared[place]),
        "precision": float(matches.precision[place]),
        "recall": float(matches.recall[place]),
        "jaccard": float(matches.jaccard[place]),
    }


def _title(titles: Titles, partition: str, label: int) -> str:
    return titles[partition][label]
