"""What every method has to beat: the same for everyone, and chance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from songnet.model import Floats, Ints
from songnet.playlists._scorer import Seeds, spoken_for


@dataclass(frozen=True)
class Popularity:
    """The songs of the most playlists, whatever the seeds."""

    popularity: Ints

    def __call__(self, seeds: Seeds) -> Floats:
        """The number of playlists; see `Scorer`."""
        return np.tile(spoken_for(self.popularity.astype(np.float64)), (len(seeds), 1))


@dataclass(frozen=True)
class Random:
    """Any song as well as any other; the same seeds draw the same, in whatever batch they come."""

    songs: int
    seed: int

    def __call__(self, seeds: Seeds) -> Floats:
        """Numbers between 0 and 1; see `Scorer`."""
        drawn = [np.random.default_rng([self.seed, *chosen]).random(self.songs) for chosen in seeds]
        return np.array(drawn)
