"""Listening: audio files and spectrogram pictures in, `SongSound` out."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from songnet.errors import UsageError
from songnet.sources import _decode
from songnet.sources._mel import CLIP_SECONDS, mel_spectrogram


def decode(
    path: str | Path, *, start: float = 0.0, seconds: float = CLIP_SECONDS
) -> NDArray[np.float32]:
    """Mono samples of an audio file at 22,050 Hz, full scale 1.0.

    Parameters
    ----------
    path
        Any file that FFmpeg reads as ogg, mp3, flac, wav, opus or m4a, whatever its extension.
    start, seconds
        The stretch to read. Only that much is decoded.

    Returns
    -------
    NDArray[np.float32]
        (n,), n at most ``round(seconds * 22050)``, fewer at the song's end.

    Raises
    ------
    FormatError
        Not audio, broken, a header out of bounds, samples that are not finite.
    UsageError
        `start` negative or `seconds` not positive.
    """
    if not start >= 0 or not 0 < seconds <= 3600:
        raise UsageError(
            f"start must be 0 or more and seconds from 0 to 3600: got {start} and {seconds}"
        )
    return _decode.hear_span(Path(path), start=start, seconds=seconds)


def spectrogram_of(path: str | Path, start_seconds: float = 0.0) -> NDArray[np.uint8]:
    """The mel spectrogram, uint8 (96, 216), of the 5.02 s from `start_seconds` on.

    Padded with silence where the song ends sooner. Errors as for `decode`.
    """
    return mel_spectrogram(decode(path, start=start_seconds))
