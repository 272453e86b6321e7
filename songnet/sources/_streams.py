"""Finding playlist files in folders and archives, and opening them safely."""

from __future__ import annotations

import gzip
import io
import lzma
import os
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Protocol

from songnet.errors import FormatError
from songnet.files import open_regular
from songnet.model import Skipped

KINDS = {
    ".json": "mpd",
    ".csv": "csv",
    ".tsv": "csv",
    ".m3u": "m3u",
    ".m3u8": "m3u",
    ".xspf": "xspf",
}
FORMATS = ("auto", "mpd", "csv", "m3u", "xspf")
READ_ERRORS = (
    OSError,
    EOFError,
    zlib.error,
    lzma.LZMAError,
    zipfile.BadZipFile,
    UnicodeDecodeError,  # zipfile's word for a name that is not in the encoding it claims
    struct.error,
    RuntimeError,  # zipfile's word for an encrypted member or an unknown compression
)
BOMB_BYTES = 8 * 2**20
BOMB_RATIO = 100
WHOLE_BYTES = 16 * 2**20
MOST_ENTRIES = 500_000

OnBytes = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Found:
    """A file to read: where it is, and the root that its ids are relative to."""

    path: Path
    root: Path


def find(path: Path, *, kind: str) -> Iterator[Found | Skipped]:
    """The files to read for one given path: itself, or what is in the folder, sorted.

    In a folder only files with a known extension count; hidden ones do not, links to folders
    are not followed. Folders that cannot be entered come last, as `Skipped`.
    """
    if not os.path.isdir(path):  # noqa: PTH112  # Path.is_dir raises for names that are too long
        yield Found(path, path.parent)
        return
    closed: list[OSError] = []
    for folder, folders, names in os.walk(path, onerror=closed.append):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            inside = Path(folder, name)
            if readable_name(name, kind) and _is_regular(inside):
                yield Found(inside, path)
    yield from (Skipped(shown(error.filename), reason_of(error)) for error in closed)


def readable_name(name: str, kind: str) -> bool:
    """Whether a name in a folder or archive is that of a playlist file (or an archive)."""
    plain = PurePosixPath(name)
    if any(_is_hidden(part) for part in plain.parts):
        return False
    known = kind_of(name)
    return is_archive(name) or (known is not None and kind in {"auto", known})


def _is_hidden(part: str) -> bool:
    return part == "__MACOSX" or (part.startswith(".") and part != "..")


def shown(path: str | Path) -> str:
    """A path for messages: what cannot be printed, or not in UTF-8, as an escape."""
    return "".join(
        each if each.isprintable() else each.encode("unicode_escape").decode() for each in str(path)
    )


def is_archive(name: str) -> bool:
    """Whether a name is that of a zip archive."""
    return name.lower().endswith(".zip")


def kind_of(name: str) -> str | None:
    """The format that a file's extension stands for, ``.gz`` left aside; None if unknown."""
    plain = name.lower().removesuffix(".gz")
    return KINDS.get(PurePosixPath(plain).suffix)


def _is_regular(path: Path) -> bool:
    try:
        return stat.S_ISREG(path.stat().st_mode)
    except OSError:
        return False


class _Counted(io.FileIO):
    """A file that tells how many bytes are read from it."""

    def __init__(self, path: Path, on_bytes: OnBytes | None) -> None:
        super().__init__(path, opener=open_regular)
        self.count = 0
        self._on_bytes = on_bytes

    def readinto(self, buffer: bytearray | memoryview, /) -> int:  # type: ignore[override]  # any buffer will do
        read = super().readinto(buffer) or 0
        self.count += read
        if self._on_bytes and read:
            self._on_bytes(read)
        return read


class _Readable(Protocol):
    """Anything that bytes can be read from."""

    def read(self, size: int, /) -> bytes: ...


class _Unpacked(io.RawIOBase):
    """A decompressed stream that stops at what looks like a decompression bomb."""

    def __init__(self, inner: _Readable, packed: Callable[[], int], name: str) -> None:
        self._inner, self._packed, self._name = inner, packed, name
        self._count = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview, /) -> int:  # type: ignore[override]  # any buffer will do
        data = self._inner.read(len(buffer))
        self._count += len(data)
        if self._count > max(BOMB_BYTES, BOMB_RATIO * self._packed()):
            raise FormatError(
                self._name,
                f"grows over {BOMB_RATIO}-fold when decompressed, as decompression bombs do; "
                "if it is sound, decompress it first",
            )
        buffer[: len(data)] = data
        return len(data)


@contextmanager
def opened(path: Path, on_bytes: OnBytes | None = None) -> Iterator[io.BufferedReader[Any]]:
    """A file's bytes, decompressed if they are gzip (whatever the extension says)."""
    raw = _Counted(path, on_bytes)
    with io.BufferedReader(raw, 2**16) as buffered:
        if buffered.peek(2)[:2] != b"\x1f\x8b":
            yield buffered
            return
        with gzip.GzipFile(fileobj=buffered) as packed:
            yield io.BufferedReader(_Unpacked(packed, lambda: raw.count, shown(path)), 2**16)


def holds_archive(stream: io.BufferedReader[Any], path: Path) -> bool:
    """Whether a file is to be read as a zip archive: it begins like one, or is called one."""
    return stream.peek(4)[:4] in {b"PK\x03\x04", b"PK\x05\x06"} or is_archive(path.name)


@contextmanager
def opened_archive(path: Path, on_bytes: OnBytes | None = None) -> Iterator[zipfile.ZipFile]:
    """A zip archive, to be read member by member; nothing is ever unpacked to the disk."""
    with (
        io.BufferedReader(_Counted(path, on_bytes), 2**16) as buffered,
        zipfile.ZipFile(buffered) as archive,
    ):
        yield archive


def members(archive: zipfile.ZipFile, *, kind: str) -> list[zipfile.ZipInfo]:
    """The playlist files in an archive, sorted by name; archives inside are left out."""
    infos = (info for info in archive.infolist() if info.filename and not info.is_dir())
    wanted = [
        info
        for info in infos
        if readable_name(info.filename, kind) and not is_archive(info.filename)
    ]
    return sorted(wanted, key=lambda info: info.filename)


@contextmanager
def opened_member(
    archive: zipfile.ZipFile, info: zipfile.ZipInfo, name: str
) -> Iterator[io.BufferedReader[Any]]:
    """An archive member's bytes, decompressed again if they are gzip."""
    size = info.compress_size
    with archive.open(info) as inner:
        plain = io.BufferedReader(_Unpacked(inner, lambda: size, name), 2**16)
        if plain.peek(2)[:2] != b"\x1f\x8b":
            yield plain
            return
        with gzip.GzipFile(fileobj=plain) as packed:
            yield io.BufferedReader(_Unpacked(packed, lambda: size, name), 2**16)


def read_whole(stream: _Readable, name: str) -> bytes:
    """All bytes, of formats that cannot be streamed.

    Raises
    ------
    FormatError
        There are over `WHOLE_BYTES` of them.
    """
    data = stream.read(WHOLE_BYTES + 1)
    if len(data) > WHOLE_BYTES:
        raise FormatError(name, f"is over {WHOLE_BYTES // 2**20} MiB, too long for a playlist")
    return data


def check_entries(count: int, name: str) -> None:
    """`FormatError` where a list has more entries than any that a person made."""
    if count > MOST_ENTRIES:
        raise FormatError(name, f"has over {MOST_ENTRIES:,} entries, too many for a playlist")


def reason_of(error: BaseException) -> str:
    """Why bytes could not be read, in one line."""
    if isinstance(error, FileNotFoundError):
        return "there is no such file or folder"
    if isinstance(error, OSError) and error.strerror:
        return f"cannot be read: {error.strerror}"
    if isinstance(error, EOFError):
        return "is cut short: the compressed data ends too early"
    return f"cannot be read: {' '.join(str(error).split()) or type(error).__name__}"
