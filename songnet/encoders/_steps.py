"""A network's steps as TensorFlow graphs: learning from a batch, judging one, state in and out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from songnet.encoders import _keras
from songnet.encoders._data import FRAMES, MELS
from songnet.encoders._feed import Feed
from songnet.encoders._network import Moment, Network
from songnet.encoders._settings import Hyperparameters
from songnet.encoders._training import Batch, Losses, State
from songnet.encoders._weights import assign, copied


def make_optimizer(network: Network, settings: Hyperparameters) -> Any:
    """Adam, as the settings want it, with room for its state."""
    keras, _ = _keras.load()
    if settings.weight_decay:
        optimizer = keras.optimizers.AdamW(
            settings.learning_rate, weight_decay=settings.weight_decay
        )
        # What scales and shifts has no reason to be small.
        optimizer.exclude_from_weight_decay(var_names=["gamma", "beta", "bias"])
    else:
        optimizer = keras.optimizers.Adam(settings.learning_rate)
    if settings.precision == "mixed_float16":
        # Small gradients of 16-bit layers would vanish without a scale.
        optimizer = keras.optimizers.LossScaleOptimizer(optimizer)
    optimizer.build(network.trainable)
    return optimizer


def _signature(width: int) -> list[Any]:
    _, tf = _keras.load()
    return [
        tf.TensorSpec((None, MELS, FRAMES), tf.uint8),
        tf.TensorSpec((None, width), tf.float32),
        tf.TensorSpec((), tf.int32),
        tf.TensorSpec((), tf.int32),
    ]


def make_step(
    network: Network, optimizer: Any, settings: Hyperparameters, width: int
) -> Callable[[Batch, int, int, float], Losses]:
    """One step of the optimiser down the gradient of the loss."""
    _, tf = _keras.load()
    learning_rate = getattr(optimizer, "inner_optimizer", optimizer).learning_rate

    def step(pixels: Any, targets: Any, epoch: Any, number: Any, rate: Any) -> Any:
        learning_rate.assign(rate)
        moment = Moment(_seed(tf, settings), epoch, number, training=True)
        with tf.GradientTape() as tape:
            terms = network.terms(pixels, targets, moment)
            loss = optimizer.scale_loss(terms["loss"])
        gradients = tape.gradient(loss, network.trainable)
        optimizer.apply_gradients(zip(gradients, network.trainable, strict=True))
        return dict(terms)

    signature = [*_signature(width), tf.TensorSpec((), tf.float32)]
    # XLA (jit_compile) was measured to be slower on CPUs.
    compiled = tf.function(step, input_signature=signature, jit_compile=False)

    def run(batch: Batch, epoch: int, number: int, rate: float) -> Losses:
        return _numbers(compiled(*batch, *map(np.int32, (epoch, number)), np.float32(rate)))

    return run


def make_judge(
    network: Network, settings: Hyperparameters, width: int
) -> Callable[[Batch, int], Losses]:
    """The losses of a batch, without learning."""
    _, tf = _keras.load()

    def losses(pixels: Any, targets: Any, epoch: Any, number: Any) -> Any:
        moment = Moment(_seed(tf, settings), epoch, number, training=False)
        return dict(network.terms(pixels, targets, moment))

    compiled = tf.function(losses, input_signature=_signature(width), jit_compile=False)
    return lambda batch, number: _numbers(compiled(*batch, np.int32(0), np.int32(number)))


def _seed(tf: Any, settings: Hyperparameters) -> Any:
    # A seed may be as large as an unsigned 32-bit number; TensorFlow's keys are signed.
    return tf.constant(np.uint32(settings.seed).view(np.int32))


def _numbers(terms: Any) -> Losses:
    return {name: float(value) for name, value in terms.items()}


def mean_losses(losses: Callable[[Batch, int], Losses], feed: Feed) -> Losses:
    """Means over all spectrograms of a pass in order."""
    sums: dict[str, float] = {}
    count = 0
    for number, batch in enumerate(feed.in_order()):
        size = len(batch[0])
        count += size
        for name, value in losses(batch, number).items():
            sums[name] = sums.get(name, 0.0) + size * value
    return {name: value / count for name, value in sums.items()}


def snapshot(network: Network, optimizer: Any) -> State:
    """A copy of weights and optimiser."""
    optimiser = {
        f"optimizer.{place}": np.array(variable.numpy())
        for place, variable in enumerate(optimizer.variables)
    }
    return {**copied(network.variables), **optimiser}


def restore(network: Network, optimizer: Any, state: State) -> None:
    """Weights and optimiser as they were."""
    assign(network.variables, {name: state[name] for name in network.variables})
    for place, variable in enumerate(optimizer.variables):
        variable.assign(state[f"optimizer.{place}"])
