"""The spectrograms of a graph's songs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from songnet.errors import StateError
from songnet.model import Ids, Ints, among
from songnet.sources.archive import SpectrogramArchive
from songnet.workflows.workspace import Workspace


@dataclass(frozen=True)
class Clips:
    """The clips of an archive that belong to songs of the graph.

    Attributes
    ----------
    archive, rows
        Where they are.
    songs, clips
        As `songnet.encoders.Spectrograms` has them.
    recordings
        What each was cut from, object (n,), None where unknown.
    hashes
        SHA-256 of the file each was made of, object (n,).
    """

    archive: SpectrogramArchive
    rows: Ints
    songs: Ids
    clips: Ints
    recordings: Ids
    hashes: Ids

    def read(self, rows: Ints) -> NDArray[np.uint8]:
        """Pixels, uint8 (b, 96, 216)."""
        return self.archive.read(self.rows[rows])

    def heard(self) -> tuple[Ids, Ids]:
        """Each song once, sorted, and the hash of its file."""
        songs, first = np.unique(self.songs, return_index=True)
        return songs, self.hashes[first]

    def only(self, songs: Ids) -> Clips:
        """Those of some songs."""
        keep = among(self.songs, songs)
        return Clips(
            self.archive,
            self.rows[keep],
            self.songs[keep],
            self.clips[keep],
            self.recordings[keep],
            self.hashes[keep],
        )


def clips_of_graph(workspace: Workspace) -> Clips:
    """All clips of the graph's songs; `StateError` if there are none."""
    archive = SpectrogramArchive(workspace.data.spectrograms)
    songs = workspace.store.songs().select(["id", "recording"]).to_pandas().set_index("id")
    rows = np.flatnonzero(among(archive.songs, songs.index))
    if not len(rows):
        raise StateError(
            f"no song of the graph has a spectrogram in {workspace.data.spectrograms}: "
            "run 'songnet load-audio' first"
        )
    names = archive.songs[rows]
    recordings = songs["recording"].astype(object).where(songs["recording"].notna(), None)
    return Clips(
        archive,
        rows,
        names,
        archive.clips[rows],
        recordings=recordings.loc[names].to_numpy(object),
        hashes=archive.hashes[rows],
    )
