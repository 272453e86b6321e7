"""Batches for training: read ahead of the model by `tf.data`, in an order fixed by seed and epoch.

A batch is pixels, uint8 (b, 96, 216), and targets, float32 (b, t). While the model works on one,
the next ones are read on another thread.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from songnet.encoders import _keras
from songnet.encoders._data import (
    FRAMES,
    MELS,
    Pixels,
    Spectrograms,
    in_order,
    read_pixels,
    shuffled,
)
from songnet.encoders._training import Batch
from songnet.model import Ints

READ_AHEAD = 4

Targets = NDArray[np.float32]
Read = tuple[Pixels, Targets]


@dataclass(frozen=True)
class Feed:
    """Some rows of spectrograms, to be passed over again and again.

    Attributes
    ----------
    spectrograms
        Where pixels come from.
    rows
        int64, rising: which of its rows.
    targets
        float32 (n, t), a line for every row of `spectrograms`; t is 0 where there is nothing to
        aim at.
    batch_size, seed
        Of every pass.
    pairs
        A batch is then `batch_size` clips followed by a partner for each: another clip of the same
        song where it has one, else the clip itself.
    """

    spectrograms: Spectrograms
    rows: Ints
    targets: Targets
    batch_size: int
    seed: int
    pairs: bool = False

    @property
    def spectrograms_per_pass(self) -> int:
        """How many a pass gives, partners counted."""
        count = len(self.rows)
        if not self.pairs:
            return count
        whole = count // self.batch_size * self.batch_size
        return 2 * (whole or count)

    def shuffled(self, epoch: int) -> Iterator[Batch]:
        """A pass in random order, keyed by `epoch`."""
        random = np.random.default_rng([self.seed, 2, epoch])
        return self._ahead(lambda: self._random_batches(random))

    def in_order(self) -> Iterator[Batch]:
        """A pass in order, the same every time."""
        random = np.random.default_rng([self.seed, 3])
        return self._ahead(lambda: self._plain_batches(random))

    def _random_batches(self, random: np.random.Generator) -> Iterator[Read]:
        if self.pairs:
            order = np.concatenate([*shuffled(self.rows, self.batch_size, random)])
            yield from self._paired(order, random)
            return
        for held in shuffled(self.rows, self.batch_size, random):
            # Rows of a buffer are read as they lie, then dealt out.
            sorted_rows, place = np.unique(held, return_inverse=True)
            pixels = read_pixels(self.spectrograms, sorted_rows)
            for batch in in_order(place, self.batch_size):
                yield pixels[batch], self.targets[sorted_rows[batch]]

    def _plain_batches(self, random: np.random.Generator) -> Iterator[Read]:
        if self.pairs:
            yield from self._paired(self.rows, random)
            return
        for batch in in_order(self.rows, self.batch_size):
            yield read_pixels(self.spectrograms, batch), self.targets[batch]

    def _paired(self, order: Ints, random: np.random.Generator) -> Iterator[Read]:
        partners = self._partners(order, random)
        for place in in_order(np.arange(len(order)), self.batch_size):
            if len(place) < self.batch_size <= len(order):
                return  # a contrast among fewer would weigh otherwise
            rows = np.concatenate([order[place], partners[place]])
            sorted_rows, back = np.unique(rows, return_inverse=True)
            yield read_pixels(self.spectrograms, sorted_rows)[back], self.targets[rows]

    def _partners(self, order: Ints, random: np.random.Generator) -> Ints:
        """Another row of the same song for each; a song's rows lie together and never part."""
        _, first, count = np.unique(
            self.spectrograms.songs[self.rows], return_index=True, return_counts=True
        )
        place = np.searchsorted(self.rows, order)
        song = np.searchsorted(first, place, side="right") - 1
        others = np.maximum(count[song] - 1, 1)
        step = np.where(count[song] > 1, 1 + random.integers(0, others), 0)
        return self.rows[first[song] + (place - first[song] + step) % count[song]]

    def _ahead(self, batches: Callable[[], Iterator[Read]]) -> Iterator[Batch]:
        """The same batches as tensors, read ahead on another thread."""
        _, tf = _keras.load()
        failed: list[Exception] = []

        def guarded() -> Iterator[Read]:
            try:
                yield from batches()
            except Exception as error:  # noqa: BLE001 (TensorFlow would bury it in a traceback)
                failed.append(error)

        signature: Any = (
            tf.TensorSpec((None, MELS, FRAMES), tf.uint8),
            tf.TensorSpec((None, self.targets.shape[1]), tf.float32),
        )
        yield from tf.data.Dataset.from_generator(guarded, output_signature=signature).prefetch(
            READ_AHEAD
        )
        if failed:
            raise failed[0]


def no_targets(count: int) -> Targets:
    """Targets of a model that has none: float32 (count, 0)."""
    return np.empty((count, 0), np.float32)
