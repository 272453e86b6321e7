"""What an evaluation found, and how it is written down."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from songnet.encoders._examples import Example
from songnet.encoders._folds import FOLDS
from songnet.encoders._gain import Interval
from songnet.encoders._geometry import Geometry
from songnet.encoders._probes import NEIGHBORS
from songnet.model import Ids

SCHEMA = "songnet.encoders.evaluate/1"
BASELINE = "mel_statistics"


@dataclass(frozen=True, slots=True)
class Probe:
    """How a classifier did.

    Attributes
    ----------
    accuracy
        The mean of `shuffles`, 0 to 1.
    shuffles
        The share of songs answered rightly in each shuffle.
    recall
        The share of each class's songs that was answered rightly, over all shuffles.
    confusion
        ``(class, answer, count)``, indices into the evaluation's classes, count at least 1; adds
        up to songs times shuffles.
    right
        bool (shuffles, n): whether each song was answered rightly, as `paired_gain` takes it.
    """

    accuracy: float
    shuffles: tuple[float, ...]
    recall: Mapping[str, float]
    confusion: tuple[tuple[int, int, int], ...]
    right: NDArray[np.bool_] = field(repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Measured:
    """Everything about one encoder, or about a baseline.

    Attributes
    ----------
    name, dimensions
        The encoder's name and the length of its vectors.
    knn, linear
        The probes.
    geometry
        The shape of the vectors.
    examples
        Some songs and those most similar to them; the same songs for all.
    knn_gain, linear_gain
        What the probes gain over mel statistics; None for a baseline.
    """

    name: str
    dimensions: int
    knn: Probe
    linear: Probe
    geometry: Geometry
    examples: tuple[Example, ...]
    knn_gain: Interval | None = None
    linear_gain: Interval | None = None

    def to_json(self) -> dict[str, Any]:
        """Plain values, as the schema names them."""
        gains = {"knn_gain": self.knn_gain, "linear_gain": self.linear_gain}
        return {
            "name": self.name,
            "dimensions": self.dimensions,
            "knn": self.knn.accuracy,
            "knn_by_shuffle": list(self.knn.shuffles),
            "linear": self.linear.accuracy,
            "linear_by_shuffle": list(self.linear.shuffles),
            **{key: asdict(gain) for key, gain in gains.items() if gain},
            "effective_rank": self.geometry.effective_rank,
            "dead_dimensions": self.geometry.dead_dimensions,
            "hubness": self.geometry.hubness,
            "recall": dict(self.knn.recall),
            "confusion": [list(cell) for cell in self.knn.confusion],
            "examples": [_example_json(example) for example in self.examples],
        }


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What `evaluate` found.

    Attributes
    ----------
    on
        The property of songs that was to be found: ``label``, ``artist`` …
    songs
        Ids of the songs that took part, sorted.
    classes
        The classes, sorted, and how many of the songs each has.
    left_out
        Labels on too few recordings, and on how many songs each is.
    recordings
        How many groups the songs fall into.
    seed, seeds
        The seed that was given, and those of the shuffles.
    encoders
        As given.
    majority
        The share of the largest class.
    mel_statistics
        The baseline, measured like an encoder.
    sampled
        On how many songs effective rank and hubness were measured.
    """

    on: str
    songs: Ids
    classes: Mapping[str, int]
    left_out: Mapping[str, int]
    recordings: int
    seed: int
    seeds: tuple[int, ...]
    encoders: tuple[Measured, ...]
    majority: float
    mel_statistics: Measured
    sampled: int

    def to_json(self) -> dict[str, Any]:
        """Plain values in the schema ``songnet.encoders.evaluate/1``.

        What only an encoder itself can tell, its reconstruction error, is not in it.
        """
        return {
            "schema": SCHEMA,
            "on": self.on,
            "songs": len(self.songs),
            "classes": len(self.classes),
            "class_sizes": dict(self.classes),
            "left_out": dict(self.left_out),
            "recordings": self.recordings,
            "seeds": list(self.seeds),
            "folds": FOLDS,
            "neighbors": NEIGHBORS,
            "sampled": self.sampled,
            "encoders": [encoder.to_json() for encoder in self.encoders],
            "baselines": {"majority": self.majority, BASELINE: self.mel_statistics.to_json()},
        }


def _example_json(example: Example) -> dict[str, Any]:
    similar = [{"song": song, "cosine": cosine} for song, cosine in example.similar]
    return {"song": example.song, "similar": similar}
