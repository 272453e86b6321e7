"""Slices as files, in the form of the Million Playlist Dataset, down to its indents."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from benchmarks import mpd_names
from benchmarks.mpd_catalogue import Catalogue
from benchmarks.mpd_taste import Slice
from benchmarks.mpd_titles import quoted
from songnet.files import replacing
from songnet.model import Ints

GENERATED_ON = "2017-12-03 08:41:42.057563"

_TRACK = """,
                    "artist_name": "%s",
                    "track_uri": "spotify:track:%s",
                    "artist_uri": "spotify:artist:%s",
                    "track_name": "%s",
                    "album_uri": "spotify:album:%s",
                    "duration_ms": %d,
                    "album_name": "%s"
                }"""
_PLACES = [f'                {{\n                    "pos": {place}' for place in range(250)]
_DESCRIPTION = """
            "description": %s,"""
_PLAYLIST = """        {
            "name": %s,%s
            "collaborative": "%s",
            "pid": %d,
            "modified_at": %d,
            "num_tracks": %d,
            "num_albums": %d,
            "num_followers": %d,
            "tracks": [
%s
            ],
            "num_edits": %d,
            "duration_ms": %d,
            "num_artists": %d
        }"""
_HEAD = """{
    "info": {
        "generated_on": "%s",
        "slice": "%d-%d",
        "version": "songnet, seed %d, %d songs"
    },
    "playlists": [
"""
_END = "\n    ]\n}\n"


def path_of(folder: Path, made: Slice, *, gz: bool) -> Path:
    """The name that the dataset gives to a slice."""
    last = made.first + len(made) - 1
    return folder / f"mpd.slice.{made.first}-{last}.json{'.gz' if gz else ''}"


def is_written(path: Path, known: Catalogue, made: Slice) -> bool:
    """Whether the file is there and of the same seed and number of songs."""
    head = _head(known, made).encode()
    if not path.is_file():
        return False
    with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
        return file.read(len(head)) == head


def write(path: Path, known: Catalogue, made: Slice) -> None:
    """One slice, whole or not at all; the same bytes for the same slice."""
    content = "".join([_head(known, made), ",\n".join(_playlists(known, made)), _END]).encode()
    if path.suffix == ".gz":
        content = gzip.compress(content, 1, mtime=0)
    with replacing(path) as file:
        file.write(content)


def _head(known: Catalogue, made: Slice) -> str:
    last = made.first + len(made) - 1
    return _HEAD % (GENERATED_ON, made.first, last, known.seed, known.songs)


def _playlists(known: Catalogue, made: Slice) -> Iterator[str]:
    songs, at = np.unique(made.song, return_inverse=True)
    tracks = list(map(_tracks(known, songs).__getitem__, at.tolist()))
    bounds = made.bounds.tolist()
    for number, row in enumerate(_rows(known, made)):
        own = tracks[bounds[number] : bounds[number + 1]]
        described = _DESCRIPTION % row[0] if made.described[number] else ""
        listed = ",\n".join([place + track for place, track in zip(_PLACES, own, strict=False)])
        yield _PLAYLIST % (row[0], described, *row[1:7], listed, *row[7:])


def _tracks(known: Catalogue, song: Ints) -> list[str]:
    """Each song as it stands in a playlist, behind its place."""
    artist, album = known.artist[song], known.album[song]
    columns = (
        mpd_names.names(mpd_names.ARTIST, artist),
        mpd_names.ids(mpd_names.TRACK, song),
        mpd_names.ids(mpd_names.ARTIST, artist),
        mpd_names.names(mpd_names.TRACK, song),
        mpd_names.ids(mpd_names.ALBUM, album),
        mpd_names.durations(song).tolist(),
        mpd_names.names(mpd_names.ALBUM, album),
    )
    return [_TRACK % row for row in zip(*columns, strict=True)]


def _rows(known: Catalogue, made: Slice) -> Iterator[tuple[object, ...]]:
    """What a playlist says of itself, in the order of the template."""
    duration = np.add.reduceat(mpd_names.durations(made.song), made.bounds[:-1])
    title, variant = made.title.tolist(), made.variant.tolist()
    return zip(
        [quoted(*each) for each in zip(title, variant, strict=True)],
        ["true" if each else "false" for each in made.collaborative],
        range(made.first, made.first + len(made)),
        made.modified.tolist(),
        made.lengths.tolist(),
        _distinct(made, known.album).tolist(),
        made.followers.tolist(),
        made.edits.tolist(),
        duration.tolist(),
        _distinct(made, known.artist).tolist(),
        strict=True,
    )


def _distinct(made: Slice, holder: mpd_names.Numbers) -> Ints:
    """How many artists, or albums, each playlist has."""
    width = int(holder.max()) + 1
    code = np.unique(made.playlist * width + holder[made.song])
    return np.bincount(code // width, minlength=len(made))
