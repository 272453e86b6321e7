"""A comparison as JSON: the schema ``songnet.partitions.compare/1``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from numpy.typing import NDArray

from songnet.agreement._matching import Matches
from songnet.model import Partition

if TYPE_CHECKING:
    from songnet.agreement._compare import Comparison, Confusion, Pair

SCHEMA = "songnet.partitions.compare/1"


def comparison_json(comparison: Comparison) -> dict[str, Any]:
    """Partitions, pairs, the matrix of all against all, and notes."""
    return {
        "schema": SCHEMA,
        "partitions": [_partition(partition) for partition in comparison.partitions],
        "pairs": [_pair(pair) for pair in comparison.pairs],
        "matrix": comparison.matrix.to_json(),
        "notes": list(comparison.notes),
    }


def _partition(partition: Partition) -> dict[str, Any]:
    return {
        "name": partition.name,
        "algorithm": partition.algorithm,
        "on": partition.on,
        "songs": len(partition.songs),
        "communities": partition.communities,
        "seed": partition.seed,
        "modularity": partition.quality.get("modularity"),
    }


def _pair(pair: Pair) -> dict[str, Any]:
    rows, columns = pair.order
    there, back = pair.matches
    return {
        "a": pair.a,
        "b": pair.b,
        "songs": pair.songs,
        "only_a": pair.only_a,
        "only_b": pair.only_b,
        **pair.scores.as_dict(),
        "nmi_by": dict(pair.nmi_by),
        "chance": pair.chance.as_dict(),
        "null": {name: null.to_json() for name, null in pair.nulls.items()},
        "interval": pair.interval.to_json() if pair.interval else None,
        "confusion": _confusion(pair.confusion),
        "order": {"rows": rows.tolist(), "columns": columns.tolist()},
        "residuals": _residuals(pair),
        "matches": {
            "a": _matches(there, pair.table.row_labels, pair.table.column_labels),
            "b": _matches(back, pair.table.column_labels, pair.table.row_labels),
        },
    }


def _confusion(confusion: Confusion) -> dict[str, Any]:
    return {
        "rows": list(confusion.rows),
        "columns": list(confusion.columns),
        "cells": [list(cell) for cell in confusion.cells],
    }


def _residuals(pair: Pair) -> list[list[Any]]:
    found = pair.residuals
    cells = zip(found.rows.tolist(), found.columns.tolist(), found.values.tolist(), strict=True)
    return [list(cell) for cell in cells]


def _matches(matches: Matches, labels: NDArray[Any], others: NDArray[Any]) -> list[dict[str, Any]]:
    columns = {
        "label": labels[matches.community],
        "match": others[matches.match],
        "songs": matches.songs,
        "shared": matches.shared,
        "precision": matches.precision,
        "recall": matches.recall,
        "jaccard": matches.jaccard,
    }
    rows = zip(*(column.tolist() for column in columns.values()), strict=True)
    return [dict(zip(columns, row, strict=True)) for row in rows]
