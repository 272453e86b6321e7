"""Which song is in which playlist, as sparse matrices, and the products that count meetings."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np

from songnet.errors import EmptyInputError
from songnet.model import Ids, Ints, Memberships
from songnet.networks._edges import Edges

BLOCK = 1 << 23


@dataclass(frozen=True)
class Incidence:
    """Which song is in which playlist, both ways round.

    Attributes
    ----------
    songs
        Ids, sorted, shape (n,).
    rows, columns
        scipy CSR (songs, playlists) and CSC (playlists, songs), int32 ones.
    popularity
        int64 (n,): how many playlists each song is in.
    sizes
        int64 (p,): how many songs each playlist has, those among them that are not in `songs`.
    playlists
        How many playlists there are.
    """

    songs: Ids
    rows: Any
    columns: Any
    popularity: Ints
    sizes: Ints
    playlists: int

    @cached_property
    def lengths(self) -> Ints:
        """Songs per playlist that are in `songs`."""
        return np.bincount(self.rows.indices, minlength=self.rows.shape[1]).astype(np.int64)

    @cached_property
    def work(self) -> Ints:
        """At most how many neighbours a song can have, counting itself, shape (n,)."""
        meetings = np.asarray(self.rows @ self.lengths, np.int64)
        return np.minimum(meetings, len(self.songs))

    @cached_property
    def shares(self) -> Any:
        """`rows` with 1 / (playlist's size - 1) for ones; a playlist of one song has no pairs."""
        shares = self.rows.astype(np.float64)
        shares.data = 1 / np.maximum(self.sizes - 1, 1)[self.rows.indices]
        return shares

    def only(self, chosen: Ints) -> Incidence:
        """The same playlists with these songs, indices rising; what they were counts still."""
        rows = self.rows[chosen]
        return replace(
            self,
            songs=self.songs[chosen],
            rows=rows,
            columns=rows.T,
            popularity=self.popularity[chosen],
        )

    def meetings(self, sources: Ints, *, first_target: int, shared_out: bool) -> Edges:
        """Every meeting of some songs with those from `first_target` on, and with themselves.

        Sorted by source, then target. Weights are the counts or, `shared_out`, sums of `shares`.
        """
        others = self.columns[:, sources].tocsr()
        # To columns and not by sorting: the conversion is a counting sort.
        counted = (_from(self.rows, first_target) @ others).tocsc()
        weights = counted.data
        if shared_out:
            # No sum is zero, so the product has the same entries in the same order.
            weights = (_from(self.shares, first_target) @ others).tocsc().data
        return Edges(
            np.repeat(sources.astype(np.int32), np.diff(counted.indptr)),
            (counted.indices + first_target).astype(np.int32, copy=False),
            counted.data,
            weights,
        )


def _from(rows: Any, first: int) -> Any:
    return rows[first:] if first else rows


def incidence(memberships: Memberships, min_shared: int, max_length: int | None) -> Incidence:
    """The memberships that can make an edge.

    Raises
    ------
    EmptyInputError
        There are no memberships.
    """
    from scipy import sparse

    if not len(memberships):
        raise EmptyInputError("there are no playlists: load some with songnet load-playlists")
    playlist, song = memberships.playlist, memberships.song
    sizes = np.bincount(playlist)
    if max_length is not None:
        keep = (sizes <= max_length)[playlist]
        playlist, song = playlist[keep], song[keep]
    popularity = np.bincount(song, minlength=len(memberships.songs))
    # A song in fewer playlists than two songs must share has no edge.
    often = popularity >= min_shared
    keep = often[song]
    index = (np.cumsum(often) - 1)[song[keep]]
    shape = (int(often.sum()), len(memberships.playlists))
    ones = np.ones(len(index), np.int32)
    rows = sparse.csr_array((ones, (index, playlist[keep])), shape=shape)
    held = int((sizes <= max_length).sum()) if max_length is not None else len(sizes)
    return Incidence(memberships.songs[often], rows, rows.T, popularity[often], sizes, held)


def blocks(work: Ints) -> Iterator[tuple[int, int]]:
    """Ranges of songs whose products have about `BLOCK` entries."""
    if not len(work):
        return iter(())
    block = np.cumsum(work) // BLOCK
    bounds = np.flatnonzero(np.diff(block, prepend=-1, append=block[-1] + 1))
    return pairwise(bounds.tolist())
