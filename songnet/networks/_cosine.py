"""Cosines of all songs with all, in blocks, so that memory never holds more than one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from songnet.model import Floats, Ints

BLOCK = 1 << 24
# Numbers that fit a core's cache in double precision.
CACHED = 1 << 16
DECIMALS = 9


def norms(values: NDArray[np.float32]) -> Floats:
    """Lengths of vectors in double precision, shape (n,)."""
    squares = np.einsum("ij,ij->i", values, values, dtype=np.float64)
    return np.asarray(np.sqrt(squares), np.float64)


@dataclass(frozen=True)
class Directions:
    """Where vectors point to.

    Cosines are taken in double precision and rounded to 9 decimals, far below what float32 vectors
    can tell apart, so that equal vectors tie on every machine.

    Attributes
    ----------
    values
        float32 (n, d).
    norms
        float64 (n,), all above 0.
    """

    values: NDArray[np.float32]
    norms: Floats

    def __len__(self) -> int:
        return len(self.values)

    def blocks(self, songs: Ints | None = None) -> Iterator[tuple[slice, Floats]]:
        """Some of `songs` (all) after the other, with their cosines with all songs, (rows, n).

        A song's cosine with itself is -inf: it is not its own neighbour. A block may be changed,
        and is gone with the next, which takes its place in memory.
        """
        songs = np.arange(len(self)) if songs is None else songs
        step = max(1, BLOCK // len(self))
        space = np.empty((min(step, len(songs)), len(self)))
        for rows in pieces(len(songs), step):
            cosine = self._with_all(songs[rows], space[: rows.stop - rows.start])
            cosine[np.arange(len(cosine)), songs[rows]] = -np.inf
            yield rows, cosine

    def single(self) -> NDArray[np.float32]:
        """Vectors of length 1 in single precision, shape (n, d)."""
        result = np.empty(self.values.shape, np.float32)
        for part in pieces(len(self), CACHED // self.values.shape[1]):
            result[part] = self._unit(part)
        return result

    def between(self, left: Ints, right: Ints) -> Floats:
        """Cosines of pairs, one by one, so that they do not hang on where a block ends."""
        result = np.empty(len(left))
        for part in pieces(len(left), CACHED // self.values.shape[1]):
            result[part] = np.einsum("ij,ij->i", self._unit(left[part]), self._unit(right[part]))
        return np.clip(np.round(result, DECIMALS), -1, 1)

    def _with_all(self, songs: Ints, result: Floats) -> Floats:
        left = self._unit(songs)
        # In tiles, because the vectors in double precision may not fit beside themselves.
        for columns in pieces(len(self), BLOCK // self.values.shape[1]):
            np.matmul(left, self._unit(columns).T, out=result[:, columns])
        return np.round(result, DECIMALS, out=result)

    def _unit(self, songs: slice | Ints) -> Floats:
        return np.asarray(self.values[songs] / self.norms[songs][:, None], np.float64)


def pieces(length: int, step: int) -> Iterator[slice]:
    """Slices of `step`, at least 1, that cover `length`."""
    step = max(1, step)
    return (slice(start, min(start + step, length)) for start in range(0, length, step))
