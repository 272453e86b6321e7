"""The reference engine: a Neo4j server, 5.26 LTS or newer, Community or Enterprise.

Credentials come from ``NEO4J_USERNAME`` (default ``neo4j``), ``NEO4J_PASSWORD`` and
``NEO4J_DATABASE`` (default: the user's home database) alone. Opening only reads; constraints and
indexes are made before the first write.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from itertools import chain
from types import TracebackType
from typing import Any, Literal, Self

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from songnet.errors import BadNameError, InputError
from songnet.info import Counts, EncoderInfo, Health, NetworkInfo, PartitionInfo
from songnet.model import Ids, Memberships, Partition, SongNetwork, Vectors, among, object_array
from songnet.names import check_encoder_name
from songnet.store import _neo4j_schema as schema
from songnet.store import _neo4j_statements as cypher
from songnet.store import _neo4j_steps as steps
from songnet.store._blocks import checked_blocks
from songnet.store._cypher import statements
from songnet.store._neo4j_answers import read_table
from songnet.store._neo4j_connection import Server
from songnet.store._neo4j_dialect import nearest_by_index
from songnet.store._neo4j_errors import refusals
from songnet.store._neo4j_playlists import put_playlists
from songnet.store._neo4j_values import plain_value
from songnet.store._properties import (
    check_nearest,
    closest,
    encoder_info,
    encoder_properties,
    network_info,
    partition_info,
    partition_of,
    sorted_vectors,
)
from songnet.store._rows import (
    EDGE_SCHEMAS,
    check_in_graph,
    community_rows,
    conform_playlists,
    conform_songs,
    edge_rows,
    memberships_of,
    relationship,
    result_table,
)
from songnet.store.labels import named
from songnet.tables import MEMBERSHIP_SCHEMA, PLAYLIST_SCHEMA, SONG_SCHEMA, evidence

INDEX_SECONDS = 600
INDEX_DIMENSIONS = """
SHOW INDEXES YIELD name, options WHERE name = $name
RETURN options.indexConfig['vector.dimensions'] AS dimensions
"""
EXACT_SONGS = 10_000
CANDIDATES = 100
ID_SCHEMA = pa.schema([("id", pa.string())])
VECTOR_SCHEMA = pa.schema([("id", pa.string()), ("vector", pa.large_list(pa.float32()))])
MEMBER_SCHEMA = pa.schema([("label", pa.int64()), ("song", pa.string())])


class Neo4jStore:
    """A `songnet.store.protocol.GraphStore` on a Neo4j server.

    Parameters
    ----------
    uri
        ``bolt://`` or ``neo4j://``, also with ``+s`` or ``+ssc``, without credentials.
    environment
        Where the credentials are; default: the process's own environment.
    label_prefix
        Before every label, where the database also holds another graph; see
        `songnet.store.labels`.

    Raises
    ------
    InputError
        The URI is none of those, or holds a password.
    StoreUnavailableError
        No server there, credentials refused, no such database, older than 5.26.
    ForeignGraphError
        The database holds songs or playlists that songnet did not put there, or those of a newer
        songnet.
    OldSchemaError
        The database holds the graph of an older songnet: see `songnet.store.migrate`.
    """

    engine: Literal["ladybug", "neo4j"] = "neo4j"
    memberships_at_once = 100_000  # a transaction is held in the server's memory

    def __init__(
        self,
        uri: str,
        *,
        environment: Mapping[str, str] | None = None,
        label_prefix: str = "",
    ) -> None:
        self._server = Server(uri, os.environ if environment is None else environment, label_prefix)
        self.uri = uri
        self.label_prefix = label_prefix
        try:
            sign = schema.read_sign(self._server)
            schema.check_sign(self._server, sign)
            self._prepared = sign.ready
        except BaseException:
            self.close()
            raise

    # --- songs and playlists ----------------------------------------------------------------------

    def add_songs(self, songs: pa.Table) -> None:
        """Insert or update songs; see `GraphStore.add_songs`."""
        table = conform_songs(songs)
        self._write(lambda: steps.song_batches(table))

    def add_playlists(self, playlists: pa.Table, songs: pa.Table, memberships: pa.Table) -> None:
        """Insert or replace whole playlists; see `GraphStore.add_playlists`."""
        tables = conform_playlists(playlists, songs, memberships)
        self._prepare()
        with self._server.session(write=True) as session:
            session.execute_write(lambda transaction: put_playlists(transaction, *tables))

    def songs(self) -> pa.Table:
        """All songs, columns of `SONG_SCHEMA`, sorted by id."""
        return self._nodes("Song", SONG_SCHEMA)

    def playlists(self) -> pa.Table:
        """All playlists, columns of `PLAYLIST_SCHEMA`, sorted by id."""
        return self._nodes("Playlist", PLAYLIST_SCHEMA)

    def membership_table(self) -> pa.Table:
        """All memberships, columns of `MEMBERSHIP_SCHEMA`, sorted by playlist, position, song."""
        table = read_table(self._server, cypher.MEMBERSHIPS, MEMBERSHIP_SCHEMA)
        return table.sort_by([(name, "ascending") for name in ("playlist", "position", "song")])

    def memberships(self) -> Memberships:
        """Who is in which playlist, but for generated ones; see `GraphStore.memberships`."""
        table = evidence(read_table(self._server, cypher.MEMBERSHIPS, MEMBERSHIP_SCHEMA))
        return memberships_of(table["playlist"], table["song"])

    def counts(self) -> Counts:
        """How many playlists, songs and memberships there are."""
        return Counts(**self._server.read(cypher.COUNTS)[0].data())

    # --- encoders and vectors ---------------------------------------------------------------------

    def write_encoder(self, encoder: EncoderInfo) -> None:
        """Write or replace an encoder and its index; see `GraphStore.write_encoder`."""
        properties = encoder_properties(encoder)
        named = {"name": encoder.name}
        plan = [
            steps.Step(cypher.PUT_NODE.format(label="Encoder"), named | {"properties": properties})
        ]
        before = self._one("encoder", encoder.name)
        if before is not None and not _same_model(encoder_info(before), encoder):
            plan.insert(0, steps.Step(cypher.DROP_VECTORS, {"encoder": encoder.name}))
        self._prepare()
        # Killed in between, an encoder is never without an index, nor vectors with another's.
        if before is None:
            self._make_index(encoder)
        self._write(lambda: iter(plan))
        if before is not None:
            self._make_index(encoder)

    def encoders(self) -> list[EncoderInfo]:
        """All encoders, sorted by name."""
        return [encoder_info(properties) for properties in self._infos("encoder")]

    def write_vectors(self, vectors: Vectors | Iterable[Vectors]) -> None:
        """Write vectors to songs that exist; see `GraphStore.write_vectors`."""
        given = checked_blocks(vectors, self._encoder)
        if given is None:
            return
        encoder, blocks = given
        for group in steps.vector_groups(blocks):
            for block in group:
                self._check_songs(block.songs, what=f"vectors of {encoder.name!r}")
            self._make_index(encoder)
            self._write(partial(steps.vector_steps, group), rows=steps.vector_rows(group))

    def embedded(self, encoder: str) -> Ids:
        """The songs that have a vector of an encoder; see `GraphStore.embedded`."""
        name = self._encoder(encoder).name
        found = read_table(self._server, cypher.EMBEDDED, ID_SCHEMA, encoder=name)
        return np.sort(object_array(found["id"].to_pylist()))

    def vectors(self, encoder: str) -> Vectors:
        """The vectors of an encoder; `BadNameError` if there is no such encoder."""
        dimensions = self._encoder(encoder).dimensions
        found = read_table(self._server, cypher.VECTORS, VECTOR_SCHEMA, encoder=encoder)
        values = found["vector"].combine_chunks().flatten().to_numpy()
        return sorted_vectors(encoder, found["id"].to_pylist(), values, dimensions)

    def nearest(self, encoder: str, vector: NDArray[np.float32], k: int) -> list[tuple[str, float]]:
        """The `k` most similar songs, best first; see `GraphStore.nearest`.

        Up to `EXACT_SONGS` songs all are compared. Beyond that candidates come from the vector
        index, which is approximate; their cosines are exact in any case.
        """
        info = self._encoder(encoder)
        sought = check_nearest(vector, k, info)
        unit = sought / np.linalg.norm(sought.astype(np.float64))
        shared = {"encoder": encoder, "vector": unit.tolist(), "count": max(2 * k, CANDIDATES)}
        if self.counts().songs <= EXACT_SONGS:
            records = self._server.read(cypher.NEAREST_BY_SCAN, **shared)
        else:
            self._make_index(info)
            index = self._index(encoder)
            statement = nearest_by_index(self._server.version, index)
            records = self._server.read(statement, index=index, **shared)
        songs = [record["id"] for record in records]
        return closest(songs, [record["vector"] for record in records], sought, k)

    # --- networks and partitions ------------------------------------------------------------------

    def write_network(self, network: SongNetwork, created_at: str | None = None) -> int:
        """Write or replace a network; how many edges went in. See `GraphStore.write_network`."""
        rows = edge_rows(network)
        self._check_songs(network.songs, what=f"network {network.name!r}")
        old = self._server.read(cypher.COUNT_EDGES, name=network.name)[0]["edges"]
        self._write(
            lambda: steps.network_steps(network, rows, created_at), rows=rows.num_rows + old
        )
        return int(rows.num_rows)

    def edges(self, network: str) -> pa.Table:
        """The edges that the graph holds of a network; see `GraphStore.edges`."""
        kind = self._named("network", network)["kind"]
        if relationship(kind) is None:
            return pa.table({})
        schema = EDGE_SCHEMAS[kind]
        return read_table(self._server, cypher.EDGES[kind], schema, name=network)

    def networks(self) -> list[NetworkInfo]:
        """All networks, sorted by name."""
        return [network_info(properties) for properties in self._infos("network")]

    def write_partition(
        self,
        partition: Partition,
        created_at: str | None = None,
        titles: Sequence[str] | None = None,
    ) -> None:
        """Write or replace a partition; see `GraphStore.write_partition`."""
        communities = community_rows(partition, titles)
        old = self._server.read(cypher.COUNT_MEMBERS, name=partition.name)[0]["edges"]
        plan = partial(steps.partition_steps, partition, communities, created_at)
        rows, what = len(partition.songs) + old, f"partition {partition.name!r}"
        # One transaction finds by itself that songs are missing, and takes all back.
        if rows > steps.WHOLE:
            self._check_songs(partition.songs, what=what)
        try:
            self._write(plan, rows=rows)
        except steps.EdgesMissingError:
            self._check_songs(partition.songs, what=what)
            raise

    def partition(self, name: str) -> Partition:
        """A partition with its labels; `BadNameError` if there is none of that name."""
        properties = self._named("partition", name)
        found = read_table(self._server, cypher.MEMBERS, MEMBER_SCHEMA, name=name)
        return partition_of(properties, found["song"].to_pylist(), found["label"].to_numpy())

    def partitions(self) -> list[PartitionInfo]:
        """All partitions, sorted by name."""
        return [partition_info(properties) for properties in self._infos("partition")]

    def community_titles(self, name: str) -> list[str]:
        """Titles of a partition's communities, by label."""
        self._named("partition", name)
        return [record["title"] for record in self._server.read(cypher.TITLES, name=name)]

    def drop(self, what: Literal["partition", "network", "encoder"], name: str) -> None:
        """Remove one with everything that hangs on it; see `GraphStore.drop`."""
        label = cypher.NODES[what]
        if not self._server.read(cypher.IS_THERE.format(label=label), name=name):
            raise self._no_such(what, name)
        users = [
            record["name"]
            for record in self._server.read(cypher.USED_BY.format(label=label), name=name)
        ]
        if users:
            raise InputError(
                f"{what} {name!r} is used by partitions {', '.join(users)}: drop them first"
            )
        self._write(lambda: steps.drop_steps(what, name), rows=self._size(what, name))
        if what == "encoder":
            self._server.run(_drop_index(name))

    def remove(self, *, playlists: Iterable[str] = (), songs: Iterable[str] = ()) -> None:
        """Take playlists and songs out; see `GraphStore.remove`."""
        nodes = {"Playlist": sorted(set(playlists)), "Song": sorted(set(songs))}
        rows = sum(self._hanging(label, ids) + len(ids) for label, ids in nodes.items())
        plans = partial(map, steps.remove_steps, nodes.keys(), nodes.values())
        self._write(lambda: chain.from_iterable(plans()), rows=rows)

    def unfinished(self) -> list[tuple[str, str]]:
        """What was being written in several transactions; see `GraphStore.unfinished`."""
        found = [record["name"].partition(" ") for record in self._server.read(cypher.UNFINISHED)]
        return sorted((what, name) for what, _, name in found)

    # --- the store itself -------------------------------------------------------------------------

    def prepare(self) -> None:
        """Make constraints and indexes, those of vectors too; see `GraphStore.prepare`."""
        schema.prepare(self._server)
        for encoder in self.encoders():
            self._make_index(encoder)
        self._prepared = True

    def check_writable(self) -> None:
        """`StoreError` if the database is read-only; see `GraphStore.check_writable`."""
        self._server.check_writable()

    def health(self) -> Health:
        """The server, the schema, the indexes and what is amiss; see `GraphStore.health`."""
        return schema.health(self._server, [info.name for info in self.encoders()])

    # --- anything ---------------------------------------------------------------------------------

    def query(
        self, cypher: str, parameters: Mapping[str, Any] | None = None, *, write: bool = False
    ) -> pa.Table:
        """Run Cypher; read-only unless `write`. See `GraphStore.query`."""
        if not cypher.strip():
            raise InputError("the query is empty: give Cypher, as 'MATCH (s:Song) RETURN count(s)'")
        if write:
            self._prepare()
        with self._server.session(write=write) as session, refusals():
            result = session.ask(cypher, parameters or {})
            columns = result.keys()
            rows = [[plain_value(value) for value in record.values()] for record in result]
        return result_table(columns, rows)

    def close(self) -> None:
        """Let go of the server. Closing twice is fine."""
        self._server.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    # --- the private part -------------------------------------------------------------------------

    def _prepare(self) -> None:
        """Before the first write: what the database needs; once per database."""
        if not self._prepared:
            self.prepare()

    def _write(self, plan: steps.Plan, *, rows: int = 0) -> None:
        self._prepare()
        with self._server.session(write=True) as session:
            steps.write(session, plan, rows=rows)

    def _nodes(self, label: str, schema: pa.Schema) -> pa.Table:
        statement = cypher.nodes(label, schema.names)
        return read_table(self._server, statement, schema).sort_by("id")

    def _infos(self, what: str) -> list[dict[str, Any]]:
        found = self._server.read(cypher.ALL_NODES.format(label=cypher.NODES[what]))
        return [record["properties"] for record in found]

    def _one(self, what: str, name: str) -> dict[str, Any] | None:
        found = self._server.read(cypher.ONE_NODE.format(label=cypher.NODES[what]), name=name)
        return found[0]["properties"] if found else None

    def _named(self, what: str, name: str) -> dict[str, Any]:
        found = self._one(what, name)
        if found is None:
            raise self._no_such(what, name)
        return found

    def _no_such(self, what: str, name: str) -> BadNameError:
        names = ", ".join(properties["name"] for properties in self._infos(what)) or "none"
        return BadNameError(f"there is no {what} {name!r}; there are: {names}")

    def _encoder(self, name: str) -> EncoderInfo:
        return encoder_info(self._named("encoder", name))

    def _size(self, what: str, name: str) -> int:
        counts = {"network": cypher.COUNT_EDGES, "partition": cypher.COUNT_MEMBERS}
        return int(self._server.read(counts[what], name=name)[0]["edges"]) if what in counts else 0

    def _hanging(self, label: str, ids: list[str]) -> int:
        statement = cypher.COUNT_HANGING.format(label=label)
        return int(self._server.read(statement, ids=ids)[0]["edges"])

    def _check_songs(self, songs: Ids, *, what: str) -> None:
        unknown: list[str] = []
        for start in range(0, len(songs), steps.BATCH):
            ids = songs[start : start + steps.BATCH].tolist()
            unknown += self._server.read(cypher.UNKNOWN_SONGS, ids=ids)[0]["ids"]
        check_in_graph(songs, songs[~among(songs, unknown)], what=what)

    def _index(self, encoder: str) -> str:
        return named(_vector_index(encoder), self.label_prefix)

    def _make_index(self, encoder: EncoderInfo) -> None:
        """The encoder's vector index, made if it is not there or of its dimensions, and ready."""
        index = self._index(encoder.name)
        blanks = {"<encoder>": encoder.name, "<dimensions>": str(encoder.dimensions)}
        # Asked first: a read-only database, whose vectors can be searched, refuses to make it.
        there = self._server.read(INDEX_DIMENSIONS, name=index)
        if not there or there[0]["dimensions"] != encoder.dimensions:
            made = [_filled(statement, blanks) for statement in statements("neo4j-encoder")]
            self._server.define(_drop_index(encoder.name), *made)
        self._server.read(cypher.AWAIT_INDEX, index=index, seconds=INDEX_SECONDS)


def migrate(
    uri: str, *, label_prefix: str = "", environment: Mapping[str, str] | None = None
) -> tuple[int, int]:
    """Bring an older graph on a server to this schema; see `songnet.store.migrate`."""
    server = Server(uri, os.environ if environment is None else environment, label_prefix)
    try:
        return schema.migrate(server)
    finally:
        server.close()


def _vector_index(encoder: str) -> str:
    # The name becomes part of a statement, and a node may have been put there by anybody.
    return f"vectors_{check_encoder_name(encoder)}"


def _drop_index(encoder: str) -> str:
    return cypher.DROP_INDEX.format(index=_vector_index(encoder))


def _filled(text: str, blanks: Mapping[str, str]) -> str:
    for blank, value in blanks.items():
        text = text.replace(blank, value)
    return text


def _same_model(one: EncoderInfo, other: EncoderInfo) -> bool:
    return (one.fingerprint, one.dimensions) == (other.fingerprint, other.dimensions)
