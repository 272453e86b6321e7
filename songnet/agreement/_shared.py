"""The songs that partitions share, found once for partitions of the same songs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np

from songnet.model import Ids, Ints, Partition, shared_songs

Places: TypeAlias = Ints | slice
EVERY = slice(None)


class SharedSongs:
    """Where the songs that two partitions share stand in each of them.

    Mostly the partitions are of few song sets, so each partition is held against the sets there are
    already, and two sets are intersected once, however many pairs of partitions they stand for.

    Parameters
    ----------
    partitions
        Whose songs; asked for by their place in this sequence.
    """

    def __init__(self, partitions: Sequence[Partition]) -> None:
        self._sets: list[Ids] = []
        self._set_of = [self._find(partition.songs) for partition in partitions]
        self._found: dict[tuple[int, int], tuple[Places, Places]] = {}

    def of(self, first: int, second: int) -> tuple[Places, Places]:
        """Indices into the songs of the two partitions, in the order of the ids."""
        sets = self._set_of[first], self._set_of[second]
        if sets[0] == sets[1]:
            return EVERY, EVERY
        if sets not in self._found:
            left, right = shared_songs(self._sets[sets[0]], self._sets[sets[1]])
            self._found[sets] = left, right
            self._found[sets[::-1]] = right, left
        return self._found[sets]

    def _find(self, songs: Ids) -> int:
        for place, known in enumerate(self._sets):
            if known is songs or np.array_equal(known, songs):
                return place
        self._sets.append(songs)
        return len(self._sets) - 1
