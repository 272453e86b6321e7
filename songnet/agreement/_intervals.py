"""How sure a score is: intervals from subsamples."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from songnet.agreement._contingency import contingency, encode
from songnet.agreement._groups import check_samples, group_codes
from songnet.agreement._margins import Scores
from songnet.agreement._nulls import SAMPLES
from songnet.agreement._scores import scores
from songnet.errors import InputError, UsageError
from songnet.model import Ints

LEVEL = 0.95
# What the definitions allow, where an interval would reach beyond it.
BOUNDS: Mapping[str, tuple[float, float]] = MappingProxyType(
    {
        "ami": (-math.inf, 1.0),
        "ari": (-math.inf, 1.0),
        "vi": (0.0, math.inf),
    }
)
SHARES = (0.0, 1.0)


@dataclass(frozen=True)
class Interval:
    """A confidence interval of every score.

    Attributes
    ----------
    level
        How often such intervals hold the score of the whole population of songs.
    samples, seed
        How many subsamples were drawn, and from which seed.
    units
        How many units (songs or groups of songs) there are to draw from.
    scores
        By the names of `Scores`: low and high.
    """

    level: float
    samples: int
    seed: int
    units: int
    scores: Mapping[str, tuple[float, float]]

    def to_json(self) -> dict[str, Any]:
        """Plain values: ``level``, ``samples``, ``seed``, ``units``, ``[low, high]`` per score."""
        return {
            "level": self.level,
            "samples": self.samples,
            "seed": self.seed,
            "units": self.units,
            **{name: list(ends) for name, ends in self.scores.items()},
        }


def subsampled(
    a: ArrayLike,
    b: ArrayLike,
    groups: ArrayLike | None = None,
    *,
    samples: int = SAMPLES,
    level: float = LEVEL,
    seed: int = 0,
) -> Interval:
    """Confidence intervals of every score by subsampling without replacement.

    After Politis & Romano (Annals of Statistics 22, 1994). Of u units m = floor(u / 2) are drawn
    without replacement, again and again, and scored: t*. The score of all is t. Deviations t* - t
    vary as t itself does about the population's score, but for the factor sqrt(m / (u - m)): sqrt(m
    / u) for the smaller number, over sqrt(1 - m / u) because the population that is drawn from is
    finite. With q(x) the quantiles of that factor times (t* - t) the interval is

        [t - q(1 - (1 - level) / 2), t - q((1 - level) / 2)],

    cut at the bounds of the score. Halves serve for scores that are smooth in the shares of cells,
    as these are (Shao & Wu, Annals of Statistics 17, 1989); the factor is then 1, and a bias that
    falls as 1 / n, as that of MI, cancels. No bootstrap: songs drawn twice agree with themselves
    and raise every measure of information.

    Parameters
    ----------
    a, b
        Labels of shape (n,).
    groups
        Shape (n,): songs of one group, such as an artist, are drawn together, because they are not
        independent. Songs whose group is None, NaN, empty or a negative number are units of their
        own.
    samples
        How many subsamples, at least 1.
    level
        Between 0 and 1.
    seed
        Subsample i is drawn from ``default_rng([seed, i])``.

    Raises
    ------
    InputError
        Labels that `contingency` refuses, groups that are not one per song, fewer than two units.
    UsageError
        Fewer than one sample, or a level that is no share.
    """
    check_samples(samples)
    if not 0 < level < 1:
        raise UsageError(f"the level must be between 0 and 1: got {level}")
    whole = scores(contingency(a, b))
    row, column = encode(np.asarray(a))[1], encode(np.asarray(b))[1]
    unit, units = _units(groups, len(row))
    drawn = []
    for sample in range(samples):
        chosen = _half(units, [seed, sample])[unit]
        drawn.append(scores(contingency(row[chosen], column[chosen])))
    factor = math.sqrt((units // 2) / (units - units // 2))
    return Interval(level, samples, seed, units, _ends(whole, drawn, factor, level))


def _units(groups: ArrayLike | None, songs: int) -> tuple[Ints, int]:
    """The unit of each song, and how many there are."""
    unit = np.arange(songs) if groups is None else group_codes(groups, songs)
    alone = np.flatnonzero(unit < 0)
    known = int(unit.max()) + 1
    unit[alone] = known + np.arange(len(alone))
    units = known + len(alone)
    if units < 2:
        raise InputError(f"an interval needs at least two songs or groups of songs: got {units}")
    return unit, units


def _half(units: int, seed: list[int]) -> NDArray[np.bool_]:
    drawn = np.zeros(units, bool)
    drawn[np.random.default_rng(seed).permutation(units)[: units // 2]] = True
    return drawn


def _ends(
    whole: Scores, drawn: list[Scores], factor: float, level: float
) -> Mapping[str, tuple[float, float]]:
    import pandas as pd

    table = pd.DataFrame([score.as_dict() for score in drawn])
    outside = (1 - level) / 2
    ends = {}
    for name, value in whole.as_dict().items():
        deviations = factor * (table[name].to_numpy(np.float64) - value)
        below, above = np.quantile(deviations, [outside, 1 - outside])
        least, most = BOUNDS.get(name, SHARES)
        low, high = np.clip([value - above, value - below], least, most)
        ends[name] = (float(low), float(high))
    return MappingProxyType(ends)
