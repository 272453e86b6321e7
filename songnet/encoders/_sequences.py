"""Playlists as sequences of songs: from a table of memberships to two arrays of numbers."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from songnet.errors import EmptyInputError, InputError
from songnet.model import Ids, Ints
from songnet.tables import MEMBERSHIP_SCHEMA

COLUMNS = ("playlist", "song", "position")
SHORTEST = 2  # a song alone in its list says nothing of its company


@dataclass(frozen=True)
class Sequences:
    """Playlists, one after the other, in the order of their ids.

    Attributes
    ----------
    songs
        Ids, sorted, object (s,); every one occurs.
    song
        int32 (m,): indices into `songs`, by playlist, then position; none twice in a playlist.
    bounds
        int64 (p + 1,): playlist `i` is ``song[bounds[i] : bounds[i + 1]]``, at least two songs.
    skipped
        Playlists that were left out.
    """

    songs: Ids
    song: NDArray[np.int32]
    bounds: Ints
    skipped: int

    @property
    def playlists(self) -> int:
        """How many playlists there are."""
        return len(self.bounds) - 1

    @cached_property
    def counts(self) -> Ints:
        """In how many playlists each song is, int64 (s,)."""
        return np.bincount(self.song, minlength=len(self.songs)).astype(np.int64)

    def of(self, playlist: int) -> NDArray[np.int32]:
        """The songs of one playlist, in order."""
        return self.song[self.bounds[playlist] : self.bounds[playlist + 1]]

    def playlist_of(self, rows: Ints) -> Ints:
        """The playlist that each row is in."""
        return np.searchsorted(self.bounds, rows, side="right") - 1

    def without(self, rows: Ints) -> Sequences:
        """The same playlists and songs, some rows left out."""
        lost = np.bincount(self.playlist_of(rows), minlength=self.playlists)
        bounds = self.bounds - np.concatenate([[0], np.cumsum(lost)])
        return Sequences(self.songs, np.delete(self.song, rows), bounds, self.skipped)

    def __len__(self) -> int:
        return len(self.song)


def sequences(memberships: pa.Table, *, min_count: int) -> Sequences:
    """What can be learnt from: songs in enough playlists, playlists of enough songs.

    Songs in fewer than `min_count` playlists and playlists of fewer than two songs are left out,
    again and again until neither is left: the core of the table. A song counts once per playlist,
    at its first position, however often it stands there.

    Parameters
    ----------
    memberships
        Columns ``playlist``, ``song`` and ``position`` of `MEMBERSHIP_SCHEMA`, rows in any order.
    min_count
        From 1.

    Raises
    ------
    InputError
        A column is missing, of another type, or has empty values.
    EmptyInputError
        Nothing is left.
    """
    if not memberships.num_rows:
        raise EmptyInputError("there are no playlists: load some with songnet load-playlists")
    table = _conformed(memberships)
    lists, playlist = _indexed(table["playlist"])
    songs, song = _indexed(table["song"])
    playlist, song = _in_order(playlist, song, table["position"].to_numpy(), len(songs))
    playlist, song = _core(playlist, song, min_count)
    if not len(song):
        raise EmptyInputError(_nothing_left(min_count))
    present = np.bincount(song, minlength=len(songs)) > 0
    starts = np.flatnonzero(np.diff(playlist, prepend=-1))
    return Sequences(
        songs=songs[present],
        song=(np.cumsum(present, dtype=np.int32) - 1)[song],
        bounds=np.append(starts, len(song)),
        skipped=len(lists) - len(starts),
    )


def _conformed(memberships: pa.Table) -> pa.Table:
    missing = [name for name in COLUMNS if name not in memberships.column_names]
    if missing:
        raise InputError(
            f"memberships need the columns {', '.join(COLUMNS)}: {', '.join(missing)} is missing"
        )
    schema = pa.schema([MEMBERSHIP_SCHEMA.field(name) for name in COLUMNS])
    try:
        table = memberships.select(list(COLUMNS)).cast(schema)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        reason = str(error).splitlines()[0]
        raise InputError(f"memberships are two ids and a whole number: {reason}") from error
    for name in COLUMNS:
        if table[name].null_count:
            raise InputError(f"every membership needs its {name}: {name} has empty values")
    return table


def _indexed(column: pa.ChunkedArray) -> tuple[Ids, NDArray[np.int32]]:
    """Sorted ids, and each row's index among them."""
    ids = pc.unique(column)
    # Arrow sorts by the bytes of UTF-8, which is Python's order of strings.
    ids = ids.take(pc.sort_indices(ids))
    return ids.to_numpy(zero_copy_only=False), pc.index_in(column, value_set=ids).to_numpy()


def _in_order(
    playlist: NDArray[np.int32], song: NDArray[np.int32], position: Ints, songs: int
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """By playlist, position and song, each song at its first place in a playlist."""
    if not _is_in_order(playlist, song, position):
        order = np.lexsort((song, position, playlist))
        playlist, song = playlist[order], song[order]
    pair = playlist.astype(np.int64)
    pair *= songs
    pair += song
    ordered = np.sort(pair)
    if (ordered[1:] != ordered[:-1]).all():
        return playlist, song
    first = np.sort(np.unique(pair, return_index=True)[1])
    return playlist[first], song[first]


def _is_in_order(playlist: NDArray[np.int32], song: NDArray[np.int32], position: Ints) -> bool:
    """Whether nothing needs sorting: stores give their tables so, and sorting takes memory."""
    later = song[1:] >= song[:-1]
    for column in (position, playlist):
        later = (column[1:] > column[:-1]) | ((column[1:] == column[:-1]) & later)
    return bool(later.all())


def _core(
    playlist: NDArray[np.int32], song: NDArray[np.int32], min_count: int
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    while True:
        kept = np.bincount(playlist)[playlist] >= SHORTEST
        playlist, song = playlist[kept], song[kept]
        kept = np.bincount(song)[song] >= min_count
        if kept.all():
            return playlist, song
        playlist, song = playlist[kept], song[kept]


def _nothing_left(min_count: int) -> str:
    if min_count == 1:
        return "no playlist has two songs, so there is no company to learn from: load longer ones"
    return (
        f"no song is in {min_count} playlists with another such song: "
        "try a lower --min-count, or load more playlists"
    )
