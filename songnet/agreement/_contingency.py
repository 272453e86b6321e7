"""The contingency table of two labelings, sparse."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from songnet.errors import EmptyInputError, InputError
from songnet.model import Floats, Ints

# A dense table of counts is made up to this many cells, or so many per song.
DENSE = 1 << 16
DENSE_PER_SONG = 2


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
    def row_shares(self) -> Floats:
        """float64 (cells,): the share of its row's songs that a cell holds."""
        return np.asarray(self.counts / self.row_sizes[self.rows], np.float64)

    @property
    def column_shares(self) -> Floats:
        """float64 (cells,): the share of its column's songs that a cell holds."""
        return np.asarray(self.counts / self.column_sizes[self.columns], np.float64)

    @property
    def equal(self) -> bool:
        """Whether the two partitions are the same but for the names of their communities."""
        return len(self.counts) == len(self.row_sizes) == len(self.column_sizes)


def contingency(a: ArrayLike, b: ArrayLike) -> Contingency:
    """The table of two labelings of the same songs.

    Memory O(n): no matrix of communities by communities is made where it would be larger.

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
    row_labels, row = encode(left)
    column_labels, column = encode(right)
    rows, columns, counts = cells(row, column, len(row_labels), len(column_labels))
    return Contingency(
        row_labels=row_labels,
        column_labels=column_labels,
        rows=rows,
        columns=columns,
        counts=counts,
        row_sizes=np.bincount(row).astype(np.int64, copy=False),
        column_sizes=np.bincount(column).astype(np.int64, copy=False),
    )


def cells(row: Ints, column: Ints, height: int, width: int) -> tuple[Ints, Ints, Ints]:
    """The cells that hold songs: row, column and number of songs, sorted by row, then column.

    They are counted in a dense table where that is not much larger than the songs are many, else
    by sorting the songs.

    Parameters
    ----------
    row, column
        int64 (n,): codes below `height` and `width`.
    """
    code = row * width + column
    if height * width <= max(DENSE, DENSE_PER_SONG * len(row)):
        dense = np.bincount(code, minlength=height * width)
        filled = np.flatnonzero(dense)
        counts = dense[filled]
    else:
        filled, counts = np.unique(code, return_counts=True)
    rows = filled // width
    return rows, filled - rows * width, counts.astype(np.int64, copy=False)


def encode(labels: NDArray[Any]) -> tuple[NDArray[Any], Ints]:
    """The labels that occur, sorted, and of each song the index of its label among them.

    Whole numbers that lie as close together as those of a `Partition` are not sorted for it.

    Raises
    ------
    InputError
        Labels of several types that do not sort.
    """
    if labels.dtype.kind in "iu" and np.can_cast(labels.dtype, np.int64) and len(labels):
        least, most = int(labels.min()), int(labels.max())
        if most - least < DENSE_PER_SONG * len(labels):
            return _dense_codes(labels, least)
    try:
        distinct, code = np.unique(labels, return_inverse=True)
    except TypeError as error:
        raise InputError(f"labels must be of one type that sorts: {error}") from error
    return distinct, code.astype(np.int64, copy=False)


def _dense_codes(labels: NDArray[Any], least: int) -> tuple[NDArray[Any], Ints]:
    code = labels.astype(np.int64, copy=False) - least
    there = np.bincount(code) > 0
    distinct = (np.flatnonzero(there) + least).astype(labels.dtype)
    return distinct, code if there.all() else (np.cumsum(there) - 1)[code]


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
