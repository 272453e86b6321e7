"""Songs that a walk from the seeds comes by."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from songnet.model import Floats
from songnet.playlists._neighbors import PlaylistNeighbors
from songnet.playlists._pagerank import Walk, pagerank
from songnet.playlists._scorer import Seeds, spoken_for, spread


@dataclass(frozen=True)
class PageRank:
    """Personalised PageRank, a song's own share of all walks taken off by degrees.

    Attributes
    ----------
    nearest
        Where the walker begins again: at the songs of the playlists most like all seeds together,
        as often as `PlaylistNeighbors` scores them. Without it he begins at a seed, and a playlist
        that holds all of them counts no more than as many that hold one each.
    penalty
        PageRank is divided by the song's strength to this power. At 0 popular songs, which every
        walk comes by, rank high for any seeds; at 1 only how much likelier than always a song is
        met counts, and rare songs rank high. As in B. Paudel, F. Christoffel, C. Newell,
        A. Bernstein, *Updatable, accurate, diverse, and scalable recommendations for interactive
        applications*, ACM TiiS 7 (2017).
    """

    walk: Walk
    damping: float
    tolerance: float
    penalty: float
    nearest: PlaylistNeighbors | None = None

    def __call__(self, seeds: Seeds) -> Floats:
        """See `Scorer`."""
        start = self._start(seeds)
        found = pagerank(self.walk, start, damping=self.damping, tolerance=self.tolerance)
        # What is smaller than the error says nothing.
        found[found < self.tolerance / len(found)] = 0
        weight = np.maximum(self.walk.strength, 1.0) ** -self.penalty
        return spoken_for((found * weight[:, None]).T)

    def _start(self, seeds: Seeds) -> Floats:
        """float64 (n, q), sums above 0."""
        start = spread(seeds, len(self.walk.strength))
        if self.nearest is None:
            return start
        near = self.nearest.songs_of_nearest(seeds)
        return np.where(near.any(axis=0), near, start)
