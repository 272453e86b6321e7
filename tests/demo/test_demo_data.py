"""The shipped data: complete, credited, free, and made of lists of songs that are there."""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from pathlib import Path

import numpy as np
import pytest
from _demo_licences import ALLOWED, licence_names
from _demo_texts import PLAYLIST_COLUMNS, SONG_COLUMNS, TEXTS

from songnet import demo
from songnet.model import Skipped
from songnet.sources._listening import SongSound
from songnet.sources._records import PlaylistRecord
from songnet.sources.audio import read_sound
from songnet.sources.labels import label_for, read_labels
from songnet.sources.playlists import read_playlists
from songnet.sources.spectrograms import read_zip

FOLDER = demo.paths().attribution.parent
LARGEST = 20 * 2**20
NEVER = ("warzone2100-music", "widelands-data", "nexuiz-music")


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def songs() -> dict[str, dict[str, str]]:
    return {row["song"]: row for row in table(demo.paths().songs)}


@pytest.fixture(scope="module")
def memberships() -> list[dict[str, str]]:
    return table(demo.paths().playlists)


@pytest.fixture(scope="module")
def pictures() -> dict[str, np.ndarray]:
    items = list(read_zip(demo.paths().spectrograms))
    assert not [item for item in items if isinstance(item, Skipped)]
    return dict(item for item in items if not isinstance(item, Skipped))


def song_of(member: str) -> str:
    """``PACKAGE/STEM#1.png`` is a clip of ``file:PACKAGE/STEM.png``."""
    stem, _, clip = member.removesuffix(".png").rpartition("#")
    assert clip in {"0", "1"}
    return f"file:{stem}.png"


def test_paths_are_there() -> None:
    found = demo.paths()
    for path in (found.spectrograms, found.playlists, found.songs, found.attribution):
        assert path.is_file()


def test_it_is_small_enough_to_ship() -> None:
    assert sum(path.stat().st_size for path in FOLDER.rglob("*") if path.is_file()) <= LARGEST


def test_every_picture_is_a_clip_of_a_song_and_every_song_has_one(
    songs: dict[str, dict[str, str]], pictures: dict[str, np.ndarray]
) -> None:
    assert {song_of(member) for member in pictures} == set(songs)


def test_nearly_every_song_has_its_opening_and_its_middle(
    songs: dict[str, dict[str, str]], pictures: dict[str, np.ndarray]
) -> None:
    assert len(songs) >= 250
    assert len(songs) * 2 - len(pictures) <= 10


def test_pictures_are_spectrograms_with_sound_in_them(pictures: dict[str, np.ndarray]) -> None:
    for member, pixels in pictures.items():
        assert pixels.shape == (96, 216), member
        assert pixels.dtype == np.uint8
        assert (pixels.max(axis=0) > 0).sum() >= 43, member
        assert len(np.unique(pixels)) > 16, member


def test_no_two_pictures_are_the_same(pictures: dict[str, np.ndarray]) -> None:
    assert len({pixels.tobytes() for pixels in pictures.values()}) == len(pictures)


def test_songs_are_fully_described(songs: dict[str, dict[str, str]]) -> None:
    rows = table(demo.paths().songs)
    assert tuple(rows[0]) == SONG_COLUMNS
    assert len(rows) == len(songs)
    assert [row["song"] for row in rows] == sorted(songs)
    for row in rows:
        assert all(row[column].strip() for column in SONG_COLUMNS), row
        assert row["song"].startswith(f"file:{row['package']}/")


def test_every_licence_is_free_and_has_its_text(songs: dict[str, dict[str, str]]) -> None:
    for row in songs.values():
        names = licence_names(row["licence"])
        assert set(names) <= ALLOWED, row
        assert set(names) <= TEXTS.keys(), row
        assert not {"NC", "ND"} & set(row["licence"].replace("-", " ").split())


def test_packages_that_must_not_ship_do_not(songs: dict[str, dict[str, str]]) -> None:
    assert not {row["package"] for row in songs.values()} & set(NEVER)


def test_every_song_is_attributed(songs: dict[str, dict[str, str]]) -> None:
    page = demo.paths().attribution.read_text("utf-8")
    sections = {part.split("\n", 1)[0]: part for part in page.split("\n## ")[1:]}
    for identity, row in songs.items():
        stem = identity.removesuffix(".png").rpartition("/")[2]
        line = f"| {row['title']} | {row['artist']} | "
        ending = f" | {row['licence']} | {stem} |"
        lines = sections[row["label"]].splitlines()
        assert any(text.startswith(line) and text.endswith(ending) for text in lines), identity
        assert f"{row['package']} {row['version']}" in sections[row["label"]]


def test_every_copyright_holder_is_named_in_full(songs: dict[str, dict[str, str]]) -> None:
    page = demo.paths().attribution.read_text("utf-8")
    assert not [row["song"] for row in songs.values() if row["copyright"] not in page]


def test_licence_texts_that_have_no_address_are_shipped() -> None:
    page = demo.paths().attribution.read_text("utf-8")
    assert "Permission is hereby granted, free of charge" in page
    text = (FOLDER / "licenses" / "GPL-2.0.txt").read_text("utf-8")
    assert "GNU GENERAL PUBLIC LICENSE" in text
    assert "Version 2, June 1991" in text


def test_the_labels_are_read_for_every_song(songs: dict[str, dict[str, str]]) -> None:
    labels = read_labels(demo.paths().songs)
    for identity, row in songs.items():
        path = identity.removeprefix("file:")
        assert label_for(labels, song=identity, path=path) == row["label"]


def test_every_entry_of_a_list_is_a_song_that_ships(
    songs: dict[str, dict[str, str]], memberships: list[dict[str, str]]
) -> None:
    assert tuple(memberships[0]) == PLAYLIST_COLUMNS
    for row in memberships:
        song = songs[row["track_id"]]
        assert (row["track_name"], row["artist_name"]) == (song["title"], song["artist"])
        assert row["album_name"] == song["label"]
        assert int(row["duration_ms"]) >= 20_000


def test_lists_are_real_ones_with_two_songs_or_more(memberships: list[dict[str, str]]) -> None:
    lists = defaultdict(list)
    for row in memberships:
        lists[row["playlist_id"]].append((int(row["position"]), row["track_id"]))
    assert len(lists) >= 250
    for name, entries in lists.items():
        assert [place for place, _ in entries] == list(range(len(entries))), name
        assert len({song for _, song in entries}) == len(entries) >= 2, name
    kinds = Counter(name.split("/")[0] for name in lists)
    assert kinds["wesnoth"] >= 250
    assert kinds["soundtrack"] == 18
    assert kinds["supertux"] >= 5


def test_every_song_is_in_the_list_of_its_soundtrack(
    songs: dict[str, dict[str, str]], memberships: list[dict[str, str]]
) -> None:
    soundtracks = {
        (row["playlist_id"].removeprefix("soundtrack/"), row["track_id"])
        for row in memberships
        if row["playlist_id"].startswith("soundtrack/")
    }
    assert {(row["package"], song) for song, row in songs.items()} <= soundtracks


def test_the_notes_say_what_it_cannot_show() -> None:
    text = " ".join(demo.NOTES)
    assert "hardly overlap" in text
    assert "mastering" in text
    assert demo.TITLE


def test_songnet_reads_both_files_and_they_speak_of_the_same_songs(
    songs: dict[str, dict[str, str]], memberships: list[dict[str, str]]
) -> None:
    found = demo.paths()
    lists = list(read_playlists([found.playlists]))
    sounds = list(read_sound([found.spectrograms], labels=read_labels(found.songs), workers=1))
    assert not [item for item in (*lists, *sounds) if isinstance(item, Skipped)]
    tracks = [track for item in lists if isinstance(item, PlaylistRecord) for track in item.tracks]
    assert len(tracks) == len(memberships)
    assert {track.id for track in tracks} == set(songs)
    labels = {sound.id: sound.label for sound in sounds if isinstance(sound, SongSound)}
    assert labels == {identity: row["label"] for identity, row in songs.items()}
