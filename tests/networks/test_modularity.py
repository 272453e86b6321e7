"""Modularity against hand-computed values and igraph's."""

from __future__ import annotations

import igraph
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from songnet.errors import InputError, UsageError
from songnet.model import SongNetwork
from songnet.networks import modularity


@st.composite
def weighted(draw):
    """A network with some weight, a label per song, and a resolution."""
    songs = draw(st.integers(2, 12))
    ends = st.integers(0, songs - 1)
    weights = st.floats(0, 10, allow_subnormal=False)
    edges = draw(st.lists(st.tuples(ends, ends, weights), min_size=1, max_size=40))
    left, right, weight = zip(*edges, strict=True)
    network = SongNetwork.from_edges([f"s{i:02d}" for i in range(songs)], left, right, weight)
    labels = draw(st.lists(st.integers(-2, 3), min_size=songs, max_size=songs))
    return network, np.array(labels), draw(st.floats(0, 3))


def test_two_triangles_and_a_bridge_by_hand():
    network = SongNetwork.from_edges("abcdef", [0, 0, 1, 3, 3, 4, 2], [1, 2, 2, 4, 5, 5, 3])
    # Of 7 edges 3 lie in each triangle; each has half of all strength.
    assert modularity(network, np.array([0, 0, 0, 1, 1, 1])) == pytest.approx(6 / 7 - 0.5)
    assert modularity(network, np.zeros(6)) == pytest.approx(0)
    assert modularity(network, np.zeros(6), resolution=0.25) == pytest.approx(0.75)


def test_weights_count():
    network = SongNetwork.from_edges("abcd", [0, 1, 2], [1, 2, 3], [3.0, 1.0, 2.0])
    found = modularity(network, np.array(["x", "x", "y", "y"]))
    assert found == pytest.approx(5 / 6 - (7 / 12) ** 2 - (5 / 12) ** 2)


@given(weighted())
def test_modularity_is_igraphs(example):
    network, labels, resolution = example
    pairs = list(zip(network.sources.tolist(), network.targets.tolist(), strict=True))
    graph = igraph.Graph(len(network.songs), pairs)
    codes = np.unique(labels, return_inverse=True)[1].tolist()
    ours = modularity(network, labels, resolution=resolution)
    if not network.weights.sum():
        assert ours == 0  # igraph gives NaN
        return
    theirs = graph.modularity(codes, weights=network.weights.tolist(), resolution=resolution)
    assert ours == pytest.approx(theirs, abs=1e-9)


@pytest.mark.parametrize("weights", [[], [0.0]])
def test_a_network_without_weight_has_none(weights):
    network = SongNetwork.from_edges("ab", [0] * len(weights), [1] * len(weights), weights)
    assert modularity(network, np.array([0, 1])) == 0


def test_bad_input_is_refused():
    network = SongNetwork.from_edges("ab", [0], [1])
    with pytest.raises(InputError, match="a label per song: 3 for 2"):
        modularity(network, np.zeros(3))
    with pytest.raises(UsageError, match="resolution must be a number from 0 up: got nan"):
        modularity(network, np.zeros(2), resolution=float("nan"))
    with pytest.raises(UsageError, match="got -1"):
        modularity(network, np.zeros(2), resolution=-1)
