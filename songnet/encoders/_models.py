"""The models there are, all used in the same way."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from types import MappingProxyType
from typing import Any

from songnet.encoders import _learnt, cae, contrastive, mp3tovec, track2vec, vae
from songnet.encoders._design import Design
from songnet.encoders._network import Network
from songnet.encoders._settings import EPOCHS, Hyperparameters
from songnet.encoders._table import Table
from songnet.errors import UsageError

LEAST_EPOCHS = 10

SETTINGS: Mapping[str, Any] = MappingProxyType(
    {
        "epochs": EPOCHS,
        "batch_size": 10,
        "learning_rate": 0.0005,
        "validation": 0.15,
        "patience": 10,
        "seed": 0,
    }
)


@dataclass(frozen=True, slots=True)
class Model:
    """A kind of encoder.

    Attributes
    ----------
    kind
        Its name, as ``songnet embed --model`` has it.
    title
        What it is, for people.
    loss
        What its loss is, for people.
    options
        What its design may be asked for.
    design
        From options to a design.
    parse
        From ``config.json`` to a design.
    module
        The module whose ``network`` builds it, of models that listen; imported when needed.
    prior
        Whether it says where random vectors come from: the standard normal.
    pairs
        Whether it learns from pairs of clips of one song; its targets are then the songs' numbers.
    hears
        Whether it is given sound; one that is not learns from playlists.
    draws
        Whether it draws spectrograms: `reconstruct` and `decode`.
    aims
        Whether it aims at vectors that another encoder gave.
    steps
        Where the number of epochs is not said: as many as make about so many steps, 10 at least.
        None: the number in `SETTINGS`.
    defaults
        Where its training differs from `SETTINGS`.
    """

    kind: str
    title: str
    loss: str
    options: frozenset[str]
    design: Callable[[Mapping[str, Any]], Design]
    parse: Callable[[Table], Design]
    module: str = ""
    prior: bool = False
    pairs: bool = False
    hears: bool = True
    draws: bool = False
    aims: bool = False
    steps: int | None = None
    defaults: Mapping[str, Any] = field(default_factory=dict)

    def network(self, design: Design, *, seed: int, precision: str = "float32") -> Network:
        """The design, built, with its first weights."""
        network: Network = import_module(self.module).network(
            design, seed=seed, precision=precision
        )
        return network

    def asked_design(self, options: Mapping[str, Any]) -> Design:
        """The design of what was asked for; `UsageError` for what this model does not know."""
        foreign = sorted(set(options) - self.options)
        if foreign:
            raise UsageError(
                f"{_flag(foreign[0])} is not an option of --model {self.kind}: it has "
                f"{', '.join(map(_flag, sorted(self.options)))}"
            )
        return self.design(options)

    def settings(self, spectrograms: int, **given: Any) -> Hyperparameters:
        """How to train on so many: what was given, else this model's default, else everyone's."""
        asked = {**SETTINGS, **self.defaults, **given}
        if self.steps is not None and "epochs" not in given:
            asked["epochs"] = max(
                math.ceil(self.steps * asked["batch_size"] / max(spectrograms, 1)), LEAST_EPOCHS
            )
        return Hyperparameters(**asked)


def _flag(option: str) -> str:
    return f"--{option.replace('_', '-')}"


MODELS: Mapping[str, Model] = MappingProxyType(
    {
        cae.KIND: Model(
            kind=cae.KIND,
            title="convolutional autoencoder",
            loss="mean squared error per pixel",
            options=cae.OPTIONS,
            design=cae.design,
            parse=cae.parse,
            module="songnet.encoders._cae_network",
            draws=True,
        ),
        vae.KIND: Model(
            kind=vae.KIND,
            title="variational autoencoder",
            loss="negative log-likelihood plus weighted KL divergence, nats per spectrogram",
            options=vae.OPTIONS,
            design=vae.design,
            parse=vae.parse,
            module="songnet.encoders._vae_network",
            prior=True,
            draws=True,
            defaults={"batch_size": 15},
        ),
        contrastive.KIND: Model(
            kind=contrastive.KIND,
            title="contrastive encoder",
            loss="NT-Xent: cross-entropy of finding a view's partner, nats",
            options=contrastive.OPTIONS,
            design=contrastive.design,
            parse=contrastive.parse,
            module="songnet.encoders._contrastive_network",
            pairs=True,
            steps=1500,
            defaults={
                "batch_size": 64,
                "learning_rate": 0.001,
                "weight_decay": 0.0001,
                "schedule": "cosine",
                "validation": 0.05,
            },
        ),
        mp3tovec.KIND: Model(
            kind=mp3tovec.KIND,
            title="from sound to Track2Vec's vectors",
            loss="one minus the cosine to the vector aimed at",
            options=mp3tovec.OPTIONS,
            design=mp3tovec.design,
            parse=mp3tovec.parse,
            module="songnet.encoders._mp3tovec_network",
            aims=True,
            defaults={"batch_size": 32, "learning_rate": 0.001, "weight_decay": 0.0001},
        ),
        track2vec.KIND: Model(
            kind=track2vec.KIND,
            title="Track2Vec: word2vec over playlists",
            loss="one minus the AUC of songs held back from playlists (chance: 0.5)",
            options=track2vec.OPTIONS - {"epochs", "seed"},
            design=track2vec.design,
            parse=_learnt.parse,
            hears=False,
        ),
    }
)
