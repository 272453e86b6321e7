"""What every reader of playlists gives, and how loose values become text, whole numbers and ids."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from pathlib import PurePosixPath

from songnet.names import GENERATED
from songnet.sources._songs import song_id, usable_id

INT64 = 2**63
NO_TRACKS = "has no tracks"

_LONE = re.compile(r"[\x00\ud800-\udfff]")
_DIGITS = re.compile(r"[+-]?[0-9]{1,19}(?:\.0*)?\Z")


@dataclass(frozen=True, slots=True)
class Track:
    """A song as a playlist names it; only `id` is always there.

    `duration_ms` is in milliseconds, `released` a date as it was written (``2019``,
    ``2019-06-14``), `path` a path relative to the music root.
    """

    id: str
    title: str | None = None
    artist: str | None = None
    album: str | None = None
    duration_ms: int | None = None
    released: str | None = None
    uri: str | None = None
    path: str | None = None
    label: str | None = None


@dataclass(frozen=True, slots=True)
class PlaylistRecord:
    """A playlist with its tracks in order, repeats included.

    `modified_at` is in seconds since 1970, `source` the file it came from, relative to the path
    that was given.
    """

    id: str
    name: str | None
    description: str | None
    followers: int | None
    modified_at: int | None
    source: str
    tracks: tuple[Track, ...]


@dataclass(frozen=True, slots=True)
class Source:
    """Where a stream of bytes comes from.

    Attributes
    ----------
    name
        The file as the user named it, for messages (``lists.zip/a.json`` inside an archive).
    relative
        Its path below the path that was given, with ``/``: playlist ids are made of it.
    folder
        What the relative entries of an M3U or XSPF file are relative to.
    root
        The music root: song ids of local files are relative to it.
    on_disk
        Whether `folder` and `root` are on the disk (they are not inside an archive).
    """

    name: str
    relative: str
    folder: str
    root: str
    on_disk: bool = True

    @property
    def playlist_id(self) -> str:
        """The id of the playlist that this file is."""
        return f"file:{self.relative}"

    def generated_id(self, part: str | None = None) -> str:
        """The id of the playlist that this file, or a part of it, is if songnet made it."""
        whole = f"{GENERATED}{self.relative}"
        return whole if part is None else f"{whole}#{part}"

    @property
    def stem(self) -> str:
        """The file's name without its extensions ``.gz`` and what comes before it."""
        name = PurePosixPath(self.relative).name
        return PurePosixPath(name[:-3] if name.lower().endswith(".gz") else name).stem


def text(value: object) -> str | None:
    """A string without surrounding space; None for empty ones and everything that is no string.

    NUL and lone surrogates, which no store can hold, become U+FFFD.
    """
    if not isinstance(value, str):
        return None
    return (_LONE.sub("\ufffd", value) if _LONE.search(value) else value).strip() or None


def integer(value: object) -> int | None:
    """A whole number that is not negative and fits int64, from a number or its digits."""
    if isinstance(value, str):
        value = int(value.split(".")[0]) if _DIGITS.match(value.strip()) else None
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return None
    # The range first: int() of a Decimal like 1E+999999999 would fill the memory.
    return int(value) if 0 <= value < INT64 and value == value // 1 else None


def make_track(
    given_id: object,
    *,
    title: object = None,
    artist: object = None,
    album: object = None,
    duration_ms: object = None,
    released: object = None,
    label: object = None,
) -> Track | str:
    """A track from loose values, or the reason why there is none.

    The id is `given_id` in its canonical form (see `_songs.song_id`); where there is none, the
    one that `named_id` makes of artist and title.
    """
    name, by = text(title), text(artist)
    identity = _identity(given_id, name, by)
    if identity is None:
        return _why_no_id(given_id)
    return Track(
        id=identity,
        title=name,
        artist=by,
        album=text(album),
        duration_ms=integer(duration_ms),
        released=text(released),
        uri=identity if identity.startswith("spotify:") else None,
        label=text(label),
    )


def _identity(given_id: object, title: str | None, artist: str | None) -> str | None:
    if isinstance(given_id, str) and given_id.strip():
        return song_id(given_id)
    return named_id(artist, title) if title and artist else None


def _why_no_id(given_id: object) -> str:
    if isinstance(given_id, str) and given_id.strip():
        return "its track id is over 1,000 characters or holds control characters"
    return "has neither a track id nor both title and artist"


def named_id(artist: str, title: str) -> str | None:
    """The id of a song that is known by name only: ``name:ARTIST/TITLE``.

    Both are brought to NFC, casefolded, and their white space to single spaces; ``%`` and ``/``
    in the artist are written ``%25`` and ``%2f``, so that two different pairs never meet. None if
    the result cannot be an id.

    >>> named_id("AC/DC", " Hells  Bells")
    'name:ac%2fdc/hells bells'
    """
    by = _folded(artist).replace("%", "%25").replace("/", "%2f")
    identity = f"name:{by}/{_folded(title)}"
    return identity if usable_id(identity) else None


def _folded(value: str) -> str:
    folded = unicodedata.normalize("NFC", unicodedata.normalize("NFC", value).casefold())
    return " ".join(folded.split())
