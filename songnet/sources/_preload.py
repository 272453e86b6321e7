"""What every listening worker needs, imported once for all of them."""

from __future__ import annotations

import av
import librosa.filters
import scipy.fft
import scipy.signal
import scipy.sparse

from songnet.sources import audio

__all__ = ["audio", "av", "librosa", "scipy"]
