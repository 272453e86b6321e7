"""Every engine: songs, playlists and who is in which."""

from __future__ import annotations

from itertools import count

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from store_cases import HOSTILE, add_lists, contents, membership_rows, songs_table

from songnet.errors import InputError
from songnet.info import Counts
from songnet.store import GraphStore
from songnet.tables import MEMBERSHIP_SCHEMA, PLAYLIST_SCHEMA, SONG_SCHEMA

LARGEST, SMALLEST = 2**63 - 1, -(2**63)
fresh = count()


def full_song(song: str, **changes: object) -> dict[str, object]:
    values = {name: f"{name} of {song}" for name in SONG_SCHEMA.names}
    return values | {"id": song, "duration_ms": 180_000} | changes


def test_an_empty_store_has_empty_tables_of_the_right_types(store: GraphStore) -> None:
    assert store.songs().equals(SONG_SCHEMA.empty_table())
    assert store.playlists().equals(PLAYLIST_SCHEMA.empty_table())
    assert store.membership_table().equals(MEMBERSHIP_SCHEMA.empty_table())
    assert store.counts() == Counts(playlists=0, songs=0, memberships=0)
    found = store.memberships()
    assert (len(found), len(found.songs), len(found.playlists)) == (0, 0, 0)
    assert store.encoders() == store.networks() == store.partitions() == []


def test_empty_tables_write_nothing(store: GraphStore) -> None:
    untyped = pa.table({"id": pa.array([], pa.null())})
    store.add_songs(untyped)
    store.add_playlists(untyped, SONG_SCHEMA.empty_table(), MEMBERSHIP_SCHEMA.empty_table())
    assert store.counts() == Counts(playlists=0, songs=0, memberships=0)


def test_songs_come_back_with_all_properties_sorted_by_id(store: GraphStore) -> None:
    given_songs = [full_song("b"), full_song("a"), full_song("c", title=None, duration_ms=None)]
    store.add_songs(pa.Table.from_pylist(given_songs, schema=SONG_SCHEMA))
    assert store.songs().schema == SONG_SCHEMA
    assert store.songs().to_pylist() == sorted(given_songs, key=lambda song: str(song["id"]))


def test_ids_are_sorted_by_code_point(store: GraphStore) -> None:
    # In UTF-16 the last two would change places.
    ids = ["A", "Z", "a", "file:b/c.ogg", "file:b1", "é", "日", "\uffee", "\U0001f3b5"]
    assert ids == sorted(ids)
    store.add_songs(songs_table(*reversed(ids)))
    assert store.songs()["id"].to_pylist() == ids


def test_a_null_or_a_missing_column_leaves_the_property(store: GraphStore) -> None:
    store.add_songs(songs_table("a", title=["first"], artist=["someone"], duration_ms=[1]))
    store.add_songs(songs_table("a", title=[None], artist=["another"]))
    store.add_songs(songs_table("a", label=["rock"]))
    [song] = store.songs().to_pylist()
    assert (song["title"], song["artist"], song["duration_ms"], song["label"]) == (
        "first",
        "another",
        1,
        "rock",
    )


def test_old_and_new_songs_may_come_in_one_table(store: GraphStore) -> None:
    store.add_songs(songs_table("b", "d", title=["B", "D"]))
    store.add_songs(songs_table("d", "a", "b", "c", title=["D2", "A", None, "C"]))
    found = {song["id"]: song["title"] for song in store.songs().to_pylist()}
    assert found == {"a": "A", "b": "B", "c": "C", "d": "D2"}


def test_other_integer_and_text_types_are_taken(store: GraphStore) -> None:
    table = pa.table(
        {
            "title": pa.array(["x"]).dictionary_encode(),
            "id": pa.array(["a"], pa.large_string()),
            "duration_ms": pa.array([7], pa.int16()),
            "album": pa.nulls(1),
        }
    )
    store.add_songs(table)
    assert store.songs().slice(0, 1).to_pylist()[0]["duration_ms"] == 7
    assert store.songs().to_pylist()[0]["title"] == "x"


def test_whole_numbers_of_64_bits_survive(store: GraphStore) -> None:
    extremes = [LARGEST, SMALLEST, 0]
    store.add_songs(songs_table("a", "b", "c", duration_ms=pa.array(extremes)))
    assert store.songs()["duration_ms"].to_pylist() == extremes
    lists = songs_table("p", followers=[LARGEST], modified_at=[SMALLEST])
    store.add_playlists(lists, songs_table("a"), membership_rows([("p", "a", LARGEST, SMALLEST)]))
    assert store.playlists().to_pylist()[0]["followers"] == LARGEST
    assert store.playlists().to_pylist()[0]["modified_at"] == SMALLEST
    assert store.membership_table().to_pylist()[0]["position"] == LARGEST
    assert store.membership_table().to_pylist()[0]["times"] == SMALLEST


def test_hostile_text_is_only_text(store: GraphStore) -> None:
    songs = songs_table(*HOSTILE, title=HOSTILE, artist=["a\0b"] * len(HOSTILE))
    lists = songs_table(*HOSTILE, name=HOSTILE)
    rows = [(text, text, 0, 1) for text in HOSTILE]
    for _ in range(2):  # the second time they are found, not made
        store.add_playlists(lists, songs, membership_rows(rows))
    found = store.songs()
    assert found["id"].to_pylist() == found["title"].to_pylist() == sorted(HOSTILE)
    assert set(found["artist"].to_pylist()) == {"a\0b"}
    assert store.playlists()["name"].to_pylist() == sorted(HOSTILE)
    assert [row["song"] for row in store.membership_table().to_pylist()] == sorted(HOSTILE)


def test_very_long_text_survives(store: GraphStore) -> None:
    words, one_word = "la " * 70_000, "x" * 200_000
    store.add_songs(songs_table("a", title=[words], artist=[one_word]))
    [song] = store.songs().to_pylist()
    assert (song["title"], song["artist"]) == (words, one_word)


def test_the_longest_ids_are_taken(store: GraphStore) -> None:
    ids = ["é" * 2048, "x" * 4096]
    store.add_songs(songs_table(*ids))
    store.add_songs(songs_table(*ids, title=["first", "second"]))
    found = store.songs().to_pylist()
    assert [(song["id"], song["title"]) for song in found] == [
        (ids[1], "second"),
        (ids[0], "first"),
    ]


BAD_SONGS = {
    "repeated": (songs_table("a", "b", "a"), "'a' occurs more than once"),
    "null": (pa.table({"id": ["a", None]}), "empty"),
    "empty": (songs_table("a", ""), "empty"),
    "nul": (songs_table("a\0"), "NUL"),
    "long": (songs_table("x" * 4097), "4096"),
    "no id": (pa.table({"title": ["x"]}), "id"),
    "unknown column": (songs_table("a", colour=["red"]), "'colour'"),
    "text for a number": (songs_table("a", duration_ms=["three"]), "duration_ms"),
    "half": (songs_table("a", duration_ms=[0.5]), "duration_ms"),
    "column twice": (pa.table([["a"], ["b"]], names=["id", "id"]), "repeat"),
}


@pytest.mark.parametrize("case", BAD_SONGS)
def test_bad_songs_are_refused_whole(store: GraphStore, case: str) -> None:
    table, said = BAD_SONGS[case]
    with pytest.raises(InputError, match=said) as refused:
        store.add_songs(table)
    assert "\n" not in str(refused.value)
    assert store.counts().songs == 0


def test_playlists_come_back_with_what_they_hold(store: GraphStore) -> None:
    lists = pa.Table.from_pylist(
        [
            {"id": "q", "name": "second"},
            {"id": "p", "name": "first", "followers": 3, "modified_at": 9, "source": "mpd",
             "description": "songs of the sea"},
        ],
        schema=PLAYLIST_SCHEMA,
    )  # fmt: skip
    rows = [("q", "a", 0, 1), ("p", "c", 0, 2), ("p", "a", 5, 1), ("p", "b", 5, 1)]
    store.add_playlists(lists, songs_table("a", "b", "c"), membership_rows(rows))
    assert store.playlists().to_pylist() == lists.sort_by("id").to_pylist()
    by_place = [("p", "c", 0, 2), ("p", "a", 5, 1), ("p", "b", 5, 1), ("q", "a", 0, 1)]
    assert [tuple(row.values()) for row in store.membership_table().to_pylist()] == by_place
    assert store.counts() == Counts(playlists=2, songs=3, memberships=4)


def test_memberships_are_indices_in_canonical_order(store: GraphStore) -> None:
    add_lists(store, q="ca", p="bc")
    store.add_songs(songs_table("unused"))
    found = store.memberships()
    assert list(found.playlists) == ["p", "q"]
    assert list(found.songs) == ["a", "b", "c"]
    assert found.playlist.tolist() == [0, 0, 1, 1]
    assert found.song.tolist() == [1, 2, 0, 2]
    assert found.playlist.dtype == found.song.dtype == np.int64


def test_reading_a_playlist_again_replaces_what_it_holds(store: GraphStore) -> None:
    add_lists(store, p="abc", q="ab")
    add_lists(store, p="cd")
    held = [tuple(row.values())[:3] for row in store.membership_table().to_pylist()]
    assert held == [("p", "c", 0), ("p", "d", 1), ("q", "a", 0), ("q", "b", 1)]
    assert store.songs()["id"].to_pylist() == list("abcd")


def test_only_positions_or_times_may_change(store: GraphStore) -> None:
    add_lists(store, p="ab")
    rows = [("p", "b", 0, 1), ("p", "a", 1, 4)]
    store.add_playlists(songs_table("p"), songs_table("a", "b"), membership_rows(rows))
    assert [tuple(row.values()) for row in store.membership_table().to_pylist()] == rows


def test_a_playlist_may_be_or_become_empty(store: GraphStore) -> None:
    add_lists(store, p="ab", q="a")
    add_lists(store, p="", r="")
    assert store.counts() == Counts(playlists=3, songs=2, memberships=1)
    assert store.playlists()["id"].to_pylist() == ["p", "q", "r"]


def test_a_null_leaves_a_playlists_property(store: GraphStore) -> None:
    nothing = membership_rows([])
    named = songs_table("p", name=["first"], followers=[3])
    store.add_playlists(named, songs_table(), nothing)
    store.add_playlists(songs_table("p", name=[None], source=["csv"]), songs_table(), nothing)
    [found] = store.playlists().to_pylist()
    assert (found["name"], found["followers"], found["source"]) == ("first", 3, "csv")


def test_loading_twice_leaves_what_loading_once_leaves(store: GraphStore) -> None:
    songs = songs_table("a", "b", title=["A", None], duration_ms=pa.array([1, None]))
    lists = songs_table("p", "q", name=["P", None])
    rows = membership_rows([("p", "b", 0, 2), ("q", "a", 3, 1)])
    store.add_playlists(lists, songs, rows)
    once = contents(store)
    store.add_playlists(lists, songs, rows)
    store.add_songs(songs)
    assert contents(store) == once


def test_rows_may_come_in_any_order(store: GraphStore) -> None:
    rows = [("p", "a", 0, 1), ("q", "a", 0, 1), ("p", "b", 1, 1), ("q", "c", 1, 1)]
    lists, songs = songs_table("p", "q"), songs_table("a", "b", "c")
    store.add_playlists(lists, songs, membership_rows(rows))
    once = contents(store)
    reverse = [table.take(list(range(table.num_rows))[::-1]) for table in (lists, songs)]
    store.add_playlists(*reverse, membership_rows(rows[::-1]))
    assert contents(store) == once


BAD_MEMBERSHIPS = {
    "unknown song": (membership_rows([("new", "a", 0, 1), ("new", "z", 1, 1)]), "'z'"),
    "unknown playlist": (membership_rows([("new", "a", 0, 1), ("old", "a", 0, 1)]), "'old'"),
    "repeated": (membership_rows([("new", "a", 0, 1), ("new", "a", 1, 1)]), "more than once"),
    "no position": (
        pa.table({"playlist": ["new"], "song": ["a"], "position": pa.nulls(1), "times": [1]}),
        "position",
    ),
    "no times": (pa.table({"playlist": ["new"], "song": ["a"], "position": [0]}), "times"),
    "null song": (
        pa.table({"playlist": ["new"], "song": pa.nulls(1), "position": [0], "times": [1]}),
        "song",
    ),
}


@pytest.mark.parametrize("case", BAD_MEMBERSHIPS)
def test_a_failing_load_leaves_nothing(store: GraphStore, case: str) -> None:
    add_lists(store, old="xz")  # "z" is in the graph, but not among the songs of the load
    before = contents(store)
    rows, said = BAD_MEMBERSHIPS[case]
    with pytest.raises(InputError, match=said):
        store.add_playlists(songs_table("new"), songs_table("a", "x", title=["A", "X"]), rows)
    assert contents(store) == before


def test_a_playlist_twice_in_one_load_is_refused(store: GraphStore) -> None:
    with pytest.raises(InputError, match="'p' occurs more than once"):
        store.add_playlists(songs_table("p", "p"), songs_table(), membership_rows([]))
    assert store.counts() == Counts(playlists=0, songs=0, memberships=0)


titles = st.one_of(st.none(), st.sampled_from(["one", "two", ""]))
loads = st.lists(
    st.dictionaries(
        st.sampled_from(["p", "q", "r"]),
        st.tuples(titles, st.lists(st.tuples(st.sampled_from("abcde"), titles), max_size=6)),
        max_size=3,
    ),
    min_size=1,
    max_size=3,
)


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(loads=loads)
def test_loads_do_what_they_would_do_to_a_dictionary(
    store: GraphStore, loads: list[dict[str, tuple[str | None, list[tuple[str, str | None]]]]]
) -> None:
    mark = f"{next(fresh)}:"  # the store is one for all examples; each has its own ids
    songs: dict[str, str | None] = {}
    names: dict[str, str | None] = {}
    held: dict[str, list[tuple[str, int, int]]] = {}
    for load in loads:
        tracks: dict[str, str | None] = {}
        rows = []
        for playlist, (name, entries) in load.items():
            names[playlist] = name if name is not None else names.get(playlist)
            words = [song for song, _ in entries]
            tracks.update(entries)
            held[playlist] = [
                (song, words.index(song), words.count(song)) for song in dict.fromkeys(words)
            ]
            rows += [(mark + playlist, mark + song, *rest) for song, *rest in held[playlist]]
        for song, title in tracks.items():
            songs[song] = title if title is not None else songs.get(song)
        store.add_playlists(
            songs_table(*(mark + p for p in load), name=text([n for n, _ in load.values()])),
            songs_table(*(mark + s for s in tracks), title=text(list(tracks.values()))),
            membership_rows(rows),
        )
    expected = [(mark + p, mark + s, *rest) for p, rows in held.items() for s, *rest in rows]
    found = [tuple(row.values()) for row in store.membership_table().to_pylist()]
    ours = [row for row in found if row[0].startswith(mark)]
    assert ours == sorted(expected, key=lambda row: (row[0], row[2], row[1]))
    assert values(store.songs(), "title", mark) == songs
    assert values(store.playlists(), "name", mark) == names


def text(strings: list[str | None]) -> pa.Array:
    return pa.array(strings, pa.string())


def values(table: pa.Table, column: str, mark: str) -> dict[str, str | None]:
    rows = table.to_pylist()
    return {r["id"].removeprefix(mark): r[column] for r in rows if r["id"].startswith(mark)}
