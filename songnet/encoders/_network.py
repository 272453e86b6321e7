"""A model as TensorFlow functions: what every kind of encoder hands to training and applying."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from songnet.encoders import _keras


@dataclass(frozen=True, slots=True)
class Moment:
    """Where training stands, inside a TensorFlow graph.

    Randomness is drawn from it alone, so that a training that was interrupted goes on as if it had
    not been.

    Attributes
    ----------
    seed, epoch, step
        int32 scalars; `epoch` and `step` count from 0.
    training
        False while the loss of the spectrograms held back is taken; the epoch is then 0, so that
        every epoch is judged by the same draw.
    """

    seed: Any
    epoch: Any
    step: Any
    training: bool

    def key(self, stream: int) -> Any:
        """A key for `tf.random.stateless_*`, int32 (2,); each `stream` draws for itself."""
        _, tf = _keras.load()
        # Ten thousand streams per step keep every (epoch, step, stream) apart.
        place = self.step * 10_000 + stream + (0 if self.training else 5_000)
        return tf.stack([self.seed + self.epoch * 1_000_003, place])


Terms = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Network:
    """A model, built, with its first weights.

    All functions take and give tensors and are traced into graphs by their callers.

    Attributes
    ----------
    variables
        Every weight by the name that the design's `weight_shapes` has, float32.
    trainable
        Those that gradients move.
    terms
        From uint8 pixels (b, 96, 216), float32 targets (b, t; t is 0 where a model has none) and a
        `Moment` to scalars:
        ``loss`` and whatever it is made of, in the order in which to show them.
    vectors
        From uint8 pixels (b, 96, 216) to float32 (b, size): what a clip sounds like.
    reconstruct
        From uint8 pixels to float32 (b, 96, 216) in [0, 1]; None where a model draws no pictures.
    decode
        From float32 (b, size) to float32 (b, 96, 216) in [0, 1]; None likewise.
    """

    variables: Mapping[str, Any]
    trainable: Sequence[Any]
    terms: Callable[[Any, Any, Moment], Terms]
    vectors: Callable[[Any], Any]
    reconstruct: Callable[[Any], Any] | None = None
    decode: Callable[[Any], Any] | None = None
