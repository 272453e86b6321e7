"""Two networks as layers: songs and edges of both, each layer a whole of its own."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from songnet.errors import InputError, UsageError
from songnet.model import SongNetwork
from songnet.networks import layers, modularity, multiplex

LISTS = SongNetwork.from_edges("bca", [0, 1], [1, 2], [3.0, 1.0], name="lists", kind="playlists")
SOUND = SongNetwork.from_edges("bcd", [0, 1], [1, 2], [0.25, 0.75], name="sound", kind="sound")


def random_network(seed, name, songs=12, edges=20):
    random = np.random.default_rng(seed)
    ids = [f"s{i:02d}" for i in random.permutation(30)[:songs]]
    ends = random.integers(0, songs, (2, edges))
    return SongNetwork.from_edges(ids, *ends, random.random(edges), name=name)


def test_by_hand():
    both = multiplex([LISTS, SOUND], name="both")
    assert (both.name, both.kind) == ("both", "multiplex")
    assert both.songs.tolist() == list("abcd")
    assert list(zip(both.sources.tolist(), both.targets.tolist(), strict=True)) == [
        (0, 2),
        (1, 2),
        (2, 3),
    ]
    assert both.attributes["layer_1"].tolist() == [1.0, 3.0, 0.0]
    assert both.attributes["layer_2"].tolist() == [0.0, 0.25, 0.75]
    assert both.weights.tolist() == [0.25, 0.75 + 0.25, 0.75]
    assert dict(both.params) == {
        "layers": "lists,sound",
        "fingerprint_1": LISTS.fingerprint,
        "fingerprint_2": SOUND.fingerprint,
    }


@settings(max_examples=30)
@given(st.integers(0, 10_000))
def test_the_layers_come_back(seed):
    first, second = random_network(seed, "one"), random_network(seed + 1, "two")
    both = multiplex([first, second])
    for layer, original in zip(layers(both), (first, second), strict=True):
        assert layer.name == original.name
        assert pairs(layer) == pairs(original)
    assert both.weights.sum() == pytest.approx(2)


def pairs(network):
    ends = zip(network.songs[network.sources], network.songs[network.targets], strict=True)
    return dict(zip(ends, network.weights.tolist(), strict=True))


@settings(max_examples=30)
@given(st.integers(0, 10_000), st.floats(1e-6, 1e6))
def test_the_unit_of_a_layer_does_not_matter(seed, unit):
    first, second = random_network(seed, "one"), random_network(seed + 1, "two")
    scaled = SongNetwork.from_edges(
        second.songs, second.sources, second.targets, second.weights * unit, name="two"
    )
    assert multiplex([first, scaled]).weights == pytest.approx(multiplex([first, second]).weights)


def test_an_ordinary_network_is_its_own_layer():
    assert layers(LISTS) == (LISTS,)


def test_a_layer_keeps_its_modularity_whatever_songs_it_lacks():
    both = multiplex([LISTS, SOUND])
    assert modularity(layers(both)[0], np.array([0, 1, 1, 2])) == pytest.approx(
        modularity(LISTS, np.array([0, 1, 1]))
    )


@pytest.mark.parametrize(
    ("given_layers", "error", "message"),
    [
        ([LISTS], UsageError, "two different layers: got lists"),
        ([], UsageError, "two different layers: got none"),
        ([LISTS, LISTS], UsageError, "two different layers: got lists, lists"),
        ([LISTS, SOUND, random_network(0, "x")], UsageError, "got lists, sound, x"),
        ([LISTS, multiplex([LISTS, SOUND])], InputError, "'multiplex' is a multiplex network"),
        (
            [LISTS, SongNetwork.from_edges("ab", [0], [1], [0.0], name="nil")],
            InputError,
            "'nil' has no edge with a weight",
        ),
    ],
)
def test_what_cannot_be_layers_is_refused(given_layers, error, message):
    with pytest.raises(error, match=message):
        multiplex(given_layers)
