"""Encoders as things: pictures of what they make, files to carry about."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from songnet import encoders
from songnet.encoders import Saved
from songnet.errors import BadNameError, StateError
from songnet.model import among
from songnet.names import check_encoder_name
from songnet.workflows._clips import Clips, clips_of_graph
from songnet.workflows._titles import song_titles
from songnet.workflows.saved import info_of, trained_encoder
from songnet.workflows.workspace import Workspace, pull_vectors

ZIP = ".zip"
SHOWN = 6
# Vectors that a normal distribution is fitted to, at most.
FITTED = 4096


def export_encoder(workspace: Workspace, name: str, path: Path) -> Saved:
    """Write a trained encoder to a zip archive, or to a folder where `path` does not end in .zip.

    Raises
    ------
    BadNameError
        There is no such encoder.
    StateError
        Its model is not in the data folder; it is one that learnt from playlists.
    """
    saved = trained_encoder(workspace, info_of(workspace, name))
    if not encoders.MODELS[saved.kind].hears:
        raise StateError(
            f"{name!r} learnt from this graph's playlists and is nothing but its vectors: carry "
            "the graph ('songnet copy'), or an mp3tovec encoder that aims at it"
        )
    if path.suffix.lower() == ZIP:
        encoders.save_zip(saved, path)
    else:
        encoders.save(saved, path)
    return saved


def import_encoder(workspace: Workspace, path: Path, *, name: str | None = None) -> Saved:
    """Take an encoder from a folder or zip archive into the data folder and the graph.

    It has no vectors yet: `embed` applies it.

    Parameters
    ----------
    name
        What to call it here; default: its own name.

    Raises
    ------
    FormatError
        Not an encoder, of a newer songnet, or damaged.
    BadNameError
        Another encoder bears the name.
    """
    if not path.exists():
        raise StateError(f"{path}: there is no such file or folder")
    saved = encoders.load(path)
    if name is not None:
        saved = dataclasses.replace(saved, name=check_encoder_name(name))
    _check_free(workspace, saved)
    folder = workspace.data.encoder(saved.name)
    encoders.save(saved, folder)
    return saved


def _check_free(workspace: Workspace, saved: Saved) -> None:
    folder = workspace.data.encoder(saved.name)
    there = {info.name: info.fingerprint for info in workspace.store.encoders()}
    if encoders.exists(folder):
        there.setdefault(saved.name, encoders.load(folder).fingerprint)
    networks = {network.name for network in workspace.store.networks()}
    if saved.name in networks or there.get(saved.name, saved.fingerprint) != saved.fingerprint:
        raise BadNameError(
            f"{saved.name!r} is the name of something else here: give this encoder another "
            "with --name"
        )


def draw_samples(workspace: Workspace, name: str, path: Path, *, seed: int = 0) -> None:
    """Draw what an autoencoder makes: songs, ways from song to song, draws; as one grey PNG.

    The songs are drawn by `seed` from those that it did not learn from, if there are any.

    Raises
    ------
    BadNameError
        There is no such encoder.
    StateError
        Its model is not in the data folder; no song has a spectrogram.
    InputError
        A model that draws no pictures; the file cannot be written.
    """
    saved = trained_encoder(workspace, info_of(workspace, name))
    model = encoders.MODELS[saved.kind]
    clips = clips_of_graph(workspace)
    rows = _shown(clips, saved, seed)
    shown = encoders.samples(
        encoders.rebuilt(saved),
        clips.read(rows),
        vectors=None if model.prior or not model.draws else _fitted(workspace, name, seed),
        seed=seed,
    )
    titles = song_titles(workspace)
    names = [titles.get(song, song) for song in clips.songs[rows]]
    encoders.write_sheet(path, encoders.contact_sheet(shown, names))


def _shown(clips: Clips, saved: Saved, seed: int) -> NDArray[np.int64]:
    """First clips of a few songs, rising row numbers."""
    first = np.flatnonzero(clips.clips == 0)
    held = first[among(clips.songs[first], saved.holdout.validation_songs)]
    able = held if len(held) >= SHOWN else first
    random = np.random.default_rng([seed, 6])
    return np.sort(random.choice(able, min(SHOWN, len(able)), replace=False))


def _fitted(workspace: Workspace, name: str, seed: int) -> NDArray[np.float32]:
    vectors = pull_vectors(workspace, info_of(workspace, name)).values
    if len(vectors) <= FITTED:
        return vectors
    rows = np.random.default_rng([seed, 7]).choice(len(vectors), FITTED, replace=False)
    drawn: NDArray[np.float32] = vectors[np.sort(rows)]
    return drawn
