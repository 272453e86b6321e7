"""What random groups of some size score, because diversity grows with size."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from songnet.diversity._scores import MOST, Scores, scores
from songnet.model import Floats, Ints
from songnet.progress import Progress, silent

SAMPLES, FEWEST_SAMPLES = 99, 19
# Multiplications for the samples of one size, about: some ten seconds.
WORK = 4e10
SIZES = 24
LOW, HIGH = 5, 95


@dataclass(frozen=True)
class Expected:
    """A score of random groups: its mean, and between which values 90 % of them lie."""

    mean: float
    low: float
    high: float


@dataclass(frozen=True)
class Chance:
    """What groups drawn from all songs score, by their size.

    Attributes
    ----------
    sizes
        The sizes that were drawn, rising, int64 (s,); between them, scores are interpolated on the
        logarithm of the size.
    samples
        How many groups of each, int64 (s,): 99, and fewer, at least 19, where one takes long.
    values
        float64 (s, 3, 3): of Vendi score, mean distance and effective rank each the mean and the
        5 and 95 percentiles.
    """

    sizes: Ints
    samples: Ints
    values: Floats

    @classmethod
    def of(
        cls,
        values: NDArray[np.float32],
        sizes: Sequence[int],
        *,
        seed: int = 0,
        watch: Progress = silent,
    ) -> Chance:
        """Draw groups of these sizes, without replacement, from `values`, shape (n, d).

        Of more than 24 different sizes some 24 are drawn, evenly spread on a logarithmic scale. The
        draws of a size hang on `seed` and that size alone. `watch` is told how many are done.
        """
        drawn = _spread(sizes)
        samples = np.array([_samples(size, values.shape[1]) for size in drawn], np.int64)
        found = np.empty((len(drawn), 3, 3))
        for place, size in enumerate(drawn):
            found[place] = _summary(_draws(values, int(size), int(samples[place]), seed))
            watch("sizes of random groups", place + 1, len(drawn))
        return cls(drawn, samples, found)

    def at(self, size: int) -> tuple[Expected, Expected, Expected]:
        """Of Vendi score, mean distance and effective rank of groups of one size."""
        where = np.log(self.sizes)
        vendi, distance, rank = (
            Expected(*(float(np.interp(np.log(size), where, column)) for column in table.T))
            for table in self.values.transpose(1, 0, 2)
        )
        return vendi, distance, rank


def _spread(sizes: Sequence[int]) -> Ints:
    different = np.unique(np.asarray(sizes, np.int64))
    if len(different) <= SIZES:
        return different
    return np.unique(np.geomspace(different[0], different[-1], SIZES).round().astype(np.int64))


def _samples(size: int, dimensions: int) -> int:
    small, large = sorted((size, dimensions))
    small = min(small, MOST)
    return int(np.clip(WORK / (small**2 * large + 10 * small**3), FEWEST_SAMPLES, SAMPLES))


def _draws(values: NDArray[np.float32], size: int, samples: int, seed: int) -> list[Scores]:
    random = np.random.default_rng([seed, 1, size])
    return [
        scores(values[np.sort(random.choice(len(values), size, replace=False))], seed=seed)
        for _ in range(samples)
    ]


def _summary(found: Sequence[Scores]) -> Floats:
    table = np.array([[one.vendi, one.mean_distance, one.effective_rank] for one in found])
    low, high = np.percentile(table, [LOW, HIGH], axis=0)
    return np.stack([table.mean(axis=0), low, high], axis=1)
