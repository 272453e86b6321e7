"""Infomap: the code length against the map equation."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from partition_cases import parts_inside

from songnet.errors import UsageError
from songnet.model import SongNetwork
from songnet.partitions import infomap
from songnet.partitions._map_equation import split, two_level_codelength


def map_equation(network, labels):
    """Bits per step of an undirected walk (Rosvall & Bergstrom 2008), term by term."""

    def plogp(values):
        values = np.asarray(values, float)
        return float((values[values > 0] * np.log2(values[values > 0])).sum())

    whole = 2 * network.weights.sum()
    visits, leaving = np.zeros(len(network.songs)), np.zeros(labels.max() + 1)
    for source, target, weight in zip(
        network.sources, network.targets, network.weights, strict=True
    ):
        for end in (source, target):
            visits[end] += weight / whole
            if labels[source] != labels[target]:
                leaving[labels[end]] += weight / whole
    inside = leaving + np.bincount(labels, weights=visits)
    return plogp([leaving.sum()]) - 2 * plogp(leaving) - plogp(visits) + plogp(inside)


@settings(max_examples=30)
@given(st.integers(0, 10_000))
def test_the_codelength_is_the_map_equations(seed):
    random = np.random.default_rng(seed)
    ends = random.integers(0, 20, (2, 50))
    network = SongNetwork.from_edges([f"s{i:02d}" for i in range(20)], *ends, random.random(50))
    found = infomap(network)
    expected = map_equation(network, found.labels)
    assert found.quality["codelength"] == pytest.approx(expected, abs=1e-9)
    one = map_equation(network, np.zeros(20, int))
    assert found.quality["codelength"] <= one + 1e-9


def test_more_trials_find_a_shorter_description():
    random = np.random.default_rng(2)
    ends = random.integers(0, 200, (2, 700))
    network = SongNetwork.from_edges([f"s{i:03d}" for i in range(200)], *ends)
    few, many = (infomap(network, trials=trials) for trials in (1, 10))
    assert many.quality["codelength"] < few.quality["codelength"] - 0.01
    assert dict(many.params) == {"trials": 10, "hierarchical": False}


def test_the_output_stays_clean(capfd):
    infomap(SongNetwork.from_edges("abc", [0, 1], [1, 2]))
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("trials", [0, 1.5])
def test_bad_trials_are_refused(trials):
    with pytest.raises(UsageError, match="--trials must be"):
        infomap(SongNetwork.from_edges("abc", [0, 1], [1, 2]), trials=trials)


# --- connected ----------------------------------------------------------------------------------


@settings(max_examples=40)
@given(st.integers(0, 10_000))
def test_cutting_modules_into_their_parts_never_makes_the_description_longer(seed):
    random = np.random.default_rng(seed)
    ends = random.integers(0, 25, (2, 35))
    network = SongNetwork.from_edges([f"s{i:02d}" for i in range(25)], *ends, random.random(35))
    labels = random.integers(0, 5, 25)
    parts = split(network, labels)
    assert two_level_codelength(network, labels) == pytest.approx(map_equation(network, labels))
    assert map_equation(network, parts) <= map_equation(network, labels) + 1e-9
    # Each part lies in one module, and no part is of two that are linked within it.
    assert len(np.unique(np.column_stack([parts, labels]), axis=0)) == parts.max() + 1
    assert max(parts_inside(network, parts)) == 1


# --- hierarchies --------------------------------------------------------------------------------


def rings(*sizes):
    """Cliques of the last size in a ring, these rings in a ring, and so on; linked ever fewer."""
    if len(sizes) == 1:
        return list(itertools.combinations(range(sizes[0]), 2))
    below, songs = rings(*sizes[1:]), int(np.prod(sizes[1:]))
    pairs = [(a + songs * i, b + songs * i) for i in range(sizes[0]) for a, b in below]
    place = len(sizes)
    return pairs + [
        (songs * i + place, songs * ((i + 1) % sizes[0]) + place + 1) for i in range(sizes[0])
    ]


def hierarchy():
    ids = [f"s{i:03d}" for i in range(9**3)]
    return SongNetwork.from_edges(ids, *zip(*rings(9, 9, 9), strict=True), name="rings")


def test_a_hierarchy_has_levels():
    network, songs = hierarchy(), np.arange(9**3)
    flat = infomap(network)
    coarse, fine = (infomap(network, hierarchical=True, level=level) for level in (1, 2))
    assert coarse.labels.tolist() == (songs // 81).tolist()
    assert fine.labels.tolist() == (songs // 9).tolist()
    finest = infomap(network, hierarchical=True)
    assert finest.fingerprint == fine.fingerprint
    assert dict(coarse.params) == {"trials": 5, "hierarchical": True, "level": 1, "levels": 2}
    assert dict(finest.params) == {"trials": 5, "hierarchical": True, "level": 2, "levels": 2}
    # It is made for a shorter description, which is that of the whole hierarchy.
    assert fine.quality["codelength"] < flat.quality["codelength"] - 0.01
    assert fine.quality["codelength"] == coarse.quality["codelength"]
    assert fine.quality["codelength"] == pytest.approx(three_level_equation(network, songs))


def three_level_equation(network, songs):
    """Bits per step with modules songs // 9 in modules songs // 81 (Rosvall & Bergstrom 2011)."""
    whole = 2 * network.weights.sum()
    steps = [
        (a, b)
        for pair in zip(network.sources, network.targets, strict=True)
        for a, b in (pair, pair[::-1])
    ]

    def leaving(size, modules):
        return [sum(a // size == m != b // size for a, b in steps) / whole for m in modules]

    def codebook(rates):
        rates = np.asarray(rates)
        rates = rates[rates > 0]
        return -float((rates * np.log2(rates / rates.sum())).sum())

    top = leaving(81, range(9))
    total = codebook(top)
    for upper in range(9):
        total += codebook([*leaving(9, range(9 * upper, 9 * upper + 9)), top[upper]])
    visits = np.bincount([a for a, _ in steps], minlength=len(songs)) / whole
    for lower, exit_rate in enumerate(leaving(9, range(81))):
        total += codebook([*visits[9 * lower : 9 * lower + 9], exit_rate])
    return total


def test_without_levels_to_find_there_is_one():
    network = SongNetwork.from_edges("abcdef", [0, 0, 1, 3, 3, 4], [1, 2, 2, 4, 5, 5])
    found = infomap(network, hierarchical=True)
    assert found.labels.tolist() == [0, 0, 0, 1, 1, 1]
    assert found.params["levels"] == 1
    for nothing in (SongNetwork.from_edges("a", [], []), SongNetwork.from_edges("ab", [], [])):
        alone = infomap(nothing, hierarchical=True)
        assert alone.labels.tolist() == list(range(len(nothing.songs)))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"level": 1}, "--level is of a hierarchy: give --hierarchical too"),
        ({"level": 0, "hierarchical": True}, "--level must be at least 1: got 0"),
        ({"level": 3, "hierarchical": True}, "has 2 levels of communities: --level must be from 1"),
    ],
)
def test_bad_levels_are_refused(options, message):
    with pytest.raises(UsageError, match=message):
        infomap(hierarchy(), **options)
