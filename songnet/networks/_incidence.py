"""Which song is in which playlist, both ways round, and the meetings that follow from it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from songnet.errors import EmptyInputError
from songnet.model import Ids, Ints, Memberships
from songnet.networks import _compiled
from songnet.networks._compiled import compiled
from songnet.networks._edges import Edges, places

# Entries that a block of songs may find, and meetings that it may go through for each entry.
BLOCK = 1 << 21
THROUGH = 16


class Table(NamedTuple):
    """Which song is in which playlist, by list and by song.

    Attributes
    ----------
    members
        int32 (m,): the songs of list after list, rising by song, as ranks by falling popularity.
    ends
        int64 (p + 1,): list q is ``members[ends[q]:ends[q + 1]]``.
    starts, lists
        int64 (n + 1,) and int32 (m,): song s is in ``lists[starts[s]:starts[s + 1]]``, rising.
    places
        int32 or int64 (m,): where in `members` the song stands, list by list of `lists`.
    song_of
        int32 (n,): the song of every rank.
    """

    members: NDArray[np.int32]
    ends: Ints
    starts: Ints
    lists: NDArray[np.int32]
    places: NDArray[Any]
    song_of: NDArray[np.int32]


@dataclass(frozen=True)
class Incidence:
    """Which song is in which playlist, both ways round.

    Attributes
    ----------
    songs
        Ids, sorted, shape (n,).
    table
        Who is where.
    popularity
        int64 (n,): how many playlists each song is in.
    sizes
        int64 (p,): how many songs each playlist has, those among them that are not in `songs`.
    playlists
        How many playlists there are.
    """

    songs: Ids
    table: Table
    popularity: Ints
    sizes: Ints
    playlists: int

    @cached_property
    def lengths(self) -> Ints:
        """Songs per playlist that are in `songs`."""
        return np.diff(self.table.ends)

    @cached_property
    def visits(self) -> Ints:
        """How many songs each song meets, a song counting as often as it is met, shape (n,)."""
        through = np.zeros(len(self.songs), np.int64)
        compiled(_compiled.visits)(self.table.ends, self.table.starts, self.table.lists, through)
        return through

    @cached_property
    def work(self) -> Ints:
        """At most how many neighbours a song can have, counting itself, shape (n,)."""
        return np.minimum(self.visits, len(self.songs))

    @property
    def pairs(self) -> int:
        """Pairs of songs in playlists, a pair counting as often as it meets."""
        return int((self.lengths * (self.lengths - 1) // 2).sum())

    @cached_property
    def shares(self) -> NDArray[np.float64]:
        """1 / (playlist's size - 1), shape (p,); a playlist of one song has no pairs."""
        return 1 / np.maximum(self.sizes - 1, 1)

    def only(self, chosen: Ints) -> Incidence:
        """The same playlists with these songs, indices rising; what they were counts still."""
        number = np.full(len(self.songs), -1, np.int32)
        number[chosen] = np.arange(len(chosen), dtype=np.int32)
        list_of = np.repeat(np.arange(len(self.lengths)), self.lengths)
        every = np.ones(len(self.lengths), bool)
        members = self.table.song_of[self.table.members]
        return replace(
            self,
            songs=self.songs[chosen],
            table=turned(members, list_of, number, every),
            popularity=self.popularity[chosen],
        )

    def blocks(self, songs: Ints) -> Iterator[tuple[int, int]]:
        """Ranges of `songs`, indices, that give a block each."""
        return blocks(np.maximum(self.work[songs], self.visits[songs] // THROUGH))

    def meetings(self, songs: Ints, *, lower: bool, least: int, shared_out: bool) -> Edges:
        """The songs that some songs meet in at least `least` playlists; `lower`: those before them.

        Grouped by source. Weights are the counts or, `shared_out`, sums of `shares`.
        """
        room = int(self.work[songs].sum())
        targets, counts = np.empty(room, np.int32), np.empty(room, np.int32)
        sums, share = np.empty(room if shared_out else 0), self.shares if shared_out else NONE
        degree = np.empty(len(songs), np.int64)
        met = (targets, counts, sums, degree)
        found = compiled(_compiled.meetings)(songs, lower, self.table, share, least, met)
        counts = counts[:found].copy()
        return Edges(
            np.repeat(songs.astype(np.int32), degree),
            targets[:found].copy(),
            counts,
            sums[:found].copy() if shared_out else counts,
        )


NONE = np.empty(0)


def incidence(memberships: Memberships, min_shared: int, max_length: int | None) -> Incidence:
    """The memberships that can make an edge.

    Raises
    ------
    EmptyInputError
        There are no memberships.
    """
    if not len(memberships):
        raise EmptyInputError("there are no playlists: load some with songnet load-playlists")
    sizes = np.bincount(memberships.playlist)
    fits = np.ones(len(sizes), bool) if max_length is None else sizes <= max_length
    popularity = _popularity(memberships, fits)
    # A song in fewer playlists than two songs must share has no edge.
    often = popularity >= min_shared
    number = np.where(often, np.cumsum(often) - 1, -1).astype(np.int32)
    return Incidence(
        songs=memberships.songs[often],
        popularity=popularity[often],
        sizes=sizes,
        playlists=int(fits.sum()),
        table=turned(memberships.song, memberships.playlist, number, fits),
    )


def _popularity(memberships: Memberships, fits: NDArray[np.bool_]) -> Ints:
    song = memberships.song
    if not fits.all():
        song = song[fits[memberships.playlist]]
    return np.bincount(song, minlength=len(memberships.songs))


def turned(
    song: NDArray[Any], playlist: Ints, number: NDArray[np.int32], fits: NDArray[np.bool_]
) -> Table:
    """Who is where, from rows sorted by playlist, then song.

    `number` renumbers songs, -1 leaving one out, and `fits` says which playlists count.
    """
    songs = int(number.max(initial=-1)) + 1
    members = np.empty(len(song), np.int32)
    ends = compiled(_compiled.renumbered)(song, playlist, number, fits, members)
    members = members[: ends[-1]]
    starts = np.zeros(songs + 1, np.int64)
    counted = np.bincount(members, minlength=songs)
    np.cumsum(counted, out=starts[1:])
    lists = np.empty(len(members), np.int32)
    at: NDArray[Any] = np.empty(len(members), places(len(members)))
    compiled(_compiled.turned)(members, ends, starts, lists, at)
    song_of = np.argsort(-counted, kind="stable").astype(np.int32)
    rank = np.empty(songs, np.int32)
    rank[song_of] = np.arange(songs, dtype=np.int32)
    np.take(rank, members, out=members, mode="clip")
    return Table(members, ends, starts, lists, at, song_of)


def blocks(work: Ints) -> Iterator[tuple[int, int]]:
    """Ranges of songs of about `BLOCK` work."""
    if not len(work):
        return iter(())
    block = np.cumsum(work) // BLOCK
    bounds = np.flatnonzero(np.diff(block, prepend=-1, append=block[-1] + 1))
    return pairwise(bounds.tolist())
