"""Confusion matrices are folded without losing a song."""

from __future__ import annotations

import numpy as np
import pytest
import report_samples as samples
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from songnet.errors import InputError
from songnet.report._compared import OTHER, matrix, pairs
from songnet.report._grid import grid


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


def with_order(counts, rows, columns):
    pair = {**samples.pair("a", "b", counts), "order": {"rows": rows, "columns": columns}}
    return pairs(samples.content(comparison=samples.comparison(pair)))[0]


def test_rows_and_columns_stand_in_the_comparisons_order():
    shown = matrix(with_order([[9, 0], [0, 5], [1, 0]], [1, 0, 2], [1, 0]), {})
    assert shown.row_labels.tolist() == [1, 0, 2]
    assert shown.column_labels.tolist() == [1, 0]
    assert shown.counts.tolist() == [[5, 0], [0, 9], [0, 1]]


def test_the_first_in_order_are_kept_and_the_others_come_last():
    pair = with_order(np.diag([9, 1, 7, 5]).tolist(), [1, 3, 2, 0], [0, 1, 2, 3])
    shown = matrix(pair, {}, shown=3)
    assert shown.row_labels.tolist() == [1, 3, OTHER]
    assert shown.column_labels.tolist() == [0, 1, OTHER]
    assert shown.counts.tolist() == [[0, 1, 0], [0, 0, 5], [9, 0, 7]]


def test_those_that_match_stand_side_by_side_however_many_there_are():
    # 40 communities of equal size, each whole in one of the other side, whose labels are turned.
    whole = np.roll(np.eye(40, dtype=int) * 100, 20, axis=1)
    rows = np.arange(40)
    shown = matrix(with_order(whole.tolist(), rows.tolist(), np.roll(rows, 20).tolist()), {})
    assert np.diag(shown.counts)[:-1].tolist() == [100] * (len(shown.rows) - 1)


@pytest.mark.parametrize("rows", [[0, 0], [0], [0, 2], [0, 1, 2]])
def test_an_order_that_is_none_is_refused(rows):
    with pytest.raises(InputError, match="once"):
        with_order([[1, 0], [0, 1]], rows, [0, 1])


def test_nulls_chance_interval_and_songs_apart_are_read():
    item = samples.tested(
        samples.pair("a", "b", [[3, 1], [0, 2]]), odd=samples.null(0.5), shuffle=samples.null(0.01)
    )
    (pair,) = pairs(samples.content(comparison=samples.comparison(item)))
    assert list(pair.nulls) == ["shuffle", "odd"]
    assert pair.nulls["shuffle"].beaten() is True
    assert pair.nulls["odd"].beaten() is False
    assert pair.nulls["odd"].scores["nmi"].z == 7.5
    assert pair.chance["fmi"] == 0.3333
    assert pair.interval.scores["ami"] == pytest.approx((0.25, 0.34))
    assert pair.only == (3, 0)
    assert pair.scores["element_centric"] == 0.456


def test_an_old_comparison_has_none_of_these():
    pair = only([[3, 1], [0, 2]])
    assert (pair.nulls, pair.chance) == ({}, {})
    assert (pair.interval, pair.order, pair.only) == (None, None, None)
    assert pair.scores["element_centric"] is None


@pytest.mark.parametrize("bad", [{"shuffle": 3}, {"shuffle": {"ami": {"p": 0.1}}}, ["shuffle"]])
def test_bad_nulls_are_refused(bad):
    item = {**samples.pair("a", "b", [[1]]), "null": bad}
    with pytest.raises(InputError, match=r"songnet\.partitions\.compare/1"):
        pairs(samples.content(comparison=samples.comparison(item)))


def test_a_null_of_few_songs_is_beaten_or_idle():
    def null(p, movable):
        item = {**samples.pair("a", "b", [[1]]), "null": {"x": samples.null(p, movable=movable)}}
        return pairs(samples.content(comparison=samples.comparison(item)))[0].nulls["x"]

    assert null(0.01, 0.01).beaten() is True
    assert null(0.5, 0.01).beaten() is None
    assert null(0.5, 0.2).beaten() is False


def test_two_partitions_need_no_grid():
    content = samples.content(comparison=samples.comparison(samples.pair("a", "b", [[1]])))
    assert grid(content.comparison, pairs(content)) is None
    assert grid(None, []) is None
