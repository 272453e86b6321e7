"""The largest connected component, beside networkx and on networks with known ones."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from songnet.errors import EmptyInputError
from songnet.model import Memberships, SongNetwork
from songnet.networks import cooccurrence, largest_component

PAIRS = st.lists(st.tuples(st.integers(0, 19), st.integers(0, 19)), min_size=1, max_size=25)


def ids(number):
    return [f"s{i:02}" for i in range(number)]


@given(PAIRS)
def test_it_is_networkxs(pairs):
    pairs = sorted({(min(pair), max(pair)) for pair in pairs if pair[0] != pair[1]})
    if not pairs:
        return
    network = SongNetwork.from_edges(ids(20), *np.array(pairs).T)
    graph = nx.Graph(pairs)
    theirs = max(nx.connected_components(graph), key=lambda part: (len(part), -min(part)))
    found = largest_component(network)
    assert found.songs.tolist() == [f"s{i:02}" for i in sorted(theirs)]
    assert found.edges == graph.subgraph(theirs).number_of_edges()
    assert largest_component(found).fingerprint == found.fingerprint


def test_among_equals_the_one_with_the_smallest_id():
    network = SongNetwork.from_edges("dcba", [0, 2], [1, 3], [5.0, 1.0])
    assert largest_component(network).songs.tolist() == ["a", "b"]


def test_name_attributes_and_parameters():
    network = SongNetwork.from_edges(
        "abcde", [0, 1, 3], [1, 2, 4], [1.0, 2.0, 3.0], attributes={"playlists": [7, 8, 9]}
    )
    found = largest_component(network, name="part")
    assert (found.name, found.params["largest_component"]) == ("part", True)
    assert found.attributes["playlists"].tolist() == [7, 8]
    assert found.weights.tolist() == [1.0, 2.0]
    assert largest_component(network).name == network.name


def test_a_network_without_edges_has_none():
    with pytest.raises(EmptyInputError, match="has no edges"):
        largest_component(SongNetwork.from_edges("ab", [], []))


def test_it_comes_after_the_k_core():
    # A triangle, and a longer chain of which the 2-core keeps nothing.
    lists = {
        "1": "abc", "2": "de", "3": "ef", "4": "fg", "5": "gh", "6": "hi",
    }  # fmt: skip
    rows = [(name, song) for name, songs in lists.items() for song in songs]
    who = Memberships.from_pairs(*zip(*rows, strict=True))
    chain = cooccurrence(who, largest_component=True)
    assert chain.songs.tolist() == list("defghi")
    core = cooccurrence(who, k_core=2, largest_component=True)
    assert core.songs.tolist() == list("abc")
