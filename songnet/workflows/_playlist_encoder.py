"""Encoders that learn from playlists alone: their vectors are all they are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from songnet import encoders
from songnet.encoders import Saved, track2vec
from songnet.encoders.track2vec import Track2VecDesign
from songnet.errors import StateError, UsageError
from songnet.model import Ids, Vectors
from songnet.store.latents import LatentsFile
from songnet.tables import evidence
from songnet.workflows.workspace import Workspace

SETTINGS = frozenset({"epochs", "seed"})
# Songs whose vectors are written at a time.
BLOCK_SONGS = 16_384


def playlist_design(options: Mapping[str, Any], settings: Mapping[str, Any]) -> Track2VecDesign:
    """The design that is asked for; `UsageError` for settings that only sound has."""
    foreign = sorted(set(settings) - SETTINGS)
    if foreign:
        flag = f"--{foreign[0].replace('_', '-')}"
        raise UsageError(f"{flag} is for models that listen: track2vec has --epochs and --seed")
    return track2vec.design({**options, **settings})


def learn_playlists(
    workspace: Workspace,
    name: str,
    design: Track2VecDesign,
    checkpoint: encoders.Checkpoint,
    watch: encoders.Watch,
) -> tuple[Saved, LatentsFile]:
    """A trained encoder in the data folder, and its vectors there."""
    saved, vectors = encoders.train_on_playlists(
        evidence(workspace.store.membership_table()),
        design,
        name=name,
        checkpoint=checkpoint,
        watch=watch,
    )
    encoders.save(saved, workspace.data.encoder(name))
    workspace.data.write_latents(name, _blocks(vectors), made_by=saved.fingerprint)
    return saved, kept_vectors(workspace, saved)


def _blocks(vectors: Vectors) -> Iterator[tuple[Vectors, Ids]]:
    for start in range(0, len(vectors.songs), BLOCK_SONGS):
        part = slice(start, start + BLOCK_SONGS)
        block = Vectors(vectors.encoder, vectors.songs[part], vectors.values[part])
        yield block, np.full(len(block.songs), "", object)


def kept_vectors(workspace: Workspace, saved: Saved) -> LatentsFile:
    """The vectors of an encoder that learnt from playlists; `StateError` if they are not kept."""
    kept = workspace.data.latents(saved.name, made_by=saved.fingerprint)
    if kept is None:
        raise StateError(
            f"the vectors of {saved.name!r} are not in {workspace.data.root}: train it again with "
            f"'songnet embed --encoder {saved.name} --retrain'"
        )
    return kept


def same_playlists(workspace: Workspace, saved: Saved) -> bool:
    """Whether the graph's playlists are still those that an encoder learnt from."""
    design = saved.design
    assert isinstance(design, encoders.LearntDesign)  # noqa: S101 (the registry's own kind)
    table = evidence(workspace.store.membership_table())
    return track2vec.identity(table, design.settings) == design.playlists
