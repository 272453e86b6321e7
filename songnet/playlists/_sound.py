"""Songs that sound like the seeds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from songnet.model import Floats
from songnet.playlists._scorer import NOTHING, Seeds

# Below this, sums hang on the machine and on how many are taken at a time.
DECIMALS: Final = 6


def cosines(directions: NDArray[np.float32], target: Floats | NDArray[np.float32]) -> Floats:
    """The cosine of every song with a direction, float64 (n,), to 6 decimals.

    Parameters
    ----------
    directions
        float32 (n, d), of length 1 or 0.
    target
        (d,), of any length; 0 gives `NOTHING`.
    """
    length = float(np.linalg.norm(target))
    if not length:
        return np.full(len(directions), NOTHING)
    unit = (np.asarray(target, np.float64) / length).astype(np.float32)
    return np.asarray(np.round((directions @ unit).astype(np.float64), DECIMALS), np.float64)


@dataclass(frozen=True)
class Sound:
    """The cosine with the mean of the seeds' directions.

    Attributes
    ----------
    directions, heard
        As of `Evidence`.
    """

    directions: NDArray[np.float32]
    heard: NDArray[np.bool_]

    def __call__(self, seeds: Seeds) -> Floats:
        """See `Scorer`."""
        means = [self.directions[chosen].mean(axis=0, dtype=np.float64) for chosen in seeds]
        scores = [cosines(self.directions, mean) for mean in means]
        return np.where(self.heard, np.array(scores), NOTHING)
