"""Which trainings a search makes, in which order, known before the first of them.

A grid is every combination. A random search draws each training from the seed and the training's
own number, so that it is the same whatever was interrupted before it, and more trainings later
only add to those that were made.

Source: J. Bergstra, Y. Bengio, *Random Search for Hyper-Parameter Optimization* (2012): where only
some choices matter, as many random points try more values of those than a grid does.
"""

from __future__ import annotations

import dataclasses
import itertools
import json
import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from songnet.encoders._search_space import SETTINGS, Point, Space, Value
from songnet.encoders._settings import Hyperparameters
from songnet.errors import UsageError

LARGEST_TRIALS = 100_000
STREAM = 6


@dataclass(frozen=True)
class Plan:
    """What a search is asked for.

    Attributes
    ----------
    space
        What is chosen from.
    trials
        So many random points; None for the grid.
    settings
        Of every training, but for what is chosen: epochs, seed and so on.
    """

    space: Space
    settings: Hyperparameters
    trials: int | None = None

    def __post_init__(self) -> None:
        """Refuse what cannot be planned with `UsageError`."""
        if self.trials is not None and not 1 <= self.trials <= LARGEST_TRIALS:
            raise UsageError(f"trials must be 1 to {LARGEST_TRIALS:,}, got {self.trials}")
        for point in self.points():
            self.space.design(point)
            self.hyperparameters(point)

    @property
    def sampling(self) -> str:
        """``grid`` or ``random``."""
        return "grid" if self.trials is None else "random"

    @property
    def free_rate(self) -> bool:
        """Whether the learning rate is drawn from between its choices."""
        return self.trials is not None and len(self.space.choices["learning_rate"]) > 1

    def hyperparameters(self, point: Point) -> Hyperparameters:
        """How the training at `point` is made."""
        return dataclasses.replace(self.settings, **self.space.settings(point))

    def points(self) -> tuple[Point, ...]:
        """All trainings, in order."""
        if self.trials is None:
            return grid(self.space)
        if not self.free_rate:
            return _some_of_grid(self.space, self.trials, self.settings.seed)
        return tuple(drawn(self.space, number, self.settings.seed) for number in range(self.trials))

    def facts(self) -> dict[str, Any]:
        """All that two runs of one search must have in common, as JSON has it."""
        shared = self.settings.facts()
        return {
            "model": self.space.model,
            "sampling": self.sampling,
            "fixed": json.loads(json.dumps(dict(self.space.fixed))),
            "choices": {name: list(values) for name, values in self.space.choices.items()},
            "settings": {name: shared[name] for name in shared if name not in SETTINGS},
        }


def grid(space: Space) -> tuple[Point, ...]:
    """Every combination; the first choice varies slowest."""
    names = list(space.choices)
    return tuple(
        dict(zip(names, values, strict=True))
        for values in itertools.product(*space.choices.values())
    )


def drawn(space: Space, number: int, seed: int) -> Point:
    """The random point of a number: each choice uniform, the learning rate log-uniform.

    The rate is rounded to three digits, and lies between the least and the greatest of its choices.
    """
    random = np.random.default_rng([seed, STREAM, number])
    point: dict[str, Value] = {
        name: values[random.integers(len(values))] for name, values in space.choices.items()
    }
    low, high = space.rates
    rate = math.exp(random.uniform(math.log(low), math.log(high)))
    point["learning_rate"] = min(max(float(f"{rate:.3g}"), low), high)
    return point


def _some_of_grid(space: Space, trials: int, seed: int) -> tuple[Point, ...]:
    """Where nothing is continuous no point is worth a second training."""
    points = grid(space)
    if trials > len(points):
        raise UsageError(
            f"{trials} trials are more than the {len(points)} combinations of these choices: "
            "ask for fewer, for all of them without a number, or for more than one learning rate"
        )
    order = np.random.default_rng([seed, STREAM]).permutation(len(points))
    return tuple(points[place] for place in order[:trials])
