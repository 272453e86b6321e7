"""Vectors of all encoders side by side, a block of songs at a time.

A node is one row of the import, with the vectors of every encoder in it. As numbers they do not fit
into memory together, so each encoder's are laid down on disk first.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from songnet.model import Vectors

NUMBERS_PER_BLOCK: Final = 1_000_000
ROWS_PER_BLOCK: Final = 65_536


class SpooledVectors:
    """Vectors of one encoder, on disk.

    Parameters
    ----------
    vectors
        At least one.
    songs
        The ids of all songs, text (n,), in the order of the import.
    folder
        Where the file is; it has no name there, so that nothing is left of it.
    """

    def __init__(self, vectors: Vectors, songs: pa.Array, folder: Path) -> None:
        self.encoder = vectors.encoder
        self.dimensions = vectors.dimensions
        own = pa.array(vectors.songs, pa.string())
        self._places = pc.index_in(songs, value_set=own)
        with tempfile.TemporaryFile(dir=folder) as file:
            np.ascontiguousarray(vectors.values, np.float32).tofile(file)
            file.flush()
            self._values = np.memmap(file, np.float32, "r", shape=vectors.values.shape)

    def rows(self, start: int, count: int) -> pa.Array:
        """The vectors of songs number `start` and following, null where there is none."""
        places = self._places.slice(start, count)
        there = places.drop_null().to_numpy()
        flat = pa.array(self._values[there].ravel())
        offsets = pa.array(np.arange(len(there) + 1) * self.dimensions, pa.int32())
        found = pa.ListArray.from_arrays(offsets, flat)
        # The number of a song's vector among those found, null where the song has none.
        number = pc.if_else(
            places.is_valid(), pc.cumulative_sum(places.is_valid().cast(pa.int32())), None
        )
        return found.take(pc.subtract(number, 1))


def with_vectors(songs: pa.Table, vectors: Sequence[SpooledVectors]) -> Iterator[pa.Table]:
    """Blocks of `songs`, each with a column of vectors per encoder."""
    numbers = sum(each.dimensions for each in vectors)
    size = max(1, min(ROWS_PER_BLOCK, NUMBERS_PER_BLOCK // max(1, numbers)))
    for start in range(0, songs.num_rows, size):
        block = songs.slice(start, size)
        for each in vectors:
            block = block.append_column(each.encoder, each.rows(start, block.num_rows))
        yield block
