"""The autoencoder as a Keras model: its layers, its first weights, its weights by name."""

from __future__ import annotations

import math
from collections.abc import Callable
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from songnet.encoders import _keras
from songnet.encoders._architecture import KERNEL, Architecture, weight_shapes
from songnet.encoders._data import FRAMES, MELS, Pixels
from songnet.encoders._settings import check_activation
from songnet.encoders._training import Weights

# Spelt out for every layer, because a user's keras.json may say otherwise.
FORMAT = MappingProxyType({"data_format": "channels_last", "dtype": "float32"})


def build(architecture: Architecture, activation: str = "relu") -> tuple[Any, Any]:
    """The Keras models (autoencoder, encoder), sharing their weights, which are all zero.

    Parameters
    ----------
    architecture
        Filters and pooling.
    activation
        ``relu``, ``sigmoid`` or ``leaky_relu`` (slope 0.2), of all convolutions but the last.

    Returns
    -------
    autoencoder
        float32 (b, 96, 216, 1) to the same.
    encoder
        float32 (b, 96, 216, 1) to (b, latent size).

    Raises
    ------
    UsageError
        Another activation.
    """
    check_activation(activation)
    keras, _ = _keras.load()
    picture = keras.Input((MELS, FRAMES, 1), dtype="float32", name="spectrogram")
    latent = _encode_layers(keras, architecture, activation, picture)
    restored = _decode_layers(keras, architecture, activation, latent)
    flat = keras.layers.Flatten(name="latent", **FORMAT)(latent)
    return keras.Model(picture, restored), keras.Model(picture, flat)


def _encode_layers(keras: Any, shape: Architecture, activation: str, tensor: Any) -> Any:
    for number, (filters, pool) in enumerate(zip(shape.filters, shape.pooling, strict=True), 1):
        tensor = _convolution(keras, f"encoder_{number}", filters, activation)(tensor)
        tensor = keras.layers.MaxPooling2D(pool, **FORMAT)(tensor)
    return tensor


def _decode_layers(keras: Any, shape: Architecture, activation: str, tensor: Any) -> Any:
    layers = zip(shape.decoder_filters, shape.decoder_upsampling, strict=True)
    for number, (filters, factor) in enumerate(layers, 1):
        tensor = _convolution(keras, f"decoder_{number}", filters, activation)(tensor)
        tensor = keras.layers.UpSampling2D(factor, **FORMAT)(tensor)
    return _convolution(keras, "output", 1, "linear")(tensor)


def _convolution(keras: Any, name: str, filters: int, activation: str) -> Any:
    return keras.layers.Conv2D(
        filters,
        KERNEL,
        padding="same",
        activation=activation,
        kernel_initializer="zeros",
        name=name,
        **FORMAT,
    )


def initial_weights(architecture: Architecture, *, seed: int) -> Weights:
    """Glorot's uniform kernels and zero biases, from numpy, so that they depend on `seed` alone."""
    random = np.random.default_rng([seed, 0])
    return {
        name: _glorot(shape, random) if name.endswith("kernel") else np.zeros(shape, np.float32)
        for name, shape in weight_shapes(architecture).items()
    }


def _glorot(shape: tuple[int, ...], random: np.random.Generator) -> NDArray[np.float32]:
    height, width, before, after = shape
    limit = math.sqrt(6 / (height * width * (before + after)))
    return random.uniform(-limit, limit, shape).astype(np.float32)


def set_weights(model: Any, weights: Weights) -> None:
    """Give a model the weights of `weight_shapes`, by name."""
    for name, values in weights.items():
        layer, part = name.split(".")
        getattr(model.get_layer(layer), part).assign(values)


def get_weights(model: Any) -> Weights:
    """A copy of a model's weights."""
    return {
        f"{layer.name}.{part}": getattr(layer, part).numpy().copy()
        for layer in model.layers
        if hasattr(layer, "kernel")
        for part in ("kernel", "bias")
    }


def compile_pixels(tf: Any, function: Callable[[Any], Any]) -> Callable[[Pixels], Any]:
    """A TensorFlow graph of a function of uint8 (b, 96, 216), for batches of any size."""
    # XLA (jit_compile) was measured to be slower on CPUs.
    signature = [tf.TensorSpec((None, MELS, FRAMES), tf.uint8)]
    compiled: Callable[[Pixels], Any] = tf.function(
        function, input_signature=signature, jit_compile=False
    )
    return compiled


def scaled(tf: Any, pixels: Any) -> Any:
    """8-bit pixels as float32 (b, 96, 216, 1) in [0, 1]."""
    return tf.cast(pixels, tf.float32)[..., None] / 255.0
