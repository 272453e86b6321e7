"""Playlists as files for other programs: M3U, XSPF, JSON and CSV, all in UTF-8.

What is written is read back by songnet's own readers, in its order and with its ids:

- ``.m3u8``, ``.m3u``: an entry per song. Durations are whole seconds; reasons and the description
  have no place in it.
- ``.xspf``: version 1; a song's reason is its annotation.
- ``.json``: a slice of the Million Playlist Dataset with one playlist, with ``"schema":
  "songnet.playlist/1"``, and of each track also its ``location`` and ``reason``.
- ``.csv``: a row per song under the headers `CSV_COLUMNS`. Cells that spreadsheets would take for
  formulas begin with an apostrophe, which the reader takes off again.

**Location.** Where a song lies: its path, relative to the playlist file's folder where the music
root is given, else as it is stored; a song without a path is known by its address, else by its id.

**Ids.** Where the location alone would not be read back as the song's id, M3U says it in a comment
``#SONGNET-ID:ID`` before the entry and XSPF in a ``<meta>`` of the track.

**The mark.** Each file says that songnet made it: ``#SONGNET:generated`` in M3U, a ``<meta>`` in
XSPF, ``"generated": true`` in JSON, a ``playlist_id`` that begins with ``generated:`` in CSV. The
readers then give the playlist an id that begins with `songnet.names.GENERATED`, so that it is never
evidence.

**Texts** are single lines: runs of control characters and of line breaks become one space.
"""

from __future__ import annotations

import csv
import io
import json
import os
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from songnet.errors import InputError
from songnet.files import replacing
from songnet.names import GENERATED
from songnet.sources._entries import entry_of
from songnet.sources._formulas import guarded
from songnet.sources._records import Source
from songnet.sources._songs import usable_id
from songnet.sources.m3u import GENERATED_LINE, ID_TAG
from songnet.sources.xspf import GENERATED_REL, ID_REL, NAMESPACE

SCHEMA = "songnet.playlist/1"
EXTENSIONS = (".m3u8", ".m3u", ".xspf", ".json", ".csv")
CSV_COLUMNS = (
    *("playlist_id", "playlist_name", "position", "track_uri", "track_name", "artist_name"),
    *("album_name", "duration_ms", "location", "reason"),
)

_BREAKING = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]+")
_URI_SIGNS = ":/?#[]@!$&'()*+,;=%~"
_NAME_IN_ID = 200


@dataclass(frozen=True, slots=True)
class WrittenSong:
    """A song of a playlist to be written; only `id` is always there.

    `duration_ms` is in milliseconds, `path` relative to the music root that it was loaded from,
    `reason` why the song is in the playlist.
    """

    id: str
    title: str | None = None
    artist: str | None = None
    album: str | None = None
    duration_ms: int | None = None
    uri: str | None = None
    path: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class WrittenPlaylist:
    """A playlist to be written, its songs in order."""

    name: str
    songs: Sequence[WrittenSong]
    description: str | None = None


def write_playlist(
    path: Path, playlist: WrittenPlaylist, *, music_root: Path | None = None
) -> None:
    """Write a playlist in the format that the extension names; whole or not at all.

    Parameters
    ----------
    path
        Ends in one of `EXTENSIONS`; in a folder that is there.
    music_root
        The folder that the songs' paths are relative to; default: paths are written as they are.

    Raises
    ------
    InputError
        Another extension; a song whose id is empty, over 1,000 characters, or holds control
        characters; the file cannot be written.
    """
    path = Path(path)
    writer = _writer(path)
    for song in playlist.songs:
        if not usable_id(song.id):
            raise InputError(
                f"{song.id!r} cannot be written to {path}: an id has 1 to 1,000 characters, none "
                "of them a control character"
            )
    data = writer(playlist, _Places(path, music_root))
    with replacing(path) as file:
        file.write(data)


def _writer(path: Path) -> Callable[[WrittenPlaylist, _Places], bytes]:
    writers = {".m3u8": _m3u, ".m3u": _m3u, ".xspf": _xspf, ".json": _json, ".csv": _csv}
    try:
        return writers[path.suffix.lower()]
    except KeyError:
        allowed = ", ".join(EXTENSIONS)
        raise InputError(
            f"{path} has no extension that playlists are written with; allowed are {allowed}"
        ) from None


class _Places:
    """Where the songs are, seen from the playlist file's folder."""

    def __init__(self, path: Path, music_root: Path | None) -> None:
        # Links are followed: from a folder that is one, ".." leads elsewhere than its name says.
        self._folder = os.path.realpath(path.parent)
        self._root = None if music_root is None else os.path.realpath(music_root)
        root = self._root or self._folder
        self._source = Source(str(path), path.name, self._folder, root, on_disk=False)

    def path(self, song: WrittenSong) -> str | None:
        """The song's path; None if it has none, or one that no line can hold."""
        if not song.path or not usable_id(song.path):
            return None
        if self._root is None:
            return song.path
        whole = Path(self._root, song.path)
        return os.path.relpath(whole, self._folder).replace(os.sep, "/")

    def address(self, song: WrittenSong) -> str:
        """What a song without a path is known by."""
        return song.uri if song.uri and usable_id(song.uri) else song.id

    def location(self, song: WrittenSong) -> str:
        """The song's path, else its address."""
        return self.path(song) or self.address(song)

    def says_id(self, location: str, song: WrittenSong, *, encoded: bool) -> bool:
        """Whether a location that is read back is the song's id."""
        try:
            return entry_of(location, self._source, encoded=encoded).id == song.id
        except InputError:
            return False


def _line(text: str | None) -> str:
    """A text as a single line; empty for None."""
    return _BREAKING.sub(" ", text or "").strip()


def _m3u(playlist: WrittenPlaylist, places: _Places) -> bytes:
    lines = ["#EXTM3U", "#EXTENC:UTF-8", GENERATED_LINE]
    if name := _line(playlist.name):
        lines.append(f"#PLAYLIST:{name}")
    for song in playlist.songs:
        lines += _m3u_song(song, places)
    return "".join(f"{line}\n" for line in lines).encode("utf-8")


def _m3u_song(song: WrittenSong, places: _Places) -> Iterator[str]:
    artist, title = _line(song.artist), _line(song.title)
    yield f"#EXTINF:{_seconds(song.duration_ms)},{_artist_and_title(artist, title)}"
    if artist and (not title or artist != _splittable(artist)):
        yield f"#EXTART:{artist}"
    if album := _line(song.album):
        yield f"#EXTALB:{album}"
    location = places.location(song)
    # A line that begins with "#" is a comment, and spaces at its ends are nobody's.
    entry = f"./{location}" if location.startswith("#") or location[0].isspace() else location
    if not places.says_id(entry.strip(), song, encoded=False):
        yield f"{ID_TAG}:{song.id}"
    yield entry


def _seconds(milliseconds: int | None) -> int:
    """Whole seconds, at least one; -1 for an unknown duration."""
    return max(1, round(milliseconds / 1000)) if milliseconds else -1


def _artist_and_title(artist: str, title: str) -> str:
    """``ARTIST - TITLE``, so that the first `` - `` is the one between them."""
    if artist and title:
        return f"{_splittable(artist)} - {title}"
    return f" - {title}" if " - " in title else title


def _splittable(artist: str) -> str:
    """An artist whose hyphens cannot be taken for the one before the title: they become dashes."""
    return artist.replace(" -", " \N{EN DASH}") if " - " in f"{artist} " else artist


def _xspf(playlist: WrittenPlaylist, places: _Places) -> bytes:
    root = Element("playlist", {"version": "1", "xmlns": NAMESPACE})
    _add(root, "title", _line(playlist.name))
    _add(root, "annotation", _line(playlist.description))
    _add(root, "meta", "yes", rel=GENERATED_REL)
    tracks = SubElement(root, "trackList")
    for song in playlist.songs:
        _xspf_track(SubElement(tracks, "track"), song, places)
    indent(root)
    return bytes(tostring(root, encoding="UTF-8", xml_declaration=True)) + b"\n"


def _xspf_track(track: Element, song: WrittenSong, places: _Places) -> None:
    path = places.path(song)
    address = quote(places.address(song), safe=_URI_SIGNS) if path is None else quote(path)
    # An id is no place that a player could look at.
    _add(track, "identifier" if path is None and not song.uri else "location", address)
    _add(track, "title", _line(song.title))
    _add(track, "creator", _line(song.artist))
    _add(track, "annotation", _line(song.reason))
    _add(track, "album", _line(song.album))
    _add(track, "duration", str(song.duration_ms or ""))
    if not places.says_id(address, song, encoded=True):
        _add(track, "meta", song.id, rel=ID_REL)


def _add(parent: Element, name: str, text: str, **attributes: str) -> None:
    """A child with a text, if there is one."""
    if text:
        SubElement(parent, name, attributes).text = text


def _json(playlist: WrittenPlaylist, places: _Places) -> bytes:
    tracks = [_json_track(place, song, places) for place, song in enumerate(playlist.songs)]
    described = {
        "pid": 0,
        "name": _line(playlist.name),
        "description": _line(playlist.description) or None,
        "generated": True,
        "num_tracks": len(tracks),
        "tracks": tracks,
    }
    slice_ = {"schema": SCHEMA, "playlists": [described]}
    return json.dumps(slice_, indent=2, ensure_ascii=False).encode("utf-8") + b"\n"


def _json_track(place: int, song: WrittenSong, places: _Places) -> dict[str, Any]:
    return {
        "pos": place,
        "track_uri": song.id,
        "track_name": _line(song.title) or None,
        "artist_name": _line(song.artist) or None,
        "album_name": _line(song.album) or None,
        "duration_ms": song.duration_ms,
        "location": places.location(song),
        "reason": _line(song.reason) or None,
    }


def _csv(playlist: WrittenPlaylist, places: _Places) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(CSV_COLUMNS)
    name = _line(playlist.name)
    for place, song in enumerate(playlist.songs):
        cells = (
            *(f"{GENERATED}{name[:_NAME_IN_ID]}", name, str(place), song.id, _line(song.title)),
            *(_line(song.artist), _line(song.album), str(song.duration_ms or "")),
            *(places.location(song), _line(song.reason)),
        )
        writer.writerow([guarded(cell) for cell in cells])
    return text.getvalue().encode("utf-8")
