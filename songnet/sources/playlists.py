"""Playlists from files, folders and archives, whatever their format, in batches of tables.

`read_playlists` picks the reader (`mpd`, `csv`, `m3u`, `xspf`) by a file's extension, else by its
content; gzip is seen through. `batches` turns records into the three tables that a store's
``add_playlists`` takes.
"""

from __future__ import annotations

import io
import os
import posixpath
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias

import pyarrow as pa

from songnet.errors import EmptyInputError, FormatError, InputError, UsageError
from songnet.model import Skipped
from songnet.sources import _streams
from songnet.sources._entries import is_windows_path
from songnet.sources._records import PlaylistRecord, Source, Track
from songnet.sources._songs import relative_path
from songnet.sources._streams import FORMATS, Found, OnBytes
from songnet.sources._text import decoder_for
from songnet.sources.csv import check_columns, looks_like_csv, read_csv
from songnet.sources.m3u import read_m3u
from songnet.sources.mpd import read_mpd
from songnet.sources.xspf import read_xspf
from songnet.tables import MEMBERSHIP_SCHEMA, PLAYLIST_SCHEMA, SONG_SCHEMA

READ = (
    "playlists are read from MPD slices (.json), CSV (.csv, .tsv), M3U (.m3u, .m3u8) and XSPF "
    "(.xspf), each also as .gz, in folders and in .zip"
)

# What a list can say of a song.
SONGS = pa.schema([SONG_SCHEMA.field(field.name) for field in fields(Track)])
SKIPPED_PER_BATCH = 10_000

_Records: TypeAlias = Iterator[PlaylistRecord | Skipped]
_Reader: TypeAlias = Callable[["io.BufferedReader[Any]", Source], _Records]


def read_playlists(
    paths: Sequence[Path],
    *,
    format: str = "auto",  # noqa: A002  # the command line's word for it
    columns: Mapping[str, str] | None = None,
    music_root: Path | None = None,
    on_bytes: OnBytes | None = None,
) -> Iterator[PlaylistRecord | Skipped]:
    """Every playlist in files, folders (recursively, sorted) and zip archives, one at a time.

    Parameters
    ----------
    paths
        In a folder or archive, files with a known extension are read and others ignored; a file
        that is named itself is read whatever it is called.
    format
        ``auto``, or one of ``mpd``, ``csv``, ``m3u``, ``xspf``: then only files of that format are
        read.
    columns
        For CSV: what the columns are called, see `csv.KEYS`.
    music_root
        What the song ids of local files (M3U, XSPF) are relative to. Default: the folder that was
        given, or that of the file that was given; in an archive, its top.
    on_bytes
        Called with the number of bytes read from the disk since the last call.

    Returns
    -------
    Records, and `Skipped` for what could not be used. A playlist whose id came before is skipped:
    the ids that were seen are the only memory that grows with the number of playlists.

    Raises
    ------
    UsageError
        Unknown format or column key (when called).
    EmptyInputError
        There is no file to read (when first asked for a record).
    """
    if format not in FORMATS:
        raise UsageError(f"unknown format {format!r}; allowed are {', '.join(FORMATS)}")
    run = _Run(format, check_columns(columns), music_root, on_bytes)
    return _records([Path(path) for path in paths], run)


def input_bytes(paths: Sequence[Path], *, format: str = "auto") -> int:  # noqa: A002  # as above
    """How many bytes `read_playlists` will read, for progress; files that are not there count 0."""
    found = (each for path in paths for each in _streams.find(Path(path), kind=format))
    files = (each.path for each in found if isinstance(each, Found))
    return sum(path.stat().st_size for path in files if os.path.isfile(path))  # noqa: PTH113  # as in find


@dataclass(frozen=True, slots=True)
class _Run:
    """The options of one call, and the playlist ids that it has seen."""

    format: str
    columns: Mapping[str, str]
    music_root: Path | None
    on_bytes: OnBytes | None
    seen: set[str] = field(default_factory=set)

    def read(self, stream: io.BufferedReader[Any], source: Source) -> _Records:
        """The records of one stream, without the playlists that came before."""
        for record in self._reader(self._kind(stream, source))(stream, source):
            if isinstance(record, PlaylistRecord) and record.id in self.seen:
                reason = f"playlist id {record.id} came before; the first one counts"
                yield Skipped(source.name, reason)
                continue
            if isinstance(record, PlaylistRecord):
                self.seen.add(record.id)
            yield record

    def _reader(self, kind: str) -> _Reader:
        readers: dict[str, _Reader] = {
            "mpd": read_mpd,
            "csv": partial(read_csv, columns=self.columns),
            "m3u": read_m3u,
            "xspf": read_xspf,
        }
        return readers[kind]

    def _kind(self, stream: io.BufferedReader[Any], source: Source) -> str:
        if self.format != "auto":
            return self.format
        kind = _streams.kind_of(source.relative) or _kind_by_content(stream)
        if kind is None:
            raise FormatError(source.name, f"is of no known kind; {READ}; or say --format")
        return kind

    def source(self, found: Found) -> Source:
        """The source of a file on the disk."""
        root = self.music_root or found.root
        absolute = root if is_windows_path(str(root)) else root.absolute()
        return Source(
            name=_streams.shown(found.path),
            relative=relative_path(found.path, found.root),
            folder=str(found.path.absolute().parent),
            root=str(absolute),
        )

    def member(self, archive: Source, name: str) -> Source:
        """The source of an archive's member.

        Its entries are relative to the archive's top, or, with a music root, to the folder that
        the archive lies in, as if it were unpacked there.
        """
        inside = posixpath.dirname(relative_path(name, ""))
        on_disk = self.music_root is not None
        return Source(
            name=f"{archive.name}/{_streams.shown(name)}",
            relative=relative_path(f"{archive.relative}/{name}", ""),
            folder=posixpath.join(archive.folder, inside) if on_disk else inside,
            root=archive.root if on_disk else "",
            on_disk=on_disk,
        )


def _kind_by_content(stream: io.BufferedReader[Any]) -> str | None:
    """The format of a file with an unknown extension, by how it begins."""
    encoding, _ = decoder_for(stream)
    head = stream.peek(4096)[:4096].decode(encoding, "replace").lstrip()
    if head.startswith(("{", "[")):
        return "mpd"
    if head.startswith("<"):
        return "xspf"
    if head.startswith("#EXTM3U"):
        return "m3u"
    return "csv" if looks_like_csv(head.partition("\n")[0]) else None


def _records(paths: list[Path], run: _Run) -> _Records:
    held = False
    for path in paths:
        here = False
        for record in _path(path, run):
            here = held = True
            yield record
        if not here and len(paths) > 1:
            yield Skipped(_streams.shown(path), f"holds no playlists; {READ}")
    if not held:
        given = ", ".join(map(_streams.shown, paths)) or "nothing"
        raise EmptyInputError(f"found no playlists in {given}; {READ}")


def _path(path: Path, run: _Run) -> _Records:
    for found in _streams.find(path, kind=run.format):
        if isinstance(found, Skipped):
            yield found
        else:
            yield from _file(found, run)


def _file(found: Found, run: _Run) -> _Records:
    """One file's records; whatever makes it unreadable becomes a `Skipped`."""
    try:
        source = run.source(found)
        with _streams.opened(found.path, run.on_bytes) as stream:
            if not _streams.holds_archive(stream, found.path):
                yield from _stream(stream, source, run)
                return
        yield from _archive(found, source, run)
    except (InputError, *_streams.READ_ERRORS) as error:
        yield _skipped(error, _streams.shown(found.path))


def _archive(found: Found, source: Source, run: _Run) -> _Records:
    with _streams.opened_archive(found.path, run.on_bytes) as archive:
        for info in _streams.members(archive, kind=run.format):
            name = f"{source.name}/{_streams.shown(info.filename)}"
            try:
                with _streams.opened_member(archive, info, name) as stream:
                    yield from _stream(stream, run.member(source, info.filename), run)
            except (InputError, *_streams.READ_ERRORS) as error:
                yield _skipped(error, name)


def _stream(stream: io.BufferedReader[Any], source: Source, run: _Run) -> _Records:
    try:
        yield from run.read(stream, source)
    except (InputError, *_streams.READ_ERRORS) as error:
        yield _skipped(error, source.name)


def _skipped(error: Exception, name: str) -> Skipped:
    if isinstance(error, FormatError):
        return Skipped(error.path, error.reason, error.where)
    reason = str(error) if isinstance(error, InputError) else _streams.reason_of(error)
    return Skipped(name, reason)


@dataclass(frozen=True, slots=True)
class Batch:
    """Whole playlists, as a store's ``add_playlists`` takes them.

    Attributes
    ----------
    playlists, songs, memberships
        Tables with columns of `songnet.tables`. Every id occurs once,
        and every (playlist, song) once: ``position`` is its first place (0-based, among the tracks
        that could be used), ``times`` how often it occurs. Where a song is described more than
        once, the first value counts.
    skipped
        What was left out since the last batch.
    """

    playlists: pa.Table
    songs: pa.Table
    memberships: pa.Table
    skipped: list[Skipped]


def batches(
    records: Iterable[PlaylistRecord | Skipped],
    *,
    playlists_per_batch: int = 1000,
    memberships_per_batch: int = 100_000,
) -> Iterator[Batch]:
    """Records in batches, each ended by whichever limit is reached first.

    A playlist is never cut, so a batch may hold more memberships than the limit by what its last
    playlist adds. A batch may hold nothing but `skipped`.
    """
    if min(playlists_per_batch, memberships_per_batch) < 1:
        raise UsageError("a batch must hold at least one playlist and one membership")
    filling = _Filling()
    for record in records:
        filling.add(record)
        if filling.reaches(playlists_per_batch, memberships_per_batch):
            yield filling.batch()
            filling = _Filling()
    if not filling.is_empty:
        yield filling.batch()


class _Filling:
    """A batch in the making, as columns."""

    def __init__(self) -> None:
        self._playlists: list[PlaylistRecord] = []
        self._songs: dict[str, Track] = {}
        self._rows: list[tuple[str, str, int, int]] = []
        self._skipped: list[Skipped] = []

    @property
    def is_empty(self) -> bool:
        return not (self._playlists or self._skipped)

    def reaches(self, playlists: int, memberships: int) -> bool:
        return (
            len(self._playlists) >= playlists
            or len(self._rows) >= memberships
            or len(self._skipped) >= SKIPPED_PER_BATCH
        )

    def add(self, record: PlaylistRecord | Skipped) -> None:
        if isinstance(record, Skipped):
            self._skipped.append(record)
            return
        self._playlists.append(record)
        first: dict[str, int] = {}
        times: Counter[str] = Counter()
        for position, track in enumerate(record.tracks):
            first.setdefault(track.id, position)
            times[track.id] += 1
            self._describe(track)
        self._rows += [(record.id, song, place, times[song]) for song, place in first.items()]

    def _describe(self, track: Track) -> None:
        known = self._songs.setdefault(track.id, track)
        if known is not track and known != track:
            self._songs[track.id] = _merged(known, track)

    def batch(self) -> Batch:
        return Batch(
            playlists=_table(self._playlists, PLAYLIST_SCHEMA),
            songs=_table(self._songs.values(), SONGS),
            memberships=_rows_table(self._rows, MEMBERSHIP_SCHEMA),
            skipped=self._skipped,
        )


def _merged(known: Track, other: Track) -> Track:
    """What is known of a song, its gaps filled."""
    gaps = {name: getattr(other, name) for name in SONGS.names if getattr(known, name) is None}
    return replace(known, **gaps)


def _table(records: Iterable[PlaylistRecord | Track], schema: pa.Schema) -> pa.Table:
    listed = list(records)
    columns = {name: [getattr(record, name) for record in listed] for name in schema.names}
    return pa.table(columns, schema=schema)


def _rows_table(rows: Sequence[tuple[str, str, int, int]], schema: pa.Schema) -> pa.Table:
    columns = list(zip(*rows, strict=True)) or [()] * len(schema)
    return pa.table(
        {name: list(column) for name, column in zip(schema.names, columns, strict=True)},
        schema=schema,
    )
