"""The baseline that an encoder has to beat: how loud each mel band is, and how much it varies."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from songnet.encoders._data import FRAMES, Pixels, checked_pixels
from songnet.errors import InputError
from songnet.model import Ids, object_array


def mel_statistics(pixels: Pixels) -> NDArray[np.float32]:
    """Mean and standard deviation of each mel band over the frames of a spectrogram.

    Parameters
    ----------
    pixels
        uint8 (b, 96, 216).

    Returns
    -------
    float32 (b, 192), in levels of a pixel (0 to 255): the 96 means, then the 96 standard
    deviations, lowest band first.

    Raises
    ------
    InputError
        Another shape or type.
    """
    checked_pixels(pixels)
    # Whole numbers, so that the sums are exact and no variance is below zero.
    totals = pixels.sum(axis=2, dtype=np.int64)
    squares = np.einsum("bmt,bmt->bm", pixels, pixels, dtype=np.int64)
    deviations = np.sqrt(FRAMES * squares - totals**2)
    return np.concatenate([totals, deviations], axis=1).astype(np.float32) / np.float32(FRAMES)


def song_means(
    songs: Sequence[str] | Ids, values: NDArray[np.floating]
) -> tuple[Ids, NDArray[np.float32]]:
    """The mean of each song's rows: a song's vector from those of its clips.

    Parameters
    ----------
    songs
        Ids, m, in any order; a song has a row per clip.
    values
        (m, d).

    Returns
    -------
    The ids, sorted, each once, and float32 (n, d).

    Raises
    ------
    InputError
        Not one song per row.
    """
    if np.ndim(values) != 2 or len(songs) != len(values):
        raise InputError(f"values need shape ({len(songs)}, d): got {np.shape(values)}")
    ids, song, counts = np.unique(object_array(songs), return_inverse=True, return_counts=True)
    order = np.argsort(song, kind="stable")
    starts = np.cumsum(counts) - counts
    means = np.empty((len(ids), values.shape[1]), np.float32)
    for row, (start, count) in enumerate(zip(starts.tolist(), counts.tolist(), strict=True)):
        means[row] = values[order[start : start + count]].mean(axis=0, dtype=np.float64)
    return ids, means
