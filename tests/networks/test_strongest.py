"""The edges that are among the heaviest of one of their songs, against the definition."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from songnet.errors import UsageError
from songnet.model import SongNetwork
from songnet.networks import strongest

edges = st.dictionaries(
    st.tuples(st.integers(0, 8), st.integers(0, 8)).filter(lambda ends: ends[0] < ends[1]),
    st.sampled_from([0.0, 1.0, 2.0, 2.5]),
    max_size=30,
)


def by_definition(network, per_song):
    kept = set()
    for song in range(len(network.songs)):
        own = [
            (-weight, other, edge)
            for edge, (source, target, weight) in enumerate(
                zip(network.sources, network.targets, network.weights, strict=True)
            )
            for other in ({source, target} - {song} if song in {source, target} else ())
        ]
        kept |= {edge for _, _, edge in sorted(own)[:per_song]}
    return [edge in kept for edge in range(network.edges)]


@settings(max_examples=150, deadline=None)
@given(edges, st.integers(1, 5))
def test_an_edge_is_kept_if_one_of_its_songs_has_it_among_its_heaviest(some, per_song):
    network = SongNetwork.from_edges(
        "abcdefghi", [a for a, _ in some], [b for _, b in some], list(some.values())
    )
    assert strongest(network, per_song).tolist() == by_definition(network, per_song)


def test_none_at_all_cannot_be_asked_for():
    with pytest.raises(UsageError, match="at least 1 edge per song can be kept: got 0"):
        strongest(SongNetwork.from_edges("ab", [0], [1]), 0)
