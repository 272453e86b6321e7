"""Slices of the Million Playlist Dataset, streamed.

A slice is ``{"info": {...}, "playlists": [{"pid", "name", "description", "modified_at",
"num_followers", "tracks": [{"track_uri", "track_name", "artist_name", "album_name",
"duration_ms"}, ...]}, ...]}`` (Chen, Lamere, Schedl and Zamani, "RecSys Challenge 2018: Automatic
Music Playlist Continuation"). One playlist is held in memory at a time.

A file whose ``playlists`` are those of Spotify's account data is read too: see `_account`.

Playlist ids are ``mpd:PID``; those that say ``"generated": true``, as `playlist_files` writes them,
are songnet's own. Places are counted as in the JSON array: ``playlist 0`` is the first.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any, TypeAlias

import ijson

from songnet.errors import FormatError
from songnet.model import Skipped
from songnet.sources._account import AccountReader, is_of_account
from songnet.sources._records import (
    NO_TRACKS,
    PlaylistRecord,
    Source,
    Track,
    integer,
    make_track,
    text,
)
from songnet.sources._streams import READ_ERRORS, reason_of

PLAYLIST_BYTES = 64 * 2**20
# What ijson tells of one playlist: some 280,000 tracks as the dataset has them.
PLAYLIST_EVENTS = 5_000_000
DEPTH = 8
BUFFER = 2**16
EXPECTED = (
    'expected an MPD slice, {"playlists": [{"pid": 0, "tracks": [...]}, ...]}, '
    "or the Playlist1.json of Spotify's account data"
)

# UnicodeDecodeError is what ijson's C reader lets through for surrogates and overlong sequences.
_JSON_ERRORS = (ijson.JSONError, UnicodeDecodeError)

_STARTS = frozenset({"start_map", "start_array"})
_ENDS = frozenset({"end_map", "end_array"})

_Events: TypeAlias = Iterator[tuple[str, Any]]


def read_mpd(stream: io.BufferedReader[Any], source: Source) -> Iterator[PlaylistRecord | Skipped]:
    """The playlists of one slice; what cannot be used comes as `Skipped` with its place.

    In a file that is cut short or broken, everything before the break is kept.
    """
    bounded = _Bounded(stream, source)
    account = AccountReader(source)
    index = 0
    try:
        for value in _elements(bounded, source):
            if is_of_account(value):
                yield from account.read(value, f"playlist {index}")
            else:
                yield from _playlist(value, index, source)
            index += 1
            bounded.rest()
    except _JSON_ERRORS as error:
        yield Skipped(source.name, _reason(error, index), bounded.place(index))
    except READ_ERRORS as error:
        yield Skipped(source.name, reason_of(error), bounded.place(index))


class _Bounded:
    """Bytes without a byte order mark, in a bounded number per playlist, and so their values.

    So one endless playlist cannot fill the memory, nor one of nothing but empty objects.
    """

    def __init__(self, stream: io.BufferedReader[Any], source: Source) -> None:
        self._stream = stream
        self._source = source
        self._left = PLAYLIST_BYTES
        self._events = 0
        self.count = 0

    def read(self, size: int = -1) -> bytes:
        data = self._stream.read(size)
        if not self.count:
            data = data.removeprefix(b"\xef\xbb\xbf")
        self.count += len(data)
        self._left -= len(data)
        if self._left < 0:
            limit = f"{PLAYLIST_BYTES // 2**20} MiB"
            raise FormatError(self._source.name, f"no playlist ends within {limit}; {EXPECTED}")
        return data

    def saw(self, events: int) -> None:
        self._events += events
        if self._events > PLAYLIST_EVENTS:
            raise FormatError(
                self._source.name, f"a playlist holds over {PLAYLIST_EVENTS:,} values; {EXPECTED}"
            )

    def rest(self) -> None:
        self._left = PLAYLIST_BYTES
        self._events = 0

    def place(self, index: int) -> str:
        return f"playlist {index}, before byte {self.count}"


def _reason(error: BaseException, index: int) -> str:
    said = "is not UTF-8" if isinstance(error, UnicodeDecodeError) else error.args[0]
    words = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
    line = words.partition("\n")[0]
    kept = "what came before was kept, what follows was not read" if index else EXPECTED
    return f"is not valid JSON or is cut short ({line.strip()}); {kept}"


def _elements(stream: _Bounded, source: Source) -> Iterator[object]:
    """The elements of the top object's ``playlists``."""
    events = _events(stream)
    depth, key, found = 0, None, False
    for event, value in events:
        if event == "start_array" and depth == 1 and key == "playlists":
            found = True
            yield from _array(events, DEPTH)
        elif event in _STARTS:
            depth += 1
            key = None
        elif event in _ENDS:
            depth -= 1
        elif event == "map_key" and depth == 1:
            key = value
    if not found:
        raise FormatError(source.name, f"is JSON without playlists; {EXPECTED}")


def _events(stream: _Bounded) -> _Events:
    """What ijson makes of the bytes; all that stands before an error comes before the error.

    (Its own iterator forgets the events that share a buffer with a string that fails.)
    """
    events = ijson.sendable_list()
    # Whole numbers beyond int64 then end the file, because ijson's C reader, left to make Python
    # numbers of them, crashes the process where they have over 4,300 digits.
    parser = ijson.basic_parse_coro(events, use_float=True)
    while True:
        data = stream.read(BUFFER)
        try:
            parser.send(data) if data else parser.close()
        except _JSON_ERRORS:
            yield from events
            raise
        stream.saw(len(events))
        yield from events
        events.clear()
        if not data:
            return


def _array(events: _Events, room: int) -> Iterator[object]:
    for event, value in events:
        if event == "end_array":
            return
        yield _container(event, events, room) if event in _STARTS else value


def _map(events: _Events, room: int) -> dict[str, object]:
    result = {}
    for event, key in events:
        if event == "end_map":
            break
        event, value = next(events)  # noqa: PLW2901  # a key is followed by its value
        result[key] = _container(event, events, room) if event in _STARTS else value
    return result


def _container(event: str, events: _Events, room: int) -> object:
    """An object or list after its first event; nested over `DEPTH` levels deep it becomes None."""
    if not room:
        return _passed_over(events)
    return _map(events, room - 1) if event == "start_map" else list(_array(events, room - 1))


def _passed_over(events: _Events) -> object:
    depth = 1
    while depth:
        event, _ = next(events)
        depth += (event in _STARTS) - (event in _ENDS)
    return None


def _playlist(value: object, index: int, source: Source) -> Iterator[PlaylistRecord | Skipped]:
    where = f"playlist {index}"
    reason = _what_is_wrong(value)
    if reason or not isinstance(value, dict):
        yield Skipped(source.name, reason, where)
        return
    tracks: list[Track] = []
    for place, item in enumerate(value["tracks"]):
        track = _track(item)
        if isinstance(track, Track):
            tracks.append(track)
        else:
            yield Skipped(source.name, track, f"{where}, track {place}")
    yield _record(value, tracks, source) if tracks else Skipped(source.name, NO_TRACKS, where)


def _what_is_wrong(value: object) -> str:
    if not isinstance(value, dict):
        return f"is {_named(value)}, not an object with pid and tracks"
    if integer(value.get("pid")) is None:
        return f"has no usable pid: expected a whole number, got {_named(value.get('pid'))}"
    if not isinstance(value.get("tracks"), list):
        return f"has no list of tracks: got {_named(value.get('tracks'))}"
    return ""


def _named(value: object) -> str:
    """A JSON value's kind, or itself if it is short."""
    kinds = {dict: "an object", list: "a list", type(None): "nothing"}
    shown = kinds.get(type(value)) or repr(value[:41] if isinstance(value, str) else value)
    return shown if len(shown) <= 40 else f"{shown[:40]}…"


def _track(item: object) -> Track | str:
    if not isinstance(item, dict):
        return f"is {_named(item)}, not an object with track_uri"
    return make_track(
        item.get("track_uri"),
        title=item.get("track_name"),
        artist=item.get("artist_name"),
        album=item.get("album_name"),
        duration_ms=item.get("duration_ms"),
    )


def _record(value: dict[str, Any], tracks: list[Track], source: Source) -> PlaylistRecord:
    pid = integer(value["pid"])
    generated = value.get("generated") is True
    return PlaylistRecord(
        id=source.generated_id(str(pid)) if generated else f"mpd:{pid}",
        name=text(value.get("name")),
        description=text(value.get("description")),
        followers=integer(value.get("num_followers")),
        modified_at=integer(value.get("modified_at")),
        source=source.relative,
        tracks=tuple(tracks),
    )
