"""What every listening worker needs, imported once, by the fork server alone.

What goes wrong in a worker reaches the parent as a result or as the worker's death. Its own words
would only spoil the terminal: Python's traceback when the parent has left while it was starting,
and FFmpeg's grumbling.
"""

from __future__ import annotations

import os

import av
import librosa.filters
import scipy.fft
import scipy.signal
import scipy.sparse

from songnet.sources import audio

__all__ = ["audio", "av", "librosa", "scipy"]

os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
