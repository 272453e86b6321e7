"""What a store and its data folder hold, as one text per thing that is whole or not there.

Times of making are left out; everything else counts, bit by bit.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from songnet.errors import SongnetError
from songnet.names import GENERATED
from songnet.store import GraphStore

Fingerprint = dict[str, str]
COUNTED = "counted/"  # keys that change with everything else: compared when all is done
FILE = "stray/"
EDGES = {
    "ladybug": "MATCH (a)-[e]->(b) RETURN label(e) AS kind, count(*) AS n",
    "neo4j": "MATCH (a)-[e]->(b) RETURN type(e) AS kind, count(*) AS n",
}
SCHEMA = "MATCH (s:SongnetStore) RETURN s.schema AS schema"


def fingerprint_of(store: GraphStore, data: Path) -> Fingerprint:
    """Everything in the graph, and in the files of the data folder that mean something."""
    parts: Fingerprint = {}
    for source in (_songs, _playlists, _networks, _partitions, _encoders, _counted):
        parts.update(_said(source(store)))
    for kept in (_kept_networks, _kept_encoders, _spectrograms, _names):
        parts.update(_said(kept(data)))
    return parts


def _said(found: Iterator[tuple[str, Any]]) -> Iterator[tuple[str, str]]:
    for key, value in found:
        text = json.dumps(value, sort_keys=True, default=_plain)
        yield key, hashlib.sha256(text.encode()).hexdigest()[:16]


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return dict(value)
    return value.tolist() if hasattr(value, "tolist") else str(value)


def _once(rows: list[Any], what: str) -> None:
    twice = [key for key, count in Counter(rows).items() if count > 1]
    if twice:
        raise SongnetError(f"doubled: {what} {twice[0]!r} and {len(twice) - 1} more")


# --- the graph ----------------------------------------------------------------------------------


def _songs(store: GraphStore) -> Iterator[tuple[str, Any]]:
    rows = store.songs().to_pylist()
    _once([row["id"] for row in rows], "song")
    for row in rows:
        yield f"song/{row['id']}", row


def _playlists(store: GraphStore) -> Iterator[tuple[str, Any]]:
    """A playlist with what it holds: half of one is another."""
    members: dict[str, list[Any]] = {}
    rows = store.membership_table().to_pylist()
    _once([(row["playlist"], row["song"]) for row in rows], "membership")
    for row in rows:
        members.setdefault(row["playlist"], []).append(row)
    lists = store.playlists().to_pylist()
    _once([row["id"] for row in lists], "playlist")
    for row in lists:
        if row["id"].startswith(GENERATED):
            row["modified_at"] = None  # when it was made
        yield f"playlist/{row['id']}", [row, members.get(row["id"], [])]


def _networks(store: GraphStore) -> Iterator[tuple[str, Any]]:
    for info in store.networks():
        facts = {**vars_of(info), "created_at": None}
        edges = store.edges(info.name).to_pylist()
        _once([(edge["source"], edge["target"]) for edge in edges], f"edge of {info.name}")
        yield f"network/{info.name}", [facts, sorted(edges, key=str)]


def _partitions(store: GraphStore) -> Iterator[tuple[str, Any]]:
    for info in store.partitions():
        facts = {**vars_of(info), "created_at": None}
        partition = store.partition(info.name)
        _once(list(partition.songs), f"song in {info.name}")
        labels = list(zip(partition.songs, partition.labels.tolist(), strict=True))
        titles = store.community_titles(info.name)
        of = store.query(
            "MATCH (p:Partition {name: $name})-[:OF]->(n) RETURN n.name AS name",
            {"name": info.name},
        ).to_pylist()
        yield f"partition/{info.name}", [facts, labels, titles, of]


def _encoders(store: GraphStore) -> Iterator[tuple[str, Any]]:
    for info in store.encoders():
        yield f"encoder/{info.name}", {**vars_of(info), "created_at": None}
        vectors = store.vectors(info.name)
        _once(list(vectors.songs), f"vector of {info.name}")
        for song, values in zip(vectors.songs, vectors.values, strict=True):
            yield f"vector/{info.name}/{song}", [info.fingerprint, values.tobytes().hex()]


def _counted(store: GraphStore) -> Iterator[tuple[str, Any]]:
    """All nodes and edges by kind, so that nothing lies beside what the verbs tell."""
    nodes = store.query("MATCH (n) RETURN labels(n) AS kind, count(*) AS n").to_pylist()
    edges = store.query(EDGES[store.engine]).to_pylist()
    yield f"{COUNTED}nodes", sorted(map(str, nodes))
    yield f"{COUNTED}edges", sorted(map(str, edges))
    yield f"{COUNTED}schema", store.query(SCHEMA).to_pylist()


def vars_of(info: Any) -> dict[str, Any]:
    """A frozen record as a dictionary; mappings in it stay as they are."""
    return {name: getattr(info, name) for name in info.__dataclass_fields__}


# --- the data folder ----------------------------------------------------------------------------


def _kept_networks(data: Path) -> Iterator[tuple[str, Any]]:
    from songnet.store.folder import DataFolder

    folder = DataFolder(data)
    for name in folder.networks():
        yield f"file/networks/{name}", folder.network(name).fingerprint


def _kept_encoders(data: Path) -> Iterator[tuple[str, Any]]:
    """An encoder's files by content, and its latents if they are its own."""
    from songnet.encoders import load, saved_in
    from songnet.store.folder import DataFolder

    for place in saved_in(data / "encoders"):
        saved = load(place)
        yield f"file/encoders/{place.name}", saved.fingerprint
        kept = DataFolder(data).latents(place.name, made_by=saved.fingerprint)
        if kept is not None:
            rows = [[v.songs, v.values.tobytes().hex(), h] for v, h in kept.blocks()]
            yield f"file/latents/{place.name}", rows


def _spectrograms(data: Path) -> Iterator[tuple[str, Any]]:
    from songnet.sources.archive import SpectrogramArchive

    if not (data / "spectrograms").exists():
        return
    archive = SpectrogramArchive(data / "spectrograms")
    for row, (song, clip) in enumerate(zip(archive.songs, archive.clips.tolist(), strict=True)):
        pixels = archive.read(archive.by_song([song])[clip : clip + 1])
        heard = [archive.hashes[row], hashlib.sha256(pixels.tobytes()).hexdigest()]
        yield f"file/spectrograms/{song}/{clip}", heard


def _names(data: Path) -> Iterator[tuple[str, Any]]:
    """What lies in the folder, shards and the log of the graph apart: nothing may gather there."""
    for path in sorted(data.rglob("*")):
        name = str(path.relative_to(data))
        if not name.startswith(("spectrograms/shard-", "graph.lbug.wal")):
            yield f"{FILE}{name}", name
