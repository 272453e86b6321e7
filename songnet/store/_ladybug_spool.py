"""Vectors laid down on disk as they come and taken up again in the order of the songs' places."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray

from songnet.errors import StoreError
from songnet.model import Ids, Ints, Vectors, object_array


class Spool:
    """Vectors on disk; in memory are only the songs and their places.

    Parameters
    ----------
    folder
        Where the file is until the end; it has no name there, so that nothing is left of it.
    dimensions
        The length of a vector.

    Raises
    ------
    StoreError
        The disk is full or not writable.
    """

    def __init__(self, folder: Path, dimensions: int) -> None:
        self._folder = folder
        self._dimensions = dimensions
        self._songs: list[Ids] = [object_array([])]
        self._places: list[Ints] = [np.empty(0, np.int64)]
        with self._disk():
            self._file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 (closed at the end)

    def __len__(self) -> int:
        """The number of vectors."""
        return sum(map(len, self._songs))

    @property
    def places(self) -> Ints:
        """The places of the songs, in the order in which they came, int64 (n,)."""
        return np.concatenate(self._places)

    def add(self, vectors: Vectors, places: Ints) -> None:
        """Lay down vectors and the places of their songs, (m,)."""
        with self._disk():
            self._file.write(np.ascontiguousarray(vectors.values).data)
        self._songs.append(vectors.songs)
        self._places.append(places)

    def read(self, rows: Ints) -> tuple[Ids, NDArray[np.float32]]:
        """Songs and vectors that came as number `rows`: (b,) and float32 (b, d)."""
        values = np.empty((len(rows), self._dimensions), np.float32)
        with self._disk():
            for row, target in zip(rows.tolist(), values, strict=True):
                self._file.seek(row * target.nbytes)
                self._file.readinto(target.data)
        return np.concatenate(self._songs)[rows], values

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with suppress(OSError):  # what could not be written is not wanted any more
            self._file.close()

    @contextmanager
    def _disk(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise StoreError(
                f"vectors cannot be laid down in {self._folder}: {error.strerror or error}; "
                "free some space, then run the command again"
            ) from error
