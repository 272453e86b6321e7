"""The loop over epochs, with a learner made of numbers."""

from __future__ import annotations

import numpy as np
import pytest

from songnet.encoders import Hyperparameters
from songnet.encoders._training import Learner, learn
from songnet.errors import StateError, UsageError

GOOD = {"epochs": 10, "batch_size": 2, "learning_rate": 0.5, "validation": 0.1, "patience": 2,
        "seed": 0}  # fmt: skip


class Scripted:
    """Validation losses from a list; the weights are the number of steps taken."""

    def __init__(self, validation, losses=(1.0, 4.0)):
        self.validation, self.losses, self.steps, self.epoch = validation, losses, 0, 0

    def learner(self):
        return Learner(
            step=self.step,
            evaluate=self.evaluate,
            weights=lambda: {"steps": np.array([self.steps], np.float32)},
            batches=lambda: iter([np.zeros((3, 96, 216), np.uint8), np.zeros((1, 96, 216))]),
            spectrograms=4,
        )

    def step(self, _):
        self.steps += 1
        return self.losses[(self.steps - 1) % 2]

    def evaluate(self):
        self.epoch += 1
        return self.validation[self.epoch - 1]


def settings(**changes):
    return Hyperparameters(**{**GOOD, **changes})


def test_it_stops_when_the_validation_loss_no_longer_falls_and_keeps_the_best_weights():
    history, weights = learn(Scripted([5, 3, 4, 3, 1]).learner(), settings(patience=2))
    assert [epoch.validation_loss for epoch in history] == [5, 3, 4, 3]
    assert weights["steps"] == 4  # two epochs of two steps


def test_it_goes_on_while_the_loss_falls_and_ends_with_the_epochs():
    history, weights = learn(Scripted(list(range(20, 0, -1))).learner(), settings(epochs=7))
    assert [epoch.number for epoch in history] == [1, 2, 3, 4, 5, 6, 7]
    assert weights["steps"] == 14


def test_the_training_loss_is_the_mean_over_spectrograms():
    history, _ = learn(Scripted([1]).learner(), settings(epochs=1))
    assert history[0].loss == pytest.approx((3 * 1.0 + 1 * 4.0) / 4)
    assert history[0].seconds > 0
    assert history[0].spectrograms_per_second > 0


def test_progress_is_told_within_and_after_epochs():
    told = []
    learn(
        Scripted([2, 1]).learner(),
        settings(epochs=2),
        on_epoch=lambda epoch: told.append(epoch.number),
        on_batch=lambda done, total: told.append((done, total)),
    )
    assert told == [(3, 4), (4, 4), 1, (3, 4), (4, 4), 2]


@pytest.mark.parametrize("script", [
    Scripted([1], losses=(1.0, float("nan"))),
    Scripted([1], losses=(float("inf"), 1.0)),
    Scripted([float("nan")]),
])  # fmt: skip
def test_a_loss_that_is_no_number_names_the_learning_rate(script):
    with pytest.raises(StateError, match=r"astray in epoch 1.*learning rate below 0\.5"):
        learn(script.learner(), settings())


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"epochs": 0}, "epochs must be a whole number, 1 to 1000000, got 0"),
        ({"epochs": 2.0}, "epochs must be"),
        ({"batch_size": -1}, "batch_size must be"),
        ({"patience": True}, "patience must be"),
        ({"learning_rate": 0}, "learning_rate must be a number over 0, got 0"),
        ({"learning_rate": float("nan")}, "learning_rate must be"),
        ({"learning_rate": "fast"}, "learning_rate must be a number, got fast"),
        ({"validation": 0}, "validation must be a share between 0 and 1"),
        ({"validation": 1}, "validation must be"),
        ({"seed": -1}, "seed must be"),
        ({"seed": 2**32}, "seed must be a whole number, 0 to 4294967295"),
    ],
)
def test_settings_out_of_range_are_refused(changes, message):
    with pytest.raises(UsageError, match=message):
        settings(**changes)


def test_settings_of_numpy_become_plain_numbers():
    kept = settings(seed=np.int64(3), learning_rate=np.float64(0.5), epochs=np.int32(2))
    assert (type(kept.seed), type(kept.learning_rate), type(kept.epochs)) == (int, float, int)
