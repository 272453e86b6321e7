"""One call to read playlists: its options, the ids it has seen, and the reader for each stream."""

from __future__ import annotations

import io
import posixpath
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias

from songnet.errors import FormatError
from songnet.model import Skipped
from songnet.sources import _streams
from songnet.sources._entries import is_windows_path
from songnet.sources._records import PlaylistRecord, Source
from songnet.sources._songs import relative_path
from songnet.sources._streams import Found, OnBytes
from songnet.sources._text import decoder_for
from songnet.sources.csv import looks_like_csv, read_csv
from songnet.sources.m3u import read_m3u
from songnet.sources.mpd import read_mpd
from songnet.sources.xspf import read_xspf

READ = (
    "playlists are read from MPD slices and Spotify's account data (.json), CSV (.csv, .tsv), M3U "
    "(.m3u, .m3u8) and XSPF (.xspf), each also as .gz, in folders and in .zip"
)

SKIPS_TOLD = 1_000

_NEWLINE = re.compile(r"[\r\n]")  # Music on a Mac ends lines with \r alone

Records: TypeAlias = Iterator[PlaylistRecord | Skipped]
_Reader: TypeAlias = Callable[["io.BufferedReader[Any]", Source], Records]


@dataclass(frozen=True, slots=True)
class Run:
    """The options of one call, and the playlist ids that it has seen."""

    format: str
    columns: Mapping[str, str]
    music_root: Path | None
    on_bytes: OnBytes | None
    seen: set[str] = field(default_factory=set)

    def read(self, stream: io.BufferedReader[Any], source: Source) -> Records:
        """The records of one stream, without the playlists that came before.

        Of what it skips the first `SKIPS_TOLD` are told one by one, the rest counted.
        """
        skips = 0
        for record in self._new(stream, source):
            skips += isinstance(record, Skipped)
            if skips <= SKIPS_TOLD or isinstance(record, PlaylistRecord):
                yield record
        if skips > SKIPS_TOLD:
            yield Skipped(source.name, f"{skips - SKIPS_TOLD:,} more of it could not be used")

    def _new(self, stream: io.BufferedReader[Any], source: Source) -> Records:
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
    if head.startswith(("{", "[")) and not head.lower().startswith("[playlist]"):  # which is PLS
        return "mpd"
    if head.startswith("<"):
        return "xspf"
    if head.startswith("#EXTM3U"):
        return "m3u"
    return "csv" if looks_like_csv(_NEWLINE.split(head, 1)[0]) else None
