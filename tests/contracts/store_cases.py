"""What the suites on stores share: small tables, and all that a store holds as plain values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from songnet.info import EncoderInfo
from songnet.model import Partition, SongNetwork
from songnet.networks import multiplex
from songnet.store import GraphStore
from songnet.store.labels import prefixed
from songnet.tables import MEMBERSHIP_SCHEMA

# Each would end a string, a name or a statement if it ever became part of Cypher text.
ENGINES = [
    "ladybug",
    pytest.param("neo4j", marks=pytest.mark.neo4j),
    pytest.param("neo4j beside another graph", marks=pytest.mark.neo4j),
]
HOSTILE = [
    "'",
    '"',
    "`",
    "\\",
    "\\'",
    "'}) DETACH DELETE s //",
    "$id",
    "{x: 1}",
    "a\nb\tc",
    "/* */ -- //",
    "%s {0} {id}",
    "ß√∫ 日本語 𝄞🎵",
    "e\u0301 is not \u00e9",
    "\u202eright to left",
    " leading and trailing ",
    "null",
]

SHARED_EDGES = """
MATCH (a:Song)-[e:SHARES_PLAYLISTS]->(b:Song)
RETURN e.network AS network, a.id AS source, b.id AS target, e.playlists AS playlists,
       e.weight AS weight
ORDER BY network, source, target
"""
SOUND_EDGES = """
MATCH (a:Song)-[e:SOUNDS_LIKE]->(b:Song)
RETURN e.network AS network, a.id AS source, b.id AS target, e.rank AS rank,
       e.similarity AS similarity
ORDER BY network, source, target
"""
COMMUNITIES = """
MATCH (c:Community)-[:PART_OF]->(p:Partition)
RETURN p.name AS name, c.id AS id, c.partition AS part, c.label AS label, c.size AS size,
       c.title AS title
ORDER BY id
"""
LINKS = """
MATCH (p:Partition)-[:OF]->(n) RETURN p.name AS name, n AS target ORDER BY name
"""


def songs_table(*ids: str, **columns: Sequence[Any]) -> pa.Table:
    """Songs with these ids and columns."""
    return pa.table({"id": pa.array(list(ids), pa.string()), **columns})


def membership_rows(rows: Iterable[tuple[str, str, int, int]]) -> pa.Table:
    """Rows of (playlist, song, position, times)."""
    columns = list(zip(*rows, strict=True)) or [()] * len(MEMBERSHIP_SCHEMA)
    return pa.table([pa.array(c, f.type) for c, f in zip(columns, MEMBERSHIP_SCHEMA, strict=True)],
                    schema=MEMBERSHIP_SCHEMA)  # fmt: skip


def add_lists(store: GraphStore, **lists: str) -> None:
    """Playlists by name, each a word whose letters are songs: ``add_lists(store, p="abc")``."""
    letters = sorted(set("".join(lists.values())))
    rows = [
        (name, song, place, 1) for name, word in lists.items() for place, song in enumerate(word)
    ]
    store.add_playlists(songs_table(*lists), songs_table(*letters), membership_rows(rows))


def encoder(
    name: str = "cae_12x15", dimensions: int = 3, fingerprint: str = "one", **params: Any
) -> EncoderInfo:
    """What an encoder's node says."""
    return EncoderInfo(
        name, "cae", "12x15", dimensions, fingerprint, "2024-05-06T07:08:09Z", params
    )


def shared_network(name: str = "playlists", ids: str = "abcd") -> SongNetwork:
    """A path a-b-c-d with counts 1, 2, 3 …"""
    steps = np.arange(len(ids) - 1)
    return SongNetwork.from_edges(
        ids,
        steps,
        steps + 1,
        (steps + 1) / 7,
        name=name,
        kind="playlists",
        attributes={"playlists": steps + 1},
        params={"min_shared": 1, "top": None, "weighting": "newman", "ratio": 0.1, "pruned": True},
    )


def sound_network(name: str = "sound-cae") -> SongNetwork:
    """b and c are each other's neighbour, a has b as its second, d has c as its first."""
    return SongNetwork.from_edges(
        "abcd",
        [0, 1, 2],
        [1, 2, 3],
        [0.5, 0.25, 0.0],
        name=name,
        kind="sound",
        attributes={
            "similarity": [0.5, 0.25, -0.125],
            "rank_source": [2, 1, 0],
            "rank_target": [0, 1, 1],
        },
    )


def multiplex_network(name: str = "both") -> SongNetwork:
    """The two networks above as layers."""
    return multiplex([shared_network(), sound_network()], name=name)


def partition(name: str = "leiden-playlists", on: str = "playlists", **changes: Any) -> Partition:
    """a, b, d in one community, c in another."""
    given: dict[str, Any] = {
        "songs": list("dcba"),
        "labels": [7, 3, 7, 7],
        "algorithm": "leiden",
        "seed": 0,
        "params": {"resolution": 1.5, "note": "ü"},
        "quality": {"modularity": 1 / 3, "inertia": 12.0},
        "versions": {"songnet": "0.1.0", "igraph": "1.0.0"},
    }
    return Partition.from_labels(**(given | changes), name=name, on=on)


def ask(store: GraphStore, text: str, parameters: Mapping[str, Any] | None = None) -> pa.Table:
    """A query about songnet's own graph, whatever the prefix of its labels."""
    return store.query(prefixed(text, store.label_prefix), parameters)


def contents(store: GraphStore) -> dict[str, Any]:
    """Everything in a store, as values that compare."""
    return {
        "songs": store.songs().to_pylist(),
        "playlists": store.playlists().to_pylist(),
        "memberships": store.membership_table().to_pylist(),
        "counts": store.counts(),
        "encoders": [plain(info) for info in store.encoders()],
        "vectors": {
            info.name: (list(found.songs), found.values.tolist())
            for info in store.encoders()
            for found in [store.vectors(info.name)]
        },
        "networks": [plain(info) for info in store.networks()],
        "partitions": [plain(info) for info in store.partitions()],
        "labels": {
            info.name: (list(found.songs), found.labels.tolist())
            for info in store.partitions()
            for found in [store.partition(info.name)]
        },
        "edges": [ask(store, text).to_pylist() for text in (SHARED_EDGES, SOUND_EDGES)],
        "communities": ask(store, COMMUNITIES).to_pylist(),
        "links": links(store),
    }


def links(store: GraphStore) -> list[tuple[str, str, str]]:
    """Each partition with the label and the name of what it is of, where there is such a node."""
    found = ask(store, LINKS).to_pylist()
    return [
        (
            row["name"],
            row["target"]["_label"].removeprefix(store.label_prefix),
            row["target"]["name"],
        )
        for row in found
    ]


def plain(info: Any) -> dict[str, Any]:
    """A frozen description as a dictionary of plain values."""
    return {
        key: dict(value) if hasattr(value, "items") else value for key, value in vars(info).items()
    }
