"""Which trainings a search makes: held to the study's table and to the distributions it states."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from scipy import stats

from songnet.encoders import LATENTS, MODELS
from songnet.encoders.search import SETTINGS, SPACES, Plan, space
from songnet.errors import UsageError

SMALL = {"latent": ["12x15"], "batch_size": [5, 10], "activation": ["relu", "sigmoid"]}
RATES = {"learning_rate": [0.01, 0.0005]}


def plan(model="cae", asked=None, fixed=None, trials=None, **settings):
    return Plan(
        space(model, asked or {}, fixed or {}), MODELS[model].settings(100, **settings), trials
    )


def test_the_study_has_96_trainings():
    points = plan().points()
    expected = itertools.product(
        ["72x72", "48x81", "168x108", "12x15"],
        [5, 10, 15],
        [0.01, 0.005, 0.001, 0.0005],
        ["relu", "sigmoid"],
    )
    assert [tuple(point.values()) for point in points] == list(expected)
    assert len(points) == 96
    assert set(SPACES["cae"].choices["latent"]) == set(LATENTS)


def test_choices_are_restricted_and_may_be_others_that_the_model_has():
    asked = {
        "latent": ["12x15", "48x81", "12x15"],
        "batch_size": [64],
        "activation": ["leaky_relu"],
    }
    points = plan(asked=asked).points()
    assert len(points) == 2 * 4
    assert [point["latent"] for point in points] == ["12x15"] * 4 + ["48x81"] * 4
    assert {point["activation"] for point in points} == {"leaky_relu"}


def test_what_is_fixed_is_in_every_design_and_filters_stand_for_a_latent():
    made = plan(fixed={"filters": (4, 2), "pooling": (4, 6)})
    assert "latent" not in made.space.choices
    assert {made.space.design(point).latent for point in made.points()} == {"4x9x2"}
    vae = plan("vae", fixed={"covariance": "diagonal"})
    designs = [vae.space.design(point) for point in vae.points()]
    assert {design.covariance for design in designs} == {"diagonal"}
    assert {design.latent for design in designs} == {"8", "16", "32"}


@pytest.mark.parametrize("model", SPACES)
def test_every_point_of_every_model_is_a_design_and_settings(model):
    made = plan(model, epochs=3, seed=7)
    for point in made.points():
        made.space.design(point)
        hyper = made.hyperparameters(point)
        assert (hyper.epochs, hyper.seed) == (3, 7)
        assert {name: getattr(hyper, name) for name in SETTINGS} == made.space.settings(point)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"model": "track2vec"}, "--model 'track2vec': a search knows cae, vae, contrastive"),
        ({"asked": {"latent": ["9x9"]}}, "unknown latent '9x9': choose 72x72"),
        ({"asked": {"latent": []}}, "latent has no value to choose from: give at least one"),
        ({"asked": {"beta": [1.0]}}, "--beta is not an option of --model cae"),
        ({"asked": {"activation": ["tanh"]}}, "activation 'tanh': allowed are relu, sigmoid"),
        ({"asked": {"batch_size": [0]}}, "batch_size must be a whole number"),
        ({"asked": {"learning_rate": [0.0]}}, "learning_rate must be a number over 0"),
        ({"asked": {"learning_rate": [float("nan")]}}, "learning_rate must be a number over 0"),
        ({"asked": {"latent": ["12x15"]}, "fixed": {"filters": (4,), "pooling": (4,)}}, "not both"),
        ({"fixed": {"filters": (4,)}}, "filters and pooling go together"),
        ({"model": "vae", "asked": {"latent": ["x"]}}, "latent of a vae must be a whole number"),
        (
            {"model": "contrastive", "asked": {"batch_size": [32, 64]}},
            "means something else with each batch_size, so that they do not compare: give one",
        ),
        ({"trials": 0}, "trials must be 1 to 100,000, got 0"),
        ({"trials": -3}, "trials must be 1 to 100,000, got -3"),
        (
            {"trials": 5, "asked": {**SMALL, "learning_rate": [0.001]}},
            "5 trials are more than the 4 combinations",
        ),
    ],
)
def test_what_cannot_be_searched_is_refused(given, said):
    with pytest.raises(UsageError, match=said) as refused:
        plan(**given)
    assert "\n" not in str(refused.value)


def test_more_random_trainings_begin_with_the_same_ones():
    few, many = (plan(asked=RATES, trials=n, seed=3).points() for n in (4, 9))
    assert many[:4] == few
    assert plan(asked=RATES, trials=9, seed=4).points() != many


def test_random_rates_are_log_uniform_and_choices_uniform():
    points = plan(asked=RATES, trials=4000).points()
    rates = np.log([point["learning_rate"] for point in points])
    low, high = np.log(0.0005), np.log(0.01)
    assert stats.kstest(rates, stats.uniform(low, high - low).cdf).pvalue > 0.01
    for name in ("latent", "batch_size", "activation"):
        _, counts = np.unique([point[name] for point in points], return_counts=True)
        assert stats.chisquare(counts).pvalue > 0.01
    pairs = stats.contingency.crosstab(
        [point["latent"] for point in points], [point["activation"] for point in points]
    )
    assert stats.chi2_contingency(pairs.count).pvalue > 0.01


def test_random_rates_are_short_numbers_between_the_least_and_the_greatest():
    rates = {"learning_rate": [0.00123456, 0.00123789]}
    for point in plan(asked=rates, trials=50).points():
        assert 0.00123456 <= point["learning_rate"] <= 0.00123789
    for point in plan(asked=RATES, trials=50).points():
        assert point["learning_rate"] == float(f"{point['learning_rate']:.3g}")


def test_random_trainings_of_nothing_continuous_are_distinct():
    asked = {**SMALL, "learning_rate": [0.001]}
    everything = plan(asked=asked).points()
    drawn = plan(asked=asked, trials=4).points()
    assert sorted(map(str, drawn)) == sorted(map(str, everything))
    assert plan(asked=asked, trials=2).points() == drawn[:2]
