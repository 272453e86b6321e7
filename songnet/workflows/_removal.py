"""What a removal removes, what it takes something from, and what it leaves older than itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias

from songnet.workflows._remove_hanging import Results

Kind: TypeAlias = Literal["playlist", "song", "encoder", "network", "partition"]
SCHEMA: Final = "songnet.remove/1"
NOTHING: Final = Results()


@dataclass(frozen=True)
class Removal:
    """What is removed, what loses some of it, and what is kept though it was made with it.

    Attributes
    ----------
    kind, ids
        What was asked for.
    playlists, songs
        Ids of those that go.
    memberships
        How many go.
    results
        The networks, encoders and partitions that go.
    edges
        Of the networks that go, together.
    vectors
        Per encoder, how many go of it.
    clips
        How many spectrograms go.
    networks, partitions
        Of those that stay, but lose songs: how many edges, or songs, they lose.
    emptied
        How many playlists stay without a song.
    alone
        How many songs stay that will be in no playlist.
    outdated
        What stays and was made with what goes.
    files
        Of the data folder: those that go.
    """

    kind: Kind
    ids: tuple[str, ...]
    playlists: tuple[str, ...] = ()
    songs: tuple[str, ...] = ()
    memberships: int = 0
    results: Results = NOTHING
    edges: int = 0
    vectors: Mapping[str, int] = field(default_factory=dict)
    clips: int = 0
    networks: Mapping[str, int] = field(default_factory=dict)
    partitions: Mapping[str, int] = field(default_factory=dict)
    emptied: int = 0
    alone: int = 0
    outdated: Results = NOTHING
    files: tuple[Path, ...] = ()

    @property
    def with_files(self) -> dict[str, tuple[str, ...]]:
        """What goes and may have files in the data folder, by what it is."""
        return {
            "songs": self.songs,
            "networks": self.results.networks,
            "encoders": self.results.encoders,
        }

    def to_json(self) -> dict[str, Any]:
        """Everything, as plain data."""
        return {"schema": SCHEMA, **asdict(self), "files": [str(path) for path in self.files]}
