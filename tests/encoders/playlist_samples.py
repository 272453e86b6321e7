"""Small tables of memberships."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from songnet.tables import MEMBERSHIP_SCHEMA


def table(rows):
    """From (playlist, song, position)."""
    playlists, songs, positions = zip(*rows, strict=True) if rows else ((), (), ())
    columns = [playlists, songs, positions, [1] * len(rows)]
    return pa.table(
        [
            pa.array(column, field.type)
            for column, field in zip(columns, MEMBERSHIP_SCHEMA, strict=True)
        ],
        schema=MEMBERSHIP_SCHEMA,
    )


def lists(**playlists):
    """From the songs of each playlist, in order, one letter each."""
    return table(
        [
            (name, song, place)
            for name, songs in playlists.items()
            for place, song in enumerate(songs)
        ]
    )


def two_genres(playlists=120, songs=16, length=6, seed=0):
    """Playlists that draw from one of two halves of the songs, at random."""
    random = np.random.default_rng(seed)
    rows = []
    for number in range(playlists):
        genre = "ab"[number % 2]
        drawn = random.permutation(songs)[:length]
        rows += [(f"list {number:03d}", f"{genre}{song:02d}", i) for i, song in enumerate(drawn)]
    return table(rows)


def shuffled(memberships, seed=0):
    """The same rows in another order."""
    return memberships.take(np.random.default_rng(seed).permutation(memberships.num_rows))
