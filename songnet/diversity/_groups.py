"""Groups of songs from the most to the least diverse, each beside random groups of its size."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from songnet.diversity._chance import Chance, Expected
from songnet.diversity._scores import Scores, scores
from songnet.model import Ints
from songnet.progress import Progress, silent


@dataclass(frozen=True)
class Group:
    """How diverse a group is, and what random groups of its size are.

    Attributes
    ----------
    number
        Its place among the groups that were given.
    songs
        How many songs were scored, at least 2.
    scores
        Its own.
    vendi, mean_distance, effective_rank
        Of random groups of so many songs.
    """

    number: int
    songs: int
    scores: Scores
    vendi: Expected
    mean_distance: Expected
    effective_rank: Expected

    @property
    def relative(self) -> float:
        """Its Vendi score over the mean of random groups: below 1 it is less diverse than they."""
        return self.scores.vendi / self.vendi.mean


def rank_groups(
    values: NDArray[np.float32],
    groups: Sequence[Ints],
    *,
    seed: int = 0,
    watch: Progress = silent,
) -> tuple[list[Group], Chance]:
    """Groups by falling `Group.relative`, ties by their place; and what they are held against.

    Parameters
    ----------
    values
        The vectors of all songs, none of them zero, shape (n, d): random groups are drawn from
        them.
    groups
        Of each group the rows of its songs, each once; of fewer than two songs it is passed over.
    seed
        Of the draws.
    watch
        Told how many sizes of random groups, then how many groups, are scored.
    """
    large = [number for number, rows in enumerate(groups) if len(rows) > 1]
    chance = Chance.of(values, [len(groups[number]) for number in large], seed=seed, watch=watch)
    found = []
    for done, number in enumerate(large, 1):
        rows = np.sort(groups[number])
        own = scores(values[rows], seed=seed)
        found.append(Group(number, len(rows), own, *chance.at(len(rows))))
        watch("groups", done, len(large))
    return sorted(found, key=lambda group: (-group.relative, group.number)), chance
