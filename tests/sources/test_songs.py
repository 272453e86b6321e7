from __future__ import annotations

import unicodedata
from pathlib import Path, PurePosixPath

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from songnet.errors import InputError
from songnet.sources import _songs as songs

ID = "6f807x0ima9a1j3VPbc7VN"


@pytest.mark.parametrize(
    "text",
    [
        ID,
        f" {ID}\n",
        f"spotify:track:{ID}",
        f"https://open.spotify.com/track/{ID}",
        f"http://open.spotify.com/track/{ID}?si=abc#x",
        f"https://open.spotify.com/intl-de/track/{ID}/",
    ],
)
def test_every_way_of_writing_a_track_is_one_song(text):
    assert songs.spotify_track(text) == f"spotify:track:{ID}"
    assert songs.song_id(text) == f"spotify:track:{ID}"


@pytest.mark.parametrize(
    "text",
    [
        "",
        ID[:-1],
        ID + "x",
        f"spotify:album:{ID}",
        f"spotify:track:{ID}x",
        "spotify:track:",
        "é" * 22,
    ],
)
def test_what_is_no_track_is_none(text):
    assert songs.spotify_track(text) is None


def test_playlists_have_their_own_form():
    expected = f"spotify:playlist:{ID}"
    assert songs.spotify_playlist(ID) == expected
    assert songs.spotify_playlist(f"spotify:user:me:playlist:{ID}") == expected
    assert songs.spotify_playlist(f"https://open.spotify.com/playlist/{ID}?si=1") == expected
    assert songs.spotify_playlist(f"spotify:track:{ID}") is None


@pytest.mark.parametrize("text", ["", " ", "a\0b", "a\nb", "\ud800", "x" * 1001])
def test_unusable_ids_are_refused(text):
    assert songs.song_id(text) is None


def test_other_ids_stay_as_they_are():
    assert songs.song_id(" isrc:GBAYE0601498 ") == "isrc:GBAYE0601498"
    assert songs.song_id("=1+1") == "=1+1"


@pytest.mark.parametrize(
    ("path", "root", "expected"),
    [
        ("music/a/b.ogg", "music", "file:a/b.ogg"),
        ("music/./a/../b.ogg", "music/", "file:b.ogg"),
        ("/music/b.ogg", "/music", "file:b.ogg"),
        ("//music/b.ogg", "/", "file:music/b.ogg"),
        ("a/b.png", "", "file:a/b.png"),
        (PurePosixPath("x/y"), Path("x"), "file:y"),
    ],
)
def test_files_are_named_from_their_root(path, root, expected):
    assert songs.file_id(path, root) == expected


@pytest.mark.parametrize(
    ("path", "root"),
    [
        ("../a.ogg", ""),
        ("music/../../a.ogg", "music"),
        ("music/../musical/a.ogg", "music"),
        ("/etc/passwd", ""),
        ("/etc/passwd", "/music"),
        ("musical/a.ogg", "music"),
        ("music", "music"),
        ("", ""),
        ("a\0.ogg", ""),
        ("\udcff.ogg", ""),
        ("x" * 1001, ""),
    ],
)
def test_files_outside_their_root_are_refused(path, root):
    with pytest.raises(InputError):
        songs.file_id(path, root)


def test_composed_and_decomposed_names_are_one_file():
    names = {songs.file_id(unicodedata.normalize(form, "é/ü.ogg"), "") for form in ("NFC", "NFD")}
    assert names == {"file:é/ü.ogg"}


def test_a_file_named_by_a_track_is_that_track():
    assert songs.song_id_of_file(f"m/{ID}.png", "m") == f"spotify:track:{ID}"
    assert songs.song_id_of_file(f"m/{ID}x.png", "m") == f"file:{ID}x.png"
    with pytest.raises(InputError):
        songs.song_id_of_file(f"../{ID}.png", "m")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("5-189212-A", "189212"),
        ("5-189212-A.ogg", "189212"),
        ("dogs/1-100032-A-0.wav", "100032"),
        ("5-189212", None),
        ("a-189212-A", None),
        ("song.ogg", None),
    ],
)
def test_recordings_are_read_from_clip_names(name, expected):
    assert songs.recording_of(name) == expected


@settings(deadline=None)
@given(st.text(), st.text())
def test_any_path_gives_an_id_below_the_root_or_is_refused(path, root):
    try:
        identity = songs.file_id(path, root)
    except InputError:
        return
    assert ".." not in identity.removeprefix("file:").split("/")
    assert songs.usable_id(identity.removeprefix("file:"))
