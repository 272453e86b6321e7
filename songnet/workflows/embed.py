"""Encoders: trained on what the graph's songs sound like, applied, written back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from songnet import encoders
from songnet.encoders import Design, Epoch, Model, Saved
from songnet.errors import BadNameError, StateError, UsageError
from songnet.info import EncoderInfo
from songnet.model import Vectors
from songnet.names import check_encoder_name
from songnet.progress import Progress, silent
from songnet.workflows._clips import Clips, clips_of_graph
from songnet.workflows._playlist_encoder import (
    kept_vectors,
    learn_playlists,
    playlist_design,
    same_playlists,
)
from songnet.workflows._vectors import projected, update_latents, write_to_graph
from songnet.workflows.workspace import Workspace, pull_vectors

DEFAULT_MODEL = "cae"


@dataclass(frozen=True)
class Training:
    """What `songnet embed` is asked for; what is not said is left out.

    An encoder that exists must have been made with what is asked for.

    Attributes
    ----------
    design
        Of the model's design: ``{"latent": "12x15"}``; which there are is `Model.options`.
    settings
        Of `songnet.encoders.Hyperparameters`: ``{"epochs": 20}``.
    """

    design: Mapping[str, Any] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Embedded:
    """What an embedding did: `new` songs got a vector, `songs` have one."""

    info: EncoderInfo
    trained: bool
    songs: int
    new: int


@dataclass(frozen=True)
class Watching:
    """Who is told of a training.

    Attributes
    ----------
    progress
        Of every step.
    tell
        In a sentence, of what the user should know.
    log_dir
        Where TensorBoard's event files go, in a folder of the encoder's name.
    """

    progress: Progress = silent
    tell: Callable[[str], None] = lambda _: None
    log_dir: Path | None = None


NOTHING_ASKED = Training()
NO_SONGS = np.empty(0, object)
NOBODY = Watching()


def embed(
    workspace: Workspace,
    *,
    model: str | None = None,
    name: str | None = None,
    training: Training = NOTHING_ASKED,
    retrain: bool = False,
    resume: bool = False,
    watching: Watching = NOBODY,
) -> Embedded:
    """Give every song that has a spectrogram a vector of one encoder.

    An encoder that exists is applied to the songs without its vector; one that does not, or with
    `retrain`, is trained first on all of them. The trained encoder and the full vectors go into
    the data folder, then the vectors (their projection where they are too long for the graph's
    index) and the `Encoder` node into the graph.

    Parameters
    ----------
    model
        A key of `songnet.encoders.MODELS`; default: that of the encoder `name` if it exists, else
        `DEFAULT_MODEL`.
    resume
        Go on with a training of this encoder that was interrupted, if there is one.

    Raises
    ------
    StateError
        No song of the graph has a spectrogram.
    UsageError
        The encoder exists and was made with other settings than those asked for.
    """
    kind = _model(workspace, model, name)
    training, aim = _aimed(workspace, kind, training)
    design = kind.asked_design(training.design)
    chosen = check_encoder_name(name or encoders.default_name(design))
    _check_free(workspace, chosen)
    if not kind.hears:
        return _embed_playlists(
            workspace, chosen, training, retrain=retrain, resume=resume, watching=watching
        )
    clips = clips_of_graph(workspace)
    folder = workspace.data.encoder(chosen)
    fresh = retrain or not encoders.exists(folder)
    if fresh:
        targets = targets_of(clips, aim) if aim else None
        saved = _train(
            workspace,
            chosen,
            design,
            clips,
            training,
            targets=targets,
            resume=resume,
            watching=watching,
        )
    else:
        saved = encoders.load(folder)
        _check_same(saved, design, training)
    latents, changed = update_latents(workspace, saved, clips, watching.progress)
    info, new = write_to_graph(workspace, saved, latents, changed)
    return Embedded(info, trained=fresh, songs=len(np.unique(clips.songs)), new=new)


def _model(workspace: Workspace, asked: str | None, name: str | None) -> Model:
    if asked is None and name is not None:
        folder = workspace.data.encoder(name)
        if encoders.exists(folder):
            return encoders.MODELS[encoders.load(folder).kind]
    kind = asked or DEFAULT_MODEL
    if kind not in encoders.MODELS:
        raise UsageError(f"--model {kind!r}: allowed are {', '.join(sorted(encoders.MODELS))}")
    return encoders.MODELS[kind]


def _aimed(
    workspace: Workspace, kind: Model, training: Training
) -> tuple[Training, Vectors | None]:
    """What is asked for with the encoder that is aimed at, and that one's vectors."""
    if not kind.aims:
        return training, None
    found = _aim(workspace, training.design.get("like"))
    aim = pull_vectors(workspace, found)
    told = {"like": found.name, "made_by": found.fingerprint, "dimensions": aim.dimensions}
    return Training({**training.design, **told}, training.settings), aim


def _aim(workspace: Workspace, like: str | None) -> EncoderInfo:
    there = {info.name: info for info in workspace.store.encoders()}
    if like is not None:
        if like not in there:
            raise UsageError(f"--like {like!r}: encoders are {', '.join(there) or 'none yet'}")
        return there[like]
    able = [info for info in there.values() if not encoders.MODELS[info.kind].hears]
    if len(able) != 1:
        names = ", ".join(info.name for info in able)
        raise StateError(
            f"there are several encoders to aim at ({names}): say which with --like"
            if able
            else "there is nothing to aim at: run 'songnet embed --model track2vec' first"
        )
    return able[0]


def targets_of(clips: Clips, aim: Vectors) -> NDArray[np.float32]:
    """The vector aimed at of each clip's song; NaN where it has none."""
    place = np.minimum(np.searchsorted(aim.songs, clips.songs), len(aim.songs) - 1)
    there = aim.songs[place] == clips.songs
    targets: NDArray[np.float32] = np.where(there[:, None], aim.values[place], np.nan)
    return targets


def _check_free(workspace: Workspace, name: str) -> None:
    workspace.store.check_writable()
    if name in {network.name for network in workspace.store.networks()}:
        raise BadNameError(f"{name!r} is the name of a network: choose another with --encoder")


def _check_same(saved: Saved, design: Design, training: Training) -> None:
    """Refuse to apply an encoder that is not the one asked for."""
    made = {"model": saved.kind, **saved.design.params(), **saved.hyperparameters.facts()}
    asked = dict(training.settings)
    if training.design or design.kind != saved.kind:
        asked = {"model": design.kind, **design.params(), **asked}
    for name, value in asked.items():
        if name in made and str(made[name]) != str(value):
            raise UsageError(
                f"the encoder {saved.name!r} exists and was trained with {name} {made[name]}, not "
                f"{value}: give --retrain to train it anew, or another name with --encoder"
            )


def _train(
    workspace: Workspace,
    name: str,
    design: Design,
    clips: Clips,
    training: Training,
    *,
    targets: NDArray[np.float32] | None,
    resume: bool,
    watching: Watching,
) -> Saved:
    """A trained encoder, with the projection that its vectors need, in the data folder."""
    checkpoint = _checkpoint(workspace, name, resume=resume, watching=watching)
    settings = {"precision": encoders.default_precision(), **training.settings}
    epochs = encoders.MODELS[design.kind].settings(len(clips.songs), **settings).epochs
    saved = encoders.train(
        clips,
        design,
        name=name,
        groups=clips.recordings,
        targets=targets,
        content=clips.hashes,
        checkpoint=checkpoint,
        watch=_watch(name, epochs, watching),
        **settings,
    )
    saved = projected(saved, clips)
    encoders.save(saved, workspace.data.encoder(name))
    checkpoint.remove()
    return saved


def _checkpoint(
    workspace: Workspace, name: str, *, resume: bool, watching: Watching
) -> encoders.Checkpoint:
    path = workspace.data.root / "training" / f"{name}.safetensors"
    if path.exists() and not resume:
        watching.tell(f"an interrupted training of {name} is begun anew; --resume goes on with one")
    return encoders.Checkpoint(path, resume=resume)


def _embed_playlists(
    workspace: Workspace,
    name: str,
    training: Training,
    *,
    retrain: bool,
    resume: bool,
    watching: Watching,
) -> Embedded:
    """Vectors from playlists alone."""
    design = playlist_design(training.design, training.settings)
    folder = workspace.data.encoder(name)
    fresh = retrain or not encoders.exists(folder)
    if fresh:
        checkpoint = _checkpoint(workspace, name, resume=resume, watching=watching)
        watch = _watch(name, design.epochs, watching)
        saved, latents = learn_playlists(workspace, name, design, checkpoint, watch)
        checkpoint.remove()
    else:
        saved = encoders.load(folder)
        _check_same(saved, design, training)
        latents = kept_vectors(workspace, saved)
        if not same_playlists(workspace, saved):
            watching.tell(f"playlists have changed since {name} learnt from them: see --retrain")
    info, new = write_to_graph(workspace, saved, latents, latents.songs if fresh else NO_SONGS)
    return Embedded(info, trained=fresh, songs=len(latents.songs), new=new)


def _watch(name: str, epochs: int, watching: Watching) -> encoders.Watch:
    """Progress in epochs with losses and speed, and TensorBoard where it is wanted."""
    ended: list[Epoch] = []
    board = encoders.board(watching.log_dir / name) if watching.log_dir else None

    def on_epoch(epoch: Epoch) -> None:
        ended.append(epoch)
        if board:
            board(epoch)

    def on_batch(past: int, done: int, of: int, loss: float) -> None:
        note = f"loss {loss:.5g}"
        if ended:
            last = ended[-1]
            note += (
                f", validation {last.validation_loss:.5g}, "
                f"{last.spectrograms_per_second:.0f} spectrograms/s"
            )
        watching.progress("epochs", past + done / of, epochs, note)

    return encoders.Watch(on_epoch=on_epoch, on_batch=on_batch)
