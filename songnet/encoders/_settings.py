"""How training is asked for, and within which limits."""

from __future__ import annotations

import math
from dataclasses import dataclass

from songnet.errors import UsageError

ACTIVATIONS = ("relu", "sigmoid", "leaky_relu")
LARGEST_SEED = 2**32 - 1


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
        """Refuse what is out of range with `UsageError`."""
        for name in ("epochs", "batch_size", "patience"):
            _require(getattr(self, name) >= 1, name, getattr(self, name), "1 or more")
        rate = self.learning_rate
        _require(math.isfinite(rate) and rate > 0, "learning_rate", rate, "a number over 0")
        share = self.validation
        _require(0 < share < 1, "validation", share, "a share between 0 and 1")
        seeds = f"0 to {LARGEST_SEED}"
        _require(0 <= self.seed <= LARGEST_SEED, "seed", self.seed, seeds)


def check_activation(activation: str) -> str:
    """`activation` itself if convolutions may have it."""
    if activation not in ACTIVATIONS:
        raise UsageError(f"activation {activation!r}: allowed are {', '.join(ACTIVATIONS)}")
    return activation


def _require(fine: bool, name: str, value: object, allowed: str) -> None:
    if not fine:
        raise UsageError(f"{name} must be {allowed}, got {value}")
