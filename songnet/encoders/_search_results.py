"""What came out of a search."""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from songnet.encoders._search_plan import grid
from songnet.encoders._search_space import SETTINGS, Point, Space
from songnet.encoders._training import Epoch

SCHEMA = "songnet.encoders.search/1"


class State(StrEnum):
    """How a training ended, if it did."""

    complete = "complete"
    pruned = "pruned"
    failed = "failed"
    unfinished = "unfinished"


@dataclass(frozen=True, slots=True)
class Trial:
    """One training of a search.

    Attributes
    ----------
    number
        Its place in the plan, from 1.
    point
        What was chosen: of the design and of the settings.
    state
        ``complete``; ``pruned``: given up because others were better by then; ``failed``: the loss
        was no number; ``unfinished``: it runs, or was interrupted.
    history
        The epochs that ran; none where it is unfinished.
    best
        The epoch whose weights were kept, or would have been.
    value
        What trainings are compared by, at that epoch: less is better.
    fingerprint
        Of the encoder that came out, without the projection that a graph may need.
    error
        Why it failed.
    """

    number: int
    point: Point
    state: State
    history: tuple[Epoch, ...] = ()
    best: Epoch | None = None
    value: float | None = None
    fingerprint: str | None = None
    error: str | None = None

    @property
    def is_finished(self) -> bool:
        """Whether it need not be made again."""
        return self.state is not State.unfinished

    @property
    def seconds(self) -> float:
        """Wall time of all epochs."""
        return math.fsum(epoch.seconds for epoch in self.history)

    @property
    def spectrograms_per_second(self) -> float | None:
        """Of the median epoch: the first one also builds the model's graph."""
        speeds = [epoch.spectrograms_per_second for epoch in self.history]
        return statistics.median(speeds) if speeds else None

    def facts(self) -> dict[str, Any]:
        """As JSON has it."""
        best = self.best
        return {
            "trial": self.number,
            "design": {name: v for name, v in self.point.items() if name not in SETTINGS},
            "settings": {name: v for name, v in self.point.items() if name in SETTINGS},
            "state": self.state.value,
            "epochs": len(self.history),
            "best_epoch": best and best.number,
            "loss": best and best.loss,
            "validation_loss": best and best.validation_loss,
            "value": self.value,
            "spectrograms_per_second": self.spectrograms_per_second,
            "seconds": self.seconds,
            "error": self.error,
            "fingerprint": self.fingerprint,
            "history": {
                "loss": [epoch.loss for epoch in self.history],
                "val_loss": [epoch.validation_loss for epoch in self.history],
            },
        }


@dataclass(frozen=True)
class Search:
    """All trainings of a search so far.

    Attributes
    ----------
    name
        The search's, and its best encoder's.
    space
        What was chosen from.
    sampling
        ``grid`` or ``random``.
    settings
        What all trainings had in common.
    planned
        How many trainings were asked for last.
    trials
        Those that there are, by number.
    """

    name: str
    space: Space
    sampling: str
    settings: Mapping[str, Any]
    planned: int
    trials: tuple[Trial, ...]

    @property
    def best(self) -> Trial | None:
        """The complete training of the least value (the first of equals), if any is complete."""
        complete = [trial for trial in self.trials if trial.state is State.complete]
        return min(complete, key=_value, default=None)

    @property
    def ranked(self) -> tuple[Trial, ...]:
        """By value, those without one last."""
        return tuple(sorted(self.trials, key=_value))

    def by_latent(self) -> dict[str, list[Trial]]:
        """The trainings of each latent, in the order of the choices."""
        latents = dict.fromkeys(self.space.design(point).latent for point in grid(self.space))
        groups: dict[str, list[Trial]] = {latent: [] for latent in latents}
        for trial in self.trials:
            groups[self.space.design(trial.point).latent].append(trial)
        return groups

    def facts(self) -> dict[str, Any]:
        """As JSON has it, schema ``songnet.encoders.search/1``; trainings by value."""
        return {
            "schema": SCHEMA,
            "name": self.name,
            "model": self.space.model,
            "sampling": self.sampling,
            "fixed": dict(self.space.fixed),
            "choices": {name: list(values) for name, values in self.space.choices.items()},
            "settings": dict(self.settings),
            "criterion": self.space.criterion,
            "planned": self.planned,
            "best": self.best and self.best.number,
            "trials": [trial.facts() for trial in self.ranked],
        }


def _value(trial: Trial) -> float:
    return math.inf if trial.value is None else trial.value
