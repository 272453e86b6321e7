"""What agreement comes to when there is none: scores of shuffled labels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from songnet.agreement._contingency import cells, contingency, encode
from songnet.agreement._groups import check_samples, group_codes
from songnet.agreement._margins import Scores, margins_of, sums_of
from songnet.errors import InputError
from songnet.model import Floats, Ints

SAMPLES = 99
# Scores that differ by less are equal but for rounding.
ROUNDING = 1e-9
# Scores that are the better the lower they are.
DISTANCES = frozenset({"vi"})
TAILS = (2.5, 97.5)


@dataclass(frozen=True, slots=True)
class NullScore:
    """One score under a null hypothesis, and where the observed one lies in it.

    Attributes
    ----------
    mean, sd
        Of the null scores; `sd` is that of a sample (n - 1).
    low, high
        The 2.5 and 97.5 percentiles of the null scores.
    z
        (observed - mean) / sd; None where the null scores do not vary. Of `vi` a negative one means
        more agreement than the null.
    p
        (1 + null scores at least as good as the observed one) / (samples + 1), one-sided: never 0,
        and exact whatever the number of samples (Phipson & Smyth 2010).
    """

    mean: float
    sd: float
    low: float
    high: float
    z: float | None
    p: float


@dataclass(frozen=True)
class Null:
    """Every score under one null hypothesis.

    Attributes
    ----------
    samples, seed
        How many null scores were drawn, and from which seed.
    movable
        The share of songs that a shuffle can move; None where no songs were shuffled.
    scores
        By the names of `Scores`.
    rewired
        The partition that was made anew from rewired memberships; None for shuffles.
    """

    samples: int
    seed: int
    movable: float | None
    scores: Mapping[str, NullScore]
    rewired: str | None = None

    def to_json(self) -> dict[str, Any]:
        """Plain values: ``samples``, ``seed``, ``movable``, ``rewired`` and a mapping per score."""
        return {
            "samples": self.samples,
            "seed": self.seed,
            "movable": self.movable,
            "rewired": self.rewired,
            **{name: asdict(score) for name, score in self.scores.items()},
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Null:
        """What `to_json` gave; `InputError` where a field is missing or of another kind."""
        facts = ("samples", "seed", "movable", "rewired")
        try:
            found = {
                str(name): NullScore(**score) for name, score in data.items() if name not in facts
            }
            return cls(
                samples=int(data["samples"]),
                seed=int(data["seed"]),
                movable=data["movable"],
                scores=MappingProxyType(found),
                rewired=data["rewired"],
            )
        except (KeyError, TypeError, ValueError, OverflowError) as error:
            raise InputError(f"is no null distribution: {error!r}") from error


def shuffled(
    a: ArrayLike,
    b: ArrayLike,
    groups: ArrayLike | None = None,
    *,
    samples: int = SAMPLES,
    seed: int = 0,
) -> Null:
    """The scores of two labelings when the second is shuffled among songs, or within groups.

    Without `groups` this is the permutation test of independence. With them, labels change places
    only among songs of one group, such as an artist: what two partitions agree on only because both
    keep artists together stays in every null score, so agreement beyond this null is more than
    that. Both margins stay as they are in every shuffle, so only the cells are counted anew, and
    shuffling the first labeling instead gives the same distribution.

    Parameters
    ----------
    a, b
        Labels of shape (n,).
    groups
        Shape (n,): a text or number per song. Songs whose group is None, NaN,
        empty or a negative number stay put.
    samples
        How many shuffles, at least 1.
    seed
        Shuffle i is drawn from ``default_rng([seed, i])``.

    Returns
    -------
    `movable` in it is the share of songs whose group holds different labels in both labelings; no
    other song makes a difference. Where it is 0 every null score is the observed one and p is 1.

    Raises
    ------
    InputError
        Labels that `contingency` refuses, or groups that are not one per song.
    UsageError
        Fewer than one sample.
    """
    check_samples(samples)
    table = contingency(a, b)
    margins = margins_of(table)
    row, column = encode(np.asarray(a))[1], encode(np.asarray(b))[1]
    shuffle = _Shuffle(row, column, group_codes(groups, len(row)))
    shape = len(table.row_sizes), len(table.column_sizes)
    drawn = [
        margins.scores(margins.sums(*cells(row, shuffle.draw([seed, sample]), *shape)))
        for sample in range(samples)
    ]
    observed = margins.scores(sums_of(table, margins))
    return Null(samples, seed, shuffle.movable, null_scores(observed, drawn))


def null_scores(observed: Scores, drawn: Sequence[Scores]) -> Mapping[str, NullScore]:
    """Where each observed score lies among at least one null score."""
    import pandas as pd

    null = pd.DataFrame([score.as_dict() for score in drawn])
    return MappingProxyType(
        {
            name: _null_score(value, null[name].to_numpy(np.float64), lower=name in DISTANCES)
            for name, value in observed.as_dict().items()
        }
    )


def _null_score(observed: float, drawn: Floats, *, lower: bool) -> NullScore:
    mean = float(drawn.mean())
    sd = float(drawn.std(ddof=1)) if len(drawn) > 1 else 0.0
    low, high = np.percentile(drawn, TAILS)
    as_good = drawn <= observed + ROUNDING if lower else drawn >= observed - ROUNDING
    return NullScore(
        mean=mean,
        sd=sd,
        low=float(low),
        high=float(high),
        z=(observed - mean) / sd if sd > ROUNDING else None,
        p=(1 + int(as_good.sum())) / (len(drawn) + 1),
    )


class _Shuffle:
    """Draws the columns of songs anew, within groups."""

    def __init__(self, row: Ints, column: Ints, group: Ints) -> None:
        self._column = column
        self._songs, self._group = _movers(row, column, group)
        self._drawer = self._whole if len(np.unique(self._group)) < 2 else self._within

    @property
    def movable(self) -> float:
        """The share of songs that a shuffle can move."""
        return len(self._songs) / len(self._column)

    def draw(self, seed: Sequence[int]) -> Ints:
        """The columns after a shuffle."""
        random = np.random.default_rng(seed)
        shuffled = self._column.copy()
        shuffled[self._songs] = self._drawer(random, self._column[self._songs])
        return shuffled

    def _whole(self, random: np.random.Generator, column: Ints) -> Ints:
        return random.permutation(column)

    def _within(self, random: np.random.Generator, column: Ints) -> Ints:
        # Songs lie group by group, so sorting by group and a random number stays in the group.
        return column[np.argsort(self._group + random.random(len(column)))]


def _movers(row: Ints, column: Ints, group: Ints) -> tuple[Ints, Ints]:
    """Songs whose group holds different rows and different columns, and their groups, by group."""
    songs = np.flatnonzero(group >= 0)
    songs = songs[np.argsort(group[songs], kind="stable")]
    own = group[songs]
    starts = np.flatnonzero(np.diff(own, prepend=-1))
    lengths = np.diff(starts, append=len(own))
    mixed = _mixed(row[songs], starts) & _mixed(column[songs], starts)
    moving = np.repeat(mixed, lengths)
    return songs[moving], own[moving]


def _mixed(codes: Ints, starts: Ints) -> NDArray[np.bool_]:
    """Of each run of codes whether it holds different ones, bool (runs,)."""
    return np.asarray(np.minimum.reduceat(codes, starts) < np.maximum.reduceat(codes, starts))
