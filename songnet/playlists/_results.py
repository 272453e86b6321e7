"""What came of an evaluation: means over playlists, how sure they are, and who is better."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Final, TypeAlias

import numpy as np

from songnet.model import Floats, Ints
from songnet.playlists._bootstrap import intervals
from songnet.playlists._metrics import Chance

# What is measured of every list, in the order of the columns of `Answers.values`.
MEASURES: Final = (
    "r_precision",
    "ndcg",
    "clicks",
    "recall",
    "diversity",
    "diversity_sound",
    "novelty",
    "popularity_bias",
    "r_precision_artist",
)
# Those of hits, which every list has.
SURE: Final = ("r_precision", "ndcg", "clicks")
BASELINES: Final = ("neighbours", "popularity")
# Where neither can say anything.
CHANCE: Final = "chance"

# A value per playlist of one method and one of `SURE`.
_Columns: TypeAlias = Mapping[tuple[str, str], Floats]
_Ends: TypeAlias = Mapping[tuple[str, str], tuple[float, float]]


@dataclass(frozen=True)
class Answers:
    """What a method recommended, scored.

    Attributes
    ----------
    values
        float64 (q, 9): `MEASURES` of every playlist, NaN where one is not defined.
    first
        The distinct songs that were among the first 10 of a list, as indices.
    seconds
        What scoring and ranking took; making the scorer is not in it.
    """

    values: Floats
    first: frozenset[int]
    seconds: float

    def __add__(self, other: Answers) -> Answers:
        return Answers(
            np.concatenate([self.values, other.values]),
            self.first | other.first,
            self.seconds + other.seconds,
        )

    def column(self, measure: str) -> Floats:
        """float64 (q,)."""
        return np.asarray(self.values[:, MEASURES.index(measure)])


@dataclass(frozen=True)
class Challenge:
    """What was asked.

    Attributes
    ----------
    playlists, shown_songs, hidden_songs
        How many playlists were held out, and how many (playlist, song) pairs were shown and hidden.
    distinct
        How many of the playlists differ in what is shown. Those that do not get the same list, so
        they are drawn together for the intervals.
    folds
        In how many parts they were held out.
    known
        The share of hidden songs of which anything is known once they are hidden: in a playlist
        still, or with a vector.
    reachable
        The share that can be come by from the shown songs of its playlist, from song to playlist
        to song.
    candidates
        How many songs are ranked, on average.
    chance
        What random order would score.
    """

    playlists: int
    shown_songs: int
    hidden_songs: int
    distinct: int
    folds: int
    known: float
    reachable: float
    candidates: float
    chance: Chance

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return asdict(self)


@dataclass(frozen=True)
class Score:
    """One method.

    Attributes
    ----------
    means
        By `MEASURES`: over the playlists where it is defined; None where it never is.
    ci
        By `SURE`: 95 % bootstrap percentile intervals.
    coverage
        Distinct songs in the first 10 of all lists, as a share of all that can be recommended.
    seconds_per_playlist
        What scoring and ranking took.
    """

    name: str
    means: Mapping[str, float | None]
    ci: Mapping[str, tuple[float, float]]
    coverage: float
    seconds_per_playlist: float

    def to_json(self) -> dict[str, Any]:
        """Plain values; the means lie at the top."""
        return {
            "name": self.name,
            **self.means,
            "coverage": self.coverage,
            "ci": {name: list(ends) for name, ends in self.ci.items()},
            "seconds_per_playlist": self.seconds_per_playlist,
        }


@dataclass(frozen=True)
class Difference:
    """A method minus a baseline, playlist by playlist.

    Attributes
    ----------
    baseline
        The better by R-precision of `BASELINES`; ``chance``, what random order would score on
        average, where neither could be asked.
    means, ci
        By `SURE`.
    """

    name: str
    baseline: str
    means: Mapping[str, float]
    ci: Mapping[str, tuple[float, float]]

    def to_json(self) -> dict[str, Any]:
        """Plain values; ``from`` is the baseline."""
        ends = {name: list(pair) for name, pair in self.ci.items()}
        return {"name": self.name, "from": self.baseline, **self.means, "ci": ends}


@dataclass(frozen=True)
class Evaluation:
    """An evaluation as a whole.

    Attributes
    ----------
    methods
        The best by R-precision first, ties by name.
    differences
        Of every other method from the baseline, in the same order.
    left_out
        Methods that could not be asked, and why.
    """

    challenge: Challenge
    methods: tuple[Score, ...]
    differences: tuple[Difference, ...]
    left_out: Mapping[str, str] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Plain values: ``methods``, ``differences`` and ``left_out``."""
        left = [{"name": name, "why": why} for name, why in self.left_out.items()]
        return {
            "methods": [each.to_json() for each in self.methods],
            "differences": [each.to_json() for each in self.differences],
            "left_out": left,
        }


def summed_up(
    answers: Mapping[str, Answers],
    challenge: Challenge,
    *,
    groups: Ints,
    by_chance: Floats,
    songs: int,
    left_out: Mapping[str, str],
    seed: int,
) -> Evaluation:
    """Means, intervals and differences.

    Parameters
    ----------
    answers
        By method, of the same playlists in the same order.
    groups
        int64 (q,): playlists of one group count as one for how sure a mean is.
    by_chance
        float64 (q, 3): `SURE` of random order.
    songs
        How many could have been recommended.
    seed
        Of the intervals.
    """
    columns = {(name, of): answer.column(of) for name, answer in answers.items() for of in SURE}
    ends = intervals(columns, groups, seed=seed)
    scores = [_score(name, answer, songs, ends) for name, answer in answers.items()]
    scores.sort(key=lambda score: (-(score.means["r_precision"] or 0), score.name))
    names = [score.name for score in scores]
    baseline = next((name for name in names if name in BASELINES), CHANCE)
    columns |= {(CHANCE, of): by_chance[:, place] for place, of in enumerate(SURE)}
    differences = _differences(names, baseline, columns, groups, seed)
    return Evaluation(challenge, tuple(scores), differences, left_out)


def _score(name: str, answer: Answers, songs: int, ends: _Ends) -> Score:
    return Score(
        name=name,
        means={of: _mean(answer.column(of)) for of in MEASURES},
        ci={of: ends[name, of] for of in SURE},
        coverage=len(answer.first) / songs,
        seconds_per_playlist=answer.seconds / len(answer.values),
    )


def _mean(column: Floats) -> float | None:
    there = column[~np.isnan(column)]
    return float(there.mean()) if len(there) else None


def _differences(
    names: Sequence[str], baseline: str, columns: _Columns, groups: Ints, seed: int
) -> tuple[Difference, ...]:
    others = [name for name in names if name != baseline]
    gaps = {(name, of): columns[name, of] - columns[baseline, of] for name in others for of in SURE}
    ends = intervals(gaps, groups, seed=seed)
    return tuple(
        Difference(
            name,
            baseline,
            means={of: float(gaps[name, of].mean()) for of in SURE},
            ci={of: ends[name, of] for of in SURE},
        )
        for name in others
    )
