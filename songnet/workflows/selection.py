"""The playlists and songs that satisfy conditions, by what the graph says of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

import numpy as np
import pyarrow as pa

from songnet.model import Ids, Memberships
from songnet.networks import Selection, conditions, select
from songnet.workflows.workspace import Workspace

# Where the graph calls a field otherwise.
COLUMNS: Final = {"modified": "modified_at"}


def select_memberships(
    workspace: Workspace, where: Sequence[str], *, memberships: Memberships | None = None
) -> Selection:
    """The memberships whose playlists and songs satisfy all conditions.

    Parameters
    ----------
    where
        Conditions, as `songnet.networks.condition` reads them.
    memberships
        What to choose from; default: those of the graph. Whatever they are, properties are the
        graph's, the length of a playlist too, so that choosing twice chooses the same.

    Raises
    ------
    EmptyInputError
        Nothing satisfies them.
    UsageError
        A text that is no condition.
    """
    asked = conditions(where)
    whole = workspace.store.memberships() if memberships is None else memberships
    playlists = {each.field for each in asked if each.of == "playlist"}
    songs = {each.field for each in asked if each.of == "song"}
    said: dict[str, Sequence[Any]] = {}
    if memberships is not None and "length" in playlists:
        said["length"] = _lengths(workspace.store.memberships(), whole.playlists)
    if playlists - {"length"}:
        said |= _columns(workspace.store.playlists(), whole.playlists, playlists - {"length"})
    heard = _columns(workspace.store.songs(), whole.songs, songs) if songs else {}
    return select(whole, asked, playlists=said, songs=heard)


def _columns(table: pa.Table, ids: Ids, fields: Iterable[str]) -> dict[str, Sequence[Any]]:
    """What a table says of each id, in their order; None for ids that it lacks."""
    place = {name: row for row, name in enumerate(table["id"].to_pylist())}
    rows = pa.array([place.get(each) for each in ids], pa.int64())
    return {field: table[COLUMNS.get(field, field)].take(rows).to_pylist() for field in fields}


def _lengths(whole: Memberships, playlists: Ids) -> list[int | None]:
    """How many songs each playlist has in the graph."""
    counts = np.bincount(whole.playlist, minlength=len(whole.playlists)).tolist()
    length = dict(zip(whole.playlists, counts, strict=True))
    return [length.get(playlist) for playlist in playlists]
