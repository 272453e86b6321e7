"""What tests against chance are asked: how many samples, and which songs change places."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from songnet.errors import InputError, UsageError
from songnet.model import Ints


def check_samples(samples: int) -> None:
    """`UsageError` unless there is at least one."""
    if samples < 1:
        raise UsageError(f"--samples must be at least 1: got {samples}")


def group_codes(groups: ArrayLike | None, songs: int) -> Ints:
    """The group of each song as a number from 0, -1 for none; without groups all are in one.

    Raises
    ------
    InputError
        Not one group per song.
    """
    import pandas as pd

    if groups is None:
        return np.zeros(songs, np.int64)
    given = np.asarray(groups)
    if given.shape != (songs,):
        raise InputError(f"groups must be one per song, shape ({songs},): got {given.shape}")
    some = given >= 0 if given.dtype.kind in "iu" else ~(pd.isna(given) | (given == ""))
    codes = np.full(songs, -1, np.int64)
    codes[some] = pd.factorize(given[some])[0]
    return codes
