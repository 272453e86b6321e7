"""The columns of songs, playlists and memberships, wherever they travel as tables."""

from __future__ import annotations

import pyarrow as pa

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
