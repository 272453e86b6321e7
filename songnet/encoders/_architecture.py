"""The shape of a convolutional autoencoder: which filters, which pooling, which latent map.

Pure arithmetic, so that a saved encoder's weights can be checked before Keras is imported.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from songnet.encoders._data import FRAMES, MELS
from songnet.errors import UsageError

KERNEL = 3
MAX_LAYERS = 8
MAX_FILTERS = 1024
DEFAULT_LATENT = "12x15"

# The study's name of a latent is its picture: the flattened map redrawn as a rectangle.
LATENTS = MappingProxyType(
    {
        "72x72": ((96, 45, 16), (2, 2, 2)),
        "48x81": ((48, 24, 12), (2, 2, 2)),
        "168x108": ((96, 14), (2, 2)),
        "12x15": ((48, 24, 12, 5), (2, 2, 2, 3)),
    }
)


@dataclass(frozen=True, slots=True)
class Architecture:
    """Filters and pooling of an encoder; the decoder is its mirror image.

    Attributes
    ----------
    name
        One of `LATENTS`, else ``HxWxC`` of the latent map.
    filters
        Channels after each 3x3 convolution of the encoder.
    pooling
        The square max pooling after each of them.
    """

    name: str
    filters: tuple[int, ...]
    pooling: tuple[int, ...]

    @property
    def latent_shape(self) -> tuple[int, int, int]:
        """Rows, columns and channels of the latent map."""
        return _latent_shape(self.filters, self.pooling)

    @property
    def latent_size(self) -> int:
        """The length of the flattened latent."""
        return math.prod(self.latent_shape)

    @property
    def decoder_filters(self) -> tuple[int, ...]:
        """Channels after each convolution of the decoder, the output's left out."""
        return self.filters[::-1]

    @property
    def decoder_upsampling(self) -> tuple[int, ...]:
        """The upsampling after each convolution of the decoder, the output's left out."""
        return self.pooling[::-1]


def architecture(
    latent: str | None = None,
    filters: Sequence[int] | None = None,
    pooling: Sequence[int] | None = None,
) -> Architecture:
    """One of the study's four architectures by its latent's name, or another by its layers.

    Parameters
    ----------
    latent
        ``72x72``, ``48x81``, ``168x108`` or ``12x15`` (also when nothing is given).
    filters, pooling
        Instead of `latent`, together: channels and max pooling of each layer.

    Raises
    ------
    UsageError
        An unknown latent; a latent and layers; layers that do not fit 96 x 216 pixels.
    """
    if filters is None and pooling is None:
        return _named(DEFAULT_LATENT if latent is None else latent)
    if latent is not None:
        raise UsageError(f"give a latent ({latent!r}) or filters and pooling, not both")
    if filters is None or pooling is None:
        raise UsageError("filters and pooling go together, as 48,24,12,5 and 2,2,2,3")
    return _custom(_plain(filters), _plain(pooling))


def _named(latent: str) -> Architecture:
    if latent not in LATENTS:
        raise UsageError(
            f"unknown latent {latent!r}: choose {', '.join(LATENTS)}, or give filters and pooling"
        )
    return Architecture(latent, *LATENTS[latent])


def _plain(values: Sequence[int]) -> tuple[int, ...]:
    """A tuple of Python's own integers, so that it can go into JSON."""
    return tuple(value.item() if isinstance(value, np.generic) else value for value in values)


def _custom(filters: tuple[int, ...], pooling: tuple[int, ...]) -> Architecture:
    _check_layers(filters, pooling)
    for name, layers in LATENTS.items():
        if layers == (filters, pooling):
            return Architecture(name, filters, pooling)
    shape = _latent_shape(filters, pooling)
    return Architecture("x".join(map(str, shape)), filters, pooling)


def _check_layers(filters: tuple[int, ...], pooling: tuple[int, ...]) -> None:
    if len(filters) != len(pooling) or not 1 <= len(filters) <= MAX_LAYERS:
        raise UsageError(
            f"filters and pooling must have one length, 1 to {MAX_LAYERS}: "
            f"got {len(filters)} and {len(pooling)}"
        )
    if not all(isinstance(value, int) and 1 <= value <= MAX_FILTERS for value in filters):
        raise UsageError(f"filters must be 1 to {MAX_FILTERS} each: got {_listed(filters)}")
    common = math.gcd(MELS, FRAMES)
    if (
        not all(isinstance(value, int) and 1 <= value <= common for value in pooling)
        or common % math.prod(pooling) != 0
    ):
        raise UsageError(
            f"pooling must divide {MELS} and {FRAMES}: the product of {_listed(pooling)} "
            f"must be one of {', '.join(str(d) for d in range(1, common + 1) if common % d == 0)}"
        )


def _listed(values: Sequence[object]) -> str:
    return ",".join(map(str, values))


def _latent_shape(filters: Sequence[int], pooling: Sequence[int]) -> tuple[int, int, int]:
    factor = math.prod(pooling)
    return MELS // factor, FRAMES // factor, filters[-1]


def weight_shapes(architecture: Architecture) -> dict[str, tuple[int, ...]]:
    """Names and shapes of all weights, in the order in which the layers stand.

    ``encoder_1.kernel`` is (3, 3, channels in, channels out), ``encoder_1.bias`` (channels out,).
    """
    layers = [
        *((f"encoder_{n}", width) for n, width in enumerate(architecture.filters, 1)),
        *((f"decoder_{n}", width) for n, width in enumerate(architecture.decoder_filters, 1)),
        ("output", 1),
    ]
    shapes: dict[str, tuple[int, ...]] = {}
    channels = 1
    for name, width in layers:
        shapes[f"{name}.kernel"] = (KERNEL, KERNEL, channels, width)
        shapes[f"{name}.bias"] = (width,)
        channels = width
    return shapes
