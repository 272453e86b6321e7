"""How training may be asked for: limits, learning rates, and what JSON says."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from songnet.encoders import MODELS, Hyperparameters
from songnet.errors import UsageError

GOOD = {"epochs": 10, "batch_size": 2, "learning_rate": 0.5, "validation": 0.1, "patience": 2,
        "seed": 0}  # fmt: skip


def settings(**changes):
    return Hyperparameters(**{**GOOD, **changes})


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"epochs": 0}, "epochs must be a whole number, 1 to 1000000, got 0"),
        ({"epochs": 2.0}, "epochs must be"),
        ({"epochs": 10**7}, "epochs must be"),
        ({"batch_size": -1}, "batch_size must be"),
        ({"patience": True}, "patience must be"),
        ({"learning_rate": 0}, "learning_rate must be a number over 0, got 0"),
        ({"learning_rate": float("nan")}, "learning_rate must be"),
        ({"learning_rate": float("inf")}, "learning_rate must be"),
        ({"learning_rate": "fast"}, "learning_rate must be a number over 0, got fast"),
        ({"validation": 0}, "validation must be a share between 0 and 1"),
        ({"validation": 1}, "validation must be"),
        ({"validation": float("nan")}, "validation must be"),
        ({"seed": -1}, "seed must be"),
        ({"seed": 2**32}, "seed must be a whole number, 0 to 4294967295"),
        ({"schedule": "square"}, "schedule must be constant or cosine or linear, got square"),
        ({"schedule": None}, "schedule must be constant or cosine"),
        ({"weight_decay": -0.1}, "weight_decay must be 0 or more, below 1, got -0.1"),
        ({"weight_decay": 1}, "weight_decay must be 0 or more"),
        ({"weight_decay": float("nan")}, "weight_decay must be a number"),
        ({"weight_decay": True}, "weight_decay must be a number"),
        ({"precision": "float16"}, "precision must be float32 or mixed_float16 or mixed_bfloat16"),
    ],
)
def test_settings_out_of_range_are_refused(changes, message):
    with pytest.raises(UsageError, match=message) as refused:
        settings(**changes)
    assert "\n" not in str(refused.value)


def test_settings_of_numpy_become_plain_numbers():
    kept = settings(
        seed=np.int64(3), learning_rate=np.float64(0.5), epochs=np.int32(2), weight_decay=0
    )
    assert (type(kept.seed), type(kept.learning_rate), type(kept.epochs)) == (int, float, int)
    assert type(kept.weight_decay) is float
    assert json.loads(json.dumps(kept.facts())) == kept.facts()


def test_what_came_later_is_left_out_where_it_is_default():
    assert list(settings().facts()) == list(GOOD)
    facts = settings(schedule="cosine", weight_decay=0.1, precision="mixed_bfloat16").facts()
    assert facts == {
        **GOOD, "schedule": "cosine", "weight_decay": 0.1, "precision": "mixed_bfloat16",
    }  # fmt: skip
    assert Hyperparameters(**facts).facts() == facts


@given(st.floats(0, 1))
def test_a_constant_rate_stays(done):
    assert settings().rate(done) == 0.5
    assert not settings().keeps_last


@pytest.mark.parametrize(
    ("done", "share"),
    [
        (0.01, 0.2),  # of the way up, which is a twentieth of the training
        (0.025, 0.5),
        (0.25, 0.5 + math.sqrt(0.5) / 2),
        (1 / 3, 0.75),
        (0.5, 0.5),
        (2 / 3, 0.25),
        (1, 0),
        (1.1, 0),
    ],
)
def test_a_cosine_rises_and_falls(done, share):
    cosine = settings(schedule="cosine", learning_rate=0.004)
    assert cosine.rate(done) == pytest.approx(0.004 * share, abs=1e-12)
    assert cosine.keeps_last


@given(st.floats(0.06, 1), st.floats(0.06, 1))
def test_after_its_rise_a_cosine_only_falls(one, other):
    cosine = settings(schedule="cosine")
    before, after = sorted((one, other))
    assert 0.5 >= cosine.rate(before) >= cosine.rate(after) >= 0


def test_what_is_given_comes_before_the_models_defaults_and_they_before_everyones():
    cae, vae = MODELS["cae"], MODELS["vae"]
    everyones = cae.settings(100)
    assert everyones.facts() == {
        "epochs": 125, "batch_size": 10, "learning_rate": 0.0005, "validation": 0.15,
        "patience": 10, "seed": 0,
    }  # fmt: skip
    assert vae.settings(100).batch_size == 15
    assert vae.settings(100, batch_size=3, epochs=2).facts()["batch_size"] == 3
    assert cae.settings(100, seed=9).seed == 9


def test_an_option_of_another_model_is_refused():
    with pytest.raises(UsageError, match="--dropout is not an option of --model cae: it has --act"):
        MODELS["cae"].asked_design({"dropout": 0.2})
    assert MODELS["cae"].asked_design({"latent": "48x81"}).latent == "48x81"
