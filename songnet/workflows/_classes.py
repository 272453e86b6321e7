"""What songs are to be told apart by: their label, artist, album or soundtrack."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from songnet.errors import EmptyInputError, UsageError
from songnet.model import Ids
from songnet.workflows.workspace import Workspace

ALLOWED = ("label", "artist", "album", "soundtrack")


@dataclass(frozen=True)
class Classes:
    """Songs that have the property, what it is, and what they were cut from.

    Attributes
    ----------
    on
        What was asked for.
    songs
        Ids, sorted.
    labels, recordings
        Object (n,), aligned; a recording is None where unknown.
    """

    on: str
    songs: Ids
    labels: Ids
    recordings: Ids

    def of(self, songs: Ids) -> tuple[Ids, Ids]:
        """Labels and recordings of some of the songs, in their order."""
        place = np.searchsorted(self.songs, songs)
        return self.labels[place], self.recordings[place]


def classes(workspace: Workspace, on: str = "label") -> Classes:
    """All songs of the graph that have the property.

    A song's soundtrack is its album; where no song has one, its label.

    Raises
    ------
    UsageError
        Another property than `ALLOWED`.
    EmptyInputError
        No song has it.
    """
    if on not in ALLOWED:
        raise UsageError(f"--on {on!r}: allowed are {', '.join(ALLOWED)}")
    table = workspace.store.songs().to_pandas().sort_values("id")
    column = on
    if on == "soundtrack":
        column = "album" if table["album"].notna().any() else "label"
    table = table[table[column].notna() & (table[column] != "")]
    if table.empty:
        raise EmptyInputError(
            f"no song has a {column}: give labels with 'songnet load-audio --labels FILE.csv' or "
            "--label-from-folder, or choose another property with --on"
        )
    recordings = table["recording"].astype(object).where(table["recording"].notna(), None)
    return Classes(
        on,
        table["id"].to_numpy(object),
        table[column].to_numpy(object),
        recordings.to_numpy(object),
    )
