"""Nearest neighbours by playlists: the simple methods that are hard to beat."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from songnet.model import Floats
from songnet.playlists._evidence import Evidence
from songnet.playlists._scorer import Seeds, spoken_for, spread

NEAREST_PLAYLISTS: Final = 100


@dataclass(frozen=True)
class SongNeighbors:
    """The cosine of two songs' playlists, summed over the seeds: item-based neighbours.

    n_ij / √(n_i n_j), for songs that are in n_i and n_j playlists and in n_ij together (B. Sarwar,
    G. Karypis, J. Konstan, J. Riedl, *Item-based collaborative filtering recommendation
    algorithms*, WWW 2001), over all neighbours.
    """

    members: Any
    back: Any
    scale: Floats

    @classmethod
    def of(cls, evidence: Evidence) -> SongNeighbors:
        """From who is where."""
        scale = np.maximum(evidence.popularity, 1) ** -0.5
        return cls(evidence.members, evidence.members.T.tocsr(), scale)

    def __call__(self, seeds: Seeds) -> Floats:
        """See `Scorer`."""
        start = spread(seeds, len(self.scale)) * self.scale[:, None]
        return spoken_for(((self.back @ (self.members @ start)) * self.scale[:, None]).T)


@dataclass(frozen=True)
class PlaylistNeighbors:
    """The songs of the playlists most like the seeds: user-based neighbours.

    Alike is the cosine of two lists, songs weighted by how rare they are (the logarithm of one
    over the share of playlists that hold them), after D. Kelen, D. Berecz, F. Béres, A. Benczúr,
    *Efficient k-NN for playlist continuation*, RecSys Challenge 2018. A song scores the sum over
    those of the nearest playlists that hold it.
    """

    members: Any
    back: Any
    rarity: Floats
    norms: Floats

    @classmethod
    def of(cls, evidence: Evidence) -> PlaylistNeighbors:
        """From who is where."""
        share = np.maximum(evidence.popularity, 1) / max(evidence.members.shape[0], 1)
        rarity = np.log1p(1 / share)
        # A playlist of which nothing is left is like none.
        norms = np.maximum(np.sqrt(evidence.members @ rarity**2), np.finfo(np.float64).tiny)
        return cls(evidence.members, evidence.members.T.tocsr(), rarity, norms)

    def __call__(self, seeds: Seeds) -> Floats:
        """See `Scorer`."""
        return spoken_for(self.songs_of_nearest(seeds).T)

    def songs_of_nearest(self, seeds: Seeds) -> Floats:
        """float64 (n, q): for each song how alike those of the nearest playlists are that hold it.

        The seeds are among the songs; a column is 0 where no playlist holds a seed.
        """
        start = spread(seeds, len(self.rarity)) * (self.rarity**2)[:, None]
        alike = (self.members @ start) / self.norms[:, None]
        return np.asarray(self.back @ only_nearest(alike), np.float64)


def only_nearest(alike: Floats) -> Floats:
    """The same (playlists, q), 0 for what is below the last of the nearest of a column."""
    if len(alike) <= NEAREST_PLAYLISTS:
        return alike
    place = len(alike) - NEAREST_PLAYLISTS
    return np.where(alike >= np.partition(alike, place, axis=0)[place], alike, 0)
