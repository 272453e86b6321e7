"""The k-core against networkx, and by dropping songs one by one."""

from __future__ import annotations

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from songnet.errors import EmptyInputError, UsageError
from songnet.model import Memberships, SongNetwork
from songnet.networks import cooccurrence, k_core

ends = st.integers(0, 9)
edges = st.sets(st.tuples(ends, ends).filter(lambda pair: pair[0] < pair[1]), min_size=1)


@given(edges, st.integers(1, 5))
def test_it_is_networkxs(pairs, k):
    network = SongNetwork.from_edges([f"s{i}" for i in range(10)], *zip(*pairs, strict=True))
    theirs = nx.k_core(nx.Graph([(f"s{a}", f"s{b}") for a, b in pairs]), k)
    if not theirs:
        with pytest.raises(EmptyInputError, match=f"no core of songs with {k} neighbours"):
            k_core(network, k)
        return
    ours = k_core(network, k)
    assert set(ours.songs) == set(theirs)
    found = zip(ours.songs[ours.sources], ours.songs[ours.targets], strict=True)
    assert {frozenset(pair) for pair in found} == {frozenset(pair) for pair in theirs.edges}


def test_a_chain_falls_apart_though_its_middle_has_two_neighbours():
    # A triangle, and a tail of three that hangs on it.
    network = SongNetwork.from_edges("abcdef", [0, 0, 1, 2, 3, 4], [1, 2, 2, 3, 4, 5])
    core = k_core(network, 2, name="core")
    assert (core.songs.tolist(), core.edges, core.name) == (list("abc"), 3, "core")
    with pytest.raises(EmptyInputError, match="--k-core can be at most 2 here"):
        k_core(network, 3)


def test_without_edges_there_is_no_core():
    with pytest.raises(EmptyInputError, match="--k-core can be at most 0 here"):
        k_core(SongNetwork.from_edges("ab", [], []), 1)


def test_every_song_of_a_linked_core_has_k_neighbours():
    lists = {"p1": "abcd", "p2": "de", "p3": "ef"}
    rows = [(name, song) for name, songs in lists.items() for song in songs]
    network = cooccurrence(Memberships.from_pairs(*zip(*rows, strict=True)), k_core=3)
    assert network.songs.tolist() == list("abcd")
    assert network.params["k_core"] == 3


def test_a_core_of_none_is_refused():
    with pytest.raises(UsageError, match="--k-core must be at least 1: got 0"):
        k_core(SongNetwork.from_edges("ab", [0], [1]), 0)
