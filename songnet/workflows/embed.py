"""Encoders: trained on the spectrograms of the graph's songs, applied, written back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from songnet import encoders
from songnet.encoders import Architecture, Epoch, Model, Saved
from songnet.errors import BadNameError, StateError, UsageError
from songnet.info import EncoderInfo, now
from songnet.model import Ids, Ints, Vectors
from songnet.names import check_encoder_name
from songnet.sources.archive import SpectrogramArchive
from songnet.store.folder import Latents
from songnet.workflows.progress import Progress, silent
from songnet.workflows.workspace import Workspace


@dataclass(frozen=True)
class Training:
    """What `songnet embed` may be asked for; None where nothing was said.

    `latent` is a name of the study (``12x15``), else `filters` and `pooling` say the shape. An
    encoder that exists must have been made with what is asked for.
    """

    latent: str | None = None
    filters: tuple[int, ...] | None = None
    pooling: tuple[int, ...] | None = None
    activation: str | None = None
    epochs: int | None = None
    batch_size: int | None = None
    learning_rate: float | None = None
    patience: int | None = None
    seed: int | None = None

    def options(self) -> dict[str, object]:
        """Whatever was said, besides the shape."""
        names = ("activation", "epochs", "batch_size", "learning_rate", "patience", "seed")
        given = {name: getattr(self, name) for name in names}
        return {name: value for name, value in given.items() if value is not None}

    @property
    def shaped(self) -> bool:
        """Whether a shape was asked for."""
        return any(value is not None for value in (self.latent, self.filters, self.pooling))


@dataclass(frozen=True)
class Embedded:
    """What an embedding did: `new` songs got a vector, `songs` have one."""

    info: EncoderInfo
    trained: bool
    songs: int
    new: int


NOTHING_ASKED = Training()


def embed(
    workspace: Workspace,
    *,
    model: str = "cae",
    name: str | None = None,
    training: Training = NOTHING_ASKED,
    retrain: bool = False,
    progress: Progress = silent,
) -> Embedded:
    """Give every song that has a spectrogram a vector of one encoder.

    An encoder that exists is applied to the songs without its vector; one that does not, or with
    `retrain`, is trained first on all of them. The trained encoder and the full latents go into
    the data folder, then the vectors (their projection where they are too long for the graph's
    index) and the `Encoder` node into the graph.

    Raises
    ------
    StateError
        No song of the graph has a spectrogram.
    UsageError
        The encoder exists and was made with other settings than those asked for.
    """
    kind = _model(model)
    shape = encoders.architecture(training.latent, training.filters, training.pooling)
    chosen = check_encoder_name(name or f"{model}_{shape.name}")
    _check_free(workspace, chosen)
    clips = _clips_of_graph(workspace)
    folder = workspace.data.encoder(chosen)
    fresh = retrain or not encoders.exists(folder)
    if fresh:
        saved, latents = _train(kind, clips, chosen, shape, training, progress)
        kind.save(saved, folder)
        workspace.data.write_latents(latents, made_by=saved.fingerprint, heard=clips.heard)
        changed = latents.songs
    else:
        saved = kind.load(folder)
        _check_same(saved, shape, training)
        latents, changed = _latents(workspace, kind, saved, clips, progress)
    info, new = _write(workspace, saved, latents, changed)
    return Embedded(info, trained=fresh, songs=len(np.unique(clips.songs)), new=new)


@dataclass(frozen=True)
class _Clips:
    """The clips of an archive that belong to songs of the graph."""

    archive: SpectrogramArchive
    rows: Ints
    songs: Ids
    clips: Ints
    recordings: Ids
    hashes: Ids

    @property
    def heard(self) -> Ids:
        """The hash of the file of each distinct song, in their order."""
        return self.hashes[np.unique(self.songs, return_index=True)[1]]

    def read(self, rows: Ints) -> NDArray[np.uint8]:
        return self.archive.read(self.rows[rows])


def _clips_of_graph(workspace: Workspace) -> _Clips:
    archive = SpectrogramArchive(workspace.data.spectrograms)
    songs = workspace.store.songs().select(["id", "recording"]).to_pandas().set_index("id")
    rows = np.flatnonzero(np.isin(archive.songs, songs.index.to_numpy(object)))
    if not len(rows):
        raise StateError(
            f"no song of the graph has a spectrogram in {workspace.data.spectrograms}: "
            "run 'songnet load-audio' first"
        )
    names = archive.songs[rows]
    recordings = songs["recording"].astype(object).where(songs["recording"].notna(), None)
    return _Clips(
        archive,
        rows,
        names,
        archive.clips[rows],
        recordings=recordings.loc[names].to_numpy(object),
        hashes=archive.hashes[rows],
    )


def _model(kind: str) -> Model:
    if kind not in encoders.MODELS:
        raise UsageError(f"--model {kind!r}: allowed are {', '.join(sorted(encoders.MODELS))}")
    return encoders.MODELS[kind]


def _check_free(workspace: Workspace, name: str) -> None:
    if name in {network.name for network in workspace.store.networks()}:
        raise BadNameError(f"{name!r} is the name of a network: choose another with --encoder")


def _check_same(saved: Saved, shape: Architecture, training: Training) -> None:
    """Refuse to apply an encoder that is not the one asked for."""
    made = {"activation": saved.activation} | {
        name: getattr(saved.hyperparameters, name)
        for name in ("epochs", "batch_size", "learning_rate", "patience", "seed")
    }
    if training.shaped and shape != saved.architecture:
        made, asked = {"shape": saved.architecture.name}, {"shape": shape.name}
    else:
        asked = {key: str(value) for key, value in training.options().items()}
    for name, value in asked.items():
        if str(made[name]) != value:
            raise UsageError(
                f"the encoder {saved.name!r} exists and was trained with {name} {made[name]}, not "
                f"{value}: give --retrain to train it anew, or another name with --encoder"
            )


def _train(
    kind: Model,
    clips: _Clips,
    name: str,
    shape: Architecture,
    training: Training,
    progress: Progress,
) -> tuple[Saved, Vectors]:
    """A trained encoder, with the projection that its vectors need, and their full latents."""
    ended: list[Epoch] = []
    total = training.epochs or encoders.EPOCHS

    def on_batch(done: int, of: int) -> None:
        note = f"validation loss {ended[-1].validation_loss:.5f}" if ended else ""
        progress("epochs", len(ended) + done / of, total, note)

    trained = kind.train(
        clips,
        architecture=shape,
        name=name,
        groups=clips.recordings,
        on_epoch=ended.append,
        on_batch=on_batch,
        **training.options(),
    )
    latents = kind.encode(trained, clips, on_batch=_counting(progress))
    return encoders.graph_vectors(trained, latents)[0], latents


def _counting(progress: Progress) -> Callable[[int, int], None]:
    return lambda done, total: progress("spectrograms embedded", done, total)


def _latents(
    workspace: Workspace, kind: Model, saved: Saved, clips: _Clips, progress: Progress
) -> tuple[Vectors, Ids]:
    """Full latents of all songs, and which of them are new: not kept, or heard from another file.

    From now on they are kept. Latents of songs that this graph lacks stay: another graph may share
    the data folder.
    """
    songs, heard = np.unique(clips.songs), clips.heard
    kept = workspace.data.latents(saved.name, made_by=saved.fingerprint)
    new = songs if kept is None else songs[~_unchanged(songs, heard, kept)]
    if kept is not None and not len(new):
        return kept.vectors, new
    fresh = kind.encode(saved, clips, songs=new, on_batch=_counting(progress))
    latents = Latents(fresh, heard[np.searchsorted(songs, new)])
    if kept is not None:
        latents = _merged(latents, kept)
    workspace.data.write_latents(latents.vectors, made_by=saved.fingerprint, heard=latents.heard)
    return latents.vectors, new


def _merged(fresh: Latents, kept: Latents) -> Latents:
    """Both; of songs in both, the fresh ones."""
    old = ~np.isin(kept.vectors.songs, fresh.vectors.songs)
    songs = np.concatenate([fresh.vectors.songs, kept.vectors.songs[old]])
    values = np.concatenate([fresh.vectors.values, kept.vectors.values[old]])
    heard = np.concatenate([fresh.heard, kept.heard[old]])
    return Latents(
        Vectors.from_rows(fresh.vectors.encoder, songs, values), heard[np.argsort(songs)]
    )


def _unchanged(songs: Ids, heard: Ids, kept: Latents) -> NDArray[np.bool_]:
    """Which songs have a latent that was made of the same file."""
    known = dict(zip(kept.vectors.songs, kept.heard, strict=True))
    pairs = zip(songs, heard, strict=True)
    return np.fromiter((known.get(song) == file for song, file in pairs), bool, len(songs))


def _write(
    workspace: Workspace, saved: Saved, latents: Vectors, changed: Ids
) -> tuple[EncoderInfo, int]:
    """The `Encoder` node, and vectors for songs that changed or have none of it in the graph."""
    store = workspace.store
    latents = _of(latents, store.songs().column("id").to_numpy())
    info = encoders.info(saved, now())
    there = {encoder.name: encoder for encoder in store.encoders()}.get(saved.name)
    if there is not None and there.fingerprint == info.fingerprint:
        info = there
    else:
        store.write_encoder(info)
    missing = np.setdiff1d(latents.songs, store.vectors(saved.name).songs)
    new = np.union1d(missing, changed)
    if len(new):
        store.write_vectors(encoders.graph_vectors(saved, _of(latents, new))[1])
    return info, len(new)


def _of(vectors: Vectors, songs: Ids) -> Vectors:
    keep = np.isin(vectors.songs, songs)
    return Vectors(vectors.encoder, vectors.songs[keep], vectors.values[keep])
