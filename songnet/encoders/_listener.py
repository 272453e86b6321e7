"""The convolutional network that contrastive encoders and MP3ToVec listen with.

Convolutions of stride 2, each followed by batch normalisation and ReLU, on every other frame; then,
for each moment, a dense layer over all channels and frequencies, and the mean and the maximum over
time. Frequency keeps its place until that layer, because where a band lies is what it sounds like.

Source: D. Niizumi and others, *BYOL for Audio* (2021, arXiv:2103.06695), for the pooling; S. Ioffe,
C. Szegedy, *Batch Normalization* (2015).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from songnet.encoders import _keras
from songnet.encoders._architecture import KERNEL, MAX_FILTERS
from songnet.encoders._data import FRAMES, MELS
from songnet.encoders._weights import layer_format
from songnet.errors import UsageError

HEARD_FRAMES = FRAMES // 2
FILTERS = (32, 64, 128, 256)
MAX_LAYERS = 5  # 96 mels can be halved so often
MAX_DIMENSIONS = 4096
POOLED = 512
HIDDEN = 256
MOMENTUM = 0.95


@dataclass(frozen=True, slots=True)
class Listener:
    """The shape of the network.

    Attributes
    ----------
    filters
        Channels after each convolution.
    dimensions
        The length of what comes out.
    """

    filters: tuple[int, ...]
    dimensions: int

    def __post_init__(self) -> None:
        """Refuse what cannot be built, with `UsageError`."""
        layers = self.filters
        if not 1 <= len(layers) <= MAX_LAYERS:
            raise UsageError(f"--filters must name 1 to {MAX_LAYERS} layers: got {len(layers)}")
        if not all(1 <= width <= MAX_FILTERS for width in layers):
            raise UsageError(
                f"--filters must be 1 to {MAX_FILTERS} each: got {','.join(map(str, layers))}"
            )
        if not 1 <= self.dimensions <= MAX_DIMENSIONS:
            raise UsageError(f"--dimensions must be 1 to {MAX_DIMENSIONS}: got {self.dimensions}")

    @property
    def bands(self) -> int:
        """Frequencies that are left after the convolutions."""
        return MELS >> len(self.filters)

    def weight_shapes(self) -> dict[str, tuple[int, ...]]:
        """Names and shapes of all weights, in the order of the layers."""
        shapes: dict[str, tuple[int, ...]] = {}
        before = 1
        for number, width in enumerate(self.filters, 1):
            shapes[f"convolution_{number}.kernel"] = (KERNEL, KERNEL, before, width)
            shapes |= _norm_shapes(f"normalisation_{number}", width)
            before = width
        shapes["moment.kernel"] = (self.bands * before, POOLED)
        shapes |= _norm_shapes("moment_normalisation", POOLED)
        shapes["hidden.kernel"] = (2 * POOLED, HIDDEN)
        shapes |= _norm_shapes("hidden_normalisation", HIDDEN)
        shapes["output.kernel"] = (HIDDEN, self.dimensions)
        shapes["output.bias"] = (self.dimensions,)
        return shapes

    @property
    def multiplications(self) -> int:
        """Multiply-adds of one spectrogram, forward."""
        height, width, before, total = MELS, HEARD_FRAMES, 1, 0
        for filters in self.filters:
            height, width = height // 2, math.ceil(width / 2)
            total += height * width * KERNEL**2 * before * filters
            before = filters
        total += width * self.bands * before * POOLED
        return total + 2 * POOLED * HIDDEN + HIDDEN * self.dimensions


def _norm_shapes(name: str, width: int) -> dict[str, tuple[int, ...]]:
    parts = ("gamma", "beta", "moving_mean", "moving_variance")
    return {f"{name}.{part}": (width,) for part in parts}


def build(shape: Listener, *, precision: str = "float32") -> Any:
    """The Keras model: float32 (b, 96, 108, 1) to (pooled (b, 1024), output (b, dimensions)).

    Its weights are Keras's own first ones; `assign` others.
    """
    keras, _ = _keras.load()
    layers, kind = keras.layers, layer_format(precision)
    heard = keras.Input((MELS, HEARD_FRAMES, 1), dtype="float32")
    tensor = heard
    for number, width in enumerate(shape.filters, 1):
        tensor = layers.Conv2D(
            width, KERNEL, strides=2, padding="same", use_bias=False,
            kernel_initializer="zeros", name=f"convolution_{number}", **kind,
        )(tensor)  # fmt: skip
        tensor = _normalised(keras, f"normalisation_{number}", tensor, precision)
    tensor = layers.Permute((2, 1, 3), dtype=precision)(tensor)
    tensor = layers.Reshape((-1, shape.bands * shape.filters[-1]), dtype=precision)(tensor)
    tensor = _dense(keras, "moment", POOLED, tensor, precision)
    tensor = _normalised(keras, "moment_normalisation", tensor, precision)
    mean = layers.GlobalAveragePooling1D(**kind)(tensor)
    most = layers.GlobalMaxPooling1D(**kind)(tensor)
    pooled = layers.Concatenate(dtype=precision)([mean, most])
    tensor = _dense(keras, "hidden", HIDDEN, pooled, precision)
    tensor = _normalised(keras, "hidden_normalisation", tensor, precision)
    output = layers.Dense(
        shape.dimensions, kernel_initializer="zeros", name="output", dtype="float32"
    )(tensor)
    return keras.Model(heard, [pooled, output])


def _dense(keras: Any, name: str, width: int, tensor: Any, precision: str) -> Any:
    return keras.layers.Dense(
        width, use_bias=False, kernel_initializer="zeros", name=name, dtype=precision
    )(tensor)


def _normalised(keras: Any, name: str, tensor: Any, precision: str) -> Any:
    normal = keras.layers.BatchNormalization(momentum=MOMENTUM, name=name, dtype=precision)
    return keras.layers.ReLU(dtype=precision)(normal(tensor))


def heard(pixels: Any) -> Any:
    """What the network is given of plain spectrograms: uint8 (b, 96, 216) to (b, 96, 108, 1)."""
    _, tf = _keras.load()
    whole = tf.tile(tf.constant([[0.0, 0.0, 1.0, 1.0]]), [tf.shape(pixels)[0], 1])
    return cropped(tf.cast(pixels, tf.float32), whole)


def cropped(levels: Any, boxes: Any) -> Any:
    """Stretches of spectrograms, each drawn out to the size that the network hears.

    Parameters
    ----------
    levels
        float32 (b, 96, 216), 0 to 255.
    boxes
        float32 (b, 4): first band, first frame, last band, last frame, as shares of the whole.

    Returns
    -------
    float32 (b, 96, 108, 1), about -1 to 1.
    """
    _, tf = _keras.load()
    count = tf.shape(levels)[0]
    part = tf.image.crop_and_resize(levels[..., None], boxes, tf.range(count), (MELS, HEARD_FRAMES))
    return scaled_levels(part)


def scaled_levels(levels: Any) -> Any:
    """Levels of 0 to 255 around 0, about -1 to 1."""
    return levels / 127.5 - 1.0


def filters_of(options: Any, default: Sequence[int] = FILTERS) -> tuple[int, ...]:
    """The filters that were asked for."""
    return tuple(options.get("filters", default))
