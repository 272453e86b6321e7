"""All pairs of partitions, over the songs that both cover."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from songnet.agreement._contingency import Contingency, contingency
from songnet.agreement._scores import Scores, scores
from songnet.errors import EmptyInputError, InputError
from songnet.model import Ints, Partition, shared_songs

SCHEMA = "songnet.partitions.compare/1"
DOMINANT = 0.9


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


@dataclass(frozen=True, slots=True)
class Pair:
    """Two partitions side by side.

    Attributes
    ----------
    a, b
        Their names.
    songs
        Songs that both cover; the scores and the confusion matrix are over these.
    only_a, only_b
        Songs that only the one covers.
    degenerate
        Names of those with over 90 % of the shared songs in one community.
    """

    a: str
    b: str
    songs: int
    only_a: int
    only_b: int
    scores: Scores
    confusion: Confusion
    degenerate: tuple[str, ...]


@dataclass(frozen=True, slots=True)
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
    """

    partitions: tuple[Partition, ...]
    pairs: tuple[Pair, ...]
    apart: tuple[tuple[str, str], ...] = ()

    @property
    def table(self) -> pd.DataFrame:
        """A row per pair: a, b, songs and every score."""
        rows = [
            {"a": pair.a, "b": pair.b, "songs": pair.songs, **asdict(pair.scores)}
            for pair in self.pairs
        ]
        return pd.DataFrame(rows)

    def to_json(self) -> dict[str, Any]:
        """Plain values in the schema ``songnet.partitions.compare/1``."""
        return {
            "schema": SCHEMA,
            "partitions": [_partition_json(partition) for partition in self.partitions],
            "pairs": [_pair_json(pair) for pair in self.pairs],
        }


def compare(partitions: Sequence[Partition]) -> Comparison:
    """Compare every two partitions over the songs they share.

    Parameters
    ----------
    partitions
        Two or more; pairs come in the order given, (first, second), (first, third), …

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
    couples = list(combinations(partitions, 2))
    scored = [_pair(a, b) for a, b in couples]
    pairs = tuple(pair for pair in scored if pair is not None)
    if not pairs:
        a, b = partitions[:2]
        raise EmptyInputError(
            f"partitions {a.name!r} ({len(a.songs)} songs) and {b.name!r} ({len(b.songs)} songs) "
            "have no song in common: compare partitions of the same songs"
        )
    apart = tuple(
        (a.name, b.name) for (a, b), pair in zip(couples, scored, strict=True) if pair is None
    )
    return Comparison(tuple(partitions), pairs, apart)


def _pair(a: Partition, b: Partition) -> Pair | None:
    left, right = _shared(a, b)
    if not len(left):
        return None
    table = contingency(a.labels[left], b.labels[right])
    return Pair(
        a=a.name,
        b=b.name,
        songs=table.songs,
        only_a=len(a.songs) - table.songs,
        only_b=len(b.songs) - table.songs,
        scores=scores(table),
        confusion=_confusion(table),
        degenerate=_degenerate(a, b, table),
    )


def _shared(a: Partition, b: Partition) -> tuple[Ints, Ints]:
    # Mostly the songs are the same, and finding that out is far cheaper than sorting them.
    if np.array_equal(a.songs, b.songs):
        every = np.arange(len(a.songs))
        return every, every
    return shared_songs(a.songs, b.songs)


def _confusion(table: Contingency) -> Confusion:
    cells = zip(table.rows.tolist(), table.columns.tolist(), table.counts.tolist(), strict=True)
    return Confusion(
        rows=tuple(table.row_labels.tolist()),
        columns=tuple(table.column_labels.tolist()),
        cells=tuple(cells),
    )


def _degenerate(a: Partition, b: Partition, table: Contingency) -> tuple[str, ...]:
    sides = ((a.name, table.row_sizes), (b.name, table.column_sizes))
    return tuple(name for name, sizes in sides if sizes.max() > DOMINANT * table.songs)


def _partition_json(partition: Partition) -> dict[str, Any]:
    return {
        "name": partition.name,
        "algorithm": partition.algorithm,
        "on": partition.on,
        "songs": len(partition.songs),
        "communities": partition.communities,
        "seed": partition.seed,
        "modularity": partition.quality.get("modularity"),
    }


def _pair_json(pair: Pair) -> dict[str, Any]:
    return {
        "a": pair.a,
        "b": pair.b,
        "songs": pair.songs,
        **asdict(pair.scores),
        "confusion": {
            "rows": list(pair.confusion.rows),
            "columns": list(pair.confusion.columns),
            "cells": [list(cell) for cell in pair.confusion.cells],
        },
    }
