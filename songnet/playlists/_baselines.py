"""What every method has to beat: the same for everyone, and chance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

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
    """Any song as well as any other; the same seeds draw the same, in whatever batch they come.

    Without seeds it is the same title that draws the same.
    """

    songs: int
    seed: int
    titles: tuple[str, ...] = ()

    def titled(self, titles: Sequence[str]) -> Random:
        """The same, for lists that are called so."""
        return replace(self, titles=tuple(titles))

    def __call__(self, seeds: Seeds) -> Floats:
        """Numbers between 0 and 1; see `Scorer`."""
        keys = [[*chosen] or self._spelled(place) for place, chosen in enumerate(seeds)]
        drawn = [np.random.default_rng([self.seed, *key]).random(self.songs) for key in keys]
        return np.array(drawn)

    def _spelled(self, place: int) -> list[int]:
        return [*self.titles[place].encode("utf-8", "replace")] if self.titles else []
