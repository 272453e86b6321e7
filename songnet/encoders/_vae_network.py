"""The variational autoencoder as Keras layers and the functions that training needs of them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from songnet.encoders import _keras
from songnet.encoders._architecture import KERNEL
from songnet.encoders._network import Moment, Network, Terms
from songnet.encoders._weights import (
    assign,
    initial_weights,
    layer_format,
    scaled,
    variables_of,
)
from songnet.encoders.distributions import (
    IndependentBernoulli,
    IndependentNormal,
    MultivariateNormal,
    parameter_count,
)
from songnet.encoders.vae import kernel_size

if TYPE_CHECKING:
    from songnet.encoders.vae import VaeDesign

# A pixel's standard deviation before training: about what reconstructions end with.
FIRST_LOG_SCALE = math.log(0.1)
# One grey level; 8-bit pixels are known no better.
LEAST_LOG_SCALE = math.log(1 / 255)
SCALE_NAME = "likelihood.log_scale"


def network(design: VaeDesign, *, seed: int, precision: str = "float32") -> Network:
    """The variational autoencoder with its first weights.

    Its loss, ``nll`` and ``kl`` are nats per spectrogram, means over the batch; ``mse`` is per
    pixel, in training that of the picture of the draw, else of the posterior's mean. A
    ``transposed`` output says ``cross_entropy`` too, to be compared with the other's ``nll``.

    Parameters
    ----------
    design
        Its shape.
    seed
        Of the first weights.
    precision
        The layers' Keras dtype policy; the posterior, the picture, densities and losses are
        float32 whatever it is.
    """
    model = _Vae(design, precision)
    assign(model.variables, initial_weights(design.weight_shapes(), seed=seed))
    return Network(
        variables=model.variables,
        trainable=list(model.variables.values()),
        terms=model.terms,
        vectors=lambda pixels: model.posterior(pixels).mean,
        reconstruct=lambda pixels: model.decode(model.posterior(pixels).mean),
        decode=model.decode,
    )


class _Vae:
    """The layers, built, their weights all zero."""

    def __init__(self, design: VaeDesign, precision: str) -> None:
        self.design = design
        layers = _Layers(design, precision)
        self.convolutions = layers.convolutions()
        self.posterior_head = layers.posterior()
        self.decoder_input = layers.decoder_input()
        self.transposed = layers.transposed()
        self.layers = [
            *self.convolutions,
            self.posterior_head,
            self.decoder_input,
            *self.transposed,
        ]
        self.variables = self._variables()

    def _variables(self) -> dict[str, Any]:
        keras, _ = _keras.load()
        shapes = self.design.weight_shapes()
        scale = shapes.pop(SCALE_NAME, None)
        variables = variables_of(shapes, self)
        if scale is not None:
            variables[SCALE_NAME] = keras.Variable([0.0], dtype="float32", name="log_scale")
        return variables

    def posterior(self, pixels: Any, moment: Moment | None = None) -> MultivariateNormal:
        """q(z | x) of uint8 pixels (b, 96, 216); dropout only in a moment of training."""
        _, tf = _keras.load()
        tensor = scaled(pixels)
        stages = zip(self.convolutions, self.design.architecture.pooling, strict=True)
        for number, (convolution, pool) in enumerate(stages, 1):
            tensor = tf.nn.max_pool2d(convolution(tensor), pool, pool, "VALID")
            tensor = self._dropped(tensor, number, moment)
        flat = tf.reshape(tensor, (-1, self.design.architecture.latent_size))
        return MultivariateNormal.from_parameters(
            self.posterior_head(flat), self.design.size, covariance=self.design.covariance
        )

    def _dropped(self, tensor: Any, stream: int, moment: Moment | None) -> Any:
        if moment is None or not moment.training or not self.design.dropout:
            return tensor
        _, tf = _keras.load()
        return tf.nn.experimental.stateless_dropout(
            tensor, self.design.dropout, seed=moment.key(stream), rng_alg="philox"
        )

    def logits(self, latents: Any) -> Any:
        """The decoder's pictures before the sigmoid: float32 (b, 96, 216)."""
        _, tf = _keras.load()
        shape = self.design.architecture.latent_shape
        tensor = tf.reshape(self.decoder_input(latents), (-1, *shape))
        for layer in self.transposed:
            tensor = layer(tensor)
        return tensor[..., 0]

    def decode(self, latents: Any) -> Any:
        """The decoder's pictures: float32 (b, 96, 216) in [0, 1]."""
        _, tf = _keras.load()
        return tf.sigmoid(self.logits(latents))

    def likelihood(self, logits: Any) -> IndependentBernoulli | IndependentNormal:
        """p(x | z)."""
        if self.design.output == "bernoulli":
            return IndependentBernoulli(logits)
        _, tf = _keras.load()
        wanted = FIRST_LOG_SCALE + self.variables[SCALE_NAME][0]
        # Soft, so that a gradient leads away from the least.
        log_scale = LEAST_LOG_SCALE + tf.math.softplus(wanted - LEAST_LOG_SCALE)
        return IndependentNormal(tf.sigmoid(logits), log_scale)

    def terms(self, pixels: Any, targets: Any, moment: Moment) -> Terms:
        """See `network`."""
        del targets
        _, tf = _keras.load()
        picture = scaled(pixels)[..., 0]
        posterior = self.posterior(pixels, moment)
        logits = self.logits(posterior.sample(moment.key(0)))
        nll = -tf.reduce_mean(self.likelihood(logits).log_prob(picture))
        kl = tf.reduce_mean(posterior.kl_to_standard())
        # Decoding a second time would cost training a seventh of its speed.
        drawn = tf.sigmoid(logits) if moment.training else self.decode(posterior.mean)
        terms = {
            "loss": nll + self.divergence_weight(moment) * kl,
            "nll": nll,
            "kl": kl,
            "mse": tf.reduce_mean(tf.square(drawn - picture)),
        }
        if self.design.output == "transposed":
            plain = IndependentBernoulli(logits)
            terms["cross_entropy"] = -tf.reduce_mean(plain.log_prob(picture))
        return terms

    def divergence_weight(self, moment: Moment) -> Any:
        """β, or in training the part of it that the warm-up has come to."""
        if not moment.training:
            return self.design.beta
        _, tf = _keras.load()
        share = tf.cast(moment.epoch + 1, tf.float32) / (self.design.warmup + 1)
        return self.design.beta * tf.minimum(share, 1.0)


class _Layers:
    """Makes the layers of a design."""

    def __init__(self, design: VaeDesign, precision: str) -> None:
        self.keras, _ = _keras.load()
        self.design = design
        self.precision = precision

    def convolutions(self) -> list[Any]:
        filters = self.design.architecture.filters
        befores = (1, *filters[:-1])
        return [
            self._convolution(f"encoder_{number}", width, before)
            for number, (width, before) in enumerate(zip(filters, befores, strict=True), 1)
        ]

    def _convolution(self, name: str, filters: int, channels: int) -> Any:
        layer = self.keras.layers.Conv2D(
            filters,
            KERNEL,
            padding="same",
            activation=self.design.activation,
            kernel_initializer="zeros",
            name=name,
            **layer_format(self.precision),
        )
        layer.build((None, None, None, channels))
        return layer

    def posterior(self) -> Any:
        count = parameter_count(self.design.size, self.design.covariance)
        area = self.design.architecture.latent_size
        return self._dense("posterior", area, count, activation="linear", precision="float32")

    def decoder_input(self) -> Any:
        area = self.design.architecture.latent_size
        return self._dense(
            "decoder_input",
            self.design.size,
            area,
            activation=self.design.activation,
            precision=self.precision,
        )

    def _dense(self, name: str, before: int, after: int, *, activation: str, precision: str) -> Any:
        layer = self.keras.layers.Dense(
            after, activation=activation, kernel_initializer="zeros", name=name, dtype=precision
        )
        layer.build((None, before))
        return layer

    def transposed(self) -> list[Any]:
        layers = []
        channels = self.design.architecture.filters[-1]
        for name, width, stride in self.design.decoder_layers:
            last = name == "output"
            layer = self.keras.layers.Conv2DTranspose(
                width,
                kernel_size(stride),
                strides=stride,
                padding="same",
                activation="linear" if last else self.design.activation,
                kernel_initializer="zeros",
                name=name,
                **layer_format("float32" if last else self.precision),
            )
            layer.build((None, None, None, channels))
            layers.append(layer)
            channels = width
        return layers
