"""Every shipped query on every engine, on a graph small enough to answer by hand."""

from __future__ import annotations

import pyarrow as pa
import pytest

from songnet.errors import BadNameError, UsageError
from songnet.model import Partition, SongNetwork
from songnet.store.library import find, library

# Lists: p1 holds a b, p2 holds a b c, p3 holds d. By sound: a-c near, a-d nearer, c-d least.
SONGS = ["a", "b", "c", "d"]
LISTS = {"p1": ["a", "b"], "p2": ["a", "b", "c"], "p3": ["d"]}

ANSWERS = {
    "popular-songs": (
        {"limit": "2"},
        [("a", "Song a", "By a", 2), ("b", "Song b", "By b", 2)],
    ),
    "recommend-by-playlists": (
        {"song": "a"},
        [("b", "Song b", "By b", 2), ("c", "Song c", "By c", 1)],
    ),
    "sound-alikes": (
        {"song": "a", "network": "sound-e"},
        [("d", "Song d", "By d", 0.75), ("c", "Song c", "By c", 0.5)],
    ),
    "sound-alikes-apart": (
        {"network": "sound-e"},
        [
            ("a", "Song a", "d", "Song d", 0.75),
            ("d", "Song d", "a", "Song a", 0.75),
            ("d", "Song d", "c", "Song c", 0.25),
        ],
    ),
    "communities": ({"partition": "one"}, [(0, "many", 3), (1, "few", 1)]),
    "playlists-across-communities": (
        {"partition": "two"},
        [("p1", "List p1", 2, 2), ("p2", "List p2", 2, 3), ("p3", "List p3", 1, 1)],
    ),
    "where-partitions-part": (
        {"a": "one", "b": "two"},
        [("many", "rest", 2), ("few", "rest", 1), ("many", "first", 1)],
    ),
}


@pytest.fixture
def filled(store):
    rows = [
        (playlist, song, place)
        for playlist, members in LISTS.items()
        for place, song in enumerate(members)
    ]
    lists, members, places = zip(*rows, strict=True)
    store.add_playlists(
        pa.table({"id": list(LISTS), "name": [f"List {name}" for name in LISTS]}),
        pa.table(
            {
                "id": SONGS,
                "title": [f"Song {song}" for song in SONGS],
                "artist": [f"By {song}" for song in SONGS],
            }
        ),
        pa.table(
            {"playlist": lists, "song": members, "position": places, "times": [1] * len(rows)}
        ),
    )
    sound = SongNetwork.from_edges(
        SONGS,
        [0, 0, 2],
        [2, 3, 3],
        [0.5, 0.75, 0.25],
        name="sound-e",
        kind="sound",
        attributes={
            "similarity": [0.5, 0.75, 0.25],
            "rank_source": [2, 1, 0],
            "rank_target": [1, 1, 2],
        },
    )
    store.write_network(sound, "2026-01-01T00:00:00+00:00")
    for name, labels, titles in (
        ("one", [0, 0, 0, 1], ["many", "few"]),
        ("two", [1, 0, 0, 0], ["rest", "first"]),
    ):
        partition = Partition.from_labels(
            SONGS, labels, name=name, algorithm="by hand", on="nothing"
        )
        store.write_partition(partition, "2026-01-01T00:00:00+00:00", titles)
    return store


def test_every_shipped_query_has_an_answer_here():
    assert {query.name for query in library()} == set(ANSWERS)


def test_shipped_queries_give_the_answers_found_by_hand(filled):
    for name, (given, expected) in ANSWERS.items():
        query = find(name)
        assert query.embedded
        table = filled.query(query.cypher, query.bind(given))
        assert tuple(table.column_names) == query.columns, name
        assert [tuple(row.values()) for row in table.to_pylist()] == expected, name


def test_shipped_queries_run_as_they_come(filled):
    for query in library():
        filled.query(query.cypher, query.bind({}))


def test_an_unknown_query_or_parameter_is_said_with_those_there_are():
    with pytest.raises(BadNameError, match="popular-songs"):
        find("hits")
    with pytest.raises(UsageError, match="no parameter 'genre'; it has: limit"):
        find("popular-songs").bind({"genre": "pop"})
    with pytest.raises(UsageError, match="limit must be a whole number: got 'many'"):
        find("popular-songs").bind({"limit": "many"})
