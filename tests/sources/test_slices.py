"""The quick reader of slices against the careful one."""

from __future__ import annotations

import gzip
import json
import zipfile

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from songnet.model import Skipped
from songnet.sources import _ahead, _slices
from songnet.sources._batches import batches, gathered
from songnet.sources._records import Source
from songnet.sources._slices import Errand, read_slice
from songnet.sources.playlists import read_batches, read_playlists
from songnet.tables import MEMBERSHIP_SCHEMA

SOURCE = Source("a.json", "a.json", "", "")
IDS = [f"{number:022d}" for number in range(6)]


def track(number=0, **more):
    return {
        "pos": 0,
        "track_uri": f"spotify:track:{IDS[number]}",
        "track_name": f"Song {number}",
        "artist_name": "Somebody",
        "album_name": "Somewhere",
        "duration_ms": 1000 + number,
        **more,
    }


def playlist(pid=0, tracks=None, **more):
    return {"pid": pid, "name": "a list", "tracks": [track()] if tracks is None else tracks, **more}


def written(folder, *playlists, name="a.json"):
    text = json.dumps({"info": {"version": "v1"}, "playlists": playlists})
    path = folder / name
    path.write_text(text, "utf-8")
    return path


def quick(path, member=None):
    return read_slice(Errand(path, member, SOURCE, 0))


def tables(found):
    return [(each.playlists, each.songs, each.memberships, each.skipped) for each in found]


def careful(paths, memberships=10**9):
    return list(gathered(batches(read_playlists(paths)), memberships=memberships))


def test_a_slice_by_hand(tmp_path):
    tracks = [track(1), track(0), track(1, track_name="Other"), track(2, album_name=None)]
    more = [track(2, track_name="Later", album_name=" There ")]
    batch = quick(
        written(tmp_path, playlist(7, tracks, num_followers=3), playlist(8, more, name=""))
    )
    assert batch.playlists.to_pylist() == [
        {
            "id": f"mpd:{pid}",
            "name": name,
            "description": None,
            "followers": followers,
            "modified_at": None,
            "source": "a.json",
        }
        for pid, name, followers in [(7, "a list", 3), (8, None, None)]
    ]
    names = [f"spotify:track:{each}" for each in IDS]
    assert [tuple(row.values()) for row in batch.memberships.to_pylist()] == [
        ("mpd:7", names[1], 0, 2),
        ("mpd:7", names[0], 1, 1),
        ("mpd:7", names[2], 3, 1),
        ("mpd:8", names[2], 0, 1),
    ]
    assert batch.songs.select(["id", "title", "album", "duration_ms", "uri"]).to_pylist() == [
        {
            "id": names[n],
            "title": f"Song {n}",
            "album": album,
            "duration_ms": 1000 + n,
            "uri": names[n],
        }
        for n, album in [(1, "Somewhere"), (0, "Somewhere"), (2, "There")]
    ]


loose = st.none() | st.booleans() | st.integers(-3, 2**70) | st.floats() | st.text(max_size=3)
text = st.none() | st.text(max_size=4) | st.sampled_from([" a ", "\0", "\ud800", "﻿"])
tracks = st.builds(
    track,
    st.integers(0, 5),
    track_name=text,
    artist_name=text,
    album_name=text | loose,
    duration_ms=st.none() | st.integers(-1, 10**7) | st.floats(0, 10) | loose,
)
odd_tracks = st.sampled_from([{}, None, 3, {"track_uri": 5}, {"track_uri": "a"}, {"track_uri": ""}])
playlists = st.builds(
    playlist,
    st.integers(0, 8) | loose,
    st.lists(tracks, min_size=1, max_size=6) | st.lists(tracks | odd_tracks, max_size=3) | loose,
    name=text,
    description=text | loose,
    modified_at=st.integers(0, 2**40) | loose,
    num_followers=st.integers(0, 9) | loose,
    generated=st.sampled_from([False, False, False, True, None]),
)


@settings(max_examples=300, deadline=None)
@given(st.lists(playlists, min_size=1, max_size=4))
def test_whatever_the_slices_hold_both_readers_say_the_same(tmp_path_factory, some):
    path = written(tmp_path_factory.mktemp("slices"), *some)
    found, expected = tables(read_batches([path])), tables(careful([path]))
    assert found == expected


@settings(max_examples=100, deadline=None)
@given(st.lists(st.lists(tracks, min_size=1, max_size=6), min_size=1, max_size=4))
def test_what_is_as_it_should_be_is_read_quickly_and_the_same(tmp_path_factory, lists):
    usual = [
        playlist(number, [{**one, "album_name": "x", "duration_ms": 5} for one in each])
        for number, each in enumerate(lists)
    ]
    path = written(tmp_path_factory.mktemp("slices"), *usual)
    if "\\ud800" in path.read_text("utf-8"):
        assert quick(path) is None
    else:
        batch = quick(path)
        (expected,) = careful([path])
        assert batch.memberships.cast(MEMBERSHIP_SCHEMA) == expected.memberships
        assert (batch.playlists, batch.songs) == (expected.playlists, expected.songs)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"\xef\xbb\xbf" + json.dumps({"playlists": [playlist()]}).encode(),
        json.dumps({"playlists": [playlist()]}).encode()[:-2],
        json.dumps({"playlists": [playlist()]}).encode() + b"{}",
        json.dumps({"playlists": []}).encode(),
        json.dumps({"playlists": [playlist(tracks=[])]}).encode(),
        json.dumps({"playlists": [playlist(), playlist()]}).encode(),
        json.dumps({"playlists": [playlist(-1)]}).encode(),
        json.dumps({"playlists": [playlist(2**63)]}).encode(),
        json.dumps({"playlists": [playlist(tracks=[track(track_uri="spotify:track:x")])]}).encode(),
        b'{"playlists": [' + json.dumps(playlist()).encode() + b'], "playlists": []}',
        b'{"playlists": [' + json.dumps(playlist(name="\xe9")).encode("latin-1") + b"]",
        b'{"\xffnfo": 1, "playlists": [' + json.dumps(playlist()).encode() + b"]}",
        b'{"info": ' + b"[" * 100_000 + b"]" * 100_000 + b', "playlists": []}',
        gzip.compress(json.dumps({"playlists": [playlist()]}).encode())[:-9],
    ],
)
def test_what_is_unusual_is_left_to_the_careful_reader(tmp_path, content):
    path = tmp_path / "a.json"
    path.write_bytes(content)
    assert quick(path) is None
    sound = written(tmp_path, playlist(99), name="b.json")
    assert tables(read_batches([path, sound])) == tables(careful([path, sound]))


def test_a_file_that_is_gone_and_one_that_is_too_large_are_left(tmp_path, monkeypatch):
    assert quick(tmp_path / "none.json") is None
    path = written(tmp_path, playlist())
    monkeypatch.setattr(_slices, "WHOLE_BYTES", path.stat().st_size - 1)
    assert quick(path) is None
    monkeypatch.setattr(_slices, "WHOLE_BYTES", path.stat().st_size)
    assert quick(path) is not None


def many(folder):
    """Files, archives and oddities in one folder: what each reader takes, in turns."""
    for number in range(4):
        path = written(folder, playlist(number, [track(number), track(5)]), name=f"{number}.json")
    path.with_name("packed.json.gz").write_bytes(
        gzip.compress(json.dumps({"playlists": [playlist(20)]}).encode())
    )
    written(folder, playlist(1), playlist(30), name="again.json")
    (folder / "list.m3u").write_text("#EXTM3U\na.ogg\n")
    (folder / "torn.json").write_bytes(path.read_bytes()[:-4])
    with zipfile.ZipFile(folder / "all.zip", "w") as archive:
        for number in range(40, 43):
            archive.writestr(f"data/{number}.json", json.dumps({"playlists": [playlist(number)]}))
        archive.writestr("data/41.m3u", "#EXTM3U\nb.ogg\n")
    (folder / "broken.zip").write_bytes(b"PK\x03\x04 and no more")
    return folder


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("memberships", [1, 5, 1000])
def test_in_folders_and_archives_all_comes_in_order_whoever_reads_it(
    tmp_path, workers, memberships
):
    folder = many(tmp_path)
    found = list(read_batches([folder], workers=workers, memberships=memberships))
    whole = list(gathered(found, memberships=10**9))
    assert tables(whole) == tables(careful([folder]))
    assert [str(each) for each in whole[0].skipped if "came before" in each.reason]
    assert all(len(each.memberships) >= memberships for each in found[:-1])


def test_the_bytes_are_counted_whoever_reads_them(tmp_path):
    for number in range(3):
        written(tmp_path, playlist(number), name=f"{number}.json")
    told = []
    list(read_batches([tmp_path], on_bytes=told.append))
    assert sum(told) == sum(path.stat().st_size for path in tmp_path.iterdir())


def test_processes_are_started_where_there_is_enough_to_read(tmp_path, monkeypatch):
    asked = []

    def mapped(*arguments, workers, **options):
        asked.append(workers)
        yield from ()

    monkeypatch.setattr(_ahead, "mapped", mapped)
    monkeypatch.setattr(_ahead, "default_workers", lambda: 7)
    path = written(tmp_path, playlist())
    list(read_batches([path]))
    monkeypatch.setattr(_ahead, "WORTH_A_POOL", path.stat().st_size - 1)
    list(read_batches([path]))
    list(read_batches([path], workers=3))
    assert asked == [1, 7, 3]


def test_a_slice_whose_process_died_is_read_carefully(tmp_path, monkeypatch):
    path = written(tmp_path, playlist())

    def mapped(function, items, *, crashed, **options):
        yield from map(crashed, items)

    monkeypatch.setattr(_ahead, "mapped", mapped)
    assert tables(read_batches([path])) == tables(careful([path]))


songs = st.lists(
    st.tuples(st.sampled_from("abc"), st.none() | st.sampled_from("xyz")), min_size=1, max_size=4
)


@settings(max_examples=50, deadline=None)
@given(st.lists(songs, min_size=1, max_size=6), st.integers(1, 5))
def test_gathering_says_of_a_song_what_was_said_first(some, memberships):
    records = [
        playlist(
            number, [track(ord(name) - 97, track_name=None, album_name=said) for name, said in each]
        )
        for number, each in enumerate(some)
    ]
    parts = [list(_read(each)) for each in records]
    found = list(gathered((batch for part in parts for batch in part), memberships=memberships))
    for batch in found:
        for row in batch.songs.to_pylist():
            said = [
                one["album_name"]
                for each in records
                if f"mpd:{each['pid']}" in batch.playlists["id"].to_pylist()
                for one in each["tracks"]
                if one["track_uri"] == row["id"] and one["album_name"]
            ]
            assert row["album"] == (said[0] if said else None)
        assert isinstance(batch.memberships, pa.Table)


def _read(value):
    from io import BufferedReader, BytesIO

    from songnet.sources.mpd import read_mpd

    stream = BufferedReader(BytesIO(json.dumps({"playlists": [value]}).encode()))
    yield from batches(each for each in read_mpd(stream, SOURCE) if not isinstance(each, Skipped))
