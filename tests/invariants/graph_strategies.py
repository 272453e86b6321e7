"""Random bipartite graphs of playlists and songs, networks, partitions and vectors, all small."""

from __future__ import annotations

from itertools import combinations

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from songnet.model import Memberships, Partition, SongNetwork, Vectors

SONGS = 12

songs = st.sampled_from([f"s{i:02}" for i in range(SONGS)])
# Playlist to songs; at least two lists that share two songs, so that there is an edge.
lists = st.dictionaries(
    st.integers(0, 9), st.sets(songs, min_size=1, max_size=8), min_size=1, max_size=9
).map(lambda found: {**found, 10: {"s00", "s01"}, 11: {"s00", "s01", "s02"}})
# Ids as a graph may hold them: no control characters, no lone surrogates.
ids = st.text(
    st.characters(exclude_categories=("Cc", "Cs"), exclude_characters="\ufffe\uffff"),
    min_size=1,
    max_size=6,
)
weights = st.integers(1, 40).map(lambda number: number / 8)


def pairs_of(found: dict[int, set[str]]) -> list[tuple[str, str]]:
    return [
        (f"p{number:02}", song) for number, members in found.items() for song in sorted(members)
    ]


def memberships(pairs: list[tuple[str, str]]) -> Memberships:
    return Memberships.from_pairs(*zip(*pairs, strict=True))


def edges_of(network: SongNetwork) -> dict[tuple[str, str], float]:
    ends = zip(network.songs[network.sources], network.songs[network.targets], strict=True)
    return dict(zip(ends, network.weights.tolist(), strict=True))


def labels_of(partition: Partition) -> dict[str, int]:
    return dict(zip(partition.songs.tolist(), partition.labels.tolist(), strict=True))


@st.composite
def networks(draw, names=None) -> SongNetwork:
    """A network of named songs with at least one edge."""
    named = names or [f"s{i:02}" for i in range(draw(st.integers(2, SONGS)))]
    every = list(combinations(range(len(named)), 2))
    chosen = draw(st.lists(st.sampled_from(every), min_size=1, unique=True))
    drawn = draw(st.lists(weights, min_size=len(chosen), max_size=len(chosen)))
    return SongNetwork.from_edges(
        named, *zip(*chosen, strict=True), drawn, name="drawn", kind="playlists"
    )


@st.composite
def partitions(draw, name="a", *, members=None) -> Partition:
    """A partition of some of the songs, or of `members`."""
    cut = members or draw(st.sets(songs, min_size=2).map(sorted))
    labels = draw(st.lists(st.integers(0, 4), min_size=len(cut), max_size=len(cut)))
    return Partition.from_labels(cut, labels, name=name, algorithm="leiden", on="drawn")


@st.composite
def vectors(draw) -> Vectors:
    """Vectors of small whole numbers, no two of them the same song's."""
    shape = st.tuples(st.integers(4, SONGS), st.integers(1, 4))
    values = draw(hnp.arrays(np.float32, shape, elements=st.integers(-3, 3).map(float)))
    values[:2, 0] += 5  # so that at least two have a direction
    return Vectors.from_rows("enc", [f"s{i:02}" for i in range(len(values))], values)
