"""What makes a variational autoencoder, before Keras: options, shapes, and the way through JSON."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from songnet.encoders import vae
from songnet.encoders._table import Table
from songnet.errors import FormatError, UsageError


def through_json(design):
    return vae.parse(Table(Path("config.json"), json.loads(json.dumps(design.facts())), ""))


def parameters(design):
    return sum(math.prod(shape) for shape in design.weight_shapes().values())


def test_by_default_it_is_the_studys():
    design = vae.design({})
    assert (design.architecture.filters, design.architecture.pooling) == ((96, 45, 16), (2, 2, 2))
    assert design.architecture.latent_size == 5184
    assert (design.kind, design.latent, design.size) == ("vae", "16", 16)
    assert (design.covariance, design.output, design.activation) == (
        "full", "bernoulli", "leaky_relu",
    )  # fmt: skip
    assert (design.dropout, design.beta, design.warmup) == (0, 1, 10)


def test_the_studys_parameters_by_hand():
    encoder = 960 + 38925 + 6496  # as its autoencoder's
    posterior = 5184 * 152 + 152  # 16 means, 16 on the diagonal, 120 below
    decoder = 16 * 5184 + 5184 + (16 * 16 * 45 + 45) + (16 * 45 * 96 + 96) + (16 * 96 * 1 + 1)
    assert parameters(vae.design({})) == encoder + posterior + decoder
    assert parameters(vae.design({"output": "transposed"})) == encoder + posterior + decoder + 1
    diagonal = vae.design({"covariance": "diagonal"})
    assert parameters(diagonal) == encoder + 5184 * 32 + 32 + decoder


def test_the_decoder_mirrors_the_encoder():
    design = vae.design({"filters": (8, 6, 4), "pooling": (2, 1, 3), "latent": 5})
    assert design.decoder_layers == (("decoder_1", 6, 3), ("decoder_2", 8, 1), ("output", 1, 2))
    shapes = design.weight_shapes()
    assert shapes["decoder_1.kernel"] == (6, 6, 6, 4)
    assert shapes["decoder_2.kernel"] == (3, 3, 8, 6)
    assert shapes["output.kernel"] == (4, 4, 1, 8)
    assert shapes["decoder_input.kernel"] == (5, 16 * 36 * 4)
    assert list(shapes)[:2] == ["encoder_1.kernel", "encoder_1.bias"]


def test_what_was_asked_for_is_what_it_is():
    asked = {
        "latent": "300",
        "filters": [12, 6],
        "pooling": [4, 2],
        "activation": "relu",
        "covariance": "diagonal",
        "output": "transposed",
        "dropout": 0.3,
        "beta": 4,
        "warmup": 0,
    }
    design = vae.design(asked)
    assert set(asked) == vae.OPTIONS
    assert design.facts() == {**asked, "latent": 300}
    assert design.params() == {
        "filters": "12,6",
        "pooling": "4,2",
        "latent_size": 300,
        "activation": "relu",
        "covariance": "diagonal",
        "output": "transposed",
        "dropout": 0.3,
        "beta": 4.0,
        "warmup": 0,
    }
    assert vae.design({"latent": np.int64(7), "dropout": np.float32(0.5)}) == vae.design(
        {"latent": 7, "dropout": 0.5}
    )


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "latent": st.integers(1, 256) | st.integers(1, 256).map(str),
            "activation": st.sampled_from(["relu", "sigmoid", "leaky_relu"]),
            "covariance": st.sampled_from(["diagonal", "full"]),
            "output": st.sampled_from(["transposed", "bernoulli"]),
            "dropout": st.floats(0, 1, exclude_max=True),
            "beta": st.floats(0, 1e5),
            "warmup": st.integers(0, 1000),
        },
    )
)
@settings(deadline=None)
def test_json_keeps_all_of_it(options):
    design = vae.design({**options, "filters": (4, 4), "pooling": (4, 6)})
    again = through_json(design)
    assert again == design
    assert again.facts() == design.facts()
    assert again.weight_shapes() == design.weight_shapes()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"latent": "12x15"}, "latent of a vae must be a whole number, 1 to 4096, got 12x15"),
        ({"latent": 0}, "1 to 4096, got 0"),
        ({"latent": "-3"}, "got -3"),
        ({"latent": "9" * 5000}, "1 to 4096, got 999"),
        ({"latent": "١٦"}, "1 to 4096"),
        ({"latent": 4097, "covariance": "diagonal"}, "got 4097"),
        ({"latent": True}, "got True"),
        ({"latent": 2.5}, "got 2.5"),
        ({"latent": 257}, "33410 parameters per spectrogram: at most 256, or --covariance diag"),
        ({"covariance": "banded"}, "covariance 'banded': allowed are diagonal, full"),
        ({"output": "sigmoid"}, "output 'sigmoid': allowed are transposed, bernoulli"),
        ({"activation": "tanh"}, "'tanh': allowed are relu, sigmoid, leaky_relu"),
        ({"dropout": 1.0}, "dropout must be 0 or more and below 1, got 1.0"),
        ({"dropout": -0.1}, "got -0.1"),
        ({"dropout": math.nan}, "got nan"),
        ({"beta": math.inf}, "beta must be 0 or more and below 1e.06, got inf"),
        ({"beta": "1"}, "got 1"),
        ({"warmup": -1}, "warmup must be a whole number, 0 to 1000000, got -1"),
        ({"filters": (4,)}, "go together"),
        ({"filters": (4,), "pooling": (5,)}, "product of 5"),
    ],
)
def test_what_is_not_to_be_had_is_refused(options, message):
    with pytest.raises(UsageError, match=message) as caught:
        vae.design(options)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"latent": "16"}, "latent must be a whole number"),
        ({"filters": "96,45,16"}, "filters must be a list"),
        ({"filters": [96, 45.0, 16]}, "filters must be a list of whole numbers"),
        ({"dropout": None}, "dropout must be a number"),
        ({"beta": 1e301}, "beta must be a finite number"),
        ({"output": 1}, "output must be a string"),
    ],
)
def test_a_config_of_other_types_is_refused(change, message):
    facts = {**vae.design({}).facts(), **change}
    with pytest.raises(FormatError, match=message):
        vae.parse(Table(Path("config.json"), facts, ""))


def test_a_config_with_something_missing_is_refused():
    for key in vae.OPTIONS:
        facts = vae.design({}).facts()
        del facts[key]
        with pytest.raises(FormatError, match=f"{key} is missing"):
            vae.parse(Table(Path("config.json"), facts, ""))
