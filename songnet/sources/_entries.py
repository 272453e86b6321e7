"""Entries of M3U and XSPF files: which song an address or a local path is."""

from __future__ import annotations

import os
import posixpath
import re
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from songnet.errors import InputError
from songnet.sources._records import Source
from songnet.sources._songs import relative_path, song_id, song_id_of_file

_ADDRESS = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://|(spotify):", re.ASCII)
_DRIVE = re.compile(r"/?[A-Za-z]:[\\/]")


@dataclass(frozen=True, slots=True)
class Entry:
    """A song's id with its address (`uri`) or its path below the music root (`path`)."""

    id: str
    uri: str | None = None
    path: str | None = None


def entry_of(text: str, source: Source, *, encoded: bool) -> Entry:
    """The song that an entry stands for.

    Parameters
    ----------
    text
        An address (``https:``, ``spotify:`` …), a ``file:`` address or a path, absolute or
        relative to the playlist's folder, with ``/`` or Windows' backslashes.
    encoded
        Whether paths are percent-encoded, as in XSPF.

    Raises
    ------
    InputError
        A path outside the music root; an address that cannot be an id.
    """
    match = _ADDRESS.match(text)
    scheme = (match[1] or match[2]).lower() if match else ""
    if scheme == "file":
        return _local(_path_of(text), source)
    if scheme:
        return _address(text)
    return _local(unquote(text) if encoded else text, source)


def _address(text: str) -> Entry:
    identity = song_id(text)
    if identity is None:
        raise InputError("its address is over 1,000 characters or holds control characters")
    return Entry(identity, uri=text)


def _path_of(text: str) -> str:
    """The path of a ``file:`` address; of other hosts than this one there is none."""
    try:
        parts = urlsplit(text)
    except ValueError as error:
        raise InputError(f"{text!r} is not a file address") from error
    if parts.netloc.lower() not in {"", "localhost"}:
        raise InputError(f"{text!r} is a file on another machine")
    return unquote(text.split("://", 1)[1].removeprefix(parts.netloc))


def _local(text: str, source: Source) -> Entry:
    path = _plain(text)
    for entry, root in _readings(path, source):
        try:
            return Entry(song_id_of_file(entry, root), path=relative_path(entry, root))
        except InputError as error:
            reason = error
    raise InputError(_outside(text, source)) from reason


def _outside(text: str, source: Source) -> str:
    root = source.root or "the archive"
    return (
        f"{text!r} is not a file below {root}, so its song is not known; "
        "name the folder of the music with --music-root DIR"
    )


def _plain(path: str) -> str:
    """A path with ``/`` only; ``/C:/x``, as in addresses, is ``C:/x``."""
    plain = path.replace("\\", "/")
    return plain[1:] if _DRIVE.match(plain) and plain.startswith("/") else plain


def is_windows_path(path: str) -> bool:
    """Whether a path begins with a drive letter."""
    return bool(_DRIVE.match(path))


def _readings(path: str, source: Source) -> list[tuple[str, str]]:
    """The path and root as written, then (on a disk) with their links followed."""
    absolute = posixpath.isabs(path) or is_windows_path(path)
    full = path if absolute else posixpath.join(source.folder, path)
    root = _plain(source.root)
    readings = [(full, root)]
    if source.on_disk and "\0" not in full:
        readings.append((os.path.realpath(full), os.path.realpath(root)))
    return readings
