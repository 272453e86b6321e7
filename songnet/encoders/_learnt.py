"""Track2Vec among the encoders: its training as `Saved`, beside those that listen."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import pyarrow as pa

from songnet.encoders import track2vec
from songnet.encoders._checkpoint import Checkpoint
from songnet.encoders._continuation import CHANCE, LARGEST_SHARE
from songnet.encoders._saved import Holdout, Saved
from songnet.encoders._settings import Hyperparameters
from songnet.encoders._skipgram import FIRST_RATE, LONGEST_BATCH
from songnet.encoders._table import Table
from songnet.encoders._track2vec_records import Track2Vec, Track2VecEpoch, Track2VecState
from songnet.encoders._training import SILENT, Epoch, Progressed, Watch
from songnet.encoders.track2vec import Track2VecDesign
from songnet.model import Scalar, Vectors

COUNTS = ("songs", "playlists", "skipped", "words", "held_back")


@dataclass(frozen=True)
class LearntDesign:
    """A Track2Vec design with what it learnt from: such an encoder is nothing but its vectors.

    Attributes
    ----------
    settings
        How it was trained.
    counts
        Of `COUNTS`.
    playlists
        `track2vec.identity` of the playlists.
    vectors
        The vectors' fingerprint.
    """

    settings: Track2VecDesign
    counts: Mapping[str, int]
    playlists: str
    vectors: str

    @property
    def kind(self) -> str:
        """``track2vec``."""
        return self.settings.kind

    @property
    def latent(self) -> str:
        """The number of dimensions."""
        return self.settings.latent

    @property
    def size(self) -> int:
        """The number of dimensions."""
        return self.settings.size

    def weight_shapes(self) -> dict[str, tuple[int, ...]]:
        """None."""
        return {}

    def facts(self) -> dict[str, Any]:
        """As ``config.json`` has it."""
        learnt = {"counts": dict(self.counts), "playlists": self.playlists, "vectors": self.vectors}
        return {**self.settings.facts(), "learnt": learnt}

    def params(self) -> dict[str, Scalar]:
        """What the `Encoder` node says."""
        return {**self.settings.params(), **self.counts}


def parse(table: Table) -> LearntDesign:
    """The design in a ``config.json``; `FormatError` or `UsageError` if it is not sound."""
    learnt = table.table("learnt")
    counts = learnt.table("counts")
    return LearntDesign(
        track2vec.parse(table),
        MappingProxyType({name: counts.integer(name) for name in COUNTS}),
        learnt.text("playlists"),
        learnt.text("vectors"),
    )


def train_on_playlists(
    memberships: pa.Table,
    design: Track2VecDesign,
    *,
    name: str,
    checkpoint: Checkpoint,
    watch: Watch = SILENT,
) -> tuple[Saved, Vectors]:
    """`track2vec.train`, kept going over interruptions, as an encoder like the others.

    Its losses are one minus `Track2VecEpoch.auc`; where that cannot be measured they are chance.
    """
    identity = track2vec.identity(memberships, design)
    epochs: list[Track2VecEpoch] = []

    def on_epoch(epoch: Track2VecEpoch) -> None:
        epochs.append(epoch)
        if watch.on_epoch:
            watch.on_epoch(_epoch(epoch))

    def on_batch(done: int, total: int) -> None:
        if watch.on_batch:
            watch.on_batch(len(epochs), done, total, _epoch(epochs[-1]).loss if epochs else CHANCE)

    def on_state(state: Callable[[], Track2VecState]) -> None:
        checkpoint.keep(identity, functools.partial(_progressed, state))

    state = _state(identity, checkpoint.start(identity))
    if state:
        epochs.extend(state.history)
    done = track2vec.train(
        memberships,
        design,
        name=name,
        state=state,
        on_epoch=on_epoch,
        on_batch=on_batch,
        on_state=on_state,
    )
    counts = MappingProxyType({key: done.facts[key] for key in COUNTS})
    learnt = LearntDesign(design, counts, identity, done.vectors.fingerprint)
    return _saved(name, learnt, done), done.vectors


def _saved(name: str, design: LearntDesign, done: Track2Vec) -> Saved:
    settings = design.settings
    return Saved(
        name=name,
        design=design,
        weights={},
        hyperparameters=Hyperparameters(
            epochs=settings.epochs,
            batch_size=LONGEST_BATCH,
            learning_rate=FIRST_RATE,
            validation=LARGEST_SHARE,
            patience=settings.epochs,
            seed=settings.seed,
            schedule="linear",
        ),
        holdout=Holdout("playlist", 0, 0, design.counts["songs"], ()),
        history=tuple(map(_epoch, done.history)),
        versions=done.versions,
    )


def _epoch(epoch: Track2VecEpoch) -> Epoch:
    loss = CHANCE if epoch.auc is None else 1 - epoch.auc
    terms = {} if epoch.auc is None else {"auc": epoch.auc}
    return Epoch(
        number=epoch.number,
        loss=loss,
        validation_loss=loss,
        spectrograms_per_second=epoch.words_per_second,
        seconds=epoch.seconds,
        terms=terms,
        validation_terms=terms,
    )


def _track2vec_epoch(epoch: Epoch) -> Track2VecEpoch:
    return Track2VecEpoch(
        epoch.number,
        epoch.validation_terms.get("auc"),
        epoch.spectrograms_per_second,
        epoch.seconds,
    )


def _progressed(state: Callable[[], Track2VecState]) -> Progressed:
    now = state()
    arrays = {"vectors": now.vectors, "contexts": now.contexts}
    return Progressed(tuple(map(_epoch, now.history)), {}, arrays)


def _state(identity: str, progressed: Progressed | None) -> Track2VecState | None:
    if progressed is None:
        return None
    history = tuple(map(_track2vec_epoch, progressed.history))
    return Track2VecState(
        identity, history, progressed.state["vectors"], progressed.state["contexts"]
    )
