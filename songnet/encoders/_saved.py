"""A trained encoder as data: its configuration, its weights, and how it came about."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from songnet.encoders._design import Design
from songnet.encoders._projection import Projection
from songnet.encoders._settings import Hyperparameters
from songnet.encoders._training import Epoch, Weights, best_epoch
from songnet.info import EncoderInfo
from songnet.model import Scalar, fingerprint

# What a pixel means; songnet.sources makes spectrograms so.
PREPROCESSING: Mapping[str, Scalar] = MappingProxyType(
    {
        "scaling": "pixel / 255",
        "sample_rate": 22050,
        "n_fft": 2048,
        "hop_length": 512,
        "mels": 96,
        "frames": 216,
        "decibel_reference": 1024.0,
        "decibel_floor": -80.0,
    }
)


@dataclass(frozen=True, slots=True)
class Holdout:
    """What was learnt from and what was held back.

    Attributes
    ----------
    by
        ``recording`` or ``song``: what never stands on both sides.
    training_spectrograms, validation_spectrograms
        How many.
    training_songs
        How many.
    validation_songs
        Ids of the songs whose spectrograms were held back, sorted.
    """

    by: str
    training_spectrograms: int
    validation_spectrograms: int
    training_songs: int
    validation_songs: tuple[str, ...]


@dataclass(frozen=True)
class Saved:
    """A trained encoder, fresh from `train` or read by `load`.

    Attributes
    ----------
    name
        The encoder's name, a property of songs in the graph.
    design
        What the model is built from.
    weights
        Arrays by name, as the design's `weight_shapes` says, float32; those of the epoch `best`.
    hyperparameters, holdout
        How it was trained, and on what.
    history
        All epochs that ran.
    versions
        Of songnet and the libraries that trained it.
    projection
        Of long vectors, for the graph; None where the latents fit as they are.
    """

    name: str
    design: Design
    weights: Weights
    hyperparameters: Hyperparameters
    holdout: Holdout
    history: tuple[Epoch, ...]
    versions: Mapping[str, str]
    projection: Projection | None = None

    @property
    def kind(self) -> str:
        """A key of `MODELS`."""
        return self.design.kind

    @property
    def best(self) -> Epoch:
        """The epoch whose weights these are."""
        return best_epoch(self.history, self.hyperparameters)

    @property
    def dimensions(self) -> int:
        """The length of a vector in the graph."""
        return self.projection.dimensions if self.projection else self.design.size

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of weights, projection and configuration (not of name, timings and versions)."""
        tensors = self.tensors()
        names = sorted(tensors)
        definition = json.dumps(self.definition(), sort_keys=True)
        return fingerprint([definition], names, *(tensors[name] for name in names))

    def definition(self) -> dict[str, Any]:
        """The configuration that makes the encoder what it is, as JSON has it."""
        return {
            "kind": self.kind,
            **self.design.facts(),
            "preprocessing": dict(PREPROCESSING),
            "hyperparameters": self.hyperparameters.facts(),
            "split": dataclasses.asdict(self.holdout),
            "projection": self.projection and self.projection.facts(),
        }

    def tensors(self) -> dict[str, NDArray[np.float32]]:
        """Weights, and the projection's arrays under ``projection.``."""
        extra = self.projection.arrays() if self.projection else {}
        return {**self.weights, **{f"projection.{key}": value for key, value in extra.items()}}

    def __repr__(self) -> str:
        return f"Saved({self.name!r}, {self.design.latent}, {len(self.history)} epochs)"


def info(saved: Saved, created_at: str) -> EncoderInfo:
    """What the graph's `Encoder` node says; losses are those of the epoch that was kept."""
    return EncoderInfo(
        name=saved.name,
        kind=saved.kind,
        latent=saved.design.latent,
        dimensions=saved.dimensions,
        fingerprint=saved.fingerprint,
        created_at=created_at,
        params=MappingProxyType(_params(saved)),
    )


def _params(saved: Saved) -> dict[str, Scalar]:
    hyper, best = saved.hyperparameters, saved.best
    return {
        **saved.design.params(),
        "epochs": hyper.epochs,
        "epochs_run": len(saved.history),
        "best_epoch": best.number,
        "batch_size": hyper.batch_size,
        "learning_rate": hyper.learning_rate,
        "seed": hyper.seed,
        "loss": best.loss,
        "validation_loss": best.validation_loss,
        **{f"validation_{name}": value for name, value in best.validation_terms.items()},
        "spectrograms": saved.holdout.training_spectrograms + saved.holdout.validation_spectrograms,
        "kept_variance": saved.projection.kept_variance if saved.projection else None,
        **{f"{library}_version": number for library, number in saved.versions.items()},
    }


def default_name(design: Design) -> str:
    """``cae_12x15``."""
    return f"{design.kind}_{design.latent}"
