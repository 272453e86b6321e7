from __future__ import annotations

import csv
import json
import re
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from defusedxml import ElementTree
from hypothesis import example, given, settings
from hypothesis import strategies as st

from songnet.errors import InputError
from songnet.names import GENERATED
from songnet.sources.playlist_files import (
    CSV_COLUMNS,
    EXTENSIONS,
    WrittenPlaylist,
    WrittenSong,
    write_playlist,
)
from songnet.sources.playlists import PlaylistRecord, read_playlists

TRACK = "spotify:track:6f807x0ima9a1j3VPbc7VN"
XSPF = "{http://xspf.org/ns/0/}"

SONGS = (
    WrittenSong(
        "file:nina/sinner man.ogg",
        title="Sinnerman",
        artist="Nina Simone",
        album="Pastel Blues",
        duration_ms=622_000,
        path="nina/sinner man.ogg",
        reason="in 3 playlists with the seed",
    ),
    WrittenSong(TRACK, title="Somebody", artist="A - B", uri=TRACK, duration_ms=1234),
    WrittenSong("name:me/my song", title="My song", artist="Me"),
    WrittenSong("https://radio.example/live", uri="https://radio.example/live"),
)
EVENING = WrittenPlaylist("Evening", SONGS, description="for later")


def read(path, **options):
    """The playlist of a file, all of which has to be usable."""
    (record,) = read_playlists([path], **options)
    assert isinstance(record, PlaylistRecord), record
    return record


def said(text):
    """What a written text is: one line, without space around it."""
    return re.sub(
        r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]+", " ", text or ""
    ).strip()


@pytest.mark.parametrize("extension", EXTENSIONS)
def test_what_is_written_is_read_back(tmp_path, extension):
    path = tmp_path / f"evening{extension}"
    write_playlist(path, EVENING)
    record = read(path)
    assert record.name == "Evening"
    assert [each.id for each in record.tracks] == [each.id for each in SONGS]
    assert [each.title for each in record.tracks] == [each.title for each in SONGS]
    assert [each.artist for each in record.tracks] == [each.artist for each in SONGS]
    assert [each.album for each in record.tracks] == [each.album for each in SONGS]
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("extension", EXTENSIONS)
def test_every_file_says_that_songnet_made_it(tmp_path, extension):
    path = tmp_path / f"evening{extension}"
    write_playlist(path, EVENING)
    first = read(path).id
    assert first.startswith(f"{GENERATED}evening{extension}")
    assert read(path).id == first


@pytest.mark.parametrize("extension", EXTENSIONS)
def test_two_files_of_one_folder_are_two_playlists(tmp_path, extension):
    for name in "ab":
        write_playlist(tmp_path / f"{name}{extension}", EVENING)
    assert len({record.id for record in read_playlists([tmp_path])}) == 2


def test_an_m3u_as_players_want_it(tmp_path):
    path = tmp_path / "evening.m3u8"
    write_playlist(path, EVENING)
    assert path.read_text(encoding="utf-8").splitlines() == [
        "#EXTM3U",
        "#EXTENC:UTF-8",
        "#SONGNET:generated",
        "#PLAYLIST:Evening",
        "#EXTINF:622,Nina Simone - Sinnerman",
        "#EXTALB:Pastel Blues",
        "nina/sinner man.ogg",
        "#EXTINF:1,A – B - Somebody",
        "#EXTART:A - B",
        TRACK,
        "#EXTINF:-1,Me - My song",
        "#SONGNET-ID:name:me/my song",
        "name:me/my song",
        "#EXTINF:-1,",
        "https://radio.example/live",
    ]


def test_an_xspf_as_the_standard_wants_it(tmp_path):
    path = tmp_path / "evening.xspf"
    write_playlist(path, EVENING)
    root = ElementTree.fromstring(path.read_bytes())
    assert (root.tag, root.attrib) == (f"{XSPF}playlist", {"version": "1"})
    assert root.findtext(f"{XSPF}annotation") == "for later"
    first, second, third, _ = root.iter(f"{XSPF}track")
    assert {child.tag.removeprefix(XSPF): child.text for child in first} == {
        "location": "nina/sinner%20man.ogg",
        "title": "Sinnerman",
        "creator": "Nina Simone",
        "annotation": "in 3 playlists with the seed",
        "album": "Pastel Blues",
        "duration": "622000",
    }
    assert second.findtext(f"{XSPF}location") == TRACK
    assert third.findtext(f"{XSPF}location") is None
    assert third.findtext(f"{XSPF}identifier") == "name:me/my%20song"


def test_a_json_is_a_slice_with_reasons(tmp_path):
    path = tmp_path / "evening.json"
    write_playlist(path, EVENING)
    written = json.loads(path.read_bytes())
    assert written["schema"] == "songnet.playlist/1"
    (playlist,) = written["playlists"]
    assert (playlist["pid"], playlist["name"], playlist["description"], playlist["generated"]) == (
        *(0, "Evening", "for later"),
        True,
    )
    assert playlist["tracks"][0] == {
        "pos": 0,
        "track_uri": "file:nina/sinner man.ogg",
        "track_name": "Sinnerman",
        "artist_name": "Nina Simone",
        "album_name": "Pastel Blues",
        "duration_ms": 622_000,
        "location": "nina/sinner man.ogg",
        "reason": "in 3 playlists with the seed",
    }
    assert read(path).description == "for later"


def test_no_cell_of_a_csv_is_a_formula(tmp_path):
    path = tmp_path / "evening.csv"
    hostile = ["=1+1", "+1", "-1", "@SUM(A1)", "'=1", "''-1", "'quoted'", "\t=1", "\r=1", "a=1"]
    songs = [
        WrittenSong(f"={place}", title=title, artist=title, album=title, reason=title)
        for place, title in enumerate(hostile)
    ]
    write_playlist(path, WrittenPlaylist("=cmd|' /C calc'!A0", songs))
    with path.open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    assert tuple(header) == CSV_COLUMNS
    assert not [cell for row in rows for cell in row if cell.startswith(tuple("=+-@\t\r"))]
    record = read(path)
    assert record.name == "=cmd|' /C calc'!A0"
    assert [each.id for each in record.tracks] == [each.id for each in songs]
    assert [each.title for each in record.tracks] == [said(title) for title in hostile]


def test_apostrophes_of_other_csvs_are_their_own(tmp_path):
    path = tmp_path / "theirs.csv"
    path.write_text("track_uri,track_name,artist_name\na,'=1,b\n", encoding="utf-8")
    assert read(path).tracks[0].title == "'=1"


def test_paths_are_relative_to_the_playlist_file(tmp_path):
    music, lists = tmp_path / "music", tmp_path / "lists" / "new"
    lists.mkdir(parents=True)
    song = replace(SONGS[0], path="nina/sinner man.ogg")
    for extension in (".m3u8", ".xspf"):
        path = lists / f"evening{extension}"
        write_playlist(path, WrittenPlaylist("Evening", [song]), music_root=music)
        assert "../../music/nina/sinner" in path.read_text(encoding="utf-8")
        (track,) = read(path, music_root=music).tracks
        assert (track.id, track.path) == (song.id, song.path)


def test_paths_lead_from_where_the_folder_really_is(tmp_path):
    (tmp_path / "music").mkdir()
    (tmp_path / "music" / "a.ogg").touch()
    (tmp_path / "far" / "away").mkdir(parents=True)
    (tmp_path / "near").symlink_to(tmp_path / "far" / "away")
    path = tmp_path / "near" / "evening.m3u8"
    song = WrittenSong("file:a.ogg", path="a.ogg")
    write_playlist(path, WrittenPlaylist("Evening", [song]), music_root=tmp_path / "music")
    entry = path.read_text(encoding="utf-8").splitlines()[-1]
    assert Path(tmp_path, "near", entry).samefile(tmp_path / "music" / "a.ogg")
    (track,) = read(path, music_root=tmp_path / "music").tracks
    assert track.id == song.id


@pytest.mark.parametrize(
    "name",
    [
        "#1 hits.ogg",
        " leading.ogg",
        "trailing.ogg ",
        "100%25 & more?.ogg",
        "a:b.ogg",
        "http://x/a.ogg",
        "spotify:track:x.ogg",
        "C:/windows.ogg",
        "back\\slash.ogg",
        "ü/日本.ogg",
        "a//b.ogg",
        "6f807x0ima9a1j3VPbc7VN.ogg",
    ],
)
@pytest.mark.parametrize("extension", [".m3u8", ".xspf", ".json", ".csv"])
@pytest.mark.parametrize("rooted", [False, True])
def test_odd_paths(tmp_path, extension, name, rooted):
    identity = TRACK if name.startswith("6f8") else f"file:{name}".strip()
    path = tmp_path / f"evening{extension}"
    playlist = WrittenPlaylist("Evening", [WrittenSong(identity, path=name)])
    root = tmp_path if rooted else None
    write_playlist(path, playlist, music_root=root)
    assert [each.id for each in read(path, music_root=root).tracks] == [identity]


def test_a_path_that_no_line_can_hold_is_left_out(tmp_path):
    path = tmp_path / "evening.m3u8"
    song = WrittenSong("a", path="x\nhttps://evil.example", uri="b\n#EXTM3U")
    write_playlist(path, WrittenPlaylist("Evening", [song]))
    assert path.read_text(encoding="utf-8").splitlines()[-2:] == ["#SONGNET-ID:a", "a"]


@pytest.mark.parametrize("name", ["evening.pls", "evening", "m3u8", ".xspf"])
def test_another_suffix_is_refused(tmp_path, name):
    with pytest.raises(InputError, match=r"allowed are \.m3u8, \.m3u, \.xspf, \.json, \.csv"):
        write_playlist(tmp_path / name, EVENING)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("identity", ["", "a\nb", "\x00", "\ud800", "x" * 1001])
def test_an_id_that_no_song_can_have_is_refused(tmp_path, identity):
    with pytest.raises(InputError, match="1 to 1,000 characters"):
        write_playlist(tmp_path / "a.m3u", WrittenPlaylist("x", [WrittenSong(identity)]))
    assert not list(tmp_path.iterdir())


def test_a_folder_that_is_not_there_is_one_line(tmp_path):
    with pytest.raises(InputError, match="cannot be written"):
        write_playlist(tmp_path / "no" / "a.m3u", EVENING)


texts = st.one_of(
    st.text(max_size=12),
    st.text("A-= '\",#:\n\r\t\x0b\x85\u2028\x00\ud800<&]>%/\\", max_size=12),
    st.sampled_from([" - ", "A - B", "- A", "A -", "#EXTM3U\n#EXTINF:1,x\ny.ogg", "]]>", "=1+1"]),
)
ids = st.one_of(
    st.text("abAB:/#-'=%\\ .ü日&<\x85", min_size=1, max_size=12),
    st.just(TRACK),
    st.sampled_from(["name:a/b", "file:a.ogg", "file:#a.ogg", "https://a.b/c?d=e f", "file:../a"]),
).map(str.strip)


@st.composite
def songs(draw):
    named = [each for each in draw(st.lists(ids, max_size=5, unique=True)) if each]
    given_texts = [draw(st.tuples(texts, texts, texts, texts)) for _ in named]
    return [
        WrittenSong(
            identity,
            title=title,
            artist=artist,
            album=album,
            reason=reason,
            duration_ms=draw(st.none() | st.integers(0, 10**7)),
            path=draw(st.none() | st.just(identity.removeprefix("file:"))),
            uri=draw(st.none() | st.just(identity)),
        )
        for identity, (title, artist, album, reason) in zip(named, given_texts, strict=True)
    ]


@pytest.mark.parametrize("extension", [".m3u8", ".xspf", ".json", ".csv"])
@settings(max_examples=150, deadline=None)
@given(songs=songs(), name=texts)
@example(songs=[WrittenSong("a", title=" - ", artist="A -")], name="x")
def test_hostile_texts_and_ids_survive(extension, songs, name):
    with TemporaryDirectory() as folder:
        path = Path(folder, f"evening{extension}")
        write_playlist(path, WrittenPlaylist(name, songs, description=name))
        if not songs:
            (skipped,) = read_playlists([path])
            assert skipped.reason == "has no tracks"
            return
        record = read(path)
    assert record.id.startswith(GENERATED)
    assert [each.id for each in record.tracks] == [each.id for each in songs]
    for part in ("title", "artist", "album"):
        read_back = [getattr(each, part) for each in record.tracks]
        assert read_back == [said(getattr(each, part)) or None for each in songs], part
    if extension != ".m3u8":
        durations = [each.duration_ms or None for each in record.tracks]
        assert durations == [each.duration_ms or None for each in songs]
