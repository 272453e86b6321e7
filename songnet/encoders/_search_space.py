"""What a search chooses from: for each model the values of its design and its settings."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, TypeAlias

from songnet.encoders._architecture import LATENTS
from songnet.encoders._design import Design
from songnet.encoders._models import MODELS
from songnet.encoders._training import Epoch
from songnet.errors import UsageError

Value: TypeAlias = str | int | float
Point: TypeAlias = Mapping[str, Value]

# What of a point belongs to `Hyperparameters`; the rest is of the model's design.
SETTINGS = ("batch_size", "learning_rate")

NOTHING: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True)
class Space:
    """The choices of a search.

    Attributes
    ----------
    model
        A key of `songnet.encoders.MODELS`.
    choices
        For each name what it may be, in the order of a grid: the first varies slowest.
    judged_by
        The terms of the validation loss whose sum trainings are compared by; none: the loss itself.
    single
        Names that may have one value only, because the loss means something else with each.
    instead
        Choices that there are not where something of the design is fixed: ``filters`` make a
        ``latent``.
    fixed
        What all designs have in common.
    """

    model: str
    choices: Mapping[str, tuple[Value, ...]]
    judged_by: tuple[str, ...] = ()
    single: frozenset[str] = frozenset()
    instead: Mapping[str, str] = field(default_factory=dict)
    fixed: Mapping[str, Any] = field(default_factory=dict)

    @property
    def criterion(self) -> str:
        """What trainings are compared by, in words."""
        return " + ".join(self.judged_by) or "loss"

    @property
    def rates(self) -> tuple[float, float]:
        """The least and the greatest learning rate."""
        rates = [float(rate) for rate in self.choices["learning_rate"]]
        return min(rates), max(rates)

    def judge(self, epoch: Epoch) -> float:
        """What `epoch` is worth; less is better."""
        if not self.judged_by:
            return epoch.validation_loss
        return math.fsum(epoch.validation_terms[name] for name in self.judged_by)

    def design(self, point: Point) -> Design:
        """The design at a point; `UsageError` where there is none."""
        chosen = {name: value for name, value in point.items() if name not in SETTINGS}
        return MODELS[self.model].asked_design({**self.fixed, **chosen})

    def settings(self, point: Point) -> dict[str, Any]:
        """The settings at a point."""
        return {name: value for name, value in point.items() if name in SETTINGS}


SPACES: Mapping[str, Space] = MappingProxyType(
    {
        # The study's slides name these.
        "cae": Space(
            "cae",
            {
                "latent": tuple(LATENTS),
                "batch_size": (5, 10, 15),
                "learning_rate": (0.01, 0.005, 0.001, 0.0005),
                "activation": ("relu", "sigmoid"),
            },
            instead={"filters": "latent"},
        ),
        # β changes what the loss weighs, so that a small one would win by its own scale. At β = 1
        # the loss is the negative evidence bound, which means the same for all of them.
        "vae": Space(
            "vae",
            {
                "latent": ("8", "16", "32"),
                "beta": (0.5, 1.0, 2.0),
                "dropout": (0.0, 0.2, 0.4),
                "batch_size": (15,),
                "learning_rate": (0.001, 0.0005),
            },
            judged_by=("nll", "kl"),
        ),
        "contrastive": Space(
            "contrastive",
            {
                "dimensions": (64, 128, 256),
                "batch_size": (64,),
                "learning_rate": (0.003, 0.001, 0.0003),
            },
            single=frozenset({"batch_size", "temperature"}),
        ),
    }
)


def space(
    model: str, asked: Mapping[str, Iterable[Value]], fixed: Mapping[str, Any] = NOTHING
) -> Space:
    """The choices of a model, where they were asked for those.

    Parameters
    ----------
    asked
        By name, instead of the model's own.
    fixed
        Of the design, the same for all: ``{"covariance": "diagonal"}``.

    Raises
    ------
    UsageError
        A model that is not searched; a choice that it does not have; no value, or one that is not
        to be had.
    """
    if model not in SPACES:
        raise UsageError(f"--model {model!r}: a search knows {', '.join(SPACES)}")
    given = {name: tuple(dict.fromkeys(values)) for name, values in asked.items()}
    whole = _with_fixed(SPACES[model], fixed)
    for name, values in given.items():
        _check(whole, name, values)
    choices = {name: given.get(name, values) for name, values in whole.choices.items()}
    return dataclasses.replace(whole, choices=choices | given)


def _with_fixed(whole: Space, fixed: Mapping[str, Any]) -> Space:
    gone = {whole.instead.get(name, name) for name in fixed}
    choices = {name: values for name, values in whole.choices.items() if name not in gone}
    return dataclasses.replace(whole, choices=choices, fixed=dict(fixed))


def _check(whole: Space, name: str, values: tuple[Value, ...]) -> None:
    """Refuse what the model's design or its settings would refuse."""
    if not values:
        raise UsageError(f"{name} has no value to choose from: give at least one")
    if name in whole.single and len(values) > 1:
        raise UsageError(
            f"the loss of --model {whole.model} means something else with each {name}, so that "
            f"they do not compare: give one, got {', '.join(map(str, values))}"
        )
    for value in values:
        point = {name: value}
        whole.design(point)
        MODELS[whole.model].settings(1, **whole.settings(point))
