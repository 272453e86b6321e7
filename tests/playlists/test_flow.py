"""Arranged songs have likes beside them."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from songnet.model import Memberships, Vectors, object_array
from songnet.playlists import Evidence, flow
from songnet.playlists._flow import similarity


def ids(count):
    return object_array(f"s{n:03}" for n in range(count))


def heard(values):
    return Evidence.of(vectors=Vectors("ear", ids(len(values)), np.asarray(values, np.float32)))


def gain(evidence, order):
    alike = similarity(evidence, np.array(order))
    return float(np.diag(alike, 1).sum())


def test_songs_along_an_arc_come_in_the_order_of_the_arc():
    angle = np.linspace(0, 2.5, 30)
    mixed = np.random.default_rng(1).permutation(30)
    evidence = heard(np.column_stack([np.cos(angle), np.sin(angle)])[mixed])
    start = int(np.flatnonzero(mixed == 0)[0])
    others = np.delete(np.arange(30), start)
    assert mixed[flow(evidence, others, start)].tolist() == list(range(1, 30))


@settings(max_examples=40)
@given(st.integers(0, 10_000), st.integers(2, 7))
def test_few_songs_come_close_to_the_best_of_all_orders(seed, count):
    evidence = heard(np.random.default_rng(seed).normal(size=(count + 1, 3)))
    order = flow(evidence, np.arange(1, count + 1), 0)
    assert sorted(order) == list(range(1, count + 1))
    every = [gain(evidence, [0, *each]) for each in permutations(range(1, count + 1))]
    found = gain(evidence, [0, *order])
    assert found >= np.quantile(every, 0.75) - 1e-9
    # No stretch turned round would be better.
    for first in range(count):
        for last in range(first + 1, count):
            turned = [*order[:first], *order[first : last + 1][::-1], *order[last + 1 :]]
            assert gain(evidence, [0, *turned]) <= found + 1e-6


def test_the_order_of_what_is_given_does_not_matter():
    evidence = heard(np.random.default_rng(2).normal(size=(60, 5)))
    mixed = np.random.default_rng(3).permutation(np.arange(1, 60))
    assert (flow(evidence, mixed, 0) == flow(evidence, np.arange(1, 60), 0)).all()


def test_without_vectors_songs_of_the_same_playlists_stand_together():
    lists = {"a": [0, 1, 4], "b": [1, 4, 5], "c": [2, 3], "d": [0, 2]}
    pairs = [(name, f"s{song:03}") for name, songs in lists.items() for song in songs]
    evidence = Evidence.of(Memberships.from_pairs(*zip(*pairs, strict=True)))
    assert flow(evidence, np.array([2, 3, 5, 4]), 1).tolist() in ([4, 5, 2, 3], [4, 5, 3, 2])
    expected = 2 / np.sqrt(2 * 2)
    assert similarity(evidence, np.array([1, 4]))[0, 1] == pytest.approx(expected)


def test_a_song_without_a_vector_is_placed_by_its_playlists():
    memberships = Memberships.from_pairs(["p", "p", "q"], ["s000", "s003", "s003"])
    values = np.array([[1, 0], [0.9, 0.1], [0, 1], [0, 0]], np.float32)
    evidence = Evidence.of(memberships, vectors=Vectors("ear", ids(4), values))
    alike = similarity(evidence, np.arange(4))
    assert alike[0, 3] == pytest.approx(1 / np.sqrt(2), abs=1e-6)
    assert alike[1, 3] == 0
    assert alike[0, 1] == pytest.approx(0.9 / np.hypot(0.9, 0.1), abs=1e-6)


def test_none_and_one_are_left_as_they_are():
    evidence = heard(np.eye(3))
    assert flow(evidence, np.array([], np.int64), 0).tolist() == []
    assert flow(evidence, np.array([2]), 0).tolist() == [2]
