"""The study's variational autoencoder.

An encoder of 3x3 convolutions, each followed by max pooling, and a dense layer give the parameters
of a normal distribution in n dimensions, the posterior q(z | x). A decoder makes a spectrogram of a
draw from it: a dense layer back to the latent map, then a transposed convolution for each pooling,
as wide as its stride. Training makes the negative log-likelihood of the pixels, plus β times the
divergence of the posterior from a standard normal, small. A song's vector is the posterior's mean.

The posterior's covariance is ``full`` as in the study, or ``diagonal``. The divergence's weight
rises in equal steps over the first epochs, from β / (warmup + 1) to β, so that the decoder learns
to listen to z before z is made plain; held back spectrograms are always judged by the full β.

Both outputs draw a picture by a sigmoid; they differ in how a pixel may stray from it.

``bernoulli``
    Pixels are 0 or 1, each by its own chance. Spectrograms are grey, so that this is a
    cross-entropy and no density (see `IndependentBernoulli`); it is what the study minimised, and
    what its losses of 13,862 to 13,928 nats are. Most of such a loss is the greys' own entropy,
    which no model can lower.
``transposed``
    Pixels are normal around the picture, with one standard deviation for all, which is learnt with
    the weights (Rybkin and others). Were it fixed at 1, the divergence would outweigh all that is
    in a picture, and z would be ignored. It never falls below one of the 255 steps of grey. Its
    likelihood is a density, often above 1, so that the loss may be negative.

The losses of the two are therefore not to be compared; divergence and mean squared error are, and a
``transposed`` model says the cross-entropy of its pictures too.

Source: T. Farnan, A. Dantuluri, S. Bose, *SongNet* (2020); D. P. Kingma, M. Welling, *Auto-Encoding
Variational Bayes* (2014); I. Higgins and others, *beta-VAE* (2017), for β; C. K. Sønderby and
others, *Ladder Variational Autoencoders* (2016), for the warm-up; O. Rybkin, K. Daniilidis,
S. Levine, *Simple and Effective VAE Training with Calibrated Decoders* (2021), for the learnt
deviation; A. Odena, V. Dumoulin, C. Olah, *Deconvolution and Checkerboard Artifacts* (2016), for
kernels that their stride divides; N. Srivastava and others, *Dropout* (2014).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from songnet.encoders._architecture import KERNEL, Architecture, architecture, weight_shapes
from songnet.encoders._numbers import real, refused, whole
from songnet.encoders._settings import check_activation
from songnet.encoders._table import Table
from songnet.encoders.distributions import COVARIANCES, parameter_count
from songnet.errors import UsageError
from songnet.model import Scalar

KIND = "vae"
DEFAULTS: Mapping[str, Any] = MappingProxyType(
    {
        "latent": 16,
        "filters": None,
        "pooling": None,
        "activation": "leaky_relu",
        "covariance": "full",
        "output": "bernoulli",
        "dropout": 0.0,
        "beta": 1.0,
        "warmup": 10,
    }
)
OPTIONS = frozenset(DEFAULTS)
OUTPUTS = ("transposed", "bernoulli")
ARCHITECTURE = "72x72"  # the study's 96-45-16
LARGEST_SIZE = 4096
LARGEST_FULL = 256
LARGEST_BETA = 1e6
LARGEST_WARMUP = 1_000_000


@dataclass(frozen=True, slots=True)
class VaeDesign:
    """Everything that makes a variational autoencoder but its weights.

    Attributes
    ----------
    architecture
        Filters and pooling of the encoder; the decoder mirrors them.
    size
        Dimensions of the latent normal: the length of a song's vector.
    activation
        Of all layers but the posterior's and the last.
    covariance
        ``diagonal`` or ``full``.
    output
        ``transposed`` or ``bernoulli``: see the module.
    dropout
        The share of numbers that is dropped after each pooling, in training.
    beta
        The weight of the divergence.
    warmup
        Epochs before the divergence has its full weight.
    """

    architecture: Architecture
    size: int
    activation: str
    covariance: str
    output: str
    dropout: float
    beta: float
    warmup: int

    @property
    def kind(self) -> str:
        """``vae``."""
        return KIND

    @property
    def latent(self) -> str:
        """The number of dimensions."""
        return str(self.size)

    @property
    def decoder_layers(self) -> tuple[tuple[str, int, int], ...]:
        """Name, channels and stride of each transposed convolution; the last gives the picture."""
        widths = (*self.architecture.decoder_filters[1:], 1)
        names = [*(f"decoder_{number}" for number in range(1, len(widths))), "output"]
        return tuple(zip(names, widths, self.architecture.decoder_upsampling, strict=True))

    def weight_shapes(self) -> dict[str, tuple[int, ...]]:
        """The encoder's as those of the autoencoder, the posterior's, the decoder's.

        A transposed convolution's kernel is (k, k, channels out, channels in). A ``transposed``
        output has ``likelihood.log_scale`` besides, one number.
        """
        area = self.architecture.latent_size
        shapes = {
            name: shape
            for name, shape in weight_shapes(self.architecture).items()
            if name.startswith("encoder_")
        }
        shapes |= _dense("posterior", area, parameter_count(self.size, self.covariance))
        shapes |= _dense("decoder_input", self.size, area)
        channels = self.architecture.filters[-1]
        for name, width, stride in self.decoder_layers:
            window = kernel_size(stride)
            shapes[f"{name}.kernel"] = (window, window, width, channels)
            shapes[f"{name}.bias"] = (width,)
            channels = width
        return shapes | ({"likelihood.log_scale": (1,)} if self.output == "transposed" else {})

    def facts(self) -> dict[str, Any]:
        """As ``config.json`` has it."""
        return {
            "filters": list(self.architecture.filters),
            "pooling": list(self.architecture.pooling),
            "latent": self.size,
            "activation": self.activation,
            "covariance": self.covariance,
            "output": self.output,
            "dropout": self.dropout,
            "beta": self.beta,
            "warmup": self.warmup,
        }

    def params(self) -> dict[str, Scalar]:
        """What the `Encoder` node says."""
        facts = self.facts()
        del facts["latent"]  # the node has it already
        lists = {name: ",".join(map(str, facts[name])) for name in ("filters", "pooling")}
        return {**facts, **lists, "latent_size": self.size}


def _dense(name: str, before: int, after: int) -> dict[str, tuple[int, ...]]:
    return {f"{name}.kernel": (before, after), f"{name}.bias": (after,)}


def kernel_size(stride: int) -> int:
    """The side of a transposed convolution's kernel: twice the stride, so that it covers evenly.

    A stride of 1 has the encoder's 3x3.
    """
    return 2 * stride if stride > 1 else KERNEL


def design(options: Mapping[str, Any]) -> VaeDesign:
    """The design that is asked for.

    Parameters
    ----------
    options
        Instead of `DEFAULTS`: ``latent`` (dimensions, 1 to 4096, of full covariance to 256),
        ``filters`` and ``pooling`` (together; else the study's 96,45,16 and 2,2,2),
        ``activation``, ``covariance``, ``output``, ``dropout``, ``beta``, ``warmup`` (epochs).

    Raises
    ------
    UsageError
        A shape or a number that is not to be had.
    """
    asked = {**DEFAULTS, **options}
    covariance = _one_of("covariance", asked["covariance"], COVARIANCES)
    return VaeDesign(
        architecture=_architecture(asked["filters"], asked["pooling"]),
        size=_size(asked["latent"], covariance),
        activation=check_activation(asked["activation"]),
        covariance=covariance,
        output=_one_of("output", asked["output"], OUTPUTS),
        dropout=_real("dropout", asked["dropout"], below=1.0),
        beta=_real("beta", asked["beta"], below=LARGEST_BETA),
        warmup=whole("warmup", asked["warmup"], 0, LARGEST_WARMUP),
    )


def parse(table: Table) -> VaeDesign:
    """The design in a ``config.json``; `FormatError` or `UsageError` if it is not sound."""
    return design(
        {
            "filters": table.integers("filters"),
            "pooling": table.integers("pooling"),
            "latent": table.integer("latent"),
            "activation": table.text("activation"),
            "covariance": table.text("covariance"),
            "output": table.text("output"),
            "dropout": table.number("dropout"),
            "beta": table.number("beta"),
            "warmup": table.integer("warmup"),
        }
    )


def _architecture(filters: Any, pooling: Any) -> Architecture:
    named = filters is None and pooling is None
    return architecture(ARCHITECTURE if named else None, filters, pooling)


def _size(latent: Any, covariance: str) -> int:
    digits = isinstance(latent, str) and latent.isascii() and latent.isdigit()
    number = int(latent) if digits and len(latent) < 10 else latent
    size = whole("latent of a vae", number, 1, LARGEST_SIZE)
    if covariance == "full" and size > LARGEST_FULL:
        raise UsageError(
            f"latent {size} with full covariance needs {parameter_count(size, covariance)} "
            f"parameters per spectrogram: at most {LARGEST_FULL}, or --covariance diagonal"
        )
    return size


def _one_of(name: str, value: Any, allowed: tuple[str, ...]) -> str:
    for choice in allowed:
        if value == choice:
            return choice
    raise UsageError(f"{name} {value!r}: allowed are {', '.join(allowed)}")


def _real(name: str, value: Any, *, below: float) -> float:
    allowed = f"0 or more and below {below:g}"
    number = real(name, value, allowed)
    if not 0 <= number < below:
        raise refused(name, value, allowed)
    return number
