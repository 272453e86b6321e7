"""The contingency table of two labelings, sparse."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from songnet.errors import EmptyInputError, InputError
from songnet.model import Ints


@dataclass(frozen=True, slots=True)
class Contingency:
    """How many songs lie in community i of one partition and community j of another.

    Attributes
    ----------
    row_labels, column_labels
        The labels of the first and the second partition that occur, sorted, shapes (r,) and (c,).
    rows, columns
        int64 (cells,): indices into them, sorted by row, then column; only cells with songs.
    counts
        int64 (cells,): songs in each cell, at least 1.
    row_sizes, column_sizes
        int64 (r,) and (c,): songs per label.
    """

    row_labels: NDArray[Any]
    column_labels: NDArray[Any]
    rows: Ints
    columns: Ints
    counts: Ints
    row_sizes: Ints
    column_sizes: Ints

    @property
    def songs(self) -> int:
        """The number of songs, the sum of all cells."""
        return int(self.row_sizes.sum())

    @property
    def equal(self) -> bool:
        """Whether the two partitions are the same but for the names of their communities."""
        return len(self.counts) == len(self.row_sizes) == len(self.column_sizes)


def contingency(a: ArrayLike, b: ArrayLike) -> Contingency:
    """The table of two labelings of the same songs.

    Time O(n log n), memory O(n): no matrix of communities by communities is made.

    Parameters
    ----------
    a, b
        A label per song, shape (n,), of any type that sorts.

    Raises
    ------
    InputError
        Not one-dimensional, of different lengths, labels that are NaN or do not sort.
    EmptyInputError
        No songs.
    """
    left, right = _labels(a, "first"), _labels(b, "second")
    if len(left) != len(right):
        raise InputError(
            "two partitions are compared song by song and need as many labels: "
            f"got {len(left)} and {len(right)}"
        )
    if not len(left):
        raise EmptyInputError("there are no songs to compare")
    row_labels, row = _codes(left)
    column_labels, column = _codes(right)
    cells, counts = np.unique(row * len(column_labels) + column, return_counts=True)
    return Contingency(
        row_labels=row_labels,
        column_labels=column_labels,
        rows=cells // len(column_labels),
        columns=cells % len(column_labels),
        counts=counts.astype(np.int64),
        row_sizes=np.bincount(row).astype(np.int64),
        column_sizes=np.bincount(column).astype(np.int64),
    )


def _labels(labels: ArrayLike, which: str) -> NDArray[Any]:
    try:
        array = np.asarray(labels)
    except ValueError as error:
        raise InputError(f"the {which} labels must be one per song: {error}") from error
    if array.ndim != 1:
        raise InputError(f"the {which} labels must have shape (n,): got {array.shape}")
    if array.dtype.kind == "f" and np.isnan(array).any():
        raise InputError(f"the {which} labels hold NaN: every song needs a label")
    return array


def _codes(labels: NDArray[Any]) -> tuple[NDArray[Any], Ints]:
    try:
        distinct, code = np.unique(labels, return_inverse=True)
    except TypeError as error:
        raise InputError(f"labels must be of one type that sorts: {error}") from error
    return distinct, code.astype(np.int64, copy=False)
