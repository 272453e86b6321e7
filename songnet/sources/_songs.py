"""The rules by which songs and playlists get their ids.

- A Spotify track is ``spotify:track:ID``, whichever way it was written.
- A file is ``file:`` + its path relative to the loaded root, with ``/`` and in NFC, so that the
  same folder gives the same ids on every system.
- A picture or audio file whose stem is a Spotify track id *is* that song.
"""

from __future__ import annotations

import os
import posixpath
import re
import unicodedata
from pathlib import PurePath

from songnet.errors import InputError

ID_LENGTH = 1000

_SPOTIFY = re.compile(r"[0-9A-Za-z]{22}\Z")
_SPOTIFY_FORMS = {
    kind: re.compile(
        rf"(?:spotify:(?:user:[^:]+:)?{kind}:"
        rf"|https?://(?:open|play)\.spotify\.com/(?:[^/?#]+/)*{kind}/)?"
        r"([0-9A-Za-z]{22})(?:[/?#]\S*)?\Z"
    )
    for kind in ("track", "playlist")
}
_RECORDING = re.compile(r"[0-9]+-([0-9]+)-[A-Z][0-9]?(?:-[0-9]+)?(?:\.[A-Za-z0-9]+)?\Z")
_UNUSABLE = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def spotify_track(text: str) -> str | None:
    """``spotify:track:ID`` for a track's URI, web address or bare 22-character id, else None.

    >>> spotify_track("https://open.spotify.com/track/6f807x0ima9a1j3VPbc7VN?si=1")
    'spotify:track:6f807x0ima9a1j3VPbc7VN'
    """
    return _spotify(text, "track")


def spotify_playlist(text: str) -> str | None:
    """``spotify:playlist:ID`` for a playlist's URI, web address or bare id, else None."""
    return _spotify(text, "playlist")


def _spotify(text: str, kind: str) -> str | None:
    match = _SPOTIFY_FORMS[kind].match(text.strip())
    return f"spotify:{kind}:{match[1]}" if match else None


def song_id(text: str) -> str | None:
    """The id of a song that a list names by id: Spotify's form if it is one, else the text itself.

    None if the text is empty, over `ID_LENGTH` characters, or holds control characters or lone
    surrogates.
    """
    plain = text.strip()
    return spotify_track(plain) or (plain if usable_id(plain) else None)


def usable_id(text: str) -> bool:
    """Whether a text can be an id: printable, not empty, not over `ID_LENGTH` characters."""
    return 0 < len(text) <= ID_LENGTH and not _UNUSABLE.search(text)


def file_id(path: str | PurePath, root: str | PurePath) -> str:
    """``file:`` + the path relative to `root`, with ``/``, in NFC.

    Nothing is looked up on the disk and links are not followed. `path` and `root` are in the same
    terms: ``file_id("music/a/b.ogg", "music")``; for a member of an archive the root is ``""``.

    Raises
    ------
    InputError
        `path` is not below `root` (absolute or by ``..``), is `root` itself, or its name is not
        Unicode text.
    """
    return f"file:{relative_path(path, root)}"


def relative_path(path: str | PurePath, root: str | PurePath) -> str:
    """The part of `file_id` after ``file:``."""
    given, base = _normal(path), _normal(root)
    prefix = "" if base == "." else base.rstrip("/") + "/"
    below = given[len(prefix) :] if given.startswith(prefix) else ""
    if not below or below == "." or below.split("/")[0] == ".." or posixpath.isabs(below):
        base = repr(str(root)) if str(root) else "the folder that it is listed in"
        raise InputError(f"{str(path)!r} is not a file below {base}")
    if _UNUSABLE.search(below) or len(below) > ID_LENGTH:
        raise InputError(
            f"{str(path)!r} cannot be a song's id: use a path of at most {ID_LENGTH} characters, "
            "in UTF-8, without control characters"
        )
    return below


def _normal(path: str | PurePath) -> str:
    """Normalised text with ``/``; two leading slashes count as one."""
    text = unicodedata.normalize("NFC", os.fspath(path).replace(os.sep, "/"))
    normal = posixpath.normpath(text)
    return "/" + normal.lstrip("/") if normal.startswith("/") else normal


def song_id_of_file(path: str | PurePath, root: str | PurePath) -> str:
    """The song that a picture or audio file is: its stem if a Spotify track id, else `file_id`.

    Raises
    ------
    InputError
        As `file_id`.
    """
    identity = file_id(path, root)
    stem = PurePath(path).stem
    return f"spotify:track:{stem}" if _SPOTIFY.match(stem) else identity


def recording_of(name: str) -> str | None:
    """The recording that an ESC clip was cut from, by its file name; None for other names.

    Names are ``FOLD-RECORDING-TAKE`` (ESC-10) or ``FOLD-RECORDING-TAKE-CLASS`` (ESC-50, Piczak,
    "ESC: Dataset for Environmental Sound Classification", 2015), with or without an extension.

    >>> recording_of("5-189212-A.ogg")
    '189212'
    """
    match = _RECORDING.match(PurePath(name).name)
    return match[1] if match else None
