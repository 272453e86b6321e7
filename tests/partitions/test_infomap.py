"""Infomap: the code length against the map equation."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from songnet.errors import UsageError
from songnet.model import SongNetwork
from songnet.partitions import infomap


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


def test_more_trials_are_never_worse():
    random = np.random.default_rng(2)
    ends = random.integers(0, 200, (2, 700))
    network = SongNetwork.from_edges([f"s{i:03d}" for i in range(200)], *ends)
    few, many = (infomap(network, trials=trials) for trials in (1, 10))
    assert many.quality["codelength"] <= few.quality["codelength"] + 1e-9
    assert dict(many.params) == {"trials": 10, "hierarchical": False}


def test_the_output_stays_clean(capfd):
    infomap(SongNetwork.from_edges("abc", [0, 1], [1, 2]))
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("trials", [0, 1.5])
def test_bad_trials_are_refused(trials):
    with pytest.raises(UsageError, match="--trials must be"):
        infomap(SongNetwork.from_edges("abc", [0, 1], [1, 2]), trials=trials)
