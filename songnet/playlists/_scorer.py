"""What every method is in the end: songs scored for seeds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Protocol, TypeAlias, runtime_checkable

import numpy as np

from songnet.model import Floats, Ints

Seeds: TypeAlias = Sequence[Ints]
NOTHING: Final = -np.inf


class Scorer(Protocol):
    """Scores songs for seeds."""

    def __call__(self, seeds: Seeds) -> Floats:
        """How well every song goes with each set of seeds.

        Parameters
        ----------
        seeds
            q arrays of indices into `Evidence.songs`, in the order of the playlist; empty ones only
            for a method that needs no seeds.

        Returns
        -------
        float64 (q, n), the higher the better, `NOTHING` where nothing speaks for a song. What is
        said of the seeds themselves means nothing.
        """
        ...


@runtime_checkable
class ByTitle(Protocol):
    """A scorer that goes by what lists are called."""

    def titled(self, titles: Sequence[str]) -> Scorer:
        """The scorer of as many lists as there are titles, in that order."""
        ...


def titled(scorer: Scorer, titles: Sequence[str]) -> Scorer:
    """The scorer for lists of these titles; the same if it goes by none."""
    return scorer.titled(titles) if isinstance(scorer, ByTitle) else scorer


def spread(seeds: Seeds, songs: int) -> Floats:
    """float64 (n, q): each set of seeds as a column that sums to 1."""
    columns = np.zeros((songs, len(seeds)))
    for column, chosen in enumerate(seeds):
        columns[chosen, column] = 1 / len(chosen)
    return columns


def spoken_for(scores: Floats) -> Floats:
    """The same, `NOTHING` for 0 and less."""
    return np.where(scores > 0, scores, NOTHING)


def best(scores: Floats, k: int) -> Ints:
    """The `k` highest scores, best first, as indices; fewer where less is spoken for.

    Ties go to the smaller index.

    Parameters
    ----------
    scores
        float64 (n,); `NOTHING` is never among the best.
    """
    found = np.flatnonzero(scores > NOTHING)
    if len(found) > k:
        least = np.partition(scores[found], len(found) - k)[len(found) - k]
        found = found[scores[found] >= least]
    return found[np.argsort(-scores[found], kind="stable")][:k].astype(np.int64)
