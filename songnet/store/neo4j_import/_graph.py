"""A whole graph, read by the store's verbs and written as an import.

Properties are those that `songnet.store.neo4j` writes by bolt, computed by the same functions.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from songnet.errors import EmptyInputError
from songnet.info import NetworkInfo, PartitionInfo
from songnet.progress import Progress, silent
from songnet.store._properties import as_json, encoder_properties, partition_properties
from songnet.store._rows import community_rows, in_community_rows, relationship
from songnet.store.labels import check_prefix
from songnet.store.neo4j_import._folder import filling
from songnet.store.neo4j_import._script import write_script
from songnet.store.neo4j_import._vectors import SpooledVectors, with_vectors
from songnet.store.neo4j_import._writer import ImportWriter, Written
from songnet.store.protocol import SCHEMA_VERSION, GraphStore

NETWORK_SCHEMA: Final = pa.schema(
    [
        ("name", pa.string()),
        ("kind", pa.string()),
        ("songs", pa.int64()),
        ("edges", pa.int64()),
        ("fingerprint", pa.string()),
        ("created_at", pa.string()),
        ("parameters", pa.string()),
    ]
)
ENCODER_SCHEMA: Final = pa.schema(
    [
        ("name", pa.string()),
        ("kind", pa.string()),
        ("latent", pa.string()),
        ("dimensions", pa.int64()),
        ("fingerprint", pa.string()),
        ("created_at", pa.string()),
        ("parameters", pa.string()),
    ]
)
PARTITION_SCHEMA: Final = pa.schema(
    [
        ("name", pa.string()),
        ("algorithm", pa.string()),
        ("on", pa.string()),
        ("songs", pa.int64()),
        ("communities", pa.int64()),
        ("seed", pa.int64()),
        ("modularity", pa.float64()),
        ("codelength", pa.float64()),
        ("description_length", pa.float64()),
        ("resolution", pa.float64()),
        ("quality", pa.string()),
        ("fingerprint", pa.string()),
        ("created_at", pa.string()),
        ("parameters", pa.string()),
        ("versions", pa.string()),
    ]
)


def write_import(
    source: GraphStore,
    folder: Path,
    *,
    label_prefix: str = "",
    progress: Progress = silent,
) -> Written:
    """Write all that `source` holds for ``neo4j-admin database import full``.

    Parameters
    ----------
    source
        A store of either engine.
    folder
        New or empty; filled whole or not at all. Beside the files is ``import.sh``, which loads
        them, and ``README.txt``.
    label_prefix
        Stands before every label; see `songnet.store.labels`.

    Raises
    ------
    InputError
        `folder` is not empty or cannot be written.
    BadNameError
        `label_prefix` may not stand before a label.
    EmptyInputError
        The graph holds neither songs nor playlists.
    StateError
        The graph changed while it was read.
    """
    check_prefix(label_prefix)
    counts = source.counts()
    if not counts.songs and not counts.playlists:
        raise EmptyInputError(
            f"there is nothing to export in {source.uri}: load songs first, as with "
            "'songnet load-playlists'"
        )
    with filling(folder) as part:
        with ImportWriter(part) as writer:
            _write(writer, source, part, progress)
        write_script(part, writer.written, label_prefix=label_prefix)
    return writer.written


def _write(writer: ImportWriter, source: GraphStore, folder: Path, progress: Progress) -> None:
    sign = pa.table({"schema": [SCHEMA_VERSION], "indexes": [False]})
    writer.nodes("SongnetStore", sign, key="schema")
    songs = source.songs()
    _songs(writer, songs, list(_spooled(source, songs, folder, progress)), progress)
    _playlists(writer, source, progress)
    _encoders(writer, source)
    _networks(writer, source, progress)
    _partitions(writer, source, progress)


def _songs(
    writer: ImportWriter,
    songs: pa.Table,
    vectors: Sequence[SpooledVectors],
    progress: Progress,
) -> None:
    done = 0
    for block in with_vectors(songs, vectors):
        writer.nodes("Song", block, key="id")
        done += block.num_rows
        progress("songs", done, songs.num_rows)


def _spooled(
    source: GraphStore, songs: pa.Table, folder: Path, progress: Progress
) -> Iterator[SpooledVectors]:
    encoders = source.encoders()
    ids = songs["id"].combine_chunks()
    for done, info in enumerate(encoders, 1):
        vectors = source.vectors(info.name)
        if len(vectors.songs):
            yield SpooledVectors(vectors, ids, folder)
        progress("vectors", done, len(encoders))


def _playlists(writer: ImportWriter, source: GraphStore, progress: Progress) -> None:
    playlists = source.playlists()
    writer.nodes("Playlist", playlists, key="id")
    progress("playlists", playlists.num_rows, playlists.num_rows)
    members = source.membership_table()
    writer.relationships("CONTAINS", members, start=("Playlist", "playlist"), end=("Song", "song"))
    progress("memberships", members.num_rows, members.num_rows)


def _encoders(writer: ImportWriter, source: GraphStore) -> None:
    rows = [encoder_properties(info) for info in source.encoders()]
    writer.nodes("Encoder", pa.Table.from_pylist(rows, ENCODER_SCHEMA), key="name")


def _networks(writer: ImportWriter, source: GraphStore, progress: Progress) -> None:
    networks = source.networks()
    rows = [_network_row(info) for info in networks]
    writer.nodes("Network", pa.Table.from_pylist(rows, NETWORK_SCHEMA), key="name")
    for done, info in enumerate(networks, 1):
        kind = relationship(info.kind)
        if kind is not None:
            edges = _named(source.edges(info.name), info.name)
            writer.relationships(kind, edges, start=("Song", "source"), end=("Song", "target"))
        progress("networks", done, len(networks))


def _network_row(info: NetworkInfo) -> dict[str, Any]:
    """What the `Network` node holds, from what another graph's node said."""
    return {**vars(info), "parameters": as_json(info.params)}


def _named(edges: pa.Table, network: str) -> pa.Table:
    names = pa.repeat(pa.scalar(network), edges.num_rows)
    return edges.add_column(0, "network", names)


def _partitions(writer: ImportWriter, source: GraphStore, progress: Progress) -> None:
    infos = source.partitions()
    for done, info in enumerate(infos, 1):
        _partition(writer, source, info)
        progress("partitions", done, len(infos))


def _partition(writer: ImportWriter, source: GraphStore, info: PartitionInfo) -> None:
    partition = source.partition(info.name)
    properties = partition_properties(partition, info.created_at)
    communities = community_rows(partition, source.community_titles(info.name))
    writer.nodes("Partition", pa.Table.from_pylist([properties], PARTITION_SCHEMA), key="name")
    writer.nodes("Community", communities, key="id")
    writer.relationships(
        "PART_OF",
        communities.select(["id", "partition"]),
        start=("Community", "id"),
        end=("Partition", "partition"),
    )
    writer.relationships(
        "IN_COMMUNITY",
        in_community_rows(partition),
        start=("Song", "song"),
        end=("Community", "community"),
    )
    target = next((label for label in ("Network", "Encoder") if writer.has(label, info.on)), None)
    if target is not None:
        link = pa.table({"name": [info.name], "on": [info.on]})
        writer.relationships("OF", link, start=("Partition", "name"), end=(target, "on"))
