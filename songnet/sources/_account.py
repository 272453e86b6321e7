"""Playlists of Spotify's account data, which people are sent who ask for it: ``Playlist1.json``.

Its ``playlists`` are ``{"name", "description", "lastModifiedDate", "numberOfFollowers", "items":
[{"track": {"trackName", "artistName", "albumName", "trackUri"}, "addedDate"}, ...]}``. An item can
hold an ``episode``, an ``audiobook…`` or a ``localTrack`` (a file of the person's own) instead of a
track; in older files it is the track itself, without an address.

The playlists bear no ids: theirs is ``file:PATH#NAME``, for the second of a name
``file:PATH#NAME (2)``.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, TypeGuard

from songnet.model import Skipped
from songnet.sources._records import (
    NO_TRACKS,
    PlaylistRecord,
    Source,
    Track,
    integer,
    make_track,
    text,
)
from songnet.sources._songs import usable_id

NO_SONG = "is no song: an episode, an audiobook, or nothing"


def is_of_account(value: object) -> TypeGuard[dict[str, Any]]:
    """Whether an element of ``playlists`` is as in account data, not as in the dataset."""
    return (
        isinstance(value, dict) and "tracks" not in value and isinstance(value.get("items"), list)
    )


class AccountReader:
    """The playlists of one file, which are told apart by their names."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._names: Counter[str] = Counter()

    def read(self, value: dict[str, Any], where: str) -> Iterator[PlaylistRecord | Skipped]:
        """The playlist; items that cannot be used come first, as `Skipped` with their place."""
        identity = self._identity(text(value.get("name")) or "")
        tracks: list[Track] = []
        for place, item in enumerate(value["items"]):
            track = _track(item)
            if isinstance(track, Track):
                tracks.append(track)
            else:
                yield Skipped(self._source.name, track, f"{where}, item {place}")
        if not usable_id(identity):
            yield Skipped(self._source.name, "its name is too long to tell it by", where)
        elif tracks:
            yield self._record(identity, value, tracks)
        else:
            yield Skipped(self._source.name, NO_TRACKS, where)

    def _identity(self, name: str) -> str:
        plain = unicodedata.normalize("NFC", " ".join(name.split()))
        self._names[plain] += 1
        count = self._names[plain]
        return f"{self._source.playlist_id}#{plain}" + (f" ({count})" if count > 1 else "")

    def _record(self, identity: str, value: dict[str, Any], tracks: list[Track]) -> PlaylistRecord:
        return PlaylistRecord(
            id=identity,
            name=text(value.get("name")),
            description=text(value.get("description")),
            followers=integer(value.get("numberOfFollowers")),
            modified_at=_seconds(value.get("lastModifiedDate")),
            source=self._source.relative,
            tracks=tuple(tracks),
        )


def _track(item: object) -> Track | str:
    if not isinstance(item, dict):
        return NO_SONG
    song = next((item[kind] for kind in ("track", "localTrack") if item.get(kind)), item)
    if not isinstance(song, dict) or not song.keys() & {"trackUri", "trackName", "uri"}:
        return NO_SONG
    return make_track(
        song.get("trackUri") or song.get("uri"),
        title=song.get("trackName"),
        artist=song.get("artistName"),
        album=song.get("albumName"),
    )


def _seconds(date: object) -> int | None:
    """Seconds since 1970 of the beginning of a day, in UTC."""
    try:
        return integer(int(datetime.fromisoformat(str(date)).replace(tzinfo=UTC).timestamp()))
    except (ValueError, OverflowError):
        return None
