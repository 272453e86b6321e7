"""Clips in which there is nothing, or hardly anything, to hear."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from songnet.model import Floats

# What 8 bits of a spectrogram stand for.
RANGE_DB = 80.0
NEAR_SILENT_DB = -60.0
EMPTY_SHARE = 0.5
SILENCE_RULE = (
    "silent: no cell above -80 dB; nearly silent: no cell above -60 dB, "
    "or more than half of the frames without one above -80 dB"
)


@dataclass(frozen=True)
class Loudness:
    """How loud clips are; see `SILENCE_RULE`.

    Attributes
    ----------
    peak
        dB of the loudest cell of each, -80 (or less) to 0, float64 (n,).
    empty
        The share of frames without a cell above -80 dB, 0 to 1, float64 (n,). What a short clip is
        padded with counts too.
    """

    peak: Floats
    empty: Floats

    @property
    def silent(self) -> NDArray[np.bool_]:
        """Which clips hold nothing, shape (n,)."""
        return np.asarray(self.empty == 1, np.bool_)

    @property
    def nearly_silent(self) -> NDArray[np.bool_]:
        """Which others hold hardly anything, shape (n,)."""
        faint = (self.peak <= NEAR_SILENT_DB) | (self.empty > EMPTY_SHARE)
        return np.asarray(faint & ~self.silent, np.bool_)


def loudness(pixels: NDArray[np.uint8]) -> Loudness:
    """Of spectrograms, uint8 (n, bands, frames): 0 is -80 dB or less, 255 is 0 dB or more."""
    loudest = pixels.max(axis=1, initial=0)
    peak = loudest.max(axis=1, initial=0) * (RANGE_DB / 255) - RANGE_DB
    return Loudness(peak=peak.astype(np.float64), empty=(loudest == 0).mean(axis=1))
