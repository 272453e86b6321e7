"""Training: any model, on any spectrograms."""

from __future__ import annotations

import dataclasses
import functools
import json
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from songnet.encoders import _keras, cae
from songnet.encoders._apply import rebuilt
from songnet.encoders._checkpoint import Checkpoint
from songnet.encoders._data import (
    Spectrograms,
    Split,
    cached,
    check_rows,
    split,
)
from songnet.encoders._design import Design
from songnet.encoders._feed import Feed, Targets, no_targets
from songnet.encoders._models import MODELS, Model
from songnet.encoders._saved import Holdout, Saved, default_name
from songnet.encoders._settings import Hyperparameters
from songnet.encoders._steps import (
    make_judge,
    make_optimizer,
    make_step,
    mean_losses,
    restore,
    snapshot,
)
from songnet.encoders._training import (
    SILENT,
    Learner,
    Losses,
    Progressed,
    Watch,
    learn,
)
from songnet.encoders._weights import copied
from songnet.errors import EmptyInputError, InputError, UsageError
from songnet.model import Ids, fingerprint
from songnet.names import check_encoder_name


def train(
    spectrograms: Spectrograms,
    design: Design | None = None,
    *,
    name: str | None = None,
    groups: Ids | None = None,
    targets: Targets | None = None,
    content: Ids | None = None,
    checkpoint: Checkpoint | None = None,
    watch: Watch = SILENT,
    **settings: Any,
) -> Saved:
    """Train an encoder on spectrograms.

    The same spectrograms and seed give the same weights on the same machine and versions.

    Parameters
    ----------
    spectrograms
        Of at least 5 songs.
    design
        Which model; default: the study's smallest autoencoder, ``12x15``.
    name
        The encoder's name; default: the model's and the latent's.
    groups
        The recording each row was cut from, object (n,), None or empty where unknown; clips of one
        recording, like those of one song, are all learnt from or all held back.
    targets
        float32 (n, t), for models that aim at vectors: one per row, NaN where there is none; such
        rows are not learnt from.
    content
        What each row was made of (a hash of its file), (n,), so that a training never goes on with
        other sounds under the same names.
    checkpoint
        Where to keep the state between epochs, and whether to go on from it.
    watch
        Who is told.
    settings
        Of `Hyperparameters`; the model has defaults for all.

    Raises
    ------
    UsageError
        A setting out of range; a model that aims at vectors without targets, or one that does not
        with them.
    EmptyInputError
        Fewer than 5 songs, or all of one recording.
    InputError
        Spectrograms out of order or of another kind; groups or targets that do not fit them.
    FormatError
        A damaged checkpoint.
    StateError
        The loss is not finite: the learning rate is too high. A checkpoint of another training.
    """
    design = design or cae.design({})
    model = MODELS[design.kind]
    name = check_encoder_name(name or default_name(design))
    hyperparameters = model.settings(len(spectrograms.songs), **settings)
    check_rows(spectrograms)
    aims = _targets(model, spectrograms, targets)
    sides = _sides(spectrograms, groups, aims, hyperparameters)
    identity = _identity(spectrograms, design, hyperparameters, sides, aims, content)
    start = checkpoint.start(identity) if checkpoint else None
    learner = _learner(model, design, cached(spectrograms), sides, aims, hyperparameters)
    if checkpoint:
        watch = _keeping(watch, functools.partial(checkpoint.keep, identity))
    history, weights = learn(learner, hyperparameters, watch=watch, start=start)
    return Saved(
        name=name,
        design=design,
        weights=weights,
        hyperparameters=hyperparameters,
        holdout=_holdout(spectrograms.songs, sides),
        history=history,
        versions=_keras.versions(),
    )


def _keeping(watch: Watch, keep: Callable[[Callable[[], Progressed]], None]) -> Watch:
    """`watch`, with someone who keeps the state."""

    def on_progress(progressed: Callable[[], Progressed]) -> None:
        keep(progressed)
        if watch.on_progress:
            watch.on_progress(progressed)

    return dataclasses.replace(watch, on_progress=on_progress)


def losses(saved: Saved, spectrograms: Spectrograms, *, targets: Targets | None = None) -> Losses:
    """The losses of a trained encoder on spectrograms, as validation takes them.

    Parameters
    ----------
    spectrograms
        Any number, read a batch at a time.
    targets
        As of `train`, for models that aim at vectors.

    Returns
    -------
    Means by name: ``loss`` and what it is made of.

    Raises
    ------
    UsageError
        Targets of a model that has none, or none of one that aims at vectors.
    EmptyInputError
        No spectrograms, or none with a target.
    """
    check_rows(spectrograms)
    model, settings = MODELS[saved.kind], saved.hyperparameters
    aims = _targets(model, spectrograms, targets)
    rows = np.flatnonzero(np.isfinite(aims).all(axis=1))
    if not len(rows):
        raise EmptyInputError("no spectrogram has a target, so there is no loss to take")
    feed = Feed(spectrograms, rows, aims, settings.batch_size, settings.seed, model.pairs)
    return mean_losses(make_judge(rebuilt(saved), settings, aims.shape[1]), feed)


def _targets(model: Model, spectrograms: Spectrograms, targets: Targets | None) -> Targets:
    if model.aims != (targets is not None):
        need = "needs targets" if model.aims else "has no use for targets"
        raise UsageError(f"model {model.kind!r} {need}")
    if targets is None:
        if not model.pairs:
            return no_targets(len(spectrograms.songs))
        numbers = np.unique(spectrograms.songs, return_inverse=True)[1]
        return numbers.astype(np.float32)[:, None]
    if targets.ndim != 2 or len(targets) != len(spectrograms.songs):
        raise InputError(
            f"targets need a line per spectrogram: got {targets.shape} for "
            f"{len(spectrograms.songs)}"
        )
    return np.asarray(targets, np.float32)


def _sides(
    spectrograms: Spectrograms, groups: Ids | None, aims: Targets, settings: Hyperparameters
) -> Split:
    """The split of the rows that can be learnt from."""
    usable = np.flatnonzero(np.isfinite(aims).all(axis=1))
    part = split(
        spectrograms.songs[usable],
        None if groups is None else groups[usable],
        validation=settings.validation,
        seed=settings.seed,
    )
    return Split(usable[part.training], usable[part.validation], part.by)


def _identity(
    spectrograms: Spectrograms,
    design: Design,
    settings: Hyperparameters,
    sides: Split,
    aims: Targets,
    content: Ids | None,
) -> str:
    """SHA-256 of all that a training's result depends on."""
    what = json.dumps([design.kind, design.facts(), settings.facts(), _keras.versions()])
    return fingerprint(
        [what],
        spectrograms.songs,
        spectrograms.clips,
        sides.training,
        sides.validation,
        np.nan_to_num(aims),
        [] if content is None else content,
    )


def _holdout(songs: Ids, sides: Split) -> Holdout:
    return Holdout(
        by=sides.by,
        training_spectrograms=len(sides.training),
        validation_spectrograms=len(sides.validation),
        training_songs=len(np.unique(songs[sides.training])),
        validation_songs=tuple(np.unique(songs[sides.validation])),
    )


def _learner(
    model: Model,
    design: Design,
    spectrograms: Spectrograms,
    sides: Split,
    aims: Targets,
    settings: Hyperparameters,
) -> Learner:
    network = model.network(design, seed=settings.seed, precision=settings.precision)
    optimizer = make_optimizer(network, settings)

    def feed(rows: NDArray[np.int64]) -> Feed:
        return Feed(spectrograms, rows, aims, settings.batch_size, settings.seed, model.pairs)

    training, validation = feed(sides.training), feed(sides.validation)
    judge = make_judge(network, settings, aims.shape[1])
    return Learner(
        step=make_step(network, optimizer, settings, aims.shape[1]),
        evaluate=lambda: mean_losses(judge, validation),
        weights=lambda: copied(network.variables),
        snapshot=lambda: snapshot(network, optimizer),
        restore=lambda state: restore(network, optimizer, state),
        batches=training.shuffled,
        spectrograms=training.spectrograms_per_pass,
    )
