"""Playlists from CSV: one row per membership.

**Columns** are known by their headers, whatever their case and punctuation, as the common
exporters write them (Exportify, TuneMyMusic, Soundiiz, TidyTuesday, MPD-like and Last.fm-like
tables); others are named by ``columns``, a mapping of `KEYS` to headers. Needed is a track id, or
a title and an artist; rows come in any order.

**Playlists.** A column with playlist ids or names tells them apart; without one the file is one
playlist. Their ids are ``spotify:playlist:ID`` where the value is a Spotify id or address,
``mpd:PID`` for a ``pid`` column, else ``file:PATH#VALUE``; the whole file is ``file:PATH``.
Playlists whose id begins with ``generated:`` are songnet's own, as `playlist_files` writes them.

**Songs** without an id are known by name: see `_records.named_id`.

**Memory** grows with the number of memberships (16 bytes each) and of distinct songs and
playlists, not with the text of the rows: a song that is in a thousand playlists is kept once.

Encodings: UTF-8 with or without a byte order mark, UTF-16 with one; bytes that are not UTF-8 are
read as Windows-1252. Delimiters: comma, semicolon, tab, bar. Cells that look like formulas are
text like any other.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from songnet.errors import FormatError, UsageError
from songnet.model import Skipped
from songnet.names import GENERATED
from songnet.sources._formulas import unguarded
from songnet.sources._records import (
    NO_TRACKS,
    PlaylistRecord,
    Source,
    Track,
    integer,
    make_track,
    text,
)
from songnet.sources._songs import spotify_playlist, usable_id
from songnet.sources._text import decoder_for

LINE_LIMIT = 2**20
HOPELESS = 10_000
DELIMITERS = ",;\t|"

# First come, first served: where a file has several of these, the earlier header counts.
HEADERS: Mapping[str, tuple[str, ...]] = {
    "id": (
        *("track_uri", "track_id", "spotify_uri", "spotify_id", "spotify_track_uri"),
        *("spotify_track_id", "song_id", "song_uri", "track_url", "spotify_url", "uri"),
    ),
    "title": (
        *("track_name", "track_title", "song_name", "song_title", "title", "track", "song"),
        "name",
    ),
    "artist": (
        *("artist_name_s", "artist_name", "artist_names", "track_artist", "track_artists"),
        *("artists", "artist", "creator"),
    ),
    "album": ("album_name", "track_album_name", "album_title", "album"),
    "duration_ms": ("duration_ms", "track_duration_ms"),
    "released": (
        *("album_release_date", "track_album_release_date", "release_date", "released", "year"),
    ),
    "label": (),
    "playlist_id": ("playlist_id", "playlist_uri", "playlist_url", "pid"),
    "playlist_name": ("playlist_name", "playlist_title", "playlist"),
    "position": ("pos", "position"),
}
KEYS = tuple(HEADERS)


def check_columns(columns: Mapping[str, str] | None) -> Mapping[str, str]:
    """The given columns, or `UsageError` naming the allowed keys."""
    for key in columns or {}:
        if key not in HEADERS:
            raise UsageError(f"unknown column {key!r}; allowed are {', '.join(KEYS)}")
    return columns or {}


def read_csv(
    stream: io.BufferedReader[Any], source: Source, columns: Mapping[str, str] | None = None
) -> Iterator[PlaylistRecord | Skipped]:
    """The playlists of one file, in the order in which they first occur.

    They come after the last row has been read, because a playlist's rows need not stand together;
    rows that cannot be used come first, as `Skipped` with their line.

    Raises
    ------
    FormatError
        No header that says what the songs are, a column of `columns` that is not there, no row
        among the first `HOPELESS` that can be used, or a file that breaks off: then none of its
        playlists is known to be whole.
    UsageError
        Unknown keys in `columns`.
    """
    chosen = check_columns(columns)
    encoding, errors = decoder_for(stream)
    decoded = io.TextIOWrapper(stream, encoding, errors, newline="")
    try:
        yield from _records(_Lines(decoded, source), source, chosen)
    finally:
        decoded.detach()  # the stream is its opener's to close


def _records(
    lines: _Lines, source: Source, chosen: Mapping[str, str]
) -> Iterator[PlaylistRecord | Skipped]:
    rows = csv.reader(lines, delimiter=lines.delimiter(chosen))
    header = _header(rows, source)
    table = _Table(source, _layout(header, chosen, source))
    unusable = 0
    for where, row in _rows(rows, lines):
        reason = row if isinstance(row, str) else table.add(row)
        if reason:
            yield Skipped(source.name, reason, where)
            unusable += 1
            if unusable == HOPELESS and table.is_empty:
                raise FormatError(source.name, f"none of its first {HOPELESS:,} rows can be used")
    yield from table.playlists()


def _header(rows: Iterator[list[str]], source: Source) -> list[str]:
    try:
        return next(rows, [])
    except csv.Error as error:
        raise FormatError(source.name, f"is not valid CSV: {error}", where="line 1") from error


def _rows(rows: Iterator[list[str]], lines: _Lines) -> Iterator[tuple[str, list[str] | str]]:
    """Each row that is not blank, or the reason why it cannot be read, with its place."""
    while True:
        where = f"line {lines.number + 1}"
        try:
            row = next(rows, None)
        except csv.Error as error:
            yield where, f"is not valid CSV: {error}"
            continue
        if row is None:
            return
        if any(row):
            yield where, row


class _Lines:
    """Decoded lines, counted, none of unbounded length."""

    def __init__(self, decoded: io.TextIOBase, source: Source) -> None:
        self._text = decoded
        self._source = source
        self._first: str | None = None
        self.number = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._line() if self._first is None else self._first
        self._first = None
        if not line:
            raise StopIteration
        self.number += 1
        return line

    def _line(self) -> str:
        line = self._text.readline(LINE_LIMIT)
        if len(line) == LINE_LIMIT:
            raise FormatError(
                self._source.name,
                f"the line is over {LINE_LIMIT:,} characters long, so this is no table",
                where=f"line {self.number + 1}",
            )
        return line

    def delimiter(self, columns: Mapping[str, str]) -> str:
        """What separates the cells, judged by the header; Excel's ``sep=;`` line is obeyed."""
        self._first = self._line()
        stated = re.match(r"sep=(.)\r?\n?\Z", self._first.lower())
        if stated:
            self._first = self._line()
            self.number += 1
            return stated[1]
        return max(DELIMITERS, key=lambda mark: _known(self._first or "", mark, columns))


def _known(line: str, delimiter: str, columns: Mapping[str, str]) -> tuple[int, int]:
    """How many columns, known and all, a header line has with a delimiter."""
    try:
        header = next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:
        return 0, 0
    return len(_places(header, columns)), len(header)


def looks_like_csv(line: str) -> bool:
    """Whether a line is a header that says what the songs are."""
    headers = (csv.reader([line], delimiter=mark) for mark in DELIMITERS)
    try:
        return any(_names_songs(_places(next(rows, []), {})) for rows in headers)
    except csv.Error:
        return False


def _places(header: Sequence[str], columns: Mapping[str, str]) -> dict[str, int]:
    """Which column holds what: `KEYS` to their places."""
    first: dict[str, int] = {}
    for place, name in enumerate(header):
        first.setdefault(_plain(name), place)
    wanted = {key: (_plain(columns[key]),) if key in columns else HEADERS[key] for key in KEYS}
    return {
        key: next(first[name] for name in names if name in first)
        for key, names in wanted.items()
        if any(name in first for name in names)
    }


def _plain(header: str) -> str:
    """A header in lower case, every run of other characters than letters and digits as ``_``."""
    return re.sub(r"[\W_]+", "_", header.casefold()).strip("_")


def _names_songs(places: Mapping[str, int]) -> bool:
    return "id" in places or {"title", "artist"} <= places.keys()


def _layout(header: Sequence[str], columns: Mapping[str, str], source: Source) -> _Layout:
    places = _places(header, columns)
    found = ", ".join(" ".join(name.split()) or "(blank)" for name in header[:30]) or "nothing"
    found = found if len(found) <= 600 else f"{found[:600]}…"
    for key, name in columns.items():
        if key not in places:
            raise FormatError(source.name, f"has no column {name!r}; it has {found}")
    if not _names_songs(places):
        reason = (
            "no column holds track ids, nor two of them title and artist; name them with "
            f"--columns id=HEADER or --columns title=HEADER,artist=HEADER; the header is {found}"
        )
        raise FormatError(source.name, reason, where="line 1")
    is_pid = "playlist_id" in places and _plain(header[places["playlist_id"]]) == "pid"
    return _Layout(places, len(header), is_pid)


@dataclass(frozen=True, slots=True)
class _Layout:
    """Where the columns are, how many, and whether playlist ids are those of the MPD."""

    places: Mapping[str, int]
    width: int
    is_pid: bool

    def cell(self, row: Sequence[str], key: str) -> str:
        """What a row says under one of `KEYS`; empty where there is no such column."""
        return row[self.places[key]].strip() if key in self.places else ""

    @property
    def has_playlists(self) -> bool:
        return "playlist_id" in self.places or "playlist_name" in self.places


class _Table:
    """Memberships as numbers: row ``i`` puts song ``_song[i]`` into playlist ``_playlist[i]``."""

    def __init__(self, source: Source, layout: _Layout) -> None:
        self._source, self._layout = source, layout
        self._places: dict[str, int] = {}
        self._names: list[str | None] = []
        self._songs: dict[tuple[str, ...], int] = {}
        self._tracks: list[Track] = []
        self._playlist, self._song = array("i"), array("i")
        self._position = array("q")

    @property
    def is_empty(self) -> bool:
        """Whether no row has been taken yet."""
        return not self._song

    def add(self, row: Sequence[str]) -> str:
        """Take a row; the reason if it cannot be used, else nothing."""
        width = self._layout.width
        if len(row) < width or any(row[width:]):
            return f"has {len(row)} cells where the header has {width}"
        identity = self._playlist_id(row)
        if not usable_id(identity):
            return "its playlist is blank, over 1,000 characters, or holds control characters"
        if identity.startswith(GENERATED):
            row = [unguarded(cell) for cell in row]
        place = self._places.setdefault(identity, len(self._places))
        if place == len(self._names):
            self._names.append(text(self._layout.cell(row, "playlist_name")))
        return self._add_song(row, place)

    def _add_song(self, row: Sequence[str], playlist: int) -> str:
        cell = self._layout.cell
        key = (cell(row, "id"),) if cell(row, "id") else (cell(row, "title"), cell(row, "artist"))
        song = self._songs.get(key)
        if song is None:
            track = self._track(row)
            if isinstance(track, str):
                return track
            song = self._songs[key] = len(self._tracks)
            self._tracks.append(track)
        self._playlist.append(playlist)
        self._song.append(song)
        if "position" in self._layout.places:
            position = integer(cell(row, "position"))
            self._position.append(-1 if position is None else position)
        return ""

    def _track(self, row: Sequence[str]) -> Track | str:
        cell = self._layout.cell
        return make_track(
            cell(row, "id"),
            title=cell(row, "title"),
            artist=cell(row, "artist"),
            album=cell(row, "album"),
            duration_ms=cell(row, "duration_ms"),
            released=cell(row, "released"),
            label=cell(row, "label"),
        )

    def _playlist_id(self, row: Sequence[str]) -> str:
        """The row's playlist's id; empty where the row names none."""
        if not self._layout.has_playlists:
            return self._source.playlist_id
        given = self._layout.cell(row, "playlist_id")
        pid = integer(given) if self._layout.is_pid else None
        if pid is not None:
            return f"mpd:{pid}"
        value = " ".join((given or self._layout.cell(row, "playlist_name")).split())
        value = unicodedata.normalize("NFC", value)
        if given.startswith(GENERATED):
            return self._source.generated_id(value.removeprefix(GENERATED))
        own = f"{self._source.playlist_id}#{value}" if value else ""
        return spotify_playlist(given) or own

    def playlists(self) -> Iterator[PlaylistRecord | Skipped]:
        """Every playlist, with its rows in order (that of the position column if it is whole)."""
        if not self._places:
            yield Skipped(self._source.name, NO_TRACKS)
        playlist, song, position = (
            np.frombuffer(column, column.typecode)
            for column in (self._playlist, self._song, self._position)
        )
        ordered = len(position) > 0 and position.min() >= 0
        order = np.lexsort((position, playlist) if ordered else (playlist,))
        ends = np.cumsum(np.bincount(playlist, minlength=len(self._places)))
        for place, (identity, end) in enumerate(zip(self._places, ends, strict=True)):
            start = ends[place - 1] if place else 0
            yield self._record(identity, self._names[place], song[order[start:end]])

    def _record(
        self, identity: str, name: str | None, songs: Iterable[int]
    ) -> PlaylistRecord | Skipped:
        tracks = tuple(self._tracks[song] for song in songs)
        if not tracks:
            return Skipped(self._source.name, NO_TRACKS, f"playlist {identity}")
        if not self._layout.has_playlists:
            name = self._source.stem
        return PlaylistRecord(
            id=identity,
            name=name,
            description=None,
            followers=None,
            modified_at=None,
            source=self._source.relative,
            tracks=tracks,
        )
