"""From tables of memberships to sequences, against loops over Python lists."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from playlist_samples import lists, shuffled, table

from songnet.encoders._sequences import sequences
from songnet.errors import EmptyInputError, InputError


def listed(found):
    """Sequences as Python lists of ids."""
    return [[found.songs[song] for song in found.of(n)] for n in range(found.playlists)]


def test_playlists_by_id_and_songs_by_position():
    rows = [("q", "z", 0), ("p", "b", 5), ("p", "a", 9), ("q", "a", 1), ("p", "z", 2)]
    found = sequences(table(rows), min_count=1)
    assert list(found.songs) == ["a", "b", "z"]
    assert found.song.dtype == np.int32
    assert found.song.tolist() == [2, 1, 0, 2, 0]
    assert found.bounds.tolist() == [0, 3, 5]
    assert listed(found) == [["z", "b", "a"], ["z", "a"]]
    assert found.counts.tolist() == [2, 1, 2]
    assert found.playlist_of(np.arange(5)).tolist() == [0, 0, 0, 1, 1]
    assert (found.playlists, found.skipped, len(found)) == (2, 0, 5)


def test_ids_are_sorted_as_python_sorts_them():
    names = ["é", "z", "Z", "\U0001f3b5", "ﬀ", "a b", "a"]
    found = sequences(table([("p", name, 0) for name in names]), min_count=1)
    assert list(found.songs) == sorted(names)
    assert listed(found) == [sorted(names)]  # one position for all: the id decides


def test_a_song_stands_once_at_its_first_place():
    rows = [("p", "a", 3), ("p", "b", 2), ("p", "a", 1), ("p", "c", 0), ("p", "b", 2)]
    found = sequences(table(rows), min_count=1)
    assert listed(found) == [["c", "a", "b"]]
    assert found.counts.tolist() == [1, 1, 1]


def test_a_list_of_one_song_says_nothing():
    found = sequences(lists(p="ab", q="c", r="a"), min_count=1)
    assert (listed(found), found.skipped) == ([["a", "b"]], 2)
    assert list(found.songs) == ["a", "b"]  # c keeps no company


def test_what_falls_takes_others_with_it():
    # d is in one list only; without it s is of one song; without s, so is c in one list only.
    given = lists(p="ab", q="ba", r="abc", s="cd")
    found = sequences(given, min_count=2)
    assert (listed(found), found.skipped) == ([["a", "b"], ["b", "a"], ["a", "b"]], 1)


def test_rows_can_be_left_out():
    found = sequences(lists(p="abc", q="cab"), min_count=1)
    less = found.without(np.array([1, 5]))
    assert (listed(less), less.skipped) == ([["a", "c"], ["c", "a"]], 0)
    assert list(less.songs) == ["a", "b", "c"]
    assert less.counts.tolist() == [2, 0, 2]


def naive(rows, min_count):
    playlists = {}
    for playlist, song, _ in sorted(rows, key=lambda row: (row[0], row[2], row[1])):
        playlists.setdefault(playlist, [])
        if song not in playlists[playlist]:
            playlists[playlist].append(song)
    while True:
        counts = Counter(song for songs in playlists.values() if len(songs) > 1 for song in songs)
        kept = {
            name: [song for song in songs if counts[song] >= min_count]
            for name, songs in playlists.items()
            if len(songs) > 1
        }
        if kept == playlists:
            return [songs for _, songs in sorted(playlists.items())]
        playlists = kept


ROWS = st.lists(
    st.tuples(st.sampled_from("pqrstu"), st.sampled_from("abcdefg"), st.integers(0, 4)), min_size=1
)


@given(ROWS, st.integers(1, 4), st.integers(0, 5))
def test_the_core_is_what_loops_find(rows, min_count, seed):
    expected = naive(rows, min_count)
    memberships = shuffled(table(rows), seed)
    if not expected:
        with pytest.raises(EmptyInputError):
            sequences(memberships, min_count=min_count)
        return
    found = sequences(memberships, min_count=min_count)
    assert listed(found) == expected
    assert found.skipped == len({row[0] for row in rows}) - len(expected)
    assert list(found.songs) == sorted({song for songs in expected for song in songs})


def test_other_types_of_text_and_chunks_will_do():
    plain = lists(p="ab", q="bca")
    encoded = pa.table(
        {
            "song": plain["song"].dictionary_encode(),
            "playlist": plain["playlist"].cast(pa.large_string()),
            "position": plain["position"].cast(pa.int16()),
            "more": plain["times"],
        }
    )
    chunked = pa.concat_tables([encoded.slice(0, 2), encoded.slice(2)])
    assert listed(sequences(chunked, min_count=1)) == [["a", "b"], ["b", "c", "a"]]


@pytest.mark.parametrize(
    ("broken", "message"),
    [
        (lambda t: t.drop(["position"]), "columns playlist, song, position: position is missing"),
        (lambda t: t.drop(["playlist", "song"]), "playlist, song is missing"),
        (lambda t: t.set_column(2, "position", pa.array(["x"] * 4)), "ids and a whole number"),
        (lambda t: t.set_column(2, "position", pa.array([0, 1, None, 1])), "needs its position"),
        (lambda t: t.set_column(1, "song", pa.array(["a", None, "b", "c"])), "needs its song"),
    ],
)
def test_tables_that_are_no_memberships_are_refused(broken, message):
    with pytest.raises(InputError, match=message) as caught:
        sequences(broken(lists(p="ab", q="ac")), min_count=1)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("memberships", "min_count", "message"),
    [
        (lists(), 1, "there are no playlists: load some"),
        (lists(p="a", q="b"), 1, "no playlist has two songs"),
        (lists(p="ab", q="cd"), 2, "no song is in 2 playlists.*lower --min-count"),
    ],
)
def test_nothing_to_learn_is_said(memberships, min_count, message):
    with pytest.raises(EmptyInputError, match=message):
        sequences(memberships, min_count=min_count)
