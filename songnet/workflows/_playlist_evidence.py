"""What songs are recommended by, pulled from the graph."""

from __future__ import annotations

from dataclasses import dataclass

from songnet.errors import BadNameError, UsageError
from songnet.model import SongNetwork, Vectors
from songnet.playlists import Evidence
from songnet.workflows.identify import PREFERRED as LISTENING
from songnet.workflows.workspace import Workspace, pull

# Vectors from playlists only where nothing listens.
PREFERRED = (*LISTENING, "track2vec")


@dataclass(frozen=True)
class Sources:
    """The names of what the evidence was taken from; None for what was not."""

    network: str | None = None
    partition: str | None = None
    encoder: str | None = None


def pull_evidence(workspace: Workspace, sources: Sources, *, titles: bool = False) -> Evidence:
    """What the graph holds of playlists, and of what `sources` name.

    `titles` asks for what playlists are called as well.

    Raises
    ------
    BadNameError
        No network, partition or encoder of that name.
    EmptyInputError
        Nothing is known of any song.
    """
    network = sources.network and pull(workspace, sources.network)
    vectors = sources.encoder and pull(workspace, sources.encoder)
    if isinstance(network, Vectors):
        raise BadNameError(f"{sources.network!r} is an encoder, not a network: see 'songnet info'")
    if isinstance(vectors, SongNetwork):
        raise BadNameError(f"{sources.encoder!r} is a network, not an encoder: see 'songnet info'")
    return Evidence.of(
        workspace.store.memberships(),
        vectors=vectors or None,
        network=network or None,
        partition=workspace.store.partition(sources.partition) if sources.partition else None,
        songs=workspace.store.songs()["id"].to_pylist(),
        titles=playlist_titles(workspace) if titles else None,
    )


def playlist_titles(workspace: Workspace) -> dict[str, str]:
    """What all playlists are called, by id; empty where one has no name."""
    table = workspace.store.playlists()
    names = zip(table["id"].to_pylist(), table["name"].to_pylist(), strict=True)
    return {playlist: name or "" for playlist, name in names}


def preferred_encoder(workspace: Workspace) -> str | None:
    """The encoder that listens if none is named; None if there is none.

    Raises
    ------
    UsageError
        Several of the same kind, so that one has to be named.
    """
    infos = workspace.store.encoders()
    for kind in PREFERRED:
        names = [info.name for info in infos if info.kind == kind]
        if len(names) > 1:
            there = ", ".join(info.name for info in infos)
            raise UsageError(f"there are several encoders, choose with --encoder: {there}")
        if names:
            return names[0]
    return None
