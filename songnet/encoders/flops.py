"""How much arithmetic a model costs: floating-point operations per spectrogram, counted on paper.

A multiplication and an addition are two operations. Counted are the convolutions with their biases,
padding included, as TensorFlow's profiler counts them; activations, pooling and upsampling are not,
by common usage: of the study's architectures they are at most two operations in a hundred.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from songnet.encoders._architecture import KERNEL, Architecture
from songnet.encoders._data import FRAMES, MELS


@dataclass(frozen=True, slots=True)
class Convolution:
    """A convolution with bias, every output pixel counted alike.

    Attributes
    ----------
    name
        As in `weight_shapes`.
    rows, columns
        Of its output.
    channels_in, channels_out
        Before and after.
    kernel
        The side of its square kernel.
    """

    name: str
    rows: int
    columns: int
    channels_in: int
    channels_out: int
    kernel: int = KERNEL

    @property
    def products(self) -> int:
        """Operations of the kernel: a multiplication and an addition per weight and pixel."""
        weights = self.kernel**2 * self.channels_in * self.channels_out
        return 2 * weights * self.rows * self.columns

    @property
    def biases(self) -> int:
        """Operations of the bias: an addition per output."""
        return self.rows * self.columns * self.channels_out


def convolutions(architecture: Architecture) -> tuple[Convolution, ...]:
    """The convolutions of an autoencoder, in their order.

    The first ``len(architecture.filters)`` of them are the encoder: what embedding costs.
    """
    return (*_encoder(architecture), *_decoder(architecture))


def _encoder(shape: Architecture) -> Iterator[Convolution]:
    rows, columns, before = MELS, FRAMES, 1
    for number, (width, pool) in enumerate(zip(shape.filters, shape.pooling, strict=True), 1):
        yield Convolution(f"encoder_{number}", rows, columns, before, width)
        rows, columns, before = rows // pool, columns // pool, width


def _decoder(shape: Architecture) -> Iterator[Convolution]:
    rows, columns, before = shape.latent_shape
    layers = zip(shape.decoder_filters, shape.decoder_upsampling, strict=True)
    for number, (width, factor) in enumerate(layers, 1):
        yield Convolution(f"decoder_{number}", rows, columns, before, width)
        rows, columns, before = rows * factor, columns * factor, width
    yield Convolution("output", rows, columns, before, 1)


def forward(layers: Iterable[Convolution]) -> int:
    """Operations of one spectrogram through `layers`.

    Examples
    --------
    >>> from songnet.encoders import architecture, flops
    >>> flops.forward(flops.convolutions(architecture("12x15")))
    266417280
    """
    return sum(layer.products + layer.biases for layer in layers)


def training(layers: Iterable[Convolution]) -> int:
    """Operations of one spectrogram in a step of training, forward and backward.

    The gradient of a convolution's weights costs as much as the convolution, so does that of its
    input, which the first layer does not need; that of its biases is an addition per output. The
    optimiser's own work does not grow with the batch and is not counted.
    """
    stack = tuple(layers)
    weights = sum(layer.products for layer in stack)
    inputs = sum(layer.products for layer in stack[1:])
    return forward(stack) + weights + inputs + sum(layer.biases for layer in stack)
