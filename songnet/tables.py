"""The columns of songs, playlists and memberships, wherever they travel as tables."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from songnet.model import Ids, Ints, object_array
from songnet.names import GENERATED

SONG_SCHEMA = pa.schema(
    [
        ("id", pa.string()),
        ("title", pa.string()),
        ("artist", pa.string()),
        ("album", pa.string()),
        ("duration_ms", pa.int64()),
        ("released", pa.string()),
        ("uri", pa.string()),
        ("path", pa.string()),
        ("sha256", pa.string()),
        ("recording", pa.string()),
        ("label", pa.string()),
    ]
)
PLAYLIST_SCHEMA = pa.schema(
    [
        ("id", pa.string()),
        ("name", pa.string()),
        ("description", pa.string()),
        ("followers", pa.int64()),
        ("modified_at", pa.int64()),
        ("source", pa.string()),
    ]
)
MEMBERSHIP_SCHEMA = pa.schema(
    [
        ("playlist", pa.string()),
        ("song", pa.string()),
        ("position", pa.int64()),
        ("times", pa.int64()),
    ]
)


def evidence(memberships: pa.Table) -> pa.Table:
    """The memberships of playlists that people made: what is learnt or measured from.

    Parameters
    ----------
    memberships
        With a column ``playlist``. Playlists that songnet made itself (their ids begin with
        `names.GENERATED`) are nobody's taste: to learn from them would be to learn from itself.
    """
    generated = pc.starts_with(memberships["playlist"], GENERATED)
    return memberships.filter(pc.invert(generated)) if pc.any(generated).as_py() else memberships


def distinct(column: pa.ChunkedArray) -> tuple[Ids, Ints]:
    """The distinct ids of a column, sorted, and for each row its place among them.

    Only the distinct ids become Python objects.
    """
    chunks = column.dictionary_encode().unify_dictionaries().chunks
    ids = object_array(chunks[0].dictionary.to_pylist() if chunks else [])
    order = np.argsort(ids)
    rank = np.empty(len(ids), np.int64)
    rank[order] = np.arange(len(ids))
    rows = [rank[chunk.indices.to_numpy()] for chunk in chunks]
    return ids[order], np.concatenate([np.empty(0, np.int64), *rows])
