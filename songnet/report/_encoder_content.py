"""What a report says of encoders: their losses, what they draw, and the searches for the best."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from songnet.errors import InputError
from songnet.model import Scalar

SPECTROGRAM = (96, 216)


class Example(NamedTuple):
    """A spectrogram and what an encoder made of it.

    Attributes
    ----------
    title
        What the song is called.
    original
        uint8 (96, 216), low mel in row 0.
    reconstruction
        float32 (96, 216), brightness 0 to 1 (what ``original / 255`` is to be compared with).
    """

    title: str
    original: NDArray[np.uint8]
    reconstruction: NDArray[np.float32]


class Curve(NamedTuple):
    """A training's losses, a value per epoch.

    Attributes
    ----------
    loss, val_loss
        Over the songs learnt from and over those held back; of one length.
    best
        Whether it is the one to look at.
    given_up
        Whether it was ended because others were better.
    """

    loss: Sequence[float]
    val_loss: Sequence[float]
    best: bool = False
    given_up: bool = False


@dataclass(frozen=True)
class Panel:
    """Curves that belong together, under a title."""

    title: str
    curves: Sequence[Curve]

    def __post_init__(self) -> None:
        for curve in self.curves:
            if not 0 < len(curve.loss) == len(curve.val_loss):
                raise InputError(
                    f"curves of {self.title!r} need as many training as validation losses, at "
                    f"least one: got {len(curve.loss)} and {len(curve.val_loss)}"
                )


@dataclass(frozen=True)
class SearchSection:
    """What the page says of a search for the best encoder.

    Attributes
    ----------
    name
        The search's, and its best encoder's.
    summary
        In a sentence, what was searched and how many trainings there were.
    loss
        What the loss is, for people.
    panels
        A panel per latent.
    bests
        The best training of each latent, best first: columns by name.
    """

    name: str
    summary: str
    loss: str
    panels: Sequence[Panel]
    bests: Sequence[Mapping[str, Scalar]] = ()


@dataclass(frozen=True)
class EncoderSection:
    """What the page says of one encoder.

    Attributes
    ----------
    name
        The encoder's name.
    params
        Its description: kind, latent, hyperparameters, in the order to show them.
    history
        ``loss`` and ``val_loss``, a value per epoch; either may be missing.
    examples
        Spectrograms beside their reconstructions; plain ``(title, original, reconstruction)``
        tuples will do.
    mse
        The mean squared error of the reconstructions on songs held back; None where unknown.
    loss
        What its loss is, for people.
    draws
        Whether it is a model that draws spectrograms.
    kept
        The epoch whose weights were kept, from 1; None: that of the lowest validation loss.
    """

    name: str
    params: Mapping[str, Scalar] = field(default_factory=dict)
    history: Mapping[str, Sequence[float]] = field(default_factory=dict)
    examples: Sequence[Example | tuple[str, NDArray[np.uint8], NDArray[np.float32]]] = ()
    mse: float | None = None
    loss: str = "loss"
    draws: bool = True
    kept: int | None = None

    def __post_init__(self) -> None:
        for title, *images in self.examples:
            shapes = [np.asarray(image).shape for image in images]
            if shapes != [SPECTROGRAM, SPECTROGRAM]:
                raise InputError(f"example {title!r} of {self.name!r} must be 96 x 216: {shapes}")
