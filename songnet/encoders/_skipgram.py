"""Skip-gram with negative sampling by gensim, a pass at a time and on one thread.

gensim's own `train` hands the work to threads and keeps one stream of random numbers; here its
routine for a batch is called in order, and the stream begins anew with every pass. So a training
that was interrupted goes on as if it had not been, and Ctrl-C is heard at once.
"""

from __future__ import annotations

import importlib
import logging
import warnings
from collections.abc import Callable, Iterator
from functools import cache
from types import ModuleType
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from songnet.encoders._sequences import Sequences

if TYPE_CHECKING:
    from songnet.encoders.track2vec import Track2VecDesign

LONGEST_BATCH = 10_000  # songs; gensim would silently drop what is beyond
FIRST_RATE = 0.025
LAST_RATE = 0.0001


@cache
def load() -> ModuleType:
    """The module `gensim.models.word2vec`, quiet."""
    logging.getLogger("gensim").setLevel(logging.CRITICAL)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return importlib.import_module("gensim.models.word2vec")


class SkipGram:
    """Two vectors per song, one as itself and one as company, and what moves them.

    Parameters
    ----------
    sequences
        What is learnt from.
    design
        How.
    """

    def __init__(self, sequences: Sequences, design: Track2VecDesign) -> None:
        self._sequences = sequences
        self._design = design
        self._model = load().Word2Vec(
            vector_size=design.dimensions,
            window=design.window,
            negative=design.negative,
            ns_exponent=design.exponent,
            seed=design.seed,
            sg=1,
            min_count=1,
            sample=0,
            sorted_vocab=0,
            workers=1,
        )
        # gensim takes a number for a word or for a place in its list of words: here it is both.
        self._model.build_vocab_from_freq(dict(enumerate(sequences.counts.tolist())))
        self._work = np.zeros(design.dimensions, np.float32)

    @property
    def vectors(self) -> NDArray[np.float32]:
        """Of the songs as themselves, float32 (s, d); moved by `run`."""
        vectors: NDArray[np.float32] = self._model.wv.vectors
        return vectors

    @property
    def contexts(self) -> NDArray[np.float32]:
        """Of the songs as company, float32 (s, d); moved by `run`."""
        contexts: NDArray[np.float32] = self._model.syn1neg
        return contexts

    def run(self, number: int, on_batch: Callable[[int, int], None] | None = None) -> None:
        """A pass over all playlists, in an order of its own.

        Parameters
        ----------
        number
            From 0; the learning rate falls in a straight line from 0.025 at the first to 0.0001 at
            the end of the last.
        on_batch
            Called after every batch with the pass's songs done and in total.
        """
        self._model.random.seed([self._design.seed, number])
        shuffle = np.random.default_rng([self._design.seed, 2, number])
        done, total = 0, len(self._sequences)
        for batch in _batches(self._sequences, shuffle.permutation(self._sequences.playlists)):
            share = (number + done / total) / self._design.epochs
            rate = FIRST_RATE - (FIRST_RATE - LAST_RATE) * share
            load().train_batch_sg(self._model, batch, rate, self._work, compute_loss=False)
            done += sum(map(len, batch))
            if on_batch:
                on_batch(done, total)


def _batches(sequences: Sequences, order: NDArray[np.int64]) -> Iterator[list[list[int]]]:
    """Whole playlists, up to `LONGEST_BATCH` songs together; a longer one is cut."""
    batch: list[list[int]] = []
    size = 0
    for playlist in order:
        songs = sequences.of(playlist)
        for start in range(0, len(songs), LONGEST_BATCH):
            piece = songs[start : start + LONGEST_BATCH].tolist()
            if size + len(piece) > LONGEST_BATCH:
                yield batch
                batch, size = [], 0
            batch.append(piece)
            size += len(piece)
    yield batch
