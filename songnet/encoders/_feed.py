"""Batches for training: read ahead of the model, in an order fixed by seed and epoch.

A batch is pixels, uint8 (b, 96, 216), and targets, float32 (b, t). Another thread reads chunks of
spectrograms while the model works on those before; `tf.data` cuts them into batches, some steps
ahead. Its pipelines never call Python: while operations are deterministic, `tf.data` makes nothing
ahead of time that does.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from songnet.encoders import _keras
from songnet.encoders._data import Pixels, Spectrograms, in_order, read_pixels, shuffled
from songnet.encoders._training import Batch
from songnet.model import Ints

BUFFER_ROWS = 8192  # read and shuffled together: 170 MB
CHUNK_ROWS = 256  # handed to `tf.data` together: 5 MB
CHUNKS_AHEAD = 4  # so that there is work while the next buffer is read
BATCHES_AHEAD = 4

Targets = NDArray[np.float32]
Item = TypeVar("Item")


@dataclass(frozen=True)
class Feed:
    """Some rows of spectrograms, to be passed over again and again.

    Attributes
    ----------
    spectrograms
        Where pixels come from.
    rows
        int64, rising, at least one: which of its rows.
    targets
        float32 (n, t), a line for every row of `spectrograms`; t is 0 where there is nothing to
        aim at.
    batch_size, seed
        Of every pass.
    pairs
        A batch is then `batch_size` clips followed by a partner for each: another clip of the same
        song where it has one, else the clip itself. Clips too few for a batch sit the pass out,
        unless there are no others: a contrast among fewer would weigh otherwise.
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
        return count // self._clips * self._width if self.pairs else count

    def shuffled(self, epoch: int) -> Iterator[Batch]:
        """A pass in random order, keyed by `epoch`."""
        random = np.random.default_rng([self.seed, 2, epoch])
        buffer = self._batches_in(BUFFER_ROWS) * self._clips
        return self._batches(shuffled(self.rows, buffer, random), random)

    def in_order(self) -> Iterator[Batch]:
        """A pass in order, the same every time."""
        random = np.random.default_rng([self.seed, 3])
        chunk = self._batches_in(CHUNK_ROWS) * self._clips
        return self._batches(in_order(self.rows, chunk), random)

    @property
    def _clips(self) -> int:
        """Clips in a batch, partners not counted."""
        return min(self.batch_size, len(self.rows))

    @property
    def _width(self) -> int:
        """Spectrograms in a batch."""
        return 2 * self._clips if self.pairs else self._clips

    def _batches_in(self, spectrograms: int) -> int:
        return max(spectrograms // self._width, 1)

    def _batches(self, clips: Iterator[Ints], random: np.random.Generator) -> Iterator[Batch]:
        """The batches of clips that come in whole batches; `random` draws partners."""
        _keras.load()  # on this thread, before the other one needs it
        rows = (self._paired(part, random) for part in clips) if self.pairs else clips
        chunks = (chunk for part in rows for chunk in self._chunks(part))
        for chunk in _ahead(chunks):
            yield from chunk

    def _chunks(self, rows: Ints) -> Iterator[Iterator[Batch]]:
        """Batches of `rows`, in chunks; an archive is read as its rows lie."""
        lying, place = np.unique(rows, return_inverse=True)
        pixels = read_pixels(self.spectrograms, lying)
        for part in in_order(place, self._batches_in(CHUNK_ROWS) * self._width):
            yield self._cut(pixels[part], self.targets[lying[part]])

    def _cut(self, pixels: Pixels, targets: Targets) -> Iterator[Batch]:
        _, tf = _keras.load()
        options = tf.data.Options()
        options.autotune.enabled = False  # there is nothing to tune, and it holds batches up
        with tf.device("CPU:0"):
            rows = tf.data.Dataset.from_tensor_slices((pixels, targets))
            batches = rows.batch(self._width).prefetch(BATCHES_AHEAD).with_options(options)
            cut: Iterator[Batch] = iter(batches)
        return cut

    def _paired(self, clips: Ints, random: np.random.Generator) -> Ints:
        """Rows as batches have them: clips, then their partners, and so on."""
        whole = clips[: len(clips) // self._clips * self._clips]
        sides = (whole, self._partners(whole, random))
        return np.stack([side.reshape(-1, self._clips) for side in sides], axis=1).ravel()

    def _partners(self, clips: Ints, random: np.random.Generator) -> Ints:
        """Another row of the same song for each of `clips`, where there is one."""
        first, count = self._songs
        place = np.searchsorted(self.rows, clips)
        song = np.searchsorted(first, place, side="right") - 1
        others = np.maximum(count[song] - 1, 1)
        step = np.where(count[song] > 1, 1 + random.integers(0, others), 0)
        return self.rows[first[song] + (place - first[song] + step) % count[song]]

    @cached_property
    def _songs(self) -> tuple[Ints, Ints]:
        """Where each song begins among `rows`, and how many it has; they lie together."""
        songs = self.spectrograms.songs[self.rows]
        _, first, count = np.unique(songs, return_index=True, return_counts=True)
        return first, count


def no_targets(count: int) -> Targets:
    """Targets of a model that has none: float32 (count, 0)."""
    return np.empty((count, 0), np.float32)


def _ahead(items: Iterator[Item]) -> Iterator[Item]:
    """The same items, made on another thread, some before they are asked for."""
    maker = ThreadPoolExecutor(1)
    try:
        waiting = deque(maker.submit(next, items, None) for _ in range(CHUNKS_AHEAD))
        while (item := waiting.popleft().result()) is not None:
            waiting.append(maker.submit(next, items, None))
            yield item
    finally:
        maker.shutdown(cancel_futures=True)
