from __future__ import annotations

import gzip
import io
import json
import os
import zipfile

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from songnet import tables
from songnet.errors import EmptyInputError, UsageError
from songnet.model import Skipped
from songnet.sources import _streams
from songnet.sources.playlists import (
    PlaylistRecord,
    Track,
    batches,
    input_bytes,
    read_playlists,
)

IDS = ["6f807x0ima9a1j3VPbc7VN", "0r7CVbZTWZgbTCYdfa2P31"]
M3U = b"#EXTM3U\na.ogg\n"
XSPF = b"<playlist><trackList><track><location>a</location></track></trackList></playlist>"


def mpd(*pids):
    tracks = [{"track_uri": f"spotify:track:{each}"} for each in IDS]
    return json.dumps({"playlists": [{"pid": pid, "tracks": tracks} for pid in pids]}).encode()


def split(found):
    found = list(found)
    records = [each for each in found if isinstance(each, PlaylistRecord)]
    return [each.id for each in records], [each for each in found if isinstance(each, Skipped)]


def archive(members, **options):
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED, **options) as packed:
        for name, content in members.items():
            packed.writestr(name, content)
    return data.getvalue()


def files(root, contents):
    for name, content in contents.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return root


def test_a_folder_is_read_sorted_and_the_rest_of_it_ignored(tmp_path):
    files(
        tmp_path,
        {
            "b/z.m3u": M3U,
            "b/a.m3u": M3U,
            "c.json.gz": gzip.compress(mpd(2)),
            "a.json": mpd(1),
            "lists.csv": f"track_id\n{IDS[0]}\n".encode(),
            "x.xspf": XSPF,
            "song.ogg": b"OggS",
            "readme.txt": b"#EXTM3U\na.ogg\n",
            ".hidden.m3u": M3U,
            ".git/x.m3u": M3U,
            "__MACOSX/._a.m3u": M3U,
        },
    )
    ids, skipped = split(read_playlists([tmp_path]))
    assert skipped == []
    assert ids == [
        *("mpd:1", "mpd:2", "file:lists.csv", "file:x.xspf"),
        *("file:b/a.m3u", "file:b/z.m3u"),
    ]


@pytest.mark.parametrize(
    ("kind", "expected"),
    [("mpd", ["mpd:1"]), ("csv", ["file:l.csv"]), ("m3u", ["file:l.m3u"]), ("xspf", [])],
)
def test_a_format_leaves_the_other_files_of_a_folder_alone(tmp_path, kind, expected):
    files(tmp_path, {"l.json": mpd(1), "l.csv": f"track_id\n{IDS[0]}".encode(), "l.m3u": M3U})
    if expected:
        assert split(read_playlists([tmp_path], format=kind)) == (expected, [])
    else:
        with pytest.raises(EmptyInputError):
            list(read_playlists([tmp_path], format=kind))


def test_a_format_rules_over_the_name_of_a_file(tmp_path):
    files(tmp_path, {"l.json": f"track_id\n{IDS[0]}".encode()})
    assert split(read_playlists([tmp_path / "l.json"], format="csv"))[0] == ["file:l.json"]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (mpd(3), "mpd:3"),
        (b"\xef\xbb\xbf " + mpd(3), "mpd:3"),
        (M3U, "file:list"),
        (b"<?xml version='1.0'?>" + XSPF, "file:list"),
        (b"Track Name;Artist Name(s)\nA;B\n", "file:list"),
        (gzip.compress(mpd(3)), "mpd:3"),
        (archive({"x.json": mpd(3)}), "mpd:3"),
    ],
)
def test_a_file_without_a_known_extension_is_known_by_its_content(tmp_path, content, expected):
    files(tmp_path, {"list": content})
    assert split(read_playlists([tmp_path / "list"])) == ([expected], [])


def test_what_is_of_no_known_kind_is_told_what_is_read(tmp_path):
    files(tmp_path, {"x.doc": b"hello", "y": b"", "a.json": mpd(1)})
    paths = [tmp_path / name for name in ("x.doc", "y", "none.csv", "a.json")]
    ids, skipped = split(read_playlists(paths))
    assert ids == ["mpd:1"]
    assert [each.path for each in skipped] == [str(path) for path in paths[:3]]
    assert "is of no known kind; playlists are read from MPD slices and" in skipped[0].reason
    assert "is of no known kind" in skipped[1].reason
    assert skipped[2].reason == "there is no such file or folder"


@pytest.mark.parametrize("names", [["empty"], ["empty", "pictures"], []])
def test_nothing_at_all_is_an_error_that_names_what_is_read(tmp_path, names):
    (tmp_path / "empty").mkdir()
    files(tmp_path / "pictures", {"a.png": b"x", "b.zip": archive({"a.png": b"x"})})
    with pytest.raises(EmptyInputError, match=r"found no playlists in .*\.json\), CSV \(\.csv"):
        paths = [tmp_path / name for name in names]
        records = [each for each in read_playlists(paths) if isinstance(each, PlaylistRecord)]
        assert records == []


def test_one_empty_folder_among_others_is_skipped(tmp_path):
    (tmp_path / "empty").mkdir()
    files(tmp_path, {"a.json": mpd(1)})
    ids, skipped = split(read_playlists([tmp_path / "empty", tmp_path / "a.json"]))
    assert ids == ["mpd:1"]
    assert [each.path for each in skipped] == [str(tmp_path / "empty")]


def test_unknown_formats_are_refused_at_once():
    with pytest.raises(UsageError, match="unknown format 'pls'; allowed are auto, mpd, csv"):
        read_playlists([], format="pls")


def test_the_first_playlist_of_an_id_counts(tmp_path):
    files(tmp_path, {"a.json": mpd(1, 2, 1), "b.json": mpd(2, 3)})
    ids, skipped = split(read_playlists([tmp_path]))
    assert ids == ["mpd:1", "mpd:2", "mpd:3"]
    assert [(each.path, each.reason) for each in skipped] == [
        (str(tmp_path / "a.json"), "playlist id mpd:1 came before; the first one counts"),
        (str(tmp_path / "b.json"), "playlist id mpd:2 came before; the first one counts"),
    ]


def test_archives_are_read_member_by_member(tmp_path):
    members = {
        "b/slice.json": mpd(2),
        "a.json.gz": gzip.compress(mpd(1)),
        "lists/l.m3u": b"../music/a.ogg\nb.ogg\n../../c.ogg\n/d.ogg\n",
        "song.ogg": b"OggS",
        "__MACOSX/x.m3u": M3U,
        "inner.zip": archive({"x.json": mpd(9)}),
    }
    files(tmp_path, {"sub/all.zip": archive(members)})
    found = list(read_playlists([tmp_path]))
    ids, skipped = split(found)
    assert ids == ["mpd:1", "mpd:2", "file:sub/all.zip/lists/l.m3u"]
    assert [track.id for track in found[-1].tracks] == ["file:music/a.ogg", "file:lists/b.ogg"]
    name = f"{tmp_path}/sub/all.zip/lists/l.m3u"
    assert [(each.path, each.where) for each in skipped] == [(name, "line 3"), (name, "line 4")]
    assert "below the archive" in skipped[0].reason
    assert found[0].source == "sub/all.zip/a.json.gz"


def test_with_a_music_root_archives_are_as_if_unpacked(tmp_path):
    files(tmp_path, {"all.zip": archive({"lists/l.m3u": b"../music/a.ogg\n"})})
    found = list(read_playlists([tmp_path / "all.zip"], music_root=tmp_path / "music"))
    assert [track.id for track in found[0].tracks] == ["file:a.ogg"]


def test_members_that_would_escape_are_skipped(tmp_path):
    members = {"../a.json": mpd(1), "/b.json": mpd(2), "c.json": mpd(3)}
    files(tmp_path, {"all.zip": archive(members)})
    ids, skipped = split(read_playlists([tmp_path / "all.zip"]))
    assert ids == ["mpd:3"]
    assert len(skipped) == 2
    assert all("is not a file below" in each.reason for each in skipped)


def test_broken_and_locked_archives_are_skipped(tmp_path):
    whole = bytearray(archive({"a.json": mpd(*range(300)), "b.json": mpd(301)}))
    whole[200:260] = bytes(60)
    locked = bytearray(archive({"a.json": mpd(1)}))
    for marker, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        locked[locked.index(marker) + offset] |= 1
    files(tmp_path, {"a.zip": b"PK\x03\x04no", "b.zip": bytes(whole), "c.zip": bytes(locked)})
    files(tmp_path, {"d.zip": b"hello"})
    ids, skipped = split(read_playlists([tmp_path]))
    assert "mpd:301" in ids
    assert [each.path.removeprefix(f"{tmp_path}/") for each in skipped] == [
        *("a.zip", "b.zip/a.json", "c.zip/a.json", "d.zip"),
    ]
    assert "not a zip file" in skipped[0].reason
    assert "encrypted" in skipped[2].reason


@pytest.mark.parametrize("packed", ["gzip", "zip"])
def test_decompression_bombs_are_refused(tmp_path, monkeypatch, packed):
    monkeypatch.setattr(_streams, "BOMB_BYTES", 2**18)
    monkeypatch.setattr(_streams, "BOMB_RATIO", 30)
    row = f"{IDS[0]},p\n".encode()
    content = b"track_id,playlist\n" + row * 100_000
    if packed == "gzip":
        files(tmp_path, {"a.csv.gz": gzip.compress(content)})
    else:
        files(tmp_path, {"a.zip": archive({"a.csv": content})})
    ids, skipped = split(read_playlists([tmp_path]))
    assert ids == []
    assert len(skipped) == 1
    assert "as decompression bombs do" in skipped[0].reason


@pytest.mark.skipif(os.name != "posix", reason="names are bytes only there")
def test_names_that_are_not_unicode_are_skipped(tmp_path):
    path = os.fsencode(tmp_path) + b"/\xff.json"
    with open(path, "wb") as file:  # noqa: PTH123  # a Path cannot be made of these bytes
        file.write(mpd(1))
    ids, skipped = split(read_playlists([tmp_path]))
    assert ids == []
    assert "in UTF-8" in skipped[0].reason
    str(skipped[0]).encode("utf-8")


def test_what_is_no_regular_file_is_passed_over(tmp_path):
    files(tmp_path, {"a.json": mpd(1)})
    os.mkfifo(tmp_path / "b.json")
    (tmp_path / "c.json").symlink_to(tmp_path / "nowhere")
    (tmp_path / "d").symlink_to(tmp_path, target_is_directory=True)
    assert split(read_playlists([tmp_path])) == (["mpd:1"], [])


def test_folders_that_cannot_be_entered_are_skipped(tmp_path, monkeypatch):
    files(tmp_path, {"a.json": mpd(1), "closed/b.json": mpd(2), "open/c.json": mpd(3)})
    scan = os.scandir

    def scandir(path):
        if str(path).endswith("closed"):
            raise PermissionError(13, "Permission denied", str(path))
        return scan(path)

    monkeypatch.setattr(os, "scandir", scandir)
    ids, skipped = split(read_playlists([tmp_path]))
    assert ids == ["mpd:1", "mpd:3"]
    assert skipped == [Skipped(f"{tmp_path}/closed", "cannot be read: Permission denied")]


@pytest.mark.parametrize("name", ["x" * 5000 + ".json", "a\0.json", "\udcff.json"])
def test_names_that_no_file_can_have_are_skipped(tmp_path, name):
    files(tmp_path, {"a.json": mpd(1)})
    ids, skipped = split(read_playlists([tmp_path / name, tmp_path / "a.json"]))
    assert ids == ["mpd:1"]
    assert len(skipped) == 1
    assert input_bytes([tmp_path / name]) == {}


def test_progress_counts_the_bytes_on_the_disk(tmp_path):
    files(
        tmp_path, {"a.json.gz": gzip.compress(mpd(*range(500))), "b.zip": archive({"b.m3u": M3U})}
    )
    read = []
    list(read_playlists([tmp_path], on_bytes=read.append))
    sizes = {
        ending: (tmp_path / name).stat().st_size
        for name, ending in (("a.json.gz", ".json.gz"), ("b.zip", ".zip"))
    }
    assert input_bytes([tmp_path, tmp_path / "none"]) == sizes
    assert sum(read) >= sum(sizes.values())
    assert min(read) > 0


def test_a_reader_that_stops_early_leaves_no_file_open(tmp_path):
    files(tmp_path, {"a.json": mpd(*range(1000)), "b.csv": b"title,artist\na\nb,x\n"})
    for name in ("a.json", "b.csv"):
        records = read_playlists([tmp_path / name])
        next(records)
        records.close()


def record(identity="p", *songs, **more):
    values = {"name": None, "description": None, "followers": None, "modified_at": None}
    tracks = tuple(each if isinstance(each, Track) else Track(each) for each in songs)
    return PlaylistRecord(id=identity, source="s", tracks=tracks, **{**values, **more})


def test_a_batch_is_what_a_store_takes():
    records = [
        record("p", "b", "a", "b", "b", name="P", followers=3),
        Skipped("x", "y"),
        record("q", "a", description="Q", modified_at=5),
    ]
    (batch,) = batches(records)
    assert batch.playlists.schema == tables.PLAYLIST_SCHEMA
    assert batch.memberships.schema == tables.MEMBERSHIP_SCHEMA
    for field in batch.songs.schema:
        assert tables.SONG_SCHEMA.field(field.name) == field
    assert batch.playlists.to_pylist()[0] == {
        "id": "p",
        "name": "P",
        "description": None,
        "followers": 3,
        "modified_at": None,
        "source": "s",
    }
    assert [tuple(row.values()) for row in batch.memberships.to_pylist()] == [
        ("p", "b", 0, 3),
        ("p", "a", 1, 1),
        ("q", "a", 0, 1),
    ]
    assert batch.songs["id"].to_pylist() == ["b", "a"]
    assert batch.skipped == [Skipped("x", "y")]


def test_what_is_said_of_a_song_first_counts_and_gaps_are_filled():
    (batch,) = batches(
        [
            record("p", Track("a", title="first", duration_ms=0)),
            record("q", Track("a", title="second", artist="X", duration_ms=5)),
            record("r", Track("a", artist="Y", album="Z")),
        ]
    )
    said = batch.songs.to_pylist()[0]
    assert (said["title"], said["artist"], said["album"]) == ("first", "X", "Z")
    assert said["duration_ms"] == 0


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.lists(st.sampled_from("abcde"), min_size=1, max_size=6), max_size=12),
    st.integers(1, 4),
    st.integers(1, 8),
)
def test_batches_hold_everything_once_within_their_limits(lists, playlists, memberships):
    records = [record(f"p{number:02}", *songs) for number, songs in enumerate(lists)]
    found = list(batches(records, playlists_per_batch=playlists, memberships_per_batch=memberships))
    rows = [row for each in found for row in each.memberships.to_pylist()]
    assert rows == [
        {
            "playlist": each.id,
            "song": song,
            "position": songs.index(song),
            "times": songs.count(song),
        }
        for each, songs in zip(records, lists, strict=True)
        for song in dict.fromkeys(songs)
    ]
    for each in found:
        assert 0 < len(each.playlists) <= playlists
        last = each.playlists["id"].to_pylist()[-1]
        before = [one for one in each.memberships["playlist"].to_pylist() if one != last]
        assert len(before) < memberships
        assert set(each.songs["id"].to_pylist()) == set(each.memberships["song"].to_pylist())
        assert len(set(each.songs["id"].to_pylist())) == len(each.songs)


def test_a_batch_may_hold_nothing_but_reasons():
    (batch,) = batches([Skipped("x", "y")])
    assert (len(batch.playlists), len(batch.songs), len(batch.memberships)) == (0, 0, 0)
    assert batch.memberships.schema == tables.MEMBERSHIP_SCHEMA
    assert isinstance(batch.songs, pa.Table)
    assert list(batches([])) == []


def test_reasons_do_not_pile_up():
    found = list(batches(Skipped("x", str(number)) for number in range(25_000)))
    assert [len(each.skipped) for each in found] == [10_000, 10_000, 5_000]


@pytest.mark.parametrize("limits", [{"playlists_per_batch": 0}, {"memberships_per_batch": 0}])
def test_batches_hold_at_least_one(limits):
    with pytest.raises(UsageError, match="at least one"):
        list(batches([], **limits))


@settings(max_examples=60, deadline=None)
@given(
    st.binary(max_size=300),
    st.sampled_from(["a.json", "a.csv", "a.zip", "a.json.gz", "a", "a.m3u8", "a.xspf", "a.tsv.gz"]),
    st.sampled_from([b"", b"PK\x03\x04", b"\x1f\x8b\x08\0", b"{", b"<", b"\xff\xfe", b"#EXTM3U\n"]),
)
def test_any_bytes_under_any_name_are_accounted_for(tmp_path_factory, data, name, start):
    root = files(tmp_path_factory.mktemp("any"), {name: start + data})
    ids, skipped = split(read_playlists([root / name]))
    assert ids or skipped
    for each in skipped:
        assert each.path.startswith(str(root))
        assert "\n" not in each.reason


def test_a_table_of_text_is_known_by_its_header_however_its_lines_end(tmp_path):
    header, row = "Name\tArtist\tAlbum\tTime", "Jóga\tBjörk\tHomogenic\t305"
    for number, end in enumerate(["\n", "\r\n", "\r"]):
        path = tmp_path / f"{number}.txt"
        path.write_bytes(f"{header}{end}{row}{end}".encode("utf-16"))
        (record,) = read_playlists([path])
        assert isinstance(record, PlaylistRecord)
        assert [track.id for track in record.tracks] == ["name:björk/jóga"]


def test_a_pls_file_is_not_taken_for_broken_json(tmp_path):
    (tmp_path / "radio.pls").write_bytes(b"[playlist]\nFile1=a.mp3\nNumberOfEntries=1\n")
    (skipped,) = read_playlists([tmp_path / "radio.pls"])
    assert isinstance(skipped, Skipped)
    assert skipped.reason.startswith("is of no known kind; playlists are read from ")
