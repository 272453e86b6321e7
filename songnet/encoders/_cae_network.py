"""The convolutional autoencoder as a Keras model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from songnet.encoders import _keras
from songnet.encoders._architecture import KERNEL, Architecture
from songnet.encoders._data import FRAMES, MELS
from songnet.encoders._network import Moment, Network, Terms
from songnet.encoders._settings import check_activation
from songnet.encoders._weights import (
    assign,
    initial_weights,
    layer_format,
    scaled,
    variables_of,
)

if TYPE_CHECKING:
    from songnet.encoders.cae import CaeDesign


def build(
    architecture: Architecture, activation: str = "relu", *, precision: str = "float32"
) -> tuple[Any, Any]:
    """The Keras models (autoencoder, encoder), sharing their weights, which are all zero.

    Parameters
    ----------
    architecture
        Filters and pooling.
    activation
        ``relu``, ``sigmoid`` or ``leaky_relu`` (slope 0.2), of all convolutions but the last.
    precision
        The layers' Keras dtype policy; the output is float32 whatever it is.

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
    layers = _Layers(keras, activation, precision)
    picture = keras.Input((MELS, FRAMES, 1), dtype="float32", name="spectrogram")
    latent = _encode_layers(layers, architecture, picture)
    restored = _decode_layers(layers, architecture, latent)
    flat = keras.layers.Flatten(name="latent", **layers.format)(latent)
    return keras.Model(picture, restored), keras.Model(picture, flat)


class _Layers:
    """Makes layers of one kind."""

    def __init__(self, keras: Any, activation: str, precision: str) -> None:
        self.keras = keras
        self.activation = activation
        self.format = layer_format(precision)

    def convolution(self, name: str, filters: int) -> Any:
        return self.keras.layers.Conv2D(
            filters,
            KERNEL,
            padding="same",
            activation=self.activation,
            kernel_initializer="zeros",
            name=name,
            **self.format,
        )

    def output(self) -> Any:
        return self.keras.layers.Conv2D(
            1, KERNEL, padding="same", kernel_initializer="zeros", name="output",
            **layer_format("float32"),
        )  # fmt: skip


def _encode_layers(layers: _Layers, shape: Architecture, tensor: Any) -> Any:
    for number, (filters, pool) in enumerate(zip(shape.filters, shape.pooling, strict=True), 1):
        tensor = layers.convolution(f"encoder_{number}", filters)(tensor)
        tensor = layers.keras.layers.MaxPooling2D(pool, **layers.format)(tensor)
    return tensor


def _decode_layers(layers: _Layers, shape: Architecture, tensor: Any) -> Any:
    mirrored = zip(shape.decoder_filters, shape.decoder_upsampling, strict=True)
    for number, (filters, factor) in enumerate(mirrored, 1):
        tensor = layers.convolution(f"decoder_{number}", filters)(tensor)
        tensor = layers.keras.layers.UpSampling2D(factor, **layers.format)(tensor)
    return layers.output()(tensor)


def network(design: CaeDesign, *, seed: int, precision: str = "float32") -> Network:
    """The autoencoder with its first weights; it makes the mean squared error per pixel small."""
    keras, tf = _keras.load()
    autoencoder, encoder = build(design.architecture, design.activation, precision=precision)
    decoder = _decoder(keras, autoencoder, encoder, design.architecture)
    variables = variables_of(design.weight_shapes(), autoencoder)
    assign(variables, initial_weights(design.weight_shapes(), seed=seed))

    def terms(pixels: Any, targets: Any, moment: Moment) -> Terms:
        del targets
        picture = scaled(pixels)
        restored = autoencoder(picture, training=moment.training)
        return {"loss": tf.reduce_mean(tf.square(restored - picture))}

    return Network(
        variables=variables,
        trainable=autoencoder.trainable_variables,
        terms=terms,
        vectors=lambda pixels: tf.cast(encoder(scaled(pixels), training=False), tf.float32),
        reconstruct=lambda pixels: _picture(tf, autoencoder(scaled(pixels), training=False)),
        decode=lambda latents: _picture(tf, decoder(latents, training=False)),
    )


def _decoder(keras: Any, autoencoder: Any, encoder: Any, shape: Architecture) -> Any:
    """The autoencoder's second half as a model of its own: float32 (b, latent size) to pictures."""
    flat = keras.Input((shape.latent_size,), dtype="float32")
    tensor = keras.layers.Reshape(shape.latent_shape)(flat)
    behind = len(encoder.layers) - 1  # the encoder has one layer more, which flattens
    for layer in autoencoder.layers[behind:]:
        tensor = layer(tensor)
    return keras.Model(flat, tensor)


def _picture(tf: Any, tensor: Any) -> Any:
    return tf.clip_by_value(tf.cast(tensor[..., 0], tf.float32), 0.0, 1.0)
