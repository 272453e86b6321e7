"""Playlists from files, folders and archives, whatever their format, as records or as tables.

`read_playlists` picks the reader (`mpd`, `csv`, `m3u`, `xspf`) by a file's extension, else by its
content; gzip is seen through. `read_batches` gives the same as the three tables that a store's
``add_playlists`` takes, and reads slices of the Million Playlist Dataset in all cores.
"""

from __future__ import annotations

import io
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from itertools import groupby
from pathlib import Path
from typing import Any, TypeAlias, cast

from songnet.errors import EmptyInputError, FormatError, InputError, UsageError
from songnet.model import Skipped
from songnet.sources import _streams
from songnet.sources._ahead import Ahead
from songnet.sources._batches import Batch, batches, gathered
from songnet.sources._records import PlaylistRecord, Source, Track
from songnet.sources._run import READ, Records, Run
from songnet.sources._streams import FORMATS, Found, OnBytes
from songnet.sources.csv import check_columns

__all__ = [
    "READ",
    "Batch",
    "PlaylistRecord",
    "Track",
    "batches",
    "input_bytes",
    "read_batches",
    "read_playlists",
]

_Items: TypeAlias = Iterator[PlaylistRecord | Skipped | Batch]


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
    run = _run(format, columns, music_root, on_bytes)
    return cast("Records", _items(paths, run, None))


def read_batches(
    paths: Sequence[Path],
    *,
    format: str = "auto",  # noqa: A002  # as above
    columns: Mapping[str, str] | None = None,
    music_root: Path | None = None,
    memberships: int = 100_000,
    workers: int | None = None,
    on_bytes: OnBytes | None = None,
) -> Iterator[Batch]:
    """What `read_playlists` reads, as tables; slices that are as MPD's own in all cores.

    Parameters
    ----------
    paths, format, columns, music_root, on_bytes
        As of `read_playlists`.
    memberships
        End a batch when it has this many; a playlist is never cut.
    workers
        Processes that read slices. Default: one per core where there is enough to read, else this
        process alone.

    Raises
    ------
    UsageError, EmptyInputError
        As `read_playlists`.
    """
    if memberships < 1:
        raise UsageError("a batch must hold at least one membership")
    run = _run(format, columns, music_root, on_bytes)
    return gathered(_pieces(paths, run, workers), memberships=memberships)


def input_bytes(paths: Sequence[Path], *, format: str = "auto") -> dict[str, int]:  # noqa: A002  # as above
    """How many bytes `read_playlists` will read, by the end of the names: ``.json``, ``.json.gz``.

    Files that are not there count nothing.
    """
    sizes: dict[str, int] = {}
    for each in (each for path in paths for each in _streams.find(Path(path), kind=format)):
        if isinstance(each, Found) and os.path.isfile(each.path):  # noqa: PTH113  # as in find
            last = 2 if each.path.suffix == ".gz" else 1
            ending = "".join(each.path.suffixes[-last:])
            sizes[ending] = sizes.get(ending, 0) + each.path.stat().st_size
    return sizes


def _run(
    kind: str,
    columns: Mapping[str, str] | None,
    music_root: Path | None,
    on_bytes: OnBytes | None,
) -> Run:
    if kind not in FORMATS:
        raise UsageError(f"unknown format {kind!r}; allowed are {', '.join(FORMATS)}")
    return Run(kind, check_columns(columns), music_root, on_bytes)


def _pieces(paths: Sequence[Path], run: Run, workers: int | None) -> Iterator[Batch]:
    with closing(Ahead(paths, run, workers)) as ahead:
        for whole, some in groupby(_items(paths, run, ahead), lambda item: isinstance(item, Batch)):
            items: Iterator[Any] = some
            yield from items if whole else batches(items)


def _items(paths: Sequence[Path], run: Run, ahead: Ahead | None) -> _Items:
    held = False
    for path in map(Path, paths):
        here = False
        for item in _path(path, run, ahead):
            here = held = True
            yield item
        if not here and len(paths) > 1:
            yield Skipped(_streams.shown(path), f"holds no playlists; {READ}")
    if not held:
        given = ", ".join(map(_streams.shown, paths)) or "nothing"
        raise EmptyInputError(f"found no playlists in {given}; {READ}")


def _path(path: Path, run: Run, ahead: Ahead | None) -> _Items:
    for found in _streams.find(path, kind=run.format):
        if isinstance(found, Skipped):
            yield found
            continue
        whole = ahead and ahead.take(found)
        if whole:
            yield whole
        else:
            yield from _file(found, run, ahead)


def _file(found: Found, run: Run, ahead: Ahead | None) -> _Items:
    """One file's playlists; whatever makes it unreadable becomes a `Skipped`."""
    try:
        source = run.source(found)
        with _streams.opened(found.path, run.on_bytes) as stream:
            if not _streams.holds_archive(stream, found.path):
                yield from _stream(stream, source, run)
                return
        yield from _archive(found, source, run, ahead)
    except (InputError, *_streams.READ_ERRORS) as error:
        yield _skipped(error, _streams.shown(found.path))


def _archive(found: Found, source: Source, run: Run, ahead: Ahead | None) -> _Items:
    with _streams.opened_archive(found.path, run.on_bytes) as archive:
        for info in _streams.members(archive, kind=run.format):
            whole = ahead and ahead.take(found, info.filename)
            if whole:
                yield whole
                continue
            name = f"{source.name}/{_streams.shown(info.filename)}"
            try:
                with _streams.opened_member(archive, info, name) as stream:
                    yield from _stream(stream, run.member(source, info.filename), run)
            except (InputError, *_streams.READ_ERRORS) as error:
                yield _skipped(error, name)


def _stream(stream: io.BufferedReader[Any], source: Source, run: Run) -> Records:
    try:
        yield from run.read(stream, source)
    except (InputError, *_streams.READ_ERRORS) as error:
        yield _skipped(error, source.name)


def _skipped(error: Exception, name: str) -> Skipped:
    if isinstance(error, FormatError):
        return Skipped(error.path, error.reason, error.where)
    reason = str(error) if isinstance(error, InputError) else _streams.reason_of(error)
    return Skipped(name, reason)
