"""Songs that are nearly the same to an encoder."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from songnet.errors import UsageError
from songnet.model import Floats, Ids, Ints, Vectors
from songnet.networks._cosine import Directions, norms
from songnet.progress import Progress, silent

NEAR = 0.999


@dataclass(frozen=True)
class Duplicates:
    """Pairs of songs whose cosine is `cosine` or more.

    Attributes
    ----------
    cosine
        From where on two songs are near-duplicates.
    pairs, songs
        How many pairs there are, and how many songs are in one.
    first, second
        Ids of the nearest of them, shape (p,), the nearest first; ties by id.
    cosines
        float64 (p,), to 9 decimals.
    """

    cosine: float
    pairs: int
    songs: int
    first: Ids
    second: Ids
    cosines: Floats


def near_duplicates(
    vectors: Vectors,
    *,
    cosine: float = NEAR,
    top: int = 10,
    watch: Progress = silent,
) -> Duplicates:
    """All pairs counted, and the `top` nearest of them named.

    Every song is held against every other, a block at a time, so memory does not grow with the
    number of pairs. Songs whose vector is zero are left out.

    Parameters
    ----------
    cosine
        Above 0, at most 1.
    top
        How many pairs to name.
    watch
        Told how many songs are through.

    Raises
    ------
    UsageError
        A cosine out of range.
    """
    if not 0 < cosine <= 1:
        raise UsageError(f"--near is a cosine above 0 and at most 1: got {cosine}")
    lengths = norms(vectors.values)
    kept = np.flatnonzero(lengths > 0)
    directions = Directions(vectors.values[kept], lengths[kept])
    best, pairs = _Best(top), 0
    involved = np.zeros(len(kept), np.bool_)
    for rows, block in directions.blocks() if len(kept) else ():
        row, column = np.nonzero(block >= cosine)
        later = column > row + rows.start
        pairs += int(later.sum())
        involved[rows.start + row] = True
        best.take(rows.start + row[later], column[later], block[row[later], column[later]])
        watch("songs compared", rows.stop, len(kept))
    return Duplicates(
        cosine=cosine,
        pairs=pairs,
        songs=int(involved.sum()),
        first=vectors.songs[kept[best.first]],
        second=vectors.songs[kept[best.second]],
        cosines=best.cosines,
    )


class _Best:
    """The nearest pairs so far."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.first: Ints = np.empty(0, np.int64)
        self.second: Ints = np.empty(0, np.int64)
        self.cosines: Floats = np.empty(0)

    def take(self, first: Ints, second: Ints, cosines: Floats) -> None:
        """Keep what is nearest of these and those before."""
        first = np.concatenate([self.first, first])
        second = np.concatenate([self.second, second])
        cosines = np.concatenate([self.cosines, cosines])
        order = np.lexsort((second, first, -cosines))[: self.most]
        self.first, self.second, self.cosines = first[order], second[order], cosines[order]
