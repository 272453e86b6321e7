"""The loop over epochs, with a learner made of numbers; keys and optimisers, with real ones."""

from __future__ import annotations

import numpy as np
import pytest
from encoder_samples import TINY_DESIGN, spectrograms

from songnet import encoders
from songnet.encoders import Epoch, Hyperparameters, Moment, Watch, _keras, _steps
from songnet.encoders._training import Learner, Progressed, best_epoch, learn
from songnet.errors import StateError

GOOD = {"epochs": 10, "batch_size": 2, "learning_rate": 0.5, "validation": 0.1, "patience": 2,
        "seed": 0}  # fmt: skip
BATCHES = [(np.zeros((size, 96, 216), np.uint8), np.zeros((size, 0))) for size in (3, 1)]


class Scripted:
    """Validation losses from a list; weights and state are the number of steps taken."""

    def __init__(self, validation, losses=(1.0, 4.0)):
        self.validation, self.losses = validation, losses
        self.steps, self.told, self.passes, self.rates = 0, [], [], []

    def learner(self):
        return Learner(
            step=self.step,
            evaluate=lambda: {"loss": self.validation[self.steps // 2 - 1], "extra": 7.0},
            weights=self.weights,
            snapshot=self.weights,
            restore=self.restore,
            batches=self.batches,
            spectrograms=4,
        )

    def weights(self):
        return {"steps": np.array([self.steps], np.float32)}

    def restore(self, state):
        self.steps = int(state["steps"][0])

    def batches(self, epoch):
        self.passes.append(epoch)
        return iter(BATCHES)

    def step(self, batch, epoch, number, rate):
        assert batch is BATCHES[number]
        self.rates.append(rate)
        self.steps += 1
        loss = self.losses[(self.steps - 1) % 2]
        return {"loss": loss, "extra": 10 * loss, "epoch": epoch}


def settings(**changes):
    return Hyperparameters(**{**GOOD, **changes})


def test_it_stops_when_the_validation_loss_no_longer_falls_and_keeps_the_best_weights():
    history, weights = learn(Scripted([5, 3, 4, 3, 1]).learner(), settings(patience=2))
    assert [epoch.validation_loss for epoch in history] == [5, 3, 4, 3]
    assert weights["steps"] == 4  # two epochs of two steps


def test_it_goes_on_while_the_loss_falls_and_ends_with_the_epochs():
    scripted = Scripted(list(range(20, 0, -1)))
    history, weights = learn(scripted.learner(), settings(epochs=7))
    assert [epoch.number for epoch in history] == [1, 2, 3, 4, 5, 6, 7]
    assert weights["steps"] == 14
    assert scripted.passes == list(range(7))
    assert scripted.rates == [0.5] * 14


def test_a_cosine_runs_to_its_end_and_keeps_the_last_weights():
    scripted, cosine = Scripted([1, 2, 3, 4]), settings(epochs=4, schedule="cosine", patience=1)
    history, weights = learn(scripted.learner(), cosine)
    assert len(history) == 4
    assert weights["steps"] == 8
    assert best_epoch(history, cosine) is history[-1]
    done = [0, 3 / 16, 4 / 16, 7 / 16, 8 / 16, 11 / 16, 12 / 16, 15 / 16]
    assert scripted.rates == [cosine.rate(share) for share in done]


def test_losses_are_means_over_spectrograms_with_all_their_terms():
    history, _ = learn(Scripted([1]).learner(), settings(epochs=1))
    mean = (3 * 1.0 + 1 * 4.0) / 4
    assert history[0].loss == pytest.approx(mean)
    assert history[0].terms == {"extra": pytest.approx(10 * mean), "epoch": 0}
    assert history[0].validation_terms == {"extra": 7.0}
    assert history[0].seconds > 0
    assert history[0].spectrograms_per_second > 0


def test_progress_is_told_within_and_after_epochs():
    told = []
    learn(
        Scripted([2, 1]).learner(),
        settings(epochs=2),
        watch=Watch(
            on_epoch=lambda epoch: told.append(epoch.number),
            on_batch=lambda *now: told.append(now),
            on_progress=lambda state: told.append(int(state().state["steps"][0])),
        ),
    )
    assert told == [
        (0, 3, 4, 1.0), (0, 4, 4, 4.0), 2, 1,
        (1, 3, 4, 1.0), (1, 4, 4, 4.0), 4, 2,
    ]  # fmt: skip


@pytest.mark.parametrize("after", range(1, 7))
@pytest.mark.parametrize("changes", [{"patience": 3}, {"schedule": "cosine", "epochs": 6}])
def test_going_on_gives_what_an_undisturbed_training_gives(after, changes):
    """The best epoch is the third: before, at and after the interruption."""
    validation = [5, 4, 2, 3, 3, 2, 1]
    whole, weights = learn(Scripted(validation).learner(), settings(**changes))
    states = []
    watch = Watch(on_progress=lambda state: states.append(state()))
    learn(Scripted(validation).learner(), settings(**changes), watch=watch)
    assert len(states) == len(whole) == 6
    state: Progressed = states[after - 1]
    assert len(state.history) == after
    history, kept = learn(Scripted(validation).learner(), settings(**changes), start=state)
    assert [(e.number, e.loss, e.validation_loss) for e in history] == [
        (e.number, e.loss, e.validation_loss) for e in whole
    ]
    assert kept == weights == {"steps": 12 if "schedule" in changes else 6}


@pytest.mark.parametrize("script", [
    Scripted([1], losses=(1.0, float("nan"))),
    Scripted([1], losses=(float("inf"), 1.0)),
    Scripted([float("nan")]),
])  # fmt: skip
def test_a_loss_that_is_no_number_names_the_learning_rate(script):
    with pytest.raises(StateError, match=r"astray in epoch 1.*learning rate below 0\.5"):
        learn(script.learner(), settings())


def test_the_best_epoch_is_the_first_of_equals():
    history = tuple(Epoch(n, 1.0, loss, 1.0, 1.0) for n, loss in enumerate([3, 2, 2, 4], 1))
    assert best_epoch(history, settings()).number == 2
    assert best_epoch(history, settings(schedule="cosine")).number == 4


def key(seed, epoch, step, stream, training=True):
    _, tf = _keras.load()
    whole = [tf.constant(np.uint32(value).view(np.int32)) for value in (seed, epoch, step)]
    return tuple(Moment(*whole, training).key(stream).numpy().tolist())


def test_every_moment_has_randomness_of_its_own():
    places = [
        (seed, epoch, step, stream, training)
        for seed in (0, 1, 2**31 - 1, 2**31, 2**32 - 1)
        for epoch in (0, 1, 124, 999_999)
        for step in (0, 1, 59_999, 300_000)
        for stream in (0, 1, 100, 199)
        for training in (True, False)
    ]
    assert len({key(*place) for place in places}) == len(places)
    assert key(3, 4, 5, 6) == key(3, 4, 5, 6)


def test_keys_do_not_overflow_in_error():
    """In the graph that training runs in, with the largest numbers there can be."""
    _, tf = _keras.load()

    @tf.function(input_signature=[tf.TensorSpec((), tf.int32)] * 2)
    def keys(epoch, step):
        moment = Moment(_steps._seed(tf, settings(seed=2**32 - 1)), epoch, step, training=True)
        return moment.key(0), tf.random.stateless_uniform((2,), moment.key(1))

    made, drawn = keys(np.int32(999_999), np.int32(1_000_000))
    seed = (2**32 - 1 + 999_999 * 1_000_003) % 2**32
    place = 1_000_000 * 10_000 % 2**32
    assert made.numpy().view(np.uint32).tolist() == [seed, place]
    assert ((drawn.numpy() >= 0) & (drawn.numpy() < 1)).all()


QUICK = {"batch_size": 4, "learning_rate": 0.01}


def test_any_seed_will_do():
    source = spectrograms(6)
    prints = {
        encoders.train(source, TINY_DESIGN, epochs=1, seed=seed, **QUICK).fingerprint
        for seed in (0, 2**31, 2**32 - 1)
    }
    assert len(prints) == 3


@pytest.mark.parametrize("precision", ["mixed_float16", "mixed_bfloat16"])
def test_mixed_precision_learns_and_gives_full_vectors(precision):
    source = spectrograms(10)
    saved = encoders.train(source, TINY_DESIGN, epochs=6, precision=precision, **QUICK)
    losses = [epoch.loss for epoch in saved.history]
    assert np.isfinite(losses).all()
    assert losses[-1] < 0.6 * losses[0]
    assert saved.hyperparameters.precision == precision
    assert {value.dtype.name for value in saved.weights.values()} == {"float32"}
    vectors = encoders.encode(saved, source)
    assert vectors.values.dtype == np.float32
    assert np.isfinite(vectors.values).all()


def fresh(**changes):
    network = encoders.MODELS["cae"].network(TINY_DESIGN, seed=0)
    return network, _steps.make_optimizer(network, settings(**changes))


@pytest.mark.parametrize("precision", ["float32", "mixed_float16"])
def test_decay_makes_kernels_small_and_leaves_biases(precision):
    """Of a gradient of nothing, AdamW leaves rate times decay times the weight."""
    _, tf = _keras.load()
    network, optimizer = fresh(
        learning_rate=0.25, weight_decay=0.5, schedule="cosine", precision=precision
    )
    network.variables["output.bias"].assign([3.0])
    before = {name: variable.numpy() for name, variable in network.variables.items()}
    nothing = [tf.zeros_like(variable) for variable in network.trainable]
    optimizer.apply_gradients(zip(nothing, network.trainable, strict=True))
    for name, variable in network.variables.items():
        left = 1 if name.endswith("bias") else 1 - 0.25 * 0.5
        np.testing.assert_allclose(variable.numpy(), left * before[name], rtol=1e-6)


def test_without_decay_it_is_plain_adam():
    keras, _ = _keras.load()
    _, optimizer = fresh()
    assert type(optimizer) is keras.optimizers.Adam


def test_the_scale_of_the_loss_is_part_of_the_state():
    network, optimizer = fresh(precision="mixed_float16")
    optimizer.dynamic_scale.assign(128.0)
    optimizer.step_counter.assign(7)
    state = _steps.snapshot(network, optimizer)
    other, new = fresh(precision="mixed_float16", seed=1)
    _steps.restore(other, new, state)
    assert (float(new.dynamic_scale), int(new.step_counter)) == (128.0, 7)
    again = _steps.snapshot(other, new)
    assert again.keys() == state.keys()
    assert all(np.array_equal(again[name], state[name]) for name in state)


def test_the_rate_of_a_schedule_is_the_rate_of_the_optimiser():
    """A rate of nothing, as at the end of a cosine, moves nothing."""
    network, optimizer = fresh(weight_decay=0.5)
    before = _steps.snapshot(network, optimizer)
    step = _steps.make_step(network, optimizer, settings(), 0)
    losses = step((spectrograms(5).pixels, np.empty((5, 0), np.float32)), 0, 0, 0.0)
    assert set(losses) == {"loss"}
    after = _steps.snapshot(network, optimizer)
    assert all(np.array_equal(before[name], after[name]) for name in network.variables)
    step((spectrograms(5).pixels, np.empty((5, 0), np.float32)), 0, 1, 0.1)
    assert not np.array_equal(network.variables["output.kernel"], before["output.kernel"])
