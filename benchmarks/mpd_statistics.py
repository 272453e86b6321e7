"""The generated playlists in numbers, beside those of the Million Playlist Dataset.

The published numbers are of Chen, Lamere, Schedl and Zamani, "RecSys Challenge 2018: Automatic
Music Playlist Continuation" (2018), of Zamani, Schedl, Lamere and Chen, "An Analysis of Approaches
Taken in the ACM RecSys Challenge 2018" (2019), and of the `stats.txt` that came with the data.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from benchmarks.mpd_catalogue import Catalogue
from benchmarks.mpd_taste import LONGEST, Slice
from benchmarks.mpd_titles import SPELLINGS, TITLES
from songnet.model import Ints


@dataclass(frozen=True)
class Count:
    """What one slice adds."""

    songs: Ints
    times: Ints
    lengths: Ints
    names: Ints
    described: int
    one_follower: int
    modified: tuple[int, int]
    written: int

    @classmethod
    def of(cls, made: Slice, *, written: int = 0) -> Count:
        """Of a slice, and the bytes written for it."""
        songs, times = np.unique(made.pairs[1], return_counts=True)
        return cls(
            songs=songs,
            times=times,
            lengths=made.lengths,
            names=made.title * len(SPELLINGS) + made.variant,
            described=int(made.described.sum()),
            one_follower=int((made.followers == 1).sum()),
            modified=(int(made.modified.min()), int(made.modified.max())),
            written=written,
        )


@dataclass
class Statistics:
    """The sum of slices: memory grows with the songs there can be, not with playlists."""

    known: Catalogue
    lengths: Ints = field(default_factory=lambda: np.zeros(LONGEST + 1, np.int64))
    described: int = 0
    one_follower: int = 0
    modified: tuple[int, int] = (2**62, 0)
    written: int = 0
    playlists: Ints = field(init=False)
    names: Ints = field(init=False)

    def __post_init__(self) -> None:
        self.playlists = np.zeros(self.known.songs, np.int64)
        self.names = np.zeros(TITLES * len(SPELLINGS), np.int64)

    def add(self, count: Count) -> None:
        """One more slice."""
        self.playlists[count.songs] += count.times
        self.lengths += np.bincount(count.lengths, minlength=LONGEST + 1)
        self.names += np.bincount(count.names, minlength=len(self.names))
        self.described += count.described
        self.one_follower += count.one_follower
        first, last = self.modified
        self.modified = (min(first, count.modified[0]), max(last, count.modified[1]))
        self.written += count.written

    def values(self) -> dict[str, float]:
        """By the names of `PUBLISHED`."""
        playlists, tracks = int(self.lengths.sum()), int(self.lengths @ np.arange(LONGEST + 1))
        heard = np.flatnonzero(self.playlists)
        times, members = self.playlists[heard], int(self.playlists.sum())
        titles = self.names.reshape(TITLES, -1)
        return {
            "playlists": playlists,
            "tracks": tracks,
            "tracks per playlist, mean": tracks / playlists,
            "tracks per playlist, median": self._median(),
            "memberships": members,
            "repeats, % of tracks": 100 * (1 - members / tracks),
            "unique tracks": len(heard),
            "unique albums": len(np.unique(self.known.album[heard])),
            "unique artists": len(np.unique(self.known.artist[heard])),
            "tracks in one playlist, %": 100 * float((times == 1).mean()),
            "tracks in five or more, %": 100 * float((times >= 5).mean()),
            "playlists of the top track, %": 100 * int(times.max()) / playlists,
            "unique titles": int((self.names > 0).sum()),
            "unique normalised titles": int(titles.any(axis=1).sum()),
            "playlists described, %": 100 * self.described / playlists,
            "playlists of one follower, %": 100 * self.one_follower / playlists,
        }

    def _median(self) -> int:
        """The least length that half of the playlists do not exceed."""
        below = np.cumsum(self.lengths)
        return int(np.searchsorted(below, below[-1] / 2))


PUBLISHED: dict[str, float | None] = {
    "playlists": 1_000_000,
    "tracks": 66_346_428,
    "tracks per playlist, mean": 66.35,
    "tracks per playlist, median": 49,
    "memberships": 65_464_776,
    "repeats, % of tracks": 1.33,
    "unique tracks": 2_262_292,
    "unique albums": 734_684,
    "unique artists": 295_860,
    "tracks in one playlist, %": 47,
    "tracks in five or more, %": None,
    "playlists of the top track, %": 4.66,
    "unique titles": 92_944,
    "unique normalised titles": 17_381,
    "playlists described, %": 1.88,
    "playlists of one follower, %": 75,
}


def table(made: Statistics) -> Iterator[str]:
    """Both as Markdown, line by line."""
    yield "| | generated | Million Playlist Dataset |"
    yield "|---|---:|---:|"
    for name, value in made.values().items():
        yield f"| {name} | {_shown(value)} | {_shown(PUBLISHED[name])} |"


def _shown(value: float | None) -> str:
    if value is None:
        return "not published"
    return f"{value:,}" if isinstance(value, int) else f"{value:,.2f}"
