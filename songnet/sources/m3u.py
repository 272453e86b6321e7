"""M3U and M3U8: one playlist per file, one entry per line.

Read are ``#PLAYLIST:`` (the name), ``#EXTINF:SECONDS,ARTIST - TITLE``, ``#EXTART:`` and
``#EXTALB:``; other lines that begin with ``#`` are comments. Entries are paths or addresses, see
`_entries.entry_of`. UTF-8, or Windows-1252 where it is not UTF-8.

Of the files that `playlist_files` writes also ``#SONGNET:generated`` (the playlist is songnet's
own) and ``#SONGNET-ID:`` (the id of the song that follows).
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from songnet.errors import FormatError, InputError
from songnet.model import Skipped
from songnet.sources._entries import Entry, entry_of
from songnet.sources._records import NO_TRACKS, PlaylistRecord, Source, Track, integer, text
from songnet.sources._songs import song_id
from songnet.sources._streams import check_entries, read_whole
from songnet.sources._text import decoded

GENERATED_LINE = "#SONGNET:generated"
ID_TAG = "#SONGNET-ID"

_EXTINF = re.compile(r'\s*([+-]?[0-9.]*)(?:\s+[^\s=,"]+="[^"]*")*[^,]*,?(.*)\Z')
_NEWLINE = re.compile(r"\r\n|\r|\n")  # str.splitlines would cut titles at form feeds and more
_STREAM = ("#EXT-X-TARGETDURATION", "#EXT-X-STREAM-INF", "#EXT-X-MEDIA-SEQUENCE")


def read_m3u(stream: io.BufferedReader[Any], source: Source) -> Iterator[PlaylistRecord | Skipped]:
    """The playlist of one file; entries that cannot be used come first, as `Skipped`.

    Raises
    ------
    FormatError
        The file is over 16 MiB or 500,000 lines, or the index of an HTTP live stream.
    """
    lines = _NEWLINE.split(decoded(read_whole(stream, source.name)))
    check_entries(len(lines), source.name)
    if any(line.startswith(_STREAM) for line in lines):
        raise FormatError(source.name, "is the index of an HTTP live stream, not a list of songs")
    reader = _Reader(source)
    for number, line in enumerate(lines, 1):
        reason = reader.take(line.strip())
        if reason:
            yield Skipped(source.name, reason, f"line {number}")
    yield reader.record()


@dataclass(slots=True)
class _Said:
    """What the comments before an entry say of it."""

    id: str | None = None
    title: str | None = None
    artist: str | None = None
    album: str | None = None
    duration_ms: int | None = None


class _Reader:
    """The state between lines: the comments' claims hold for the next entry."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._name: str | None = None
        self._generated = False
        self._said = _Said()
        self._tracks: list[Track] = []

    def take(self, line: str) -> str:
        """Take a line; the reason if it is an entry that cannot be used, else nothing."""
        if line == GENERATED_LINE:
            self._generated = True
        elif line.startswith("#"):
            self._comment(*line.partition(":")[::2])
        elif line:
            said, self._said = self._said, _Said()
            return self._entry(line, said)
        return ""

    def _comment(self, tag: str, value: str) -> None:
        tag = tag.upper()
        if tag == "#PLAYLIST":
            self._name = text(value)
        elif tag == "#EXTINF":
            self._extinf(value)
        elif tag == "#EXTART":
            self._said.artist = text(value)
        elif tag == "#EXTALB":
            self._said.album = text(value)
        elif tag == ID_TAG:
            self._said.id = song_id(value)

    def _extinf(self, value: str) -> None:
        seconds, said = _EXTINF.sub(r"\1,\2", value, count=1).split(",", 1)
        artist, dash, title = said.partition(" - ")
        self._said.title = text(title if dash else said)
        self._said.artist = text(artist) if dash else self._said.artist
        self._said.duration_ms = _milliseconds(seconds)

    def _entry(self, line: str, said: _Said) -> str:
        try:
            entry = Entry(said.id) if said.id else entry_of(line, self._source, encoded=False)
        except InputError as error:
            return str(error)
        self._tracks.append(
            Track(
                id=entry.id,
                title=said.title,
                artist=said.artist,
                album=said.album,
                duration_ms=said.duration_ms,
                uri=entry.uri,
                path=entry.path,
            )
        )
        return ""

    def record(self) -> PlaylistRecord | Skipped:
        """The playlist, once all lines are taken."""
        if not self._tracks:
            return Skipped(self._source.name, NO_TRACKS)
        return file_playlist(self._source, self._name, self._tracks, generated=self._generated)


def file_playlist(
    source: Source,
    name: str | None,
    tracks: list[Track],
    *,
    description: str | None = None,
    modified_at: int | None = None,
    generated: bool = False,
) -> PlaylistRecord:
    """The playlist that a whole file is; named after the file if it bears no name."""
    return PlaylistRecord(
        id=source.generated_id() if generated else source.playlist_id,
        name=name or source.stem,
        description=description,
        followers=None,
        modified_at=modified_at,
        source=source.relative,
        tracks=tuple(tracks),
    )


def _milliseconds(seconds: str) -> int | None:
    """Milliseconds of a number of seconds; None for -1, which means unknown."""
    try:
        value = float(seconds)
    except ValueError:
        return None
    return integer(round(value * 1000)) if 0 < value < 1e9 else None
