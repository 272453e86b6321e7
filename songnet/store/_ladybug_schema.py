"""The tables of the embedded store, made in one transaction when a file is new."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa

from songnet.tables import PLAYLIST_SCHEMA, SONG_SCHEMA

NETWORK_COLUMNS = {
    "name": "STRING",
    "kind": "STRING",
    "songs": "INT64",
    "edges": "INT64",
    "fingerprint": "STRING",
    "created_at": "STRING",
    "parameters": "STRING",
}
ENCODER_COLUMNS = {
    "name": "STRING",
    "kind": "STRING",
    "latent": "STRING",
    "dimensions": "INT64",
    "fingerprint": "STRING",
    "created_at": "STRING",
    "parameters": "STRING",
}
PARTITION_COLUMNS = {
    "name": "STRING",
    "algorithm": "STRING",
    "on": "STRING",
    "songs": "INT64",
    "communities": "INT64",
    "seed": "INT64",
    "modularity": "DOUBLE",
    "codelength": "DOUBLE",
    "description_length": "DOUBLE",
    "resolution": "DOUBLE",
    "quality": "STRING",
    "fingerprint": "STRING",
    "created_at": "STRING",
    "parameters": "STRING",
    "versions": "STRING",
}
COMMUNITY_COLUMNS = {
    "id": "STRING",
    "partition": "STRING",
    "label": "INT64",
    "size": "INT64",
    "title": "STRING",
}
ARROW_TO_LADYBUG = {pa.string(): "STRING", pa.int64(): "INT64", pa.float64(): "DOUBLE"}


# A column of vectors that is being written; encoders' names begin with a letter.
UNFINISHED = "_unfinished"


def quoted(name: str) -> str:
    """A name as Cypher takes it even where it is a keyword; `name` was checked before."""
    return f"`{name}`"


def columns_of(schema: pa.Schema) -> dict[str, str]:
    """Ladybug's column types for an Arrow schema."""
    return {field.name: ARROW_TO_LADYBUG[field.type] for field in schema}


NODES = {
    "Song": columns_of(SONG_SCHEMA),
    "Playlist": columns_of(PLAYLIST_SCHEMA),
    "Network": NETWORK_COLUMNS,
    "Encoder": ENCODER_COLUMNS,
    "Partition": PARTITION_COLUMNS,
    "Community": COMMUNITY_COLUMNS,
    "SongnetStore": {"schema": "INT64"},
}
RELATIONSHIPS = {
    "CONTAINS": ("FROM Playlist TO Song", {"position": "INT64", "times": "INT64"}),
    "SHARES_PLAYLISTS": (
        "FROM Song TO Song",
        {"network": "STRING", "playlists": "INT64", "weight": "DOUBLE"},
    ),
    "SOUNDS_LIKE": (
        "FROM Song TO Song",
        {"network": "STRING", "rank": "INT64", "similarity": "DOUBLE"},
    ),
    "IN_COMMUNITY": ("FROM Song TO Community", {}),
    "PART_OF": ("FROM Community TO `Partition`", {}),
    "OF": ("FROM `Partition` TO Network, FROM `Partition` TO Encoder", {}),
}


def definitions() -> list[str]:
    """The statements that make every table; the first column of a node is its key."""
    nodes = [_node_table(label, columns) for label, columns in NODES.items()]
    return nodes + [_relationship_table(name, *what) for name, what in RELATIONSHIPS.items()]


def _node_table(label: str, columns: dict[str, str]) -> str:
    key = next(iter(columns))
    return f"CREATE NODE TABLE {quoted(label)}({_columns(columns)}, PRIMARY KEY ({quoted(key)}))"


def _relationship_table(name: str, ends: str, columns: dict[str, str]) -> str:
    properties = f", {_columns(columns)}" if columns else ""
    return f"CREATE REL TABLE {quoted(name)}({ends}{properties})"


def _columns(columns: dict[str, str]) -> str:
    return ", ".join(f"{quoted(name)} {kind}" for name, kind in columns.items())


def returned(variable: str, columns: Sequence[str]) -> str:
    """``n.`a` AS `a`, n.`b` AS `b```: what a RETURN lists."""
    return ", ".join(f"{variable}.{quoted(name)} AS {quoted(name)}" for name in columns)
