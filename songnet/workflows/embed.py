"""Encoders: trained on the spectrograms of the graph's songs, applied, written back."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from songnet import encoders
from songnet.encoders import Saved, Spectrograms
from songnet.errors import BadNameError, StateError, UsageError
from songnet.model import EncoderInfo, Ids, Vectors, check_encoder_name
from songnet.sources.archive import SpectrogramArchive
from songnet.store.protocol import MAX_INDEXED_DIMENSIONS
from songnet.workflows.progress import Progress, silent
from songnet.workflows.workspace import Workspace, now


@dataclass(frozen=True)
class Training:
    """What `songnet embed` may be asked for; None where nothing was said.

    `latent` is a name of the study (``12x15``), else `filters` and `pooling` say the shape.
    """

    latent: str | None = None
    filters: tuple[int, ...] | None = None
    pooling: tuple[int, ...] | None = None
    activation: str | None = None
    epochs: int | None = None
    batch_size: int | None = None
    learning_rate: float | None = None
    seed: int = 0


DEFAULTS = Training(activation="relu", epochs=125, batch_size=10, learning_rate=0.0005)


@dataclass(frozen=True)
class Embedded:
    """What an embedding did."""

    info: EncoderInfo
    trained: bool
    songs: int
    new: int


def embed(
    workspace: Workspace,
    *,
    model: str = "cae",
    name: str | None = None,
    training: Training = Training(),
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
    if model not in encoders.MODELS:
        raise UsageError(f"--model {model!r}: allowed are {', '.join(sorted(encoders.MODELS))}")
    shape = encoders.architecture(training.latent, training.filters, training.pooling)
    chosen = check_encoder_name(name or f"{model}_{shape.name}")
    _check_free(workspace, chosen)
    clips = _of_the_graph(workspace)
    folder = workspace.data.encoder(chosen)
    fresh = retrain or not folder.exists()
    if fresh:
        saved = _train(clips, folder, shape, training, progress)
    else:
        saved = encoders.load(folder)
        _check_same(chosen, saved, shape, training)
    return _apply(workspace, chosen, saved, clips, trained=fresh, progress=progress)


@dataclass(frozen=True)
class _Rows:
    """The clips of an archive that belong to songs of the graph."""

    archive: SpectrogramArchive
    rows: np.ndarray
    songs: Ids
    clips: np.ndarray

    def read(self, rows: np.ndarray) -> np.ndarray:
        return self.archive.read(self.rows[rows])

    def only(self, songs: Ids) -> _Rows:
        keep = np.flatnonzero(np.isin(self.songs, songs))
        return _Rows(self.archive, self.rows[keep], self.songs[keep], self.clips[keep])


def _of_the_graph(workspace: Workspace) -> _Rows:
    archive = SpectrogramArchive(workspace.data.spectrograms)
    known = workspace.store.songs().column("id").to_numpy()
    rows = np.flatnonzero(np.isin(archive.songs, known))
    if not len(rows):
        raise StateError(
            f"no song of the graph has a spectrogram in {workspace.data.spectrograms}: "
            "run 'songnet load-audio' first"
        )
    return _Rows(archive, rows, archive.songs[rows], archive.clips[rows])


def _check_free(workspace: Workspace, name: str) -> None:
    if name in {network.name for network in workspace.store.networks()}:
        raise BadNameError(f"{name!r} is the name of a network: choose another with --encoder")
