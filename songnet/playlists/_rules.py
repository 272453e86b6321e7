"""What a playlist must keep to, and the picking of songs that do."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from songnet.errors import InputError, UsageError
from songnet.model import Floats, Ids, Ints
from songnet.playlists._scorer import best

LENGTH: Final = 30
MOST_SONGS: Final = 1000
# The first look at a list of scores; few songs break a rule, so that it mostly suffices.
LOOK: Final = 200
MS_PER_MINUTE: Final = 60_000
_WORD = re.compile(r"\w+")
# What the same recording is called when it comes out again.
_ISSUE = re.compile(
    r" [-\u2013(\[] ?[^-\u2013(\[]*\b(?:remaster(?:ed)?|mono|stereo|(?:radio|single) edit"
    r"|(?:album|single) version|\d{4} mix)\b.*$"
)


def folded(text: str) -> str:
    """A text as names are compared: without case, accents and needless white space.

    >>> folded("  Beyoncé ")
    'beyonce'
    """
    if not text.isascii():
        parts = unicodedata.normalize("NFKD", text)
        text = "".join(part for part in parts if not unicodedata.combining(part))
    return " ".join(text.casefold().split())


def plain_title(title: str) -> str:
    """A title as titles are compared: folded, and without the issue that it is of.

    >>> plain_title("Bohemian Rhapsody - Remastered 2011")
    'bohemian rhapsody'
    """
    return _ISSUE.sub("", folded(title))


def plain_name(title: str) -> str:
    """A playlist's title as titles are compared: its words, folded; signs where it has no words.

    >>> plain_name("80's  Rock & Pop!")
    '80 s rock pop'
    """
    plain = folded(title)
    return " ".join(_WORD.findall(plain)) or plain


@dataclass(frozen=True)
class Facts:
    """What is known of songs, in the order of `Evidence.songs`.

    Attributes
    ----------
    title, artist, recording
        Texts, object (n,), None where unknown; clips cut from one recording share its name.
    duration_ms
        int64 (n,), milliseconds, -1 where unknown.
    """

    title: Ids
    artist: Ids
    duration_ms: Ints
    recording: Ids

    @cached_property
    def median_ms(self) -> int | None:
        """The median of the durations that are known; None if none is."""
        known = self.duration_ms[self.duration_ms >= 0]
        return int(np.median(known)) if len(known) else None

    def length_ms(self, song: int) -> int:
        """How long a song is; the median where that is unknown, 0 where nothing is."""
        known = int(self.duration_ms[song])
        return known if known >= 0 else self.median_ms or 0

    def artist_key(self, song: int) -> str | None:
        """The artist as artists are compared; None if unknown."""
        return folded(self.artist[song]) if self.artist[song] else None

    def name_key(self, song: int) -> tuple[str, str] | None:
        """Title and artist as they are compared; None unless both are known."""
        artist = self.artist_key(song)
        return (plain_title(self.title[song]), artist) if artist and self.title[song] else None


@dataclass(frozen=True)
class Rules:
    """What a playlist must keep to; no song, title by an artist, or recording comes twice.

    Attributes
    ----------
    length
        So many songs, 1 to 1,000; default 30 where `minutes` is not given.
    minutes
        At most so long, above 0: the list ends before the song that would pass it.
    per_artist
        At most so many songs of an artist, 1 or more; songs without an artist are not counted.
    avoided
        Ids of songs that must not come.
    avoided_artists
        Nor songs by these, whatever their case and accents.
    """

    length: int | None = None
    minutes: float | None = None
    per_artist: int | None = None
    avoided: frozenset[str] = frozenset()
    avoided_artists: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        """Refuse what is out of range with `UsageError`."""
        if self.length is not None and self.minutes is not None:
            raise UsageError("a playlist has a length or minutes, not both: leave one of them out")
        if self.length is not None and not 1 <= self.length <= MOST_SONGS:
            raise UsageError(f"--length must be from 1 to {MOST_SONGS:,}: got {self.length}")
        if self.minutes is not None and not 0 < self.minutes < np.inf:
            raise UsageError(f"--minutes must be above 0: got {self.minutes}")
        if self.per_artist is not None and self.per_artist < 1:
            raise UsageError(f"--per-artist must be 1 or more: got {self.per_artist}")

    @property
    def most(self) -> int:
        """So many songs at most."""
        return MOST_SONGS if self.minutes is not None else self.length or LENGTH


class Picking:
    """A playlist in the making: takes songs as long as the rules let it.

    Parameters
    ----------
    songs
        Ids, as `Evidence.songs`.

    Raises
    ------
    InputError
        The rules count minutes, and of no song the duration is known.
    """

    def __init__(self, rules: Rules, facts: Facts, songs: Ids) -> None:
        if rules.minutes is not None and facts.median_ms is None:
            raise InputError("--minutes needs durations, and of no song one is known: use --length")
        self.chosen: list[int] = []
        self.full = False
        self._rules, self._facts, self._songs = rules, facts, songs
        self._artists_avoided = {folded(name) for name in rules.avoided_artists}
        self._ms = 0
        self._gone: set[int] = set()
        self._names: set[tuple[str, str]] = set()
        self._recordings: set[str] = set()
        self._by_artist: dict[str, int] = {}

    def take(self, song: int) -> bool:
        """Put a song at the end if the rules allow it; the list is `full` where it has no room."""
        if self.full or not self.allows(song):
            return False
        if not self._has_room(song):
            self.full = True
            return False
        self.shun(song)
        self.chosen.append(song)
        self._ms += self._facts.length_ms(song)
        artist = self._facts.artist_key(song)
        if artist:
            self._by_artist[artist] = self._by_artist.get(artist, 0) + 1
        self.full = len(self.chosen) >= self._rules.most
        return True

    def take_best(self, scores: Floats) -> int | None:
        """Take the best song that is allowed; None if there is none, or no room for it."""
        for song in ranked(scores):
            if self.take(song):
                return song
            if self.full:
                return None
        return None

    def take_all(self, scores: Floats) -> None:
        """Take songs in the order of their scores until the list is full."""
        for song in ranked(scores):
            if self.full:
                return
            self.take(song)

    def shun(self, song: int) -> None:
        """Let a song not come (again), nor its like under another id, nor its recording."""
        self._gone.add(song)
        name, recording = self._facts.name_key(song), self._facts.recording[song]
        if name:
            self._names.add(name)
        if recording:
            self._recordings.add(recording)

    def allows(self, song: int) -> bool:
        """Whether the rules let a song come next, leaving its length aside."""
        return not (
            song in self._gone
            or self._songs[song] in self._rules.avoided
            or self._facts.name_key(song) in self._names
            or self._facts.recording[song] in self._recordings
            or self._is_too_much(self._facts.artist_key(song))
        )

    def expects(self) -> int:
        """About how many songs there still is room for."""
        room = self._rules.most - len(self.chosen)
        if self._rules.minutes is None or not self._facts.median_ms:
            return room
        left = self._rules.minutes * MS_PER_MINUTE - self._ms
        return min(room, max(0, round(left / self._facts.median_ms)))

    def _is_too_much(self, artist: str | None) -> bool:
        if artist is None:
            return False
        most = self._rules.per_artist
        return artist in self._artists_avoided or (
            most is not None and self._by_artist.get(artist, 0) >= most
        )

    def _has_room(self, song: int) -> bool:
        if self._rules.minutes is None:
            return True
        return self._ms + self._facts.length_ms(song) <= self._rules.minutes * MS_PER_MINUTE


def ranked(scores: Floats) -> Iterator[int]:
    """Songs by falling score, those that nothing speaks for left out; ties to the smaller index."""
    first = best(scores, LOOK)
    yield from _plain(first)
    if len(first) == LOOK:
        yield from _plain(best(scores, len(scores))[LOOK:])


def _plain(songs: Ints) -> Iterable[int]:
    return (int(song) for song in songs)
