"""Shapes and sizes against values worked out by hand."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from songnet.encoders import architecture, build
from songnet.encoders._architecture import weight_shapes
from songnet.encoders._cae_model import initial_weights
from songnet.errors import UsageError

# Study: sizes of the latents; parameters: 9 x in x out + out for each convolution, by hand.
STUDY = [
    ("72x72", (12, 27, 16), 5184, 960 + 38925 + 6496 + 2320 + 6525 + 38976 + 865),
    ("48x81", (12, 27, 12), 3888, 480 + 10392 + 2604 + 1308 + 2616 + 10416 + 433),
    ("168x108", (24, 54, 14), 18144, 960 + 12110 + 1778 + 12192 + 865),
    ("12x15", (4, 9, 5), 180, 480 + 10392 + 2604 + 545 + 230 + 552 + 2616 + 10416 + 433),
]


@pytest.mark.parametrize(("name", "shape", "size", "parameters"), STUDY)
def test_the_studys_latents(name, shape, size, parameters):
    found = architecture(name)
    assert (found.name, found.latent_shape, found.latent_size) == (name, shape, size)
    assert sum(math.prod(shape) for shape in weight_shapes(found).values()) == parameters
    picture = math.prod(map(int, name.split("x")))
    assert picture == size  # the name is the flattened map as a rectangle


@pytest.mark.parametrize(("name", "shape", "size", "parameters"), STUDY)
def test_keras_builds_the_same(name, shape, size, parameters):
    autoencoder, encoder = build(architecture(name))
    assert autoencoder.count_params() == parameters
    assert autoencoder.output_shape == (None, 96, 216, 1)
    assert encoder.output_shape == (None, size)


def test_layers_of_the_smallest():
    autoencoder, encoder = build(architecture("12x15"), "sigmoid")
    shapes = [tuple(layer.output.shape[1:]) for layer in autoencoder.layers]
    assert shapes == [
        (96, 216, 1),
        (96, 216, 48), (48, 108, 48),
        (48, 108, 24), (24, 54, 24),
        (24, 54, 12), (12, 27, 12),
        (12, 27, 5), (4, 9, 5),
        (4, 9, 5), (12, 27, 5),
        (12, 27, 12), (24, 54, 12),
        (24, 54, 24), (48, 108, 24),
        (48, 108, 48), (96, 216, 48),
        (96, 216, 1),
    ]  # fmt: skip
    activations = [
        layer.activation.__name__ for layer in autoencoder.layers if hasattr(layer, "activation")
    ]
    assert activations == ["sigmoid"] * 8 + ["linear"]
    assert [layer.name for layer in encoder.layers][-1] == "latent"
    for name, shape in weight_shapes(architecture("12x15")).items():
        layer, part = name.split(".")
        assert getattr(autoencoder.get_layer(layer), part).shape == shape


def test_layers_that_have_a_name_get_it():
    assert architecture(None, [48, 24, 12, 5], [2, 2, 2, 3]) == architecture("12x15")
    assert architecture() == architecture("12x15")
    assert architecture(None, np.array([48, 24]), np.array([4, 2])).filters == (48, 24)
    assert architecture(None, (8, 3), (2, 2)).name == "24x54x3"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("13x15",), "72x72, 48x81, 168x108, 12x15"),
        (("",), "unknown latent"),
        (("12x15", (4,), (2,)), "not both"),
        ((None, (4,), None), "go together"),
        ((None, None, (4,)), "go together"),
        ((None, (), ()), "one length, 1 to 8: got 0 and 0"),
        ((None, (4, 2), (4,)), "got 2 and 1"),
        ((None, (1,) * 9, (1,) * 9), "got 9 and 9"),
        ((None, (0,), (2,)), "filters must be 1 to 1024 each: got 0"),
        ((None, (2.5,), (2,)), "got 2.5"),
        ((None, (2000,), (2,)), "1 to 1024"),
        ((None, (4, 2), (4, 4)), "the product of 4,4 must be one of 1, 2, 3, 4, 6, 8, 12, 24"),
        ((None, (4,), (5,)), "product of 5"),
        ((None, (4,), (0,)), "product of 0"),
        ((None, (4,), (-2,)), "product of -2"),
    ],
)
def test_what_does_not_fit_is_refused(arguments, message):
    with pytest.raises(UsageError, match=message):
        architecture(*arguments)


def test_another_activation_is_refused():
    with pytest.raises(UsageError, match="'tanh': allowed are relu, sigmoid, leaky_relu"):
        build(architecture(), "tanh")


@given(st.lists(st.tuples(st.integers(1, 64), st.sampled_from([1, 2, 3])), min_size=1, max_size=4))
def test_weights_chain_from_picture_to_picture(layers):
    filters, pooling = zip(*layers, strict=True)
    if 24 % math.prod(pooling):
        with pytest.raises(UsageError):
            architecture(None, filters, pooling)
        return
    shape = architecture(None, filters, pooling)
    height, width, _ = shape.latent_shape
    assert height * math.prod(pooling) == 96
    assert width * math.prod(pooling) == 216
    kernels = [shape for name, shape in weight_shapes(shape).items() if name.endswith("kernel")]
    assert kernels[0][2] == kernels[-1][3] == 1
    assert len(kernels) == 2 * len(layers) + 1
    assert all(before[3] == after[2] for before, after in pairwise(kernels))
    assert [kernel[3] for kernel in kernels] == [*filters, *filters[::-1], 1]


def test_first_weights_are_glorots_and_depend_on_the_seed():
    shape = architecture("12x15")
    weights = initial_weights(shape, seed=3)
    kernel = weights["encoder_2.kernel"]
    limit = math.sqrt(6 / (9 * 48 + 9 * 24))
    assert 0.99 * limit < np.abs(kernel).max() <= limit
    assert abs(kernel.mean()) < 0.02 * limit
    assert not weights["encoder_2.bias"].any()
    again, other = initial_weights(shape, seed=3), initial_weights(shape, seed=4)
    assert all(np.array_equal(weights[name], again[name]) for name in weights)
    assert not np.array_equal(kernel, other["encoder_2.kernel"])
    assert {name: value.shape for name, value in weights.items()} == weight_shapes(shape)
