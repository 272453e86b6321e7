"""From samples to an 8-bit mel spectrogram, exactly as Deej-AI draws its own.

22,050 Hz, mono; Hann windows of 2,048 samples, one every 512, centred (the edges padded with
zeros); power; 96 mel bands up to 11,025 Hz (Slaney's scale and normalisation); decibels against
n_fft / 2, no more than 80 below the loudest cell; then -80..0 dB becomes 0..255, rounded half up.
Band 0 (the lowest) is row 0. A clip is 216 x 512 - 1 = 110,591 samples (5.02 s), the longest
stretch that has 216 frames.

Sources: Deej-AI (R. Smith, 2019) and its ``audiodiffusion.mel.Mel``; M. Slaney, *Auditory
Toolbox* (1998), for the mel scale. Equality with `librosa.feature.melspectrogram` is tested; the
bands are applied as a sparse matrix and the transform comes from scipy, because that is
faster and starts no threads.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

SAMPLE_RATE = 22_050
N_FFT = 2_048
HOP = 512
MELS = 96
FRAMES = 216
CLIP_SAMPLES = FRAMES * HOP - 1
CLIP_SECONDS = CLIP_SAMPLES / SAMPLE_RATE
TOP_DB = 80.0
REFERENCE = N_FFT / 2
SMALLEST_POWER = 1e-10


def mel_spectrogram(samples: NDArray[np.float32]) -> NDArray[np.uint8]:
    """The spectrogram of one clip.

    Parameters
    ----------
    samples
        float32 (n,), mono at 22,050 Hz, full scale 1.0, finite. Padded with silence, or cut, to
        `CLIP_SAMPLES`.

    Returns
    -------
    NDArray[np.uint8]
        (96, 216): row 0 is the lowest band, 0 is -80 dB or less, 255 is 0 dB or more.
    """
    power = _power(_padded(samples))
    mel = np.maximum(_bands() @ power, np.float32(SMALLEST_POWER))
    decibels = 10.0 * np.log10(mel) - 10.0 * np.log10(REFERENCE)
    decibels = np.maximum(decibels, decibels.max() - TOP_DB)
    scaled = np.clip((decibels + TOP_DB) * (255.0 / TOP_DB), 0.0, 255.0)
    pixels: NDArray[np.uint8] = (scaled + 0.5).astype(np.uint8)
    return pixels


def _padded(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """The clip between half a window of zeros on each side."""
    padded = np.zeros(CLIP_SAMPLES + N_FFT, np.float32)
    clip = samples[:CLIP_SAMPLES]
    padded[N_FFT // 2 : N_FFT // 2 + len(clip)] = clip
    return padded


def _power(padded: NDArray[np.float32]) -> NDArray[np.float32]:
    """Power per frequency and frame, float32 (1025, 216)."""
    from scipy import fft

    frames = np.lib.stride_tricks.sliding_window_view(padded, N_FFT)[::HOP]
    spectrum = fft.rfft(frames * _window(), axis=1)
    power = spectrum.real**2 + spectrum.imag**2
    return np.ascontiguousarray(power.T, dtype=np.float32)


@cache
def _window() -> NDArray[np.float32]:
    from scipy import signal

    return np.asarray(signal.get_window("hann", N_FFT), dtype=np.float32)


@cache
def _bands() -> Any:
    """The mel bands as a sparse float32 matrix (96, 1025)."""
    from librosa import filters
    from scipy import sparse

    return sparse.csr_array(
        filters.mel(sr=SAMPLE_RATE, n_fft=N_FFT, n_mels=MELS, fmax=SAMPLE_RATE / 2)
    )
