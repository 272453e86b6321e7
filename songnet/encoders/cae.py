"""The study's convolutional autoencoder.

An encoder of 3x3 convolutions, each followed by max pooling; a decoder that is its mirror image,
each convolution followed by upsampling; a last, linear convolution gives the picture back. It
learns to make the mean squared error of the pixels small, by Adam. A song's vector is the
flattened latent map between the two.

Source: T. Farnan, A. Dantuluri, S. Bose, *SongNet* (2020); D. P. Kingma, J. Ba, *Adam* (2015).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from songnet.encoders._architecture import Architecture, architecture, weight_shapes
from songnet.encoders._settings import check_activation
from songnet.encoders._table import Table
from songnet.model import Scalar

KIND = "cae"
OPTIONS = frozenset({"latent", "filters", "pooling", "activation"})


@dataclass(frozen=True, slots=True)
class CaeDesign:
    """Filters and pooling, and what follows each convolution."""

    architecture: Architecture
    activation: str = "relu"

    @property
    def kind(self) -> str:
        """``cae``."""
        return KIND

    @property
    def latent(self) -> str:
        """The study's name of the latent, else its shape."""
        return self.architecture.name

    @property
    def size(self) -> int:
        """The length of the flattened latent map."""
        return self.architecture.latent_size

    def weight_shapes(self) -> dict[str, tuple[int, ...]]:
        """``encoder_1.kernel`` (3, 3, channels in, out), ``encoder_1.bias`` (out,), and so on."""
        return weight_shapes(self.architecture)

    def facts(self) -> dict[str, Any]:
        """As ``config.json`` has it."""
        return {
            "architecture": {
                **dataclasses.asdict(self.architecture),
                "latent_shape": self.architecture.latent_shape,
            },
            "activation": self.activation,
        }

    def params(self) -> dict[str, Scalar]:
        """What the `Encoder` node says."""
        return {
            "activation": self.activation,
            "filters": ",".join(map(str, self.architecture.filters)),
            "pooling": ",".join(map(str, self.architecture.pooling)),
            "latent_size": self.architecture.latent_size,
        }


def design(options: Mapping[str, Any]) -> CaeDesign:
    """The design that is asked for.

    Parameters
    ----------
    options
        ``latent`` (one of the study's four) or ``filters`` and ``pooling``; ``activation``.

    Raises
    ------
    UsageError
        A shape or an activation that is not to be had.
    """
    shape = architecture(options.get("latent"), options.get("filters"), options.get("pooling"))
    return CaeDesign(shape, check_activation(options.get("activation", "relu")))


def parse(table: Table) -> CaeDesign:
    """The design in a ``config.json``; `FormatError` or `UsageError` if it is not sound."""
    part = table.table("architecture")
    shape = architecture(None, part.integers("filters"), part.integers("pooling"))
    if part.text("name") != shape.name:
        raise part.wrong("name", repr(shape.name))
    if part.integers("latent_shape") != shape.latent_shape:
        raise part.wrong("latent_shape", str(list(shape.latent_shape)))
    return CaeDesign(shape, check_activation(table.text("activation")))
