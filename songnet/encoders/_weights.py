"""Weights of Keras layers: the first ones, from numpy, and all of them by name."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from songnet.encoders import _keras
from songnet.encoders._data import FRAMES, MELS
from songnet.encoders._training import Weights


def initial_weights(shapes: Mapping[str, tuple[int, ...]], *, seed: int) -> Weights:
    """Glorot's uniform kernels, zero biases; they depend on `shapes` and `seed` alone.

    Source: X. Glorot, Y. Bengio, *Understanding the difficulty of training deep feedforward neural
    networks* (2010).
    """
    random = np.random.default_rng([seed, 0])
    return {name: _initial(name, shape, random) for name, shape in shapes.items()}


def _initial(name: str, shape: tuple[int, ...], random: np.random.Generator) -> NDArray[np.float32]:
    part = name.rpartition(".")[2]
    if part == "kernel":
        return _glorot(shape, random)
    one = part in ("gamma", "moving_variance")
    return np.ones(shape, np.float32) if one else np.zeros(shape, np.float32)


def _glorot(shape: tuple[int, ...], random: np.random.Generator) -> NDArray[np.float32]:
    *window, before, after = shape
    limit = math.sqrt(6 / (math.prod(window) * (before + after)))
    return random.uniform(-limit, limit, shape).astype(np.float32)


def variables_of(shapes: Mapping[str, tuple[int, ...]], *models: Any) -> dict[str, Any]:
    """The variables of models' layers by name: ``encoder_1.kernel`` is `kernel` of `encoder_1`."""
    layers = {layer.name: layer for model in models for layer in model.layers}
    found = {}
    for name in shapes:
        layer, part = name.rsplit(".", 1)
        found[name] = getattr(layers[layer], part)
    return found


def assign(variables: Mapping[str, Any], weights: Weights) -> None:
    """Give variables their values, by name."""
    for name, values in weights.items():
        variables[name].assign(values)


def copied(variables: Mapping[str, Any]) -> Weights:
    """A copy of variables' values."""
    return {name: np.array(variable.numpy()) for name, variable in variables.items()}


def layer_format(precision: str) -> dict[str, str]:
    """What every layer is told, because a user's keras.json may say otherwise."""
    return {"data_format": "channels_last", "dtype": precision}


def scaled(pixels: Any) -> Any:
    """8-bit pixels as float32 (b, 96, 216, 1) in [0, 1]."""
    _, tf = _keras.load()
    return tf.cast(pixels, tf.float32)[..., None] / 255.0


def compile_pixels(function: Any) -> Any:
    """A TensorFlow graph of a function of uint8 (b, 96, 216), for batches of any size."""
    _, tf = _keras.load()
    # XLA (jit_compile) was measured to be slower on CPUs.
    signature = [tf.TensorSpec((None, MELS, FRAMES), tf.uint8)]
    return tf.function(function, input_signature=signature, jit_compile=False)
