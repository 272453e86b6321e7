"""Best matches, the order of a confusion matrix, residuals."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import contingency as scipy_tables

from songnet.agreement import (
    _matching,
    best_matches,
    contingency,
    matching_order,
    residuals,
)

labelings = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 4)), min_size=1, max_size=60)


def labels_of(matrix):
    """Two label arrays with this confusion matrix."""
    counts = np.array(matrix)
    return [np.repeat(index.ravel(), counts.ravel()) for index in np.indices(counts.shape)]


def dense(table):
    counts = np.zeros((len(table.row_sizes), len(table.column_sizes)), np.int64)
    counts[table.rows, table.columns] = table.counts
    return counts


def table_of(songs):
    return contingency(*zip(*songs, strict=True))


def on_the_diagonal(counts, rows, columns):
    return sum(counts[row, column] for row, column in zip(rows, columns, strict=False))


def test_an_order_by_hand():
    table = contingency(*labels_of([[0, 9, 1], [7, 8, 0], [0, 0, 2], [1, 0, 0]]))
    rows, columns = matching_order(table)
    # 9 + 7 + 2 on the diagonal, the fullest first; the fourth row is left over.
    assert rows.tolist() == [0, 1, 2, 3]
    assert columns.tolist() == [1, 0, 2]


@given(labelings)
def test_no_other_order_shares_more_songs(songs):
    counts = dense(table_of(songs))
    rows, columns = matching_order(table_of(songs))
    assert sorted(rows) == list(range(len(counts)))
    assert sorted(columns) == list(range(counts.shape[1]))
    if counts.shape[0] < counts.shape[1]:
        counts, rows, columns = counts.T, columns, rows
    best = max(
        on_the_diagonal(counts, chosen, range(counts.shape[1]))
        for chosen in permutations(range(len(counts)), counts.shape[1])
    )
    assert on_the_diagonal(counts, rows, columns) == best


@given(labelings)
def test_beyond_the_limit_the_fullest_cells_are_taken_one_by_one(songs):
    table = table_of(songs)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_matching, "DENSE", 0)
        rows, columns = matching_order(table)
    taken = {}
    cells = zip(-table.counts, table.rows, table.columns, strict=True)
    for _, row, column in sorted(cells):
        if row not in taken and column not in taken.values():
            taken[row] = column
    assert rows[: len(taken)].tolist() == list(taken)
    assert columns[: len(taken)].tolist() == list(taken.values())
    assert sorted(rows) == list(range(len(table.row_sizes)))
    assert sorted(columns) == list(range(len(table.column_sizes)))


@pytest.mark.parametrize(("limit", "shared"), [(6, 3 + 3), (5, 4)])
def test_tables_of_more_cells_than_the_limit_are_assigned_greedily(monkeypatch, limit, shared):
    monkeypatch.setattr(_matching, "DENSE", limit)
    table = contingency(*labels_of([[4, 3, 1], [3, 0, 0]]))
    assert on_the_diagonal(dense(table), *matching_order(table)) == shared


@pytest.mark.parametrize("limit", [0, 1 << 20])
def test_those_left_over_come_last_by_falling_size(monkeypatch, limit):
    monkeypatch.setattr(_matching, "DENSE", limit)
    rows, columns = matching_order(contingency(*labels_of([[1], [3], [9], [5]])))
    assert rows.tolist() == [2, 3, 1, 0]
    assert columns.tolist() == [0]


def test_matches_by_hand():
    table = contingency(*labels_of([[6, 2], [1, 3]]))
    there, back = best_matches(table)
    assert there.community.tolist() == there.match.tolist() == [0, 1]
    assert there.songs.tolist() == [8, 4]
    assert there.shared.tolist() == [6, 3]
    assert there.precision.tolist() == [6 / 7, 3 / 5]
    assert there.recall.tolist() == [6 / 8, 3 / 4]
    assert there.jaccard.tolist() == [6 / 9, 3 / 6]
    # Seen from the other side precision and recall change places.
    assert back.precision.tolist() == there.recall.tolist()
    assert back.recall.tolist() == there.precision.tolist()


@given(labelings)
def test_no_community_has_a_better_match(songs):
    a, b = (np.array(side) for side in zip(*songs, strict=True))
    table = contingency(a, b)
    for matches, (own, other) in zip(best_matches(table), ((a, b), (b, a)), strict=True):
        names, others = np.unique(own), np.unique(other)
        for place, name in enumerate(names):
            mine = set(np.flatnonzero(own == name))
            sets = [set(np.flatnonzero(other == label)) for label in others]
            found = [len(mine & each) / len(mine | each) for each in sets]
            assert matches.jaccard[place] == pytest.approx(max(found))
            assert found[matches.match[place]] == pytest.approx(max(found))


@pytest.mark.parametrize(
    ("matrix", "match"),
    # The first row's Jaccard index with both columns is 1/4, or 2/6.
    [([[1, 2], [1, 5]], 1), ([[2, 2], [2, 2]], 0)],
)
def test_of_equal_matches_the_larger_counts_then_the_first(matrix, match):
    there, _ = best_matches(contingency(*labels_of(matrix)))
    assert there.match[0] == match


@given(labelings)
def test_residuals_are_pearsons(songs):
    table = table_of(songs)
    counts = dense(table)
    fitted = scipy_tables.expected_freq(counts)
    exact = (counts - fitted) / np.sqrt(fitted)
    found = residuals(table)
    assert found.values == pytest.approx(exact[found.rows, found.columns], abs=1e-9)
    shown = np.zeros(counts.shape, bool)
    shown[found.rows, found.columns] = True
    # At exactly -2 rounding may fall either way.
    sure = np.abs(exact + 2) > 1e-9
    assert (shown == ((counts > 0) | (exact < -2)))[sure].all()
    order = np.lexsort((found.columns, found.rows))
    assert order.tolist() == list(range(len(order)))


def test_a_cell_that_should_not_be_empty_is_shown_and_others_are_not():
    found = residuals(contingency(*labels_of([[50, 0, 1], [0, 50, 0], [1, 1, 0]])))
    empty = {
        (row, column): value
        for row, column, value in zip(found.rows, found.columns, found.values, strict=True)
        if value < -2
    }
    assert list(empty) == [(0, 1), (1, 0)]
    # Of 103 songs 51 and 50 are in these rows, 51 in either column.
    fitted = np.array([51 * 51, 50 * 51]) / 103
    assert list(empty.values()) == pytest.approx(-np.sqrt(fitted))
    assert (2, 2) not in set(zip(found.rows.tolist(), found.columns.tolist(), strict=True))


def test_residuals_of_many_small_communities_stay_sparse():
    songs = 50_000
    table = contingency(np.arange(songs), np.arange(songs) // 2)
    assert len(residuals(table).values) == songs
