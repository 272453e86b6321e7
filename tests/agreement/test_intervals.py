"""Intervals by subsampling: their coverage, and why not by bootstrap."""

from __future__ import annotations

import json
from dataclasses import asdict, fields

import numpy as np
import pytest

from songnet.agreement import Scores, contingency, nmi, scores, subsampled
from songnet.errors import InputError, UsageError

NAMES = [field.name for field in fields(Scores)]
LEAST = {"ami": -np.inf, "ari": -np.inf}
MOST = {"vi": np.inf}


def population():
    """The share of songs in each cell of 4 x 5 communities."""
    shares = np.random.default_rng(5).dirichlet(np.ones(20)).reshape(4, 5) + 0.1 * np.eye(4, 5)
    return shares / shares.sum()


def entropy(shares):
    return -(shares * np.log(shares)).sum()


def scores_of_the_population(shares):
    """The definitions where songs are without number, so that chance gives no information."""
    rows, columns = shares.sum(1), shares.sum(0)
    left, right = entropy(rows), entropy(columns)
    shared = left + right - entropy(shares)
    both, in_rows, in_columns = ((each**2).sum() for each in (shares, rows, columns))
    chance = in_rows * in_columns
    return {
        "nmi": shared / ((left + right) / 2),
        "ami": shared / ((left + right) / 2),
        "ari": (both - chance) / ((in_rows + in_columns) / 2 - chance),
        "vi": left + right - 2 * shared,
        "homogeneity": shared / left,
        "completeness": shared / right,
        "fmi": both / np.sqrt(in_rows * in_columns),
        "element_centric": (shares**2 / np.maximum(rows[:, np.newaxis], columns)).sum(),
    }


def draw(shares, songs, seed):
    cell = np.random.default_rng([3, seed]).choice(shares.size, songs, p=shares.ravel())
    return cell // shares.shape[1], cell % shares.shape[1]


def coverage(trials, make, truth):
    """How often the intervals that `make(trial)` gives hold the truth, by score."""
    found = [make(trial).scores for trial in range(trials)]
    return {
        name: np.mean([low <= value <= high for low, high in (each[name] for each in found)])
        for name, value in truth.items()
    }


def test_they_hold_the_population_as_often_as_they_say():
    shares = population()
    held = coverage(
        160, lambda trial: subsampled(*draw(shares, 400, trial)), scores_of_the_population(shares)
    )
    assert list(held) == NAMES
    for name, often in held.items():
        assert 0.88 <= often <= 0.99, (name, often)


def test_songs_of_an_artist_that_keep_together_need_artists_as_units():
    shares, artist = population(), np.repeat(np.arange(60), 8)
    truth = {"ami": scores_of_the_population(shares)["ami"]}

    def of(trial, groups):
        a, b = draw(shares, 60, trial)
        return subsampled(a[artist], b[artist], groups, samples=59)

    assert coverage(80, lambda trial: of(trial, artist), truth)["ami"] > 0.85
    assert coverage(80, lambda trial: of(trial, None), truth)["ami"] < 0.6


def test_a_bootstrap_would_raise_information_and_subsampling_does_not():
    random = np.random.default_rng(0)
    a, b = random.integers(0, 15, 300), random.integers(0, 15, 300)
    observed = nmi(a, b)
    songs = [random.integers(0, 300, 300) for _ in range(50)]
    bootstrap = np.array([nmi(a[chosen], b[chosen]) for chosen in songs])
    # Labels are independent, the population's value is 0, and every draw is above the inflated one.
    assert observed > 0.1
    assert bootstrap.min() > observed
    low, high = subsampled(a, b).scores["nmi"]
    assert low < observed
    assert high < bootstrap.mean()


def test_they_are_narrower_with_more_songs_and_wider_with_a_higher_level():
    shares = population()

    def width(songs, level):
        low, high = subsampled(*draw(shares, songs, 0), level=level).scores["ami"]
        return high - low

    assert width(4000, 0.95) < 0.5 * width(400, 0.95)
    assert width(400, 0.8) < width(400, 0.95)


@pytest.mark.parametrize("labels", [[0, 0, 1, 1, 2, 2], [0, 0, 0, 0, 0, 1], [0, 0, 0, 0, 0, 0]])
def test_they_stay_within_what_a_score_can_be(labels):
    found = subsampled(labels, labels, samples=9)
    for name, (low, high) in found.scores.items():
        assert LEAST.get(name, 0) <= low <= high <= MOST.get(name, 1), name


def test_a_partition_that_agrees_with_itself_is_sure_of_it():
    labels = np.random.default_rng(0).integers(0, 3, 90)
    found = subsampled(labels, labels, samples=9)
    assert found.scores["ami"] == found.scores["nmi"] == (1, 1)
    assert found.scores["vi"] == (0, 0)


def test_units_are_songs_or_groups_and_songs_without():
    a, b = draw(population(), 40, 0)
    assert subsampled(a, b, samples=1).units == 40
    some = ["x"] * 10 + ["y"] * 20
    groups = np.array(some + [None] * 10, dtype=object)
    found = subsampled(a, b, groups, samples=3)
    assert found.units == 12
    assert found == subsampled(a, b, some + list("0123456789"), samples=3)


def test_the_same_seed_gives_the_same_and_json_has_it_all():
    a, b = draw(population(), 100, 0)
    found = subsampled(a, b, samples=7, seed=1)
    assert found == subsampled(a, b, samples=7, seed=1)
    assert found != subsampled(a, b, samples=7, seed=2)
    data = json.loads(json.dumps(found.to_json(), allow_nan=False))
    assert [data[key] for key in ("level", "samples", "seed", "units")] == [0.95, 7, 1, 100]
    assert data["ami"] == list(found.scores["ami"])
    assert set(NAMES) < set(data)


def test_deviations_turn_around_the_observed_score():
    # Of few units m = 2 of 5 the factor is sqrt(2 / 3); a single subsample gives both ends.
    a, b = [0, 0, 1, 1, 2], [0, 1, 1, 0, 0]
    low, high = subsampled(a, b, samples=1, seed=0).scores["fmi"]
    drawn = np.zeros(5, bool)
    drawn[np.random.default_rng([0, 0]).permutation(5)[:2]] = True
    whole = scores(contingency(a, b)).fmi
    part = asdict(scores(contingency(np.array(a)[drawn], np.array(b)[drawn])))["fmi"]
    assert low == high == pytest.approx(np.clip(whole - np.sqrt(2 / 3) * (part - whole), 0, 1))


def test_the_ends_are_as_far_out_as_the_level_says():
    # Of 40 songs half are drawn, so the factor is 1.
    a, b = draw(population(), 40, 0)
    halves = [np.random.default_rng([1, sample]).permutation(40)[:20] for sample in range(9)]
    deviations = np.array([nmi(a[half], b[half]) for half in halves]) - nmi(a, b)
    low, high = nmi(a, b) - np.quantile(deviations, [0.9, 0.1])
    found = subsampled(a, b, samples=9, level=0.8, seed=1).scores["nmi"]
    assert found == pytest.approx((low, high))


def test_bad_input():
    with pytest.raises(InputError, match="at least two songs or groups of songs: got 1"):
        subsampled([0, 0], [0, 1], ["x", "x"])
    with pytest.raises(UsageError, match="--samples must be at least 1: got 0"):
        subsampled([0, 1], [0, 1], samples=0)
    with pytest.raises(UsageError, match=r"level must be between 0 and 1: got 95"):
        subsampled([0, 1], [0, 1], level=95)
