"""How far all partitions agree with all: the N x N matrix of a comparison."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from songnet.errors import InputError
from songnet.model import Floats, Ints
from songnet.report._compared import SCHEMA, Pair

LEAST = 3


@dataclass(frozen=True)
class Grid:
    """A symmetric matrix of a score, partitions that agree beside each other.

    Attributes
    ----------
    names
        The partitions, in the order shown.
    values
        float64 (n, n); NaN where two share no song or have no score.
    clustered
        Whether the order is by agreement; else it is the comparison's.
    """

    names: list[str]
    values: Floats
    clustered: bool


def grid(data: Mapping[str, Any] | None, pairs: Sequence[Pair]) -> Grid | None:
    """The matrix of the comparison, else one of its pairs' AMI; None of fewer than 3 partitions.

    Raises
    ------
    InputError
        The comparison's matrix is not of the schema.
    """
    if data is None:
        return None
    try:
        found = _given(data["matrix"]) if data.get("matrix") else _of_pairs(pairs)
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise InputError(f"the matrix of the comparison is not of {SCHEMA}: {error!r}") from error
    return found if len(found.names) >= LEAST else None


def _given(item: Mapping[str, Any]) -> Grid:
    names = [str(name) for name in item["names"]]
    values = np.array(
        [[np.nan if value is None else value for value in row] for row in item["values"]],
        np.float64,
    ).reshape(len(names), len(names))
    order = np.asarray(item.get("order") or range(len(names)), np.int64)
    return _arranged(names, values, order, clustered=bool(item.get("order")))


def _of_pairs(pairs: Sequence[Pair]) -> Grid:
    names = list(dict.fromkeys(name for pair in pairs for name in (pair.a, pair.b)))
    place = {name: index for index, name in enumerate(names)}
    values = np.full((len(names), len(names)), np.nan)
    np.fill_diagonal(values, 1.0)
    for pair in pairs:
        score = pair.scores["ami"]
        if score is not None:
            row, column = place[pair.a], place[pair.b]
            values[row, column] = values[column, row] = score
    return _arranged(names, values, np.arange(len(names)), clustered=False)


def _arranged(names: list[str], values: Floats, order: Ints, *, clustered: bool) -> Grid:
    return Grid([names[place] for place in order], values[np.ix_(order, order)], clustered)
