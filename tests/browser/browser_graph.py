"""The graph that the tests look at: two tastes of four songs, one list that bridges them."""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa

from songnet.model import Partition, SongNetwork
from songnet.networks import cooccurrence
from songnet.partitions import leiden
from songnet.store.neo4j import Neo4jStore
from songnet.tables import MEMBERSHIP_SCHEMA

SONGS = {"a": "Aurora", "b": "Birch", "c": "Cinder", "d": "Dune"} | {
    "e": "Ember", "f": "Fern", "g": "Gale", "h": "Haze"
}  # fmt: skip
LISTS = {"Acorns": "abcd", "Acacias": "abc", "Elms": "efgh", "Elders": "efg", "Bridge": "de"}
# Alike although no list holds both: a and f, b and h. Alike within a taste: e and g.
ALIKE = [("a", "f", 0.75), ("b", "h", 0.5), ("e", "g", 0.25)]


def write(environment: Mapping[str, str]) -> None:
    """Write it to the server of `environment`, by the verbs that every command uses."""
    with Neo4jStore(environment["NEO4J_URI"], environment=environment) as store:
        store.add_playlists(playlists(), songs(), memberships())
        network = cooccurrence(store.memberships())
        store.write_network(network)
        store.write_network(sound())
        store.write_partition(leiden(network), titles=["Woods", "Weather"])
        store.write_partition(by_sound())


def songs() -> pa.Table:
    return pa.table({"id": list(SONGS), "title": list(SONGS.values()), "artist": ["Nobody"] * 8})


def playlists() -> pa.Table:
    return pa.table({"id": list(LISTS), "name": list(LISTS)})


def memberships() -> pa.Table:
    rows = [
        {"playlist": name, "song": song, "position": place, "times": 1}
        for name, word in LISTS.items()
        for place, song in enumerate(word)
    ]
    return pa.Table.from_pylist(rows, schema=MEMBERSHIP_SCHEMA)


def sound() -> SongNetwork:
    ids = list(SONGS)
    return SongNetwork.from_edges(
        ids,
        [ids.index(a) for a, _, _ in ALIKE],
        [ids.index(b) for _, b, _ in ALIKE],
        [similarity for _, _, similarity in ALIKE],
        name="sound-cae_12x15",
        kind="sound",
        attributes={
            "similarity": [similarity for _, _, similarity in ALIKE],
            "rank_source": range(1, len(ALIKE) + 1),
            "rank_target": range(1, len(ALIKE) + 1),
        },
    )


def by_sound() -> Partition:
    return Partition.from_labels(
        list(SONGS),
        [0, 1, 0, 1, 0, 0, 1, 1],
        algorithm="kmeans",
        name="kmeans-cae_12x15",
        on="sound-cae_12x15",
    )
