"""Whether labels fit a network: planted, by chance, and through shared artists alone."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest

from songnet.errors import InputError, UsageError
from songnet.model import SongNetwork
from songnet.networks import NullTest, modularity, modularity_test


def cliques(sizes, between=0, seed=0):
    """Full groups, and some edges at random."""
    group = np.repeat(np.arange(len(sizes)), sizes)
    left, right = np.triu_indices(len(group), 1)
    inside = group[left] == group[right]
    draw = np.random.default_rng(seed).random(len(left)) < between
    keep = inside | draw
    names = [f"s{i:03d}" for i in range(len(group))]
    return SongNetwork.from_edges(names, left[keep], right[keep]), group


def test_labels_that_fit_are_found():
    network, group = cliques([10, 12, 14], between=0.1)
    test = modularity_test(network, group, samples=99, seed=0)
    assert test.observed == modularity(network, group)
    assert (test.p, test.null, test.movable) == (0.01, "shuffle", 1.0)
    assert test.z > 10
    assert test.effect == pytest.approx(test.observed - np.mean(test.values))
    facts = test.to_json()
    assert facts["low"] <= facts["mean"] <= facts["high"] < facts["observed"]


def test_what_a_test_says_of_its_samples():
    test = NullTest("shuffle", observed=150.0, values=tuple(map(float, range(201))), seed=3)
    sd = np.sqrt(201 * 202 / 12)
    assert test.to_json() == {
        "null": "shuffle",
        "samples": 201,
        "seed": 3,
        "movable": 1,
        "observed": 150,
        "mean": 100,
        "sd": pytest.approx(sd),
        "low": 5,
        "high": 195,
        "effect": 50,
        "z": pytest.approx(50 / sd),
        "p": 52 / 202,  # 150 itself and the fifty above it
        "values": list(range(201)),
    }


def test_the_null_is_that_of_all_permutations():
    network, _ = cliques([3, 3], between=0.5, seed=4)
    labels = np.array([0, 0, 1, 1, 1, 2])
    exact = [modularity(network, np.array(order)) for order in permutations(labels)]
    test = modularity_test(network, labels, samples=4000, seed=0)
    assert test.mean == pytest.approx(np.mean(exact), abs=4 * np.std(exact) / np.sqrt(4000))
    assert set(np.round(test.values, 9)) == set(np.round(exact, 9))
    at_least = np.mean(np.array(exact) >= test.observed - 1e-9)
    assert test.p == pytest.approx(at_least, abs=0.04)


def test_labels_dealt_at_random_are_not_significant_more_often_than_they_should():
    network, _ = cliques([20, 20], between=0.2)
    draw = np.random.default_rng(5)
    found = [
        modularity_test(network, draw.integers(0, 4, 40), samples=19, seed=seed).p
        for seed in range(200)
    ]
    assert 0.4 < np.mean(found) < 0.65
    assert np.mean(np.array(found) <= 0.1) < 0.17


def test_shared_artists_alone_do_not_pass_within_groups():
    """Songs of one artist are a clique and lie in one community: nothing more ties them."""
    network, artist = cliques([6] * 12, between=0.05)
    community = np.random.default_rng(1).integers(0, 3, 12)[artist]
    assert modularity_test(network, community).p == 0.01
    within = modularity_test(network, community, groups=artist.tolist())
    assert (within.null, within.movable, within.z, within.p) == (
        "shuffle within groups", 0.0, None, 1.0,
    )  # fmt: skip


def test_what_remains_beyond_artists_passes_within_groups():
    network, group = cliques([30, 30], between=0.1)
    artists = np.random.default_rng(2).integers(0, 10, 60).tolist()
    within = modularity_test(network, group, groups=artists)
    assert within.p == 0.01
    assert within.movable == 1.0


def test_songs_of_no_known_group_keep_their_label():
    network, group = cliques([4, 4])
    unknown = [None, "x", "x", float("nan"), None, None, None, "x"]
    test = modularity_test(network, group, groups=unknown, samples=50)
    assert test.movable == 3 / 8
    # Of the three that move, two have the label 0: three outcomes.
    assert len(set(np.round(test.values, 9))) <= 3


def test_the_seed_decides():
    network, group = cliques([5, 6], between=0.3)
    first, second = (modularity_test(network, group, seed=seed) for seed in (0, 1))
    assert modularity_test(network, group, seed=0) == first
    assert first.values != second.values
    shorter = modularity_test(network, group, seed=0, samples=10)
    assert shorter.values == first.values[:10]


def test_bad_input_is_refused():
    network, group = cliques([2, 2])
    with pytest.raises(InputError, match="a label per song: 3 for 4"):
        modularity_test(network, group[:3])
    with pytest.raises(InputError, match=r"one per song, shape \(4,\): got \(1,\)"):
        modularity_test(network, group, groups=["a"])
    with pytest.raises(UsageError, match="samples must be at least 1: got 0"):
        modularity_test(network, group, samples=0)
