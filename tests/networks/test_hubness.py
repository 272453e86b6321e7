"""Hubness against scipy's skewness and counts by hand."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import stats

from songnet.errors import InputError
from songnet.model import SongNetwork, Vectors
from songnet.networks import hubness, hubs, k_occurrence, nearest

SONGS = 9
chosen = hnp.arrays(
    np.int64,
    st.tuples(st.integers(1, SONGS), st.integers(1, 4)),
    elements=st.integers(0, SONGS - 1),
)


@given(chosen)
def test_k_occurrence_counts(indices):
    counted = Counter(indices.ravel().tolist())
    assert k_occurrence(indices, SONGS).tolist() == [counted[song] for song in range(SONGS)]


@given(chosen)
def test_hubness_is_the_skewness_of_the_k_occurrence(indices):
    counts = k_occurrence(indices, SONGS)
    if (counts == counts[0]).all():
        assert hubness(indices, SONGS) == 0
    else:
        assert hubness(indices, SONGS) == pytest.approx(stats.skew(counts), abs=1e-12)


def test_hubness_by_hand():
    # Song 0 is chosen by the other three and chooses song 1: N = 3, 1, 0, 0, mean 1.
    # E[(N - 1)³] = (8 - 1 - 1) / 4, E[(N - 1)²] = (4 + 1 + 1) / 4.
    assert hubness(np.array([[1], [0], [0], [0]]), 4) == pytest.approx(1.5 / 1.5**1.5)


def test_where_everybody_is_chosen_as_often_there_is_no_hubness():
    assert hubness(np.array([[1, 2], [2, 0], [0, 1]]), 3) == 0


def test_nobody_is_nobodys_hub():
    assert hubness(np.empty((0, 3), np.int64), 0) == 0
    assert k_occurrence(np.empty((0, 3), np.int64), 0).tolist() == []


@given(chosen, st.permutations(range(SONGS)))
def test_what_songs_are_called_does_not_matter(indices, renamed):
    again = np.array(renamed)[indices]
    assert hubness(again, SONGS) == pytest.approx(hubness(indices, SONGS), abs=1e-12)


@pytest.mark.parametrize("wrong", [-1, 3])
def test_an_index_that_is_no_songs_is_refused(wrong):
    with pytest.raises(InputError, match="indices of the 3 songs, 0 to 2: got"):
        hubness(np.array([[1, wrong]]), 3)


def test_hubs_of_a_network_are_those_of_its_ranks():
    values = np.random.default_rng([0, 1]).normal(size=(60, 8)) + 0.5
    network = nearest(Vectors.from_rows("enc", [f"s{i:02}" for i in range(60)], values), k=3)
    unit = values / np.linalg.norm(values, axis=1, keepdims=True)
    order = np.argsort(-(unit @ unit.T - 2 * np.eye(60)), axis=1)[:, :3]
    counts = np.bincount(order.ravel(), minlength=60)
    found = hubs(network)
    assert found.hubness == pytest.approx(stats.skew(counts))
    assert found.occurrence == counts.max()
    assert found.hub == f"s{counts.argmax():02}"


def test_of_several_hubs_it_is_the_one_of_the_smallest_id():
    found = hubs(nearest(Vectors.from_rows("enc", "cab", [[1, 0], [0, 1], [1, 1]]), k=2))
    assert (found.hub, found.occurrence, found.hubness) == ("a", 2, 0)


def test_a_network_of_another_kind_is_refused():
    network = SongNetwork.from_edges("ab", [0], [1], name="lists", kind="playlists")
    with pytest.raises(InputError, match="'lists' is of kind 'playlists'"):
        hubs(network)
