"""How training is asked for, and within which limits."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass
from typing import Any

from songnet.encoders._numbers import real, refused, whole
from songnet.errors import UsageError

ACTIVATIONS = ("relu", "sigmoid", "leaky_relu")
SCHEDULES = ("constant", "cosine", "linear")
PRECISIONS = ("float32", "mixed_float16", "mixed_bfloat16")
LARGEST_SEED = 2**32 - 1
EPOCHS = 125  # as many as the study trained
WARM_UP = 0.05
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
        Of the split, the first weights, the order of spectrograms and their augmentation.
    schedule
        ``constant``: the learning rate stays, training stops early, and the weights with the
        lowest validation loss are kept. ``cosine``: it rises over the first twentieth and falls
        to nothing over all epochs along half a cosine (Loshchilov and Hutter, 2017); such a
        training only makes sense whole, so there is no early stopping and the last weights are
        kept. ``linear``: likewise, but it falls evenly from the start, as word2vec's does.
    weight_decay
        Decoupled from the gradient (Loshchilov and Hutter, *AdamW*, 2019); 0 is plain Adam.
    precision
        ``float32``, or the dtype policy of the layers on a GPU; losses are always float32.
    """

    epochs: int
    batch_size: int
    learning_rate: float
    validation: float
    patience: int
    seed: int
    schedule: str = "constant"
    weight_decay: float = 0.0
    precision: str = "float32"

    def __post_init__(self) -> None:
        """Refuse what is out of range with `UsageError`; keep plain numbers, for JSON."""
        for name in ("epochs", "batch_size", "patience"):
            self._keep_whole(name, 1, LARGEST_COUNT)
        self._keep_whole("seed", 0, LARGEST_SEED)
        self._keep_real("learning_rate", "a number over 0")
        self._keep_real("validation")
        self._keep_real("weight_decay")
        self._require("learning_rate", self.learning_rate > 0, "a number over 0")
        self._require("validation", 0 < self.validation < 1, "a share between 0 and 1")
        self._require("weight_decay", 0 <= self.weight_decay < 1, "0 or more, below 1")
        self._require("schedule", self.schedule in SCHEDULES, " or ".join(SCHEDULES))
        self._require("precision", self.precision in PRECISIONS, " or ".join(PRECISIONS))

    @property
    def keeps_last(self) -> bool:
        """Whether the last weights are kept, not those of the lowest validation loss."""
        return self.schedule != "constant"

    def facts(self) -> dict[str, Any]:
        """As JSON has it; what came after version 1 of the format is left out where default."""
        later = {"schedule": "constant", "weight_decay": 0.0, "precision": "float32"}
        facts = dataclasses.asdict(self)
        return {key: value for key, value in facts.items() if later.get(key) != value}

    def rate(self, done: float) -> float:
        """The learning rate when a share `done` (0 to 1) of the training is behind."""
        if self.schedule == "constant":
            return self.learning_rate
        if self.schedule == "linear":
            return self.learning_rate * max(1 - done, 0.0)
        fallen = 0.5 * (1 + math.cos(math.pi * min(done, 1.0)))
        return self.learning_rate * min(done / WARM_UP, fallen)

    def _keep_whole(self, name: str, least: int, most: int) -> None:
        object.__setattr__(self, name, whole(name, getattr(self, name), least, most))

    def _keep_real(self, name: str, allowed: str = "a number") -> None:
        object.__setattr__(self, name, real(name, getattr(self, name), allowed))

    def _require(self, name: str, fine: bool, allowed: str) -> None:
        if not fine:
            raise refused(name, getattr(self, name), allowed)


def check_activation(activation: str) -> str:
    """`activation` itself if convolutions may have it."""
    if activation not in ACTIVATIONS:
        raise UsageError(f"activation {activation!r}: allowed are {', '.join(ACTIVATIONS)}")
    return activation
