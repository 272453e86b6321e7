"""Graph and sound together, by ranks: a cosine and a chance to be met have no common unit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from songnet.model import Floats
from songnet.playlists._scorer import Scorer, Seeds, spoken_for

# Of the source: so many ranks are about as good as the first.
SMOOTHING: Final = 60.0


def reciprocal_ranks(scores: Floats) -> Floats:
    """1 / (60 + rank) of every song, 0 where nothing speaks for it; ties have one rank, the best.

    Parameters
    ----------
    scores
        float64 (n,).

    References
    ----------
    G. Cormack, C. Clarke, S. Büttcher, *Reciprocal rank fusion outperforms Condorcet and individual
    rank learning methods*, SIGIR 2009.
    """
    found = np.isfinite(scores)
    # Falling, so that the first place of a score is how many are better.
    ordered = np.sort(-scores[found])
    result = np.zeros(len(scores))
    result[found] = 1 / (SMOOTHING + 1 + np.searchsorted(ordered, -scores[found]))
    return result


@dataclass(frozen=True)
class Blend:
    """Two scorers' reciprocal ranks, weighted and added.

    Attributes
    ----------
    weight
        Of sound, 0 to 1; the graph's is the rest.
    """

    graph: Scorer
    sound: Scorer
    weight: float

    def __call__(self, seeds: Seeds) -> Floats:
        """See `Scorer`."""
        graph, sound = self.graph(seeds), self.sound(seeds)
        for row, heard in zip(graph, sound, strict=True):
            row[:] = blended(row, heard, self.weight)
        return graph


def blended(graph: Floats, sound: Floats, weight: float) -> Floats:
    """Scores of one list by graph and by sound as one, float64 (n,); `weight` is that of sound."""
    both = (1 - weight) * reciprocal_ranks(graph) + weight * reciprocal_ranks(sound)
    return spoken_for(both)
