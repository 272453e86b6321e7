"""A trained encoder at work: vectors of songs, pictures of spectrograms and of vectors."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from songnet.encoders import _keras
from songnet.encoders._data import (
    Pixels,
    Spectrograms,
    check_rows,
    checked_pixels,
    in_order,
    read_pixels,
)
from songnet.encoders._models import MODELS
from songnet.encoders._network import Network
from songnet.encoders._saved import Saved
from songnet.encoders._weights import assign, compile_pixels
from songnet.errors import EmptyInputError, InputError
from songnet.model import Ids, Ints, Vectors, among

APPLY_BATCH = 64
# Vectors of so many numbers are made before they are handed on: 64 MiB.
BLOCK_NUMBERS = 2**24


def encode(
    saved: Saved,
    spectrograms: Spectrograms,
    *,
    batch_size: int = APPLY_BATCH,
    songs: Ids | None = None,
    on_batch: Callable[[int, int], None] | None = None,
) -> Vectors:
    """The vector of every song: the mean over its clips.

    Parameters
    ----------
    saved
        A trained encoder.
    spectrograms
        Read in order, a batch at a time.
    songs
        Only these; default: all.
    on_batch
        Called after every batch with the spectrograms done and in total.

    Returns
    -------
    Vectors
        float32 (songs, size), under the encoder's name.

    Raises
    ------
    EmptyInputError
        No spectrograms.
    InputError
        `songs` without a spectrogram; a vector that is not finite.
    """
    blocks = list(
        encode_blocks(saved, spectrograms, batch_size=batch_size, songs=songs, on_batch=on_batch)
    )
    if not blocks:
        return Vectors.from_rows(saved.name, [], np.empty((0, saved.design.size), np.float32))
    names = np.concatenate([block.songs for block in blocks])
    return Vectors.from_rows(saved.name, names, np.concatenate([b.values for b in blocks]))


def encode_blocks(
    saved: Saved,
    spectrograms: Spectrograms,
    *,
    batch_size: int = APPLY_BATCH,
    songs: Ids | None = None,
    block_songs: int | None = None,
    on_batch: Callable[[int, int], None] | None = None,
) -> Iterator[Vectors]:
    """What `encode` gives, in blocks of songs in order, so that memory does not grow with them.

    Parameters
    ----------
    block_songs
        Songs per block; default: as many as have `BLOCK_NUMBERS` numbers.
    """
    check_rows(spectrograms)
    rows = _rows_of(spectrograms, songs)
    starts = np.flatnonzero(_begins(spectrograms.songs[rows]))
    per_block = block_songs or max(BLOCK_NUMBERS // saved.design.size, 1)
    vectors = vectors_of(saved)
    for block in in_order(starts, per_block):
        after = np.searchsorted(starts, block[-1], side="right")
        end = int(starts[after]) if after < len(starts) else len(rows)
        first = int(block[0])

        def told(done: int, first: int = first) -> None:
            if on_batch:
                on_batch(first + done, len(rows))

        part = rows[first:end]
        yield _encode_block(saved, vectors, spectrograms, part, batch_size, told)


def _begins(songs: Ids) -> NDArray[np.bool_]:
    """Where a song's first row is; songs are sorted."""
    begins = np.ones(len(songs), bool)
    begins[1:] = songs[1:] != songs[:-1]
    return begins


def _encode_block(
    saved: Saved,
    vectors: Callable[[Pixels], NDArray[np.float32]],
    spectrograms: Spectrograms,
    rows: Ints,
    batch_size: int,
    told: Callable[[int], None],
) -> Vectors:
    begins = _begins(spectrograms.songs[rows])
    owner = np.cumsum(begins) - 1
    clips = np.bincount(owner)
    values = np.zeros((len(clips), saved.design.size), np.float32)
    for batch in in_order(np.arange(len(rows)), batch_size):
        made = vectors(read_pixels(spectrograms, rows[batch]))
        # A song's clips lie together: their sums are those of runs.
        runs = np.flatnonzero(np.diff(owner[batch], prepend=-1))
        values[owner[batch][runs]] += np.add.reduceat(made, runs, axis=0)
        told(int(batch[-1]) + 1)
    values /= clips[:, None]
    return Vectors.from_rows(saved.name, spectrograms.songs[rows][begins], values)


def _rows_of(spectrograms: Spectrograms, songs: Ids | None) -> Ints:
    if songs is None:
        return np.arange(len(spectrograms.songs))
    missing = songs[~among(songs, spectrograms.songs)]
    if len(missing):
        raise InputError(
            f"{len(missing)} of {len(songs)} songs have no spectrogram, the first is "
            f"{missing[0]!r}: load their audio first (songnet load-audio)"
        )
    return np.flatnonzero(among(spectrograms.songs, songs))


def rebuilt(saved: Saved) -> Network:
    """The model of a trained encoder, with its weights, in full precision."""
    for values in saved.weights.values():
        # Pooling and ReLU may swallow a NaN, so that the vectors alone would not show it.
        _refuse_nan(saved, values)
    network = MODELS[saved.kind].network(saved.design, seed=0)
    assign(network.variables, saved.weights)
    return network


def _refuse_nan(saved: Saved, values: NDArray[np.float32]) -> None:
    if not np.isfinite(values).all():
        raise InputError(
            f"encoder {saved.name!r} gives a number that is not finite: "
            "train it anew (songnet embed --retrain)"
        )


def vectors_of(saved: Saved) -> Callable[[Pixels], NDArray[np.float32]]:
    """A function from pixels, uint8 (b, 96, 216), to the clips' vectors, float32 (b, size)."""
    compiled = compile_pixels(rebuilt(saved).vectors)

    def vectors(pixels: Pixels) -> NDArray[np.float32]:
        values: NDArray[np.float32] = compiled(pixels).numpy()
        _refuse_nan(saved, values)
        return values

    return vectors


def reconstruct(saved: Saved, pixels: Pixels) -> NDArray[np.float32]:
    """What an autoencoder makes of spectrograms.

    Parameters
    ----------
    pixels
        uint8 (b, 96, 216).

    Returns
    -------
    float32 (b, 96, 216), clipped to [0, 1].

    Raises
    ------
    InputError
        Pixels of another type or shape; an encoder that draws no pictures.
    """
    checked_pixels(pixels)
    drawn = _draws(saved, rebuilt(saved).reconstruct)
    compiled = compile_pixels(drawn)
    restored = np.empty(pixels.shape, np.float32)
    for rows in in_order(np.arange(len(pixels)), APPLY_BATCH):
        restored[rows] = compiled(pixels[rows]).numpy()
    return restored


def decode(saved: Saved, vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """The pictures that an autoencoder's decoder makes of vectors.

    Parameters
    ----------
    vectors
        float32 (b, size).

    Returns
    -------
    float32 (b, 96, 216) in [0, 1].

    Raises
    ------
    InputError
        Vectors of another length; an encoder that draws no pictures.
    """
    if vectors.ndim != 2 or vectors.shape[1] != saved.design.size:
        raise InputError(
            f"vectors of encoder {saved.name!r} have {saved.design.size} numbers: "
            f"got an array of shape {vectors.shape}"
        )
    _, tf = _keras.load()
    drawn = _draws(saved, rebuilt(saved).decode)
    pictures = [
        drawn(tf.constant(vectors[rows], tf.float32)).numpy()
        for rows in in_order(np.arange(len(vectors)), APPLY_BATCH)
    ]
    if not pictures:
        raise EmptyInputError("there are no vectors to decode")
    return np.concatenate(pictures)


def _draws(saved: Saved, function: Callable[[Any], Any] | None) -> Callable[[Any], Any]:
    if function is None:
        raise InputError(
            f"encoder {saved.name!r} ({saved.kind}) draws no spectrograms: only "
            "autoencoders (cae, vae) do"
        )
    return function
