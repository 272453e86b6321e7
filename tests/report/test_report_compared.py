"""Confusion matrices are folded without losing a song."""

from __future__ import annotations

import numpy as np
import report_samples as samples
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from songnet.report._compared import matrix, pairs


def only(counts):
    content = samples.content(comparison=samples.comparison(samples.pair("a", "b", counts)))
    return pairs(content)[0]


def test_a_small_matrix_is_kept_whole_with_its_titles():
    shown = matrix(only([[5, 1], [0, 4]]), {"a": ["Jazz", "Folk"], "b": ["Loud", ""]})
    assert shown.counts.tolist() == [[5, 1], [0, 4]]
    assert shown.rows == ["Jazz", "Folk"]
    assert shown.columns == ["Loud", "community 1"]


def test_rows_and_columns_fall_by_the_songs_compared():
    shown = matrix(only([[1, 0, 0], [0, 2, 5]]), {"a": ["x", "y"], "b": ["p", "q", "r"]})
    assert shown.rows == ["y", "x"]
    assert shown.columns == ["r", "q", "p"]
    assert shown.counts.tolist() == [[5, 2, 0], [0, 0, 1]]


def test_small_communities_are_folded():
    shown = matrix(only(np.diag([9, 8, 7, 6, 5])), {}, shown=3)
    assert shown.rows == ["community 0", "community 1", "other (3 communities)"]
    assert shown.counts.tolist() == [[9, 0, 0], [0, 8, 0], [0, 0, 18]]


def test_labels_need_not_be_0_to_n():
    pair = samples.pair("a", "b", [[2, 1]])
    pair["confusion"] |= {"rows": [7], "columns": [3, 11]}
    content = samples.content(comparison=samples.comparison(pair))
    shown = matrix(pairs(content)[0], {"a": list("abcdefgh"), "b": ["only one"]})
    assert shown.rows == ["h"]
    assert shown.columns == ["community 3", "community 11"]


@given(arrays(np.int64, st.tuples(st.integers(1, 30), st.integers(1, 30)),
              elements=st.integers(0, 50)), st.integers(2, 20))  # fmt: skip
def test_no_song_is_lost_and_nothing_grows_beyond_the_limit(counts, limit):
    shown = matrix(only(counts), {}, shown=limit)
    assert shown.counts.sum() == counts.sum()
    assert shown.counts.shape == (min(len(counts), limit), min(counts.shape[1], limit))
    assert shown.counts.shape == (len(shown.rows), len(shown.columns))
    kept = limit - 1 if len(counts) > limit else len(counts)
    largest = np.sort(counts.sum(1))[::-1][:kept]
    np.testing.assert_array_equal(shown.counts.sum(1)[:kept], largest)


def test_dominance_by_hand():
    pair = only([[60, 35], [4, 1]])
    assert pair.dominance(0) == 0.95
    assert pair.dominance(1) == 0.64
    assert pair.dominant == [("a", 0.95)]


def test_a_matrix_without_songs():
    pair = only([[0, 0]])
    assert pair.dominant == []
    assert matrix(pair, {}).counts.tolist() == [[0, 0]]
