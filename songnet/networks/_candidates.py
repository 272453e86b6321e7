"""The nearest of all songs by cosine: candidates in single precision, their order in double.

Products of matrices in single precision take half the time, and each pair is multiplied once for
both of its songs. Their error has a known bound, so whoever is farther than a song's k-th nearest
by more than two such errors is not among its k nearest. The few that are left are held against each
other in double precision.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from queue import SimpleQueue
from threading import Lock
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from songnet.model import Floats, Ints
from songnet.networks import _nearness
from songnet.networks._compiled import compiled
from songnet.networks._cosine import DECIMALS, Directions, pieces
from songnet.networks._ranking import Neighbors, best, joined
from songnet.networks._threads import in_turn, threads

# Songs at a side of a tile: its cosines and vectors fit a core's cache.
TILE = 512
# Dimensions that are summed at once: the bound of the error grows with them.
PANEL = 256
# Places of a pool beyond twice the neighbours that are asked for.
ROOM = 44
# Fewer songs than this for each place of a pool are done with, by all cosines in double precision,
# before numba is loaded.
WORTH = 32
PAIRS = 1 << 16


class Pools(NamedTuple):
    """Who may be among the nearest of each song; see `songnet.networks._nearness`."""

    near: NDArray[np.int32]
    score: NDArray[np.float32]
    filled: Ints
    least: NDArray[np.float32]

    @classmethod
    def of(cls, songs: int, k: int) -> Self:
        """Empty ones."""
        shape = (songs, _room(k))
        return cls(
            np.empty(shape, np.int32),
            np.empty(shape, np.float32),
            np.zeros(songs, np.int64),
            np.full(songs, -np.inf, np.float32),
        )


def nearest_by_cosine(directions: Directions, k: int) -> Neighbors:
    """The `k` nearest of every song, exactly; ties go to the smaller index.

    Takes memory for the vectors once more and for about 2 k + 44 candidates a song.

    Parameters
    ----------
    k
        From 1 to one below the number of songs.
    """
    if len(directions) < WORTH * _room(k):
        return _by_all(directions, np.arange(len(directions)), k)
    slack = _slack(directions.values.shape[1])
    pools = _Tiles.of(directions, k, slack).gathered()
    crowded = np.flatnonzero(pools.least == np.inf)
    ends, target = _within(pools, k, slack)
    source = np.repeat(np.arange(len(directions)), np.diff(ends))
    near = np.empty((len(directions), k), np.int64)
    compiled(_nearness.rank)(ends, target, _pair_cosines(directions, source, target), near)
    clear = np.flatnonzero(np.diff(ends))
    found = Neighbors(
        np.repeat(clear, k), near[clear].ravel(), np.tile(np.arange(1, k + 1), len(clear))
    )
    return joined([found, _by_all(directions, crowded, k)]) if len(crowded) else found


def _pair_cosines(directions: Directions, left: Ints, right: Ints) -> Floats:
    """Cosines of pairs, rounded; the same for a pair whatever pairs are beside it."""
    result = np.empty(len(left))
    measure = compiled(_nearness.cosines)
    values, scale = np.ascontiguousarray(directions.values), 10.0**DECIMALS

    def fill(part: slice) -> None:
        measure(values, directions.norms, left[part], right[part], scale, result[part])

    for _ in in_turn(fill, pieces(len(left), PAIRS)):
        pass
    return result


def _by_all(directions: Directions, songs: Ints, k: int) -> Neighbors:
    """The nearest of some songs, by all cosines in double precision."""
    found = joined(
        [best(cosine, cosine, k, first=part.start) for part, cosine in directions.blocks(songs)]
    )
    return found._replace(source=songs[found.source])


def _within(pools: Pools, k: int, slack: float) -> tuple[Ints, Ints]:
    """Where each song's candidates end, int64 (n + 1,), and who they are."""
    ends = np.zeros(len(pools.near) + 1, np.int64)
    target = np.empty(int(pools.filled.sum()), np.int64)
    compiled(_nearness.within)(k, slack, tuple(pools), ends, target)
    return ends, target[: ends[-1]]


def _room(k: int) -> int:
    return 2 * k + ROOM


def _slack(dimensions: int) -> float:
    """How much farther than the k-th a song may look in single precision and be nearer.

    Twice the bound of a sum's error, in whatever order it is summed: Higham, "Accuracy and
    Stability of Numerical Algorithms", 2002, section 3.1, for vectors of length 1. Eight more
    roundings pay for those of the vectors and of the bound, and the rest for cosines that tie
    once they are rounded.
    """
    terms = min(dimensions, PANEL) + -(-dimensions // PANEL) + 8
    return 2 * 1.01 * terms * float(np.finfo(np.float32).eps) / 2 + 4e-9


@dataclass(frozen=True)
class _Tiles:
    """All pairs of songs, tile by tile, each pair once.

    Threads share the pools: who works on a tile holds the locks of its rows and columns. In what
    order pools are filled changes which songs are dropped early, but not who is near enough.
    """

    units: NDArray[np.float32]
    k: int
    slack: float
    pools: Pools
    locks: tuple[Lock, ...]
    spaces: SimpleQueue[NDArray[np.float32]]

    @classmethod
    def of(cls, directions: Directions, k: int, slack: float) -> Self:
        """With room for as many tiles as there are threads."""
        spaces: SimpleQueue[NDArray[np.float32]] = SimpleQueue()
        for _ in range(threads()):
            spaces.put(np.empty((2, TILE * TILE), np.float32))
        songs = len(directions)
        locks = tuple(Lock() for _ in pieces(songs, TILE))
        return cls(directions.single(), k, slack, Pools.of(songs, k), locks, spaces)

    def gathered(self) -> Pools:
        """The pools, once every pair has been offered to them."""
        from threadpoolctl import threadpool_limits

        with threadpool_limits(limits=1, user_api="blas"):
            for _ in in_turn(self._offer, self._pairs()):
                pass
        return self.pools

    def _pairs(self) -> Iterator[tuple[int, int]]:
        """Rows and columns of tiles, in an order in which neighbours seldom share a lock."""
        number = len(self.locks)
        return ((row, row + apart) for apart in range(number) for row in range(number - apart))

    def _offer(self, pair: tuple[int, int]) -> None:
        row, column = pair
        space = self.spaces.get()
        try:
            cosine = self._cosines(row, column, space)
            first = (row * TILE, column * TILE)
            with self.locks[row], self.locks[column] if row != column else nullcontext():
                compiled(_nearness.offer)(cosine, first, self.k, self.slack, tuple(self.pools))
        finally:
            # Else the other threads wait for it, and whoever asked never hears of the error.
            self.spaces.put(space)

    def _cosines(self, row: int, column: int, space: NDArray[np.float32]) -> NDArray[np.float32]:
        """Of one tile, float32; the space is of two."""
        left, right = (self.units[at * TILE : (at + 1) * TILE] for at in (row, column))
        # Dense, because compiled loops are fast on nothing else.
        shape = (len(left), len(right))
        whole: NDArray[np.float32]
        whole, part = (each[: len(left) * len(right)].reshape(shape) for each in space)
        for panel in pieces(left.shape[1], PANEL):
            first = panel.start == 0
            np.matmul(left[:, panel], right[:, panel].T, out=whole if first else part)
            if not first:
                whole += part
        return whole
