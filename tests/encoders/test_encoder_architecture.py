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
from songnet.encoders._weights import initial_weights
from songnet.errors import UsageError

# By hand from the study's filters and pooling: the map after every convolution and every pooling or
# upsampling, (rows, columns, channels), and 9 x in x out + out parameters for each convolution.
STUDY = {
    "72x72": (
        (12, 27, 16),
        [
            (96, 216, 96), (48, 108, 96), (48, 108, 45), (24, 54, 45), (24, 54, 16), (12, 27, 16),
            (12, 27, 16), (24, 54, 16), (24, 54, 45), (48, 108, 45), (48, 108, 96), (96, 216, 96),
            (96, 216, 1),
        ],
        [960, 38925, 6496, 2320, 6525, 38976, 865],
    ),
    "48x81": (
        (12, 27, 12),
        [
            (96, 216, 48), (48, 108, 48), (48, 108, 24), (24, 54, 24), (24, 54, 12), (12, 27, 12),
            (12, 27, 12), (24, 54, 12), (24, 54, 24), (48, 108, 24), (48, 108, 48), (96, 216, 48),
            (96, 216, 1),
        ],
        [480, 10392, 2604, 1308, 2616, 10416, 433],
    ),
    "168x108": (
        (24, 54, 14),
        [
            (96, 216, 96), (48, 108, 96), (48, 108, 14), (24, 54, 14),
            (24, 54, 14), (48, 108, 14), (48, 108, 96), (96, 216, 96),
            (96, 216, 1),
        ],
        [960, 12110, 1778, 12192, 865],
    ),
    "12x15": (
        (4, 9, 5),
        [
            (96, 216, 48), (48, 108, 48), (48, 108, 24), (24, 54, 24), (24, 54, 12), (12, 27, 12),
            (12, 27, 5), (4, 9, 5),
            (4, 9, 5), (12, 27, 5), (12, 27, 12), (24, 54, 12), (24, 54, 24), (48, 108, 24),
            (48, 108, 48), (96, 216, 48), (96, 216, 1),
        ],
        [480, 10392, 2604, 545, 230, 552, 2616, 10416, 433],
    ),
}  # fmt: skip
PARAMETERS = {"72x72": 95_067, "48x81": 28_249, "168x108": 27_905, "12x15": 28_268}


@pytest.mark.parametrize("name", STUDY)
def test_the_studys_latents(name):
    shape, _, parameters = STUDY[name]
    found, picture = architecture(name), math.prod(map(int, name.split("x")))
    assert (found.name, found.latent_shape) == (name, shape)
    assert found.latent_size == math.prod(shape) == picture  # the map redrawn as a rectangle
    sizes = {key: math.prod(shape) for key, shape in weight_shapes(found).items()}
    layers = [key.removesuffix(".kernel") for key in sizes if key.endswith(".kernel")]
    assert [sizes[f"{key}.kernel"] + sizes[f"{key}.bias"] for key in layers] == parameters
    assert sum(parameters) == PARAMETERS[name]


@pytest.mark.parametrize("name", STUDY)
@pytest.mark.parametrize("activation", ["relu", "sigmoid"])
def test_keras_builds_the_studys_layers(name, activation):
    shape, maps, parameters = STUDY[name]
    autoencoder, encoder = build(architecture(name), activation)
    first, *layers = autoencoder.layers
    assert first.output.shape == (None, 96, 216, 1)
    assert [tuple(layer.output.shape[1:]) for layer in layers] == maps
    convolutions = [layer for layer in layers if hasattr(layer, "kernel_size")]
    assert [layer.count_params() for layer in convolutions] == parameters
    assert {layer.kernel_size for layer in convolutions} == {(3, 3)}
    assert {layer.padding for layer in convolutions} == {"same"}
    linear = [layer.activation.__name__ for layer in convolutions]
    assert linear == [activation] * (len(convolutions) - 1) + ["linear"]
    assert autoencoder.count_params() == PARAMETERS[name]
    halves = ["MaxPooling2D"] * (len(maps) // 4) + ["UpSampling2D"] * (len(maps) // 4)
    assert [type(layer).__name__ for layer in layers if layer not in convolutions] == halves
    assert encoder.output_shape == (None, math.prod(shape))
    assert [layer.name for layer in encoder.layers][-1] == "latent"


def test_weights_have_the_shapes_of_keras_and_begin_at_nothing():
    autoencoder, _ = build(architecture("12x15"))
    for name, shape in weight_shapes(architecture("12x15")).items():
        layer, part = name.split(".")
        assert getattr(autoencoder.get_layer(layer), part).shape == shape
    assert not any(weight.numpy().any() for weight in autoencoder.weights)


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
    shapes = weight_shapes(architecture("12x15"))
    weights = initial_weights(shapes, seed=3)
    kernel = weights["encoder_2.kernel"]
    limit = math.sqrt(6 / (9 * 48 + 9 * 24))
    assert 0.99 * limit < np.abs(kernel).max() <= limit
    assert abs(kernel.mean()) < 0.02 * limit
    assert not weights["encoder_2.bias"].any()
    again, other = initial_weights(shapes, seed=3), initial_weights(shapes, seed=4)
    assert all(np.array_equal(weights[name], again[name]) for name in weights)
    assert not np.array_equal(kernel, other["encoder_2.kernel"])
    assert {name: value.shape for name, value in weights.items()} == shapes
    assert {value.dtype.name for value in weights.values()} == {"float32"}


def test_first_weights_of_other_layers():
    shapes = {"dense.kernel": (30, 20), "norm.gamma": (7,), "norm.moving_variance": (7,),
              "norm.beta": (7,), "norm.moving_mean": (7,)}  # fmt: skip
    weights = initial_weights(shapes, seed=0)
    assert 0.9 * math.sqrt(6 / 50) < np.abs(weights["dense.kernel"]).max() <= math.sqrt(6 / 50)
    assert (weights["norm.gamma"] == 1).all()
    assert (weights["norm.moving_variance"] == 1).all()
    assert not weights["norm.beta"].any()
    assert not weights["norm.moving_mean"].any()
