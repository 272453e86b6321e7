from __future__ import annotations

import json

import pytest

from songnet.model import Skipped
from songnet.sources.playlists import PlaylistRecord, Track, read_playlists

ID = "4uLU6hMCjMI75M1A2tKUQC"


def named(title, **more):
    return {"trackName": title, "artistName": "Someone", "albumName": "Album", **more}


def item(**kinds):
    return {"track": None, "episode": None, "localTrack": None, "addedDate": "2024-01-01", **kinds}


def listed(name="Road songs", items=None, **more):
    items = [item(track=named("A"))] if items is None else items
    return {"name": name, "lastModifiedDate": "2024-05-01", "items": items, **more}


def read(tmp_path, *lists, name="Playlist1.json"):
    (tmp_path / name).write_text(json.dumps({"playlists": lists}), encoding="utf-8")
    found = list(read_playlists([tmp_path / name]))
    records = [each for each in found if isinstance(each, PlaylistRecord)]
    return records, [(each.where, each.reason) for each in found if isinstance(each, Skipped)]


def test_a_playlist_is_read_with_everything_it_says(tmp_path):
    items = [item(track=named("A", trackUri=f"spotify:track:{ID}"))]
    (record,), skipped = read(
        tmp_path, listed(items=items, description="for the car", numberOfFollowers=3)
    )
    assert skipped == []
    assert record.id == "file:Playlist1.json#Road songs"
    assert (record.name, record.description, record.followers) == ("Road songs", "for the car", 3)
    assert record.modified_at == 1714521600  # 2024-05-01T00:00:00Z
    song = f"spotify:track:{ID}"
    assert record.tracks == (Track(song, "A", "Someone", "Album", uri=song),)


def test_an_older_file_has_the_track_in_place_of_the_item(tmp_path):
    (record,), skipped = read(tmp_path, listed(items=[named("A")]))
    assert [track.id for track in record.tracks] == ["name:someone/a"]
    assert skipped == []


def test_files_of_the_persons_own_are_songs_too(tmp_path):
    local = [{"uri": "spotify:local:By::Title:305"}, named("A")]
    (record,), _ = read(tmp_path, listed(items=[item(localTrack=each) for each in local]))
    assert [track.id for track in record.tracks] == [
        "spotify:local:By::Title:305",
        "name:someone/a",
    ]


@pytest.mark.parametrize(
    "other",
    [
        item(episode={"episodeName": "P", "episodeUri": "spotify:episode:1"}),
        item(audiobookTrack={"chapterUri": "spotify:chapter:1"}),
        item(),
        None,
        3,
        item(track=[1]),
    ],
)
def test_what_is_no_song_is_said_and_the_others_kept(tmp_path, other):
    (record,), skipped = read(tmp_path, listed(items=[other, item(track=named("A"))]))
    assert len(record.tracks) == 1
    assert skipped == [("playlist 0, item 0", "is no song: an episode, an audiobook, or nothing")]


def test_two_lists_of_one_name_are_both_kept(tmp_path):
    records, skipped = read(tmp_path, listed("Mix"), listed(" Mix "), listed(None), listed("Mix"))
    assert [record.id.partition("#")[2] for record in records] == ["Mix", "Mix (2)", "", "Mix (3)"]
    assert skipped == []


@pytest.mark.parametrize("date", [None, "yesterday", "9999-99-99", 3, "0001-01-01"])
def test_a_date_that_is_none_is_no_date(tmp_path, date):
    (record,), _ = read(tmp_path, listed() | {"lastModifiedDate": date})
    assert record.modified_at is None


def test_lists_without_songs_or_with_endless_names_are_skipped(tmp_path):
    records, skipped = read(tmp_path, listed(items=[]), listed("x" * 1001), listed("good"))
    assert [record.name for record in records] == ["good"]
    assert skipped == [
        ("playlist 0", "has no tracks"),
        ("playlist 1", "its name is too long to tell it by"),
    ]
