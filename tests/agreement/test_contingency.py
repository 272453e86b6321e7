"""The sparse contingency table."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from songnet.agreement import _contingency, contingency
from songnet.agreement._contingency import cells, encode
from songnet.errors import EmptyInputError, InputError

labelings = st.lists(st.tuples(st.integers(-3, 6), st.sampled_from("abcde")), min_size=1)


def test_a_table_by_hand():
    table = contingency(["x", "x", "y", "z", "x"], [7, 2, 2, 2, 7])
    assert table.row_labels.tolist() == ["x", "y", "z"]
    assert table.column_labels.tolist() == [2, 7]
    assert list(zip(table.rows, table.columns, table.counts, strict=True)) == [
        (0, 0, 1),
        (0, 1, 2),
        (1, 0, 1),
        (2, 0, 1),
    ]
    assert table.row_sizes.tolist() == [3, 1, 1]
    assert table.column_sizes.tolist() == [3, 2]
    assert table.songs == 5
    numbers = (table.rows, table.columns, table.counts, table.row_sizes, table.column_sizes)
    assert {array.dtype for array in numbers} == {np.dtype(np.int64)}


@given(labelings)
def test_the_cells_count_the_songs(pairs):
    left, right = (list(side) for side in zip(*pairs, strict=True))
    table = contingency(left, right)
    cells = zip(
        table.row_labels[table.rows], table.column_labels[table.columns], table.counts, strict=True
    )
    assert {(row, column): count for row, column, count in cells} == Counter(pairs)
    sizes = dict(zip(table.row_labels, table.row_sizes, strict=True))
    assert sizes == Counter(left)
    assert dict(zip(table.column_labels, table.column_sizes, strict=True)) == Counter(right)
    assert table.songs == len(pairs)


@given(labelings)
def test_equal_means_that_neither_splits_the_other(pairs):
    left, right = (list(side) for side in zip(*pairs, strict=True))
    together = {
        (left[i] == left[j], right[i] == right[j]) for i in range(len(left)) for j in range(i)
    }
    assert contingency(left, right).equal == (together <= {(True, True), (False, False)})


def test_a_table_of_many_small_communities_stays_sparse():
    songs = 100_000
    table = contingency(np.arange(songs), np.arange(songs) // 2)
    assert len(table.counts) == songs
    assert table.counts.dtype == np.int64


@pytest.mark.parametrize("kind", ["int8", "uint8", "int64", "uint64", "int32", "bool"])
def test_labels_of_every_kind_of_number(kind):
    low = 0 if kind[0] in "ub" else -128
    labels = np.array([127, low, 127, low + 1, low], dtype=kind)
    table = contingency(labels, labels.astype(str))
    assert table.row_labels.tolist() == sorted(set(labels.tolist()))
    assert table.row_labels.dtype == labels.dtype
    assert table.equal


def test_labels_above_the_largest_int64():
    labels = np.array([2**64 - 1, 2**64 - 2, 2**64 - 1], np.uint64)
    table = contingency(labels, [1, 0, 1])
    assert table.row_labels.tolist() == [2**64 - 2, 2**64 - 1]
    assert table.equal


@given(labelings, st.sampled_from([0, 10**6]))
def test_counting_and_sorting_give_the_same_cells(pairs, dense):
    left, right = (encode(np.array(list(side)))[1] for side in zip(*pairs, strict=True))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_contingency, "DENSE", dense)
        patch.setattr(_contingency, "DENSE_PER_SONG", 0)
        found = cells(left, right, left.max() + 1, right.max() + 1)
    counts = Counter(zip(left.tolist(), right.tolist(), strict=True))
    assert [tuple(map(int, cell)) for cell in zip(*found, strict=True)] == [
        (*place, counts[place]) for place in sorted(counts)
    ]


def test_shares_of_rows_and_columns():
    table = contingency([0, 0, 0, 1], [0, 0, 1, 1])
    assert table.row_shares.tolist() == [2 / 3, 1 / 3, 1]
    assert table.column_shares.tolist() == [1, 1 / 2, 1 / 2]


@pytest.mark.parametrize(
    ("a", "b", "message"),
    [
        ([0, 1], [0, 1, 1], "as many labels: got 2 and 3"),
        ([[0], [1]], [0, 1], r"the first labels must have shape \(n,\): got \(2, 1\)"),
        ([0, 1], 5, r"the second labels must have shape \(n,\): got \(\)"),
        ([0, 1], [0.5, float("nan")], "the second labels hold NaN"),
        (np.array([0, "a"], dtype=object), [0, 1], "one type that sorts"),
        ([[0], [1, 2]], [0, 1], "the first labels must be one per song"),
    ],
)
def test_bad_labels_are_refused(a, b, message):
    with pytest.raises(InputError, match=message):
        contingency(a, b)


def test_no_songs():
    with pytest.raises(EmptyInputError, match="no songs"):
        contingency([], [])
