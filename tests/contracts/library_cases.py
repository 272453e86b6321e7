"""One small graph on which every shipped query can be answered by hand, and the answers.

Lists: p1 holds a b, p2 holds a b c, p3 holds c d; e is in none. By sound, of each song the nearest
(a third, weaker neighbour makes no edge):

    a: d 0.75, c 0.5    b: e 0.0625    c: a 0.5    d: a 0.75, c 0.25    e: a 0.875, d 0.125

Partition "one" has a b c together ("many") and d alone ("few"); "two" has b c d ("rest") and a
("first").
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from songnet.info import EncoderInfo
from songnet.model import Partition, SongNetwork, Vectors
from songnet.store import GraphStore
from songnet.store.labels import prefixed
from songnet.store.library import Query, find

NOW = "2026-01-01T00:00:00+00:00"
SONGS = {
    "id": ["a", "b", "c", "d", "e"],
    "title": ["Song a", "Song b", "Song c", "Song d", "song A"],
    "artist": ["Ann", "Ann", "Bob", "Cid", "ANN"],
    "album": ["One", None, None, None, None],
    "duration_ms": [61_500, None, None, None, None],
    "released": ["2001", None, None, None, None],
    "label": ["rock", "rock", "pop", "pop", None],
    "recording": ["r1", "r1", None, None, None],
}
LISTS = {"p1": "ab", "p2": "abc", "p3": "cd"}
FOLLOWERS = [5, None, 7]
VECTORS = {"a": (1, 0), "b": (0, 1), "c": (1, 1), "d": (-1, 0), "e": (0, 0)}

# Each would end a string, a name or a statement if it became part of a query.
TEXTS = [
    "'}) DETACH DELETE s //",
    '" }) MATCH (n) DETACH DELETE n RETURN ("',
    "`) SET s.title = 'evil' //",
    "\\' OR true //",
    "$song {0}\n//",
]

# Each: (what is given, the rows).
ANSWERS: dict[str, tuple[dict[str, str], list[tuple[Any, ...]]]] = {
    "artists-across-communities": (
        {"partition": "two"},
        [("Ann", 2, 2), ("Bob", 1, 1), ("Cid", 1, 1)],
    ),
    "artists-by-community": (
        {"partition": "one", "share": "0.5"},
        [(0, "many", "Ann", 2, 2 / 3), (1, "few", "Cid", 1, 1.0)],
    ),
    # b's weight goes 2 to "first" and 1 to "rest": 1 - (4 + 1) / 9; c's 1 and 2.
    "bridges": (
        {"partition": "two"},
        [
            ("b", "Song b", "Ann", 2, 3.0, 4 / 9),
            ("c", "Song c", "Bob", 2, 3.0, 4 / 9),
            ("a", "Song a", "Ann", 1, 3.0, 0.0),
            ("d", "Song d", "Cid", 1, 1.0, 0.0),
        ],
    ),
    "cold-start": (
        {"network": "sound-e", "at_most": "0"},
        [("e", "song A", "a", "Song a", 0.875, 2)],
    ),
    "communities": ({"partition": "one"}, [(0, "many", 3), (1, "few", 1)]),
    # From a to c and d, from c to a: two of three inside; each has 2 of 3 others inside.
    "communities-in-sound": (
        {"partition": "one", "network": "sound-e"},
        [(0, "many", 3, 2 / 3, 2 / 3, 1.0)],
    ),
    "community-agreement": (
        {"a": "one", "b": "two"},
        [(1, "few", 1, 1, "rest", 1, 1.0), (0, "many", 3, 2, "rest", 2, 2 / 3)],
    ),
    "community-neighbours": ({"partition": "two", "community": "1"}, [(0, "rest", 2, 3.0)]),
    "community-songs": (
        {"partition": "one"},
        [
            ("a", "Song a", "Ann", 2, 3.0),
            ("b", "Song b", "Ann", 2, 3.0),
            ("c", "Song c", "Bob", 2, 2.0),
        ],
    ),
    "continue-by-playlists": ({"playlist": "p1"}, [("c", "Song c", "Bob", 2, 2.0)]),
    "continue-by-sound": (
        {"playlist": "p1", "network": "sound-e"},
        [
            ("d", "Song d", "Cid", 1, 0.75),
            ("c", "Song c", "Bob", 1, 0.5),
            ("e", "song A", "ANN", 1, 0.0625),
        ],
    ),
    "coverage": (
        {},
        [
            ("playlists", "any", 4, 0.8),
            ("network", "playlists", 4, 0.8),
            ("network", "sound-e", 5, 1.0),
            ("partition", "one", 4, 0.8),
            ("partition", "two", 4, 0.8),
        ],
    ),
    # p2's entropy is log2(3) - 2/3.
    "diverse-playlists": (
        {"partition": "two", "at_least": "2"},
        [
            ("p1", "List p1", 2, 2, 2.0),
            ("p2", "List p2", 3, 2, 3 / 2 ** (2 / 3)),
            ("p3", "List p3", 2, 1, 1.0),
        ],
    ),
    "duplicates": ({}, [("song a", "ann", 2, "a", "e")]),
    "find-playlists": ({"words": "IST P2"}, [("p2", "List p2", 3)]),
    "find-songs": (
        {"words": "aNN"},
        [
            ("a", "Song a", "Ann", "One"),
            ("b", "Song b", "Ann", None),
            ("e", "song A", "ANN", None),
        ],
    ),
    "followed-playlists": ({}, [("p3", "List p3", 7, 2), ("p1", "List p1", 5, 2)]),
    # What it tells of one is in test_generated_playlists.
    "generated-playlists": ({}, []),
    "hubs-in-playlists": (
        {},
        [
            ("c", "Song c", "Bob", 3, 3.0),
            ("a", "Song a", "Ann", 2, 3.0),
            ("b", "Song b", "Ann", 2, 3.0),
            ("d", "Song d", "Cid", 1, 1.0),
        ],
    ),
    "hubs-in-sound": (
        {"network": "sound-e"},
        [
            ("a", "Song a", "Ann", 3, (0.5 + 0.75 + 0.875) / 3),
            ("c", "Song c", "Bob", 2, 0.375),
            ("d", "Song d", "Cid", 2, 0.4375),
            ("e", "song A", "ANN", 1, 0.0625),
        ],
    ),
    "labels-by-community": (
        {"partition": "one", "share": "0.5"},
        [(0, "many", "rock", 2, 2 / 3), (1, "few", "pop", 1, 1.0)],
    ),
    "longest-playlists": (
        {},
        [("p2", "List p2", 3), ("p1", "List p1", 2), ("p3", "List p3", 2)],
    ),
    "nearest-by-vector": (
        {"song": "a", "encoder": "enc"},
        [
            ("c", "Song c", "Bob", 0.5**0.5),
            ("b", "Song b", "Ann", 0.0),
            ("d", "Song d", "Cid", -1.0),
        ],
    ),
    "partitions": (
        {},
        [
            ("one", "by hand", "playlists", 4, 2, 0.25, 1.5, 7, NOW),
            ("two", "by hand", None, 4, 2, None, None, None, NOW),
        ],
    ),
    # By lists alone, because no network is called so: over the only list that each two share.
    "path": (
        {"song": "a", "other": "d", "network": "none"},
        [
            (0, None, "a", "Song a"),
            (1, "CONTAINS", "p2", "List p2"),
            (2, "CONTAINS", "c", "Song c"),
            (3, "CONTAINS", "p3", "List p3"),
            (4, "CONTAINS", "d", "Song d"),
        ],
    ),
    "playlists-across-communities": (
        {"partition": "two"},
        [("p1", "List p1", 2, 2), ("p2", "List p2", 2, 3), ("p3", "List p3", 1, 2)],
    ),
    "playlists-alike": (
        {"playlist": "p3"},
        [("p2", "List p2", 1, 0.25)],
    ),
    "playlists-of-a-piece": (
        {"network": "sound-e", "at_least": "1"},
        [
            ("p2", "List p2", 3, 2, 2 / 3),
            ("p3", "List p3", 2, 1, 0.5),
            ("p1", "List p1", 2, 0, 0.0),
        ],
    ),
    "popular-songs": (
        {"limit": "2"},
        [("a", "Song a", "Ann", 2), ("b", "Song b", "Ann", 2)],
    ),
    "recommend-by-playlists": (
        {"song": "a"},
        [("b", "Song b", "Ann", 2), ("c", "Song c", "Bob", 1)],
    ),
    "recommend-together": (
        {"songs": '["a", "c"]'},
        [("b", "Song b", "Ann", 2, 3.0), ("d", "Song d", "Cid", 1, 1.0)],
    ),
    "same-recording": ({}, [("r1", 2, "a", "b")]),
    "song-card": (
        {"song": "a", "sound": "sound-e"},
        [("a", "Song a", "Ann", "One", "2001", "rock", 61.5, 2, 2, 3, 2)],
    ),
    "song-communities": ({"song": "a"}, [("one", 0, "many", 3), ("two", 1, "first", 1)]),
    "song-playlists": ({"song": "b"}, [("p1", "List p1", 1, 2), ("p2", "List p2", 1, 3)]),
    # Expected: sound-alikes within the partition, times (size - 1) / 3.
    "sound-against-playlists": (
        {"partition": "one", "network": "sound-e"},
        [
            ("a", "Song a", "many", 2, 1, 4 / 3),
            ("d", "Song d", "few", 2, 0, 0.0),
            ("c", "Song c", "many", 1, 1, 2 / 3),
        ],
    ),
    "sound-alikes": (
        {"song": "a", "network": "sound-e"},
        [("d", "Song d", "Cid", 0.75), ("c", "Song c", "Bob", 0.5)],
    ),
    "sound-alikes-apart": (
        {"network": "sound-e"},
        [
            ("e", "song A", "a", "Song a", 0.875),
            ("a", "Song a", "d", "Song d", 0.75),
            ("e", "song A", "d", "Song d", 0.125),
            ("b", "Song b", "e", "song A", 0.0625),
        ],
    ),
    "together-but-unlike": (
        {"sound": "sound-e"},
        [("a", "Song a", "b", "Song b", 2), ("b", "Song b", "c", "Song c", 1)],
    ),
    "where-partitions-part": (
        {"a": "one", "b": "two"},
        [("many", "rest", 2), ("few", "rest", 1), ("many", "first", 1)],
    ),
}


def answer(store: GraphStore, name: str, given: Mapping[str, str] | None = None) -> pa.Table:
    """What a shipped query says on a store."""
    query: Query = find(name)
    return store.query(prefixed(query.cypher, store.label_prefix), query.bind(given or {}))


def fill(store: GraphStore) -> GraphStore:
    """Put the small graph into an empty store."""
    _add_lists(store)
    store.write_network(_playlists(), NOW)
    store.write_network(_sound(), NOW)
    store.write_encoder(EncoderInfo("enc", "cae", "2", 2, "f" * 64, NOW))
    store.write_vectors(Vectors.from_rows("enc", list(VECTORS), list(VECTORS.values())))
    one = _partition("one", [0, 0, 0, 1], on="playlists", seed=7,
                     params={"resolution": 1.5}, quality={"modularity": 0.25})  # fmt: skip
    store.write_partition(one, NOW, ["many", "few"])
    store.write_partition(_partition("two", [1, 0, 0, 0], on="a file"), NOW, ["rest", "first"])
    return store


def _add_lists(store: GraphStore) -> None:
    rows = [
        (name, song, place) for name, songs in LISTS.items() for place, song in enumerate(songs)
    ]
    lists, members, places = zip(*rows, strict=True)
    names = [f"List {name}" for name in LISTS]
    store.add_songs(pa.table(SONGS))
    store.add_playlists(
        pa.table({"id": list(LISTS), "name": names, "followers": FOLLOWERS}),
        pa.table({"id": sorted(set(members))}),
        pa.table(
            {"playlist": lists, "song": members, "position": places, "times": [1] * len(rows)}
        ),
    )


def _playlists() -> SongNetwork:
    """How many lists hold both."""
    counts = [2, 1, 1, 1]
    return SongNetwork.from_edges(
        list("abcd"), [0, 0, 1, 2], [1, 2, 2, 3], [float(count) for count in counts],
        name="playlists", kind="playlists", attributes={"playlists": counts},
    )  # fmt: skip


def _sound() -> SongNetwork:
    """The pairs of the picture above; rank 0 where the edge does not go that way."""
    pairs = [(0, 2, 0.5, 2, 1), (0, 3, 0.75, 1, 1), (2, 3, 0.25, 0, 2),
             (0, 4, 0.875, 0, 1), (3, 4, 0.125, 0, 2), (1, 4, 0.0625, 1, 0)]  # fmt: skip
    sources, targets, similarity, there, back = map(list, zip(*pairs, strict=True))
    return SongNetwork.from_edges(
        SONGS["id"], sources, targets, similarity, name="sound-e", kind="sound",
        attributes={"similarity": similarity, "rank_source": there, "rank_target": back},
    )  # fmt: skip


def _partition(name: str, labels: list[int], **facts: Any) -> Partition:
    return Partition.from_labels(list("abcd"), labels, name=name, algorithm="by hand", **facts)
