"""Epochs, early stopping and the best weights: the same for every model.

A model brings two functions: `step` learns from a batch and gives its loss, `evaluate` gives the
loss of the spectrograms held back.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from songnet.encoders._data import Pixels
from songnet.encoders._settings import Hyperparameters
from songnet.errors import StateError

Weights: TypeAlias = Mapping[str, NDArray[np.float32]]


@dataclass(frozen=True, slots=True)
class Epoch:
    """One pass over the training spectrograms.

    Attributes
    ----------
    number
        From 1.
    loss, validation_loss
        Mean squared error per pixel, pixels in [0, 1]: over the training batches while the weights
        moved, and over the validation spectrograms afterwards.
    spectrograms_per_second
        Training spectrograms per second of wall time.
    seconds
        Wall time of training and validation.
    """

    number: int
    loss: float
    validation_loss: float
    spectrograms_per_second: float
    seconds: float


@dataclass(frozen=True, slots=True)
class Learner:
    """What the loop needs of a model and its data.

    Attributes
    ----------
    step
        Learns from uint8 (b, 96, 216) and gives the mean loss over them.
    evaluate
        The mean loss over the validation spectrograms.
    weights
        A copy of the weights as they are now.
    batches
        A new pass over the training spectrograms.
    spectrograms
        How many training spectrograms there are.
    """

    step: Callable[[Pixels], float]
    evaluate: Callable[[], float]
    weights: Callable[[], Weights]
    batches: Callable[[], Iterator[Pixels]]
    spectrograms: int


def learn(
    learner: Learner,
    hyperparameters: Hyperparameters,
    *,
    on_epoch: Callable[[Epoch], None] | None = None,
    on_batch: Callable[[int, int], None] | None = None,
) -> tuple[tuple[Epoch, ...], Weights]:
    """Train until the epochs are through or the validation loss has stopped falling.

    Parameters
    ----------
    on_epoch
        Called after every epoch.
    on_batch
        Called after every step with the epoch's spectrograms done and in total.

    Returns
    -------
    All epochs that ran, and the weights of the one with the lowest validation loss.

    Raises
    ------
    StateError
        The loss is not a finite number.
    """
    history: list[Epoch] = []
    best, weights = math.inf, learner.weights()
    since_best = 0
    while len(history) < hyperparameters.epochs and since_best < hyperparameters.patience:
        epoch = _epoch(learner, len(history) + 1, hyperparameters, on_batch)
        history.append(epoch)
        since_best += 1
        if epoch.validation_loss < best:
            best, weights, since_best = epoch.validation_loss, learner.weights(), 0
        if on_epoch:
            on_epoch(epoch)
    return tuple(history), weights


def _epoch(
    learner: Learner,
    number: int,
    hyperparameters: Hyperparameters,
    on_batch: Callable[[int, int], None] | None,
) -> Epoch:
    started = time.perf_counter()
    done, total = 0, 0.0
    for pixels in learner.batches():
        total += len(pixels) * _finite(learner.step(pixels), number, hyperparameters)
        done += len(pixels)
        if on_batch:
            on_batch(done, learner.spectrograms)
    trained = time.perf_counter()
    validation = _finite(learner.evaluate(), number, hyperparameters)
    return Epoch(
        number=number,
        loss=total / done,
        validation_loss=validation,
        spectrograms_per_second=done / (trained - started),
        seconds=time.perf_counter() - started,
    )


def _finite(loss: float, number: int, hyperparameters: Hyperparameters) -> float:
    if not math.isfinite(loss):
        raise StateError(
            f"training went astray in epoch {number}: the loss is {loss}; "
            f"try a learning rate below {hyperparameters.learning_rate:g} (--learning-rate)"
        )
    return loss
