"""Epochs, early stopping and which weights are kept: the same for every model.

A model's side of it is a `Learner`: `step` learns from a batch and gives its losses, `evaluate`
gives those of the spectrograms held back, `snapshot` and `restore` carry its whole state.
"""

from __future__ import annotations

import functools
import math
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from songnet.encoders._settings import Hyperparameters
from songnet.errors import DivergedError

Weights: TypeAlias = Mapping[str, NDArray[np.float32]]
State: TypeAlias = Mapping[str, NDArray[Any]]
Losses: TypeAlias = Mapping[str, float]
Batch: TypeAlias = tuple[Any, Any]


@dataclass(frozen=True, slots=True)
class Epoch:
    """One pass over the training spectrograms.

    Attributes
    ----------
    number
        From 1.
    loss, validation_loss
        What the model makes small: over the training batches while the weights moved, and over the
        validation spectrograms afterwards. Of an autoencoder the mean squared error per pixel,
        pixels in [0, 1]; the other models say theirs.
    spectrograms_per_second
        Training spectrograms per second of wall time.
    seconds
        Wall time of training and validation.
    terms, validation_terms
        What the loss is made of, by name, where it has parts.
    """

    number: int
    loss: float
    validation_loss: float
    spectrograms_per_second: float
    seconds: float
    terms: Losses = field(default_factory=dict)
    validation_terms: Losses = field(default_factory=dict)

    def facts(self) -> dict[str, Any]:
        """As JSON has it."""
        facts: dict[str, Any] = {
            "number": self.number,
            "loss": self.loss,
            "validation_loss": self.validation_loss,
            "spectrograms_per_second": self.spectrograms_per_second,
            "seconds": self.seconds,
        }
        if self.terms:
            facts["terms"] = dict(self.terms)
            facts["validation_terms"] = dict(self.validation_terms)
        return facts


@dataclass(frozen=True, slots=True)
class Learner:
    """What the loop needs of a model and its data.

    Attributes
    ----------
    step
        From a batch, the epoch and the step in it (both from 0) and the learning rate to the
        losses, means over the batch; ``loss`` is the one that falls.
    evaluate
        The losses over the validation spectrograms.
    weights
        A copy of the weights as they are now.
    snapshot, restore
        A copy of weights and optimiser, and back.
    batches
        A pass over the training spectrograms, by the epoch's number from 0: pixels and targets.
    spectrograms
        How many training spectrograms a pass has.
    """

    step: Callable[[Batch, int, int, float], Losses]
    evaluate: Callable[[], Losses]
    weights: Callable[[], Weights]
    snapshot: Callable[[], State]
    restore: Callable[[State], None]
    batches: Callable[[int], Iterator[Batch]]
    spectrograms: int


@dataclass(frozen=True, slots=True)
class Progressed:
    """A training between two epochs: everything needed to go on.

    Attributes
    ----------
    history
        The epochs that ran.
    kept
        The weights that would be kept if it ended here.
    state
        Weights and optimiser, as `Learner.snapshot` gave them.
    """

    history: tuple[Epoch, ...]
    kept: Weights
    state: State


@dataclass(frozen=True, slots=True)
class Watch:
    """Who is told how training goes.

    Attributes
    ----------
    on_epoch
        Called after every epoch.
    on_batch
        Called after every step with the epochs behind, this epoch's spectrograms done and in
        total, and the loss.
    on_progress
        Called after every epoch with a function that gives all that is needed to go on; calling it
        costs a copy of the weights.
    """

    on_epoch: Callable[[Epoch], None] | None = None
    on_batch: Callable[[int, int, int, float], None] | None = None
    on_progress: Callable[[Callable[[], Progressed]], None] | None = None


SILENT = Watch()


def best_epoch(history: tuple[Epoch, ...], hyperparameters: Hyperparameters) -> Epoch:
    """The epoch whose weights are kept: the lowest validation loss (the first of equals).

    Under a schedule that only makes sense whole it is the last.
    """
    if hyperparameters.keeps_last:
        return history[-1]
    return min(history, key=lambda epoch: epoch.validation_loss)


def learn(
    learner: Learner,
    hyperparameters: Hyperparameters,
    *,
    watch: Watch = SILENT,
    start: Progressed | None = None,
) -> tuple[tuple[Epoch, ...], Weights]:
    """Train until the epochs are through or the validation loss has stopped falling.

    Parameters
    ----------
    start
        Where an earlier training was left; what comes out is what it would have given.

    Returns
    -------
    All epochs that ran, and the weights to keep (see `best_epoch`).

    Raises
    ------
    DivergedError
        The loss is not a finite number.
    """
    history: tuple[Epoch, ...] = ()
    kept: Weights = MappingProxyType({})
    if start is not None:
        history, kept = start.history, start.kept
        learner.restore(start.state)
    while not _ended(history, hyperparameters):
        epoch = _epoch(learner, len(history), hyperparameters, watch)
        history = (*history, epoch)
        if best_epoch(history, hyperparameters) is epoch:
            kept = learner.weights()
        if watch.on_progress:
            watch.on_progress(functools.partial(_progressed, learner, history, kept))
        if watch.on_epoch:
            watch.on_epoch(epoch)
    return history, kept


def _progressed(learner: Learner, history: tuple[Epoch, ...], kept: Weights) -> Progressed:
    return Progressed(history, kept, learner.snapshot())


def _ended(history: tuple[Epoch, ...], hyperparameters: Hyperparameters) -> bool:
    if len(history) >= hyperparameters.epochs:
        return True
    if not history or hyperparameters.keeps_last:
        return False
    since = len(history) - best_epoch(history, hyperparameters).number
    return since >= hyperparameters.patience


def _epoch(learner: Learner, past: int, hyperparameters: Hyperparameters, watch: Watch) -> Epoch:
    started = time.perf_counter()
    sums: dict[str, float] = {}
    done = 0
    for step, batch in enumerate(learner.batches(past)):
        share = (past + done / learner.spectrograms) / hyperparameters.epochs
        losses = learner.step(batch, past, step, hyperparameters.rate(share))
        _check_finite(losses, past + 1, hyperparameters)
        size = len(batch[0])
        for name, value in losses.items():
            sums[name] = sums.get(name, 0.0) + size * value
        done += size
        if watch.on_batch:
            watch.on_batch(past, done, learner.spectrograms, losses["loss"])
    trained = time.perf_counter()
    validation = dict(learner.evaluate())
    _check_finite(validation, past + 1, hyperparameters)
    terms = {name: value / done for name, value in sums.items()}
    return Epoch(
        number=past + 1,
        loss=terms.pop("loss"),
        validation_loss=validation.pop("loss"),
        spectrograms_per_second=done / (trained - started),
        seconds=time.perf_counter() - started,
        terms=MappingProxyType(terms),
        validation_terms=MappingProxyType(validation),
    )


def _check_finite(losses: Losses, number: int, hyperparameters: Hyperparameters) -> None:
    loss = next((value for value in losses.values() if not math.isfinite(value)), None)
    if loss is not None:
        raise DivergedError(
            f"training went astray in epoch {number}: the loss is {loss}; "
            f"try a learning rate below {hyperparameters.learning_rate:g} (--learning-rate)"
        )
