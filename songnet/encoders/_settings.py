"""How training is asked for, and within which limits."""

from __future__ import annotations

import math
from dataclasses import dataclass
from numbers import Integral, Real

from songnet.errors import UsageError

ACTIVATIONS = ("relu", "sigmoid", "leaky_relu")
LARGEST_SEED = 2**32 - 1
EPOCHS = 125  # as many as the study trained
LARGEST_COUNT = 1_000_000


@dataclass(frozen=True, slots=True)
class Hyperparameters:
    """What training depends on besides its data.

    Attributes
    ----------
    epochs
        At most so many passes over the training spectrograms.
    batch_size
        Spectrograms per step.
    learning_rate
        Of Adam (Kingma and Ba, 2015).
    validation
        The share of songs (or recordings) held back.
    patience
        Epochs without a lower validation loss after which training stops.
    seed
        Of the split, the first weights and the order of spectrograms.
    """

    epochs: int
    batch_size: int
    learning_rate: float
    validation: float
    patience: int
    seed: int

    def __post_init__(self) -> None:
        """Refuse what is out of range with `UsageError`; keep plain numbers, for JSON."""
        for name in ("epochs", "batch_size", "patience"):
            self._keep_whole(name, 1, LARGEST_COUNT)
        self._keep_whole("seed", 0, LARGEST_SEED)
        self._keep_real("learning_rate")
        self._keep_real("validation")
        rate = self.learning_rate
        _require(math.isfinite(rate) and rate > 0, "learning_rate", rate, "a number over 0")
        share = self.validation
        _require(0 < share < 1, "validation", share, "a share between 0 and 1")

    def _keep_whole(self, name: str, least: int, most: int) -> None:
        value = getattr(self, name)
        fine = isinstance(value, Integral) and not isinstance(value, bool)
        allowed = f"a whole number, {least} to {most}"
        _require(fine and least <= value <= most, name, value, allowed)
        object.__setattr__(self, name, int(value))

    def _keep_real(self, name: str) -> None:
        value = getattr(self, name)
        fine = isinstance(value, Real) and not isinstance(value, bool)
        _require(fine, name, value, "a number")
        object.__setattr__(self, name, float(value))


def check_activation(activation: str) -> str:
    """`activation` itself if convolutions may have it."""
    if activation not in ACTIVATIONS:
        raise UsageError(f"activation {activation!r}: allowed are {', '.join(ACTIVATIONS)}")
    return activation


def _require(fine: bool, name: str, value: object, allowed: str) -> None:
    if not fine:
        raise UsageError(f"{name} must be {allowed}, got {value}")
