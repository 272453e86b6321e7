"""The embedded engine: one file, no server (Ladybug, a fork of Kùzu).

Vectors are columns of `Song` named after their encoder. One process writes at a time; within a
process a file is opened once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from songnet.errors import BadNameError, ForeignGraphError, InputError
from songnet.info import Counts, EncoderInfo, Health, NetworkInfo, PartitionInfo
from songnet.model import Ids, Memberships, Partition, SongNetwork, Vectors
from songnet.store import _ladybug_load as load
from songnet.store import _ladybug_query as any_query
from songnet.store import _ladybug_results as results
from songnet.store import _ladybug_vectors as vectors_of
from songnet.store._blocks import checked_blocks
from songnet.store._ladybug_engine import Engine, Session
from songnet.store._ladybug_numbers import read_members, read_memberships
from songnet.store._ladybug_schema import returned
from songnet.store._properties import (
    check_nearest,
    encoder_info,
    network_info,
    partition_info,
    partition_of,
)
from songnet.store._rows import conform_playlists, conform_songs
from songnet.store.protocol import SCHEMA_VERSION
from songnet.tables import MEMBERSHIP_SCHEMA, PLAYLIST_SCHEMA, SONG_SCHEMA


class LadybugStore:
    """A `songnet.store.protocol.GraphStore` in a file.

    Parameters
    ----------
    path
        The file; it and its folder are made where they are missing.

    Raises
    ------
    StoreLockedError
        The file is open in this process or, for writing, in another.
    StoreUnavailableError
        The path is a folder, cannot be read or written, or is no Ladybug file.
    ForeignGraphError
        The file holds tables that songnet did not make, or those of another schema version.
    """

    engine: Literal["ladybug", "neo4j"] = "ladybug"
    label_prefix = ""
    # Every copy into CONTAINS goes through all songs' adjacency; beyond this only memory grows.
    memberships_at_once = 3_000_000

    def __init__(self, path: str | Path) -> None:
        self.uri = f"ladybug:{path}"
        self._engine = Engine(path)

    # --- songs and playlists ----------------------------------------------------------------------

    def add_songs(self, songs: pa.Table) -> None:
        """Insert or update songs; see `GraphStore.add_songs`."""
        table = conform_songs(songs)
        with self._engine.transaction() as session:
            load.put_songs(session, table)

    def add_playlists(self, playlists: pa.Table, songs: pa.Table, memberships: pa.Table) -> None:
        """Insert or replace whole playlists; see `GraphStore.add_playlists`."""
        lists, tracks, members = conform_playlists(playlists, songs, memberships)
        with self._engine.transaction() as session:
            load.put_songs(session, tracks)
            load.put_playlists(session, lists, members)

    def songs(self) -> pa.Table:
        """All songs, columns of `SONG_SCHEMA`, sorted by id."""
        return self._nodes("Song", SONG_SCHEMA)

    def playlists(self) -> pa.Table:
        """All playlists, columns of `PLAYLIST_SCHEMA`, sorted by id."""
        return self._nodes("Playlist", PLAYLIST_SCHEMA)

    def membership_table(self) -> pa.Table:
        """All memberships, columns of `MEMBERSHIP_SCHEMA`, sorted by playlist, position, song."""
        order = [(name, "ascending") for name in ("playlist", "position", "song")]
        return self._table(load.MEMBERSHIPS).cast(MEMBERSHIP_SCHEMA).sort_by(order)

    def memberships(self) -> Memberships:
        """Who is in which playlist, but for generated ones; see `GraphStore.memberships`."""
        with self._engine.session() as session:
            return read_memberships(session)

    def counts(self) -> Counts:
        """How many playlists, songs and memberships there are."""
        with self._engine.session() as session:
            return Counts(
                playlists=_count(session, "(:Playlist)"),
                songs=_count(session, "(:Song)"),
                memberships=_count(session, "(:Playlist)-[:CONTAINS]->(:Song)"),
            )

    # --- encoders and vectors ---------------------------------------------------------------------

    def write_encoder(self, encoder: EncoderInfo) -> None:
        """Write or replace an encoder; see `GraphStore.write_encoder`."""
        with self._engine.transaction() as session:
            found = results.named(session, "Encoder", encoder.name)
            vectors_of.put_encoder(session, encoder, encoder_info(found) if found else None)

    def encoders(self) -> list[EncoderInfo]:
        """All encoders, sorted by name."""
        return [encoder_info(properties) for properties in self._infos("Encoder")]

    def write_vectors(self, vectors: Vectors | Iterable[Vectors]) -> None:
        """Write vectors to songs that exist; see `GraphStore.write_vectors`."""
        given = checked_blocks(vectors, self._encoder)
        if given is not None:
            vectors_of.put_vectors(self._engine, *given)

    def embedded(self, encoder: str) -> Ids:
        """The songs that have a vector of an encoder; see `GraphStore.embedded`."""
        with self._engine.session() as session:
            return vectors_of.embedded(session, _encoder(session, encoder))

    def vectors(self, encoder: str) -> Vectors:
        """The vectors of an encoder; `BadNameError` if there is no such encoder."""
        with self._engine.session() as session:
            return vectors_of.get_vectors(session, _encoder(session, encoder))

    def nearest(self, encoder: str, vector: NDArray[np.float32], k: int) -> list[tuple[str, float]]:
        """The `k` most similar songs, best first; see `GraphStore.nearest`. Exact."""
        with self._engine.session() as session:
            info = _encoder(session, encoder)
            sought = check_nearest(vector, k, info)
            return vectors_of.nearest(session, info, sought, k)

    # --- networks and partitions ------------------------------------------------------------------

    def write_network(self, network: SongNetwork, created_at: str | None = None) -> int:
        """Write or replace a network; how many edges went in. See `GraphStore.write_network`."""
        with self._engine.transaction() as session:
            return results.put_network(session, network, created_at)

    def edges(self, network: str) -> pa.Table:
        """The edges that the graph holds of a network; see `GraphStore.edges`."""
        with self._engine.session() as session:
            kind = _named(session, "network", network)["kind"]
            return results.edges(session, network, kind)

    def networks(self) -> list[NetworkInfo]:
        """All networks, sorted by name."""
        return [network_info(properties) for properties in self._infos("Network")]

    def write_partition(
        self,
        partition: Partition,
        created_at: str | None = None,
        titles: Sequence[str] | None = None,
    ) -> None:
        """Write or replace a partition; see `GraphStore.write_partition`."""
        with self._engine.transaction() as session:
            results.put_partition(session, partition, created_at, titles)

    def partition(self, name: str) -> Partition:
        """A partition with its labels; `BadNameError` if there is none of that name."""
        with self._engine.session() as session:
            properties = _named(session, "partition", name)
            songs, labels = read_members(session, name)
        return partition_of(properties, songs, labels)

    def partitions(self) -> list[PartitionInfo]:
        """All partitions, sorted by name."""
        return [partition_info(properties) for properties in self._infos("Partition")]

    def community_titles(self, name: str) -> list[str]:
        """Titles of a partition's communities, by label."""
        with self._engine.session() as session:
            _named(session, "partition", name)
            return results.titles(session, name)

    def drop(self, what: Literal["partition", "network", "encoder"], name: str) -> None:
        """Remove one with everything that hangs on it; see `GraphStore.drop`."""
        label = results.LABELS[what]
        with self._engine.transaction() as session:
            _named(session, what, name)
            users = results.users(session, label, name)
            if users:
                raise InputError(
                    f"{what} {name!r} is used by partitions {', '.join(users)}: drop them first"
                )
            if what == "encoder":
                vectors_of.drop_vectors(session, name)
            results.drop_named(session, label, name)

    def remove(self, *, playlists: Iterable[str] = (), songs: Iterable[str] = ()) -> None:
        """Take playlists and songs out; see `GraphStore.remove`."""
        with self._engine.transaction() as session:
            load.drop_nodes(session, "Playlist", playlists)
            load.drop_nodes(session, "Song", songs)

    def unfinished(self) -> list[tuple[str, str]]:
        """Nothing: all is one transaction here, or taken back when the file is opened."""
        return []

    # --- anything ---------------------------------------------------------------------------------

    def query(
        self, cypher: str, parameters: Mapping[str, Any] | None = None, *, write: bool = False
    ) -> pa.Table:
        """Run one statement of Ladybug's Cypher; see `GraphStore.query`.

        A statement begins with MATCH, OPTIONAL MATCH, UNWIND, WITH, RETURN or CALL; with `write`
        also with CREATE, MERGE, ALTER, DROP, COPY or COMMENT.
        """
        return any_query.run(self._engine, cypher, parameters, write=write)

    def prepare(self) -> None:
        """Nothing is left to do: opening has made every table."""

    def check_writable(self) -> None:
        """A file that cannot be written to was refused when it was opened."""

    def health(self) -> Health:
        """The file and its schema; see `GraphStore.health`."""
        import ladybug

        return Health(
            uri=self.uri,
            engine="ladybug",
            version=f"Ladybug/{ladybug.__version__}",
            database=None,
            label_prefix="",
            schema=SCHEMA_VERSION,
        )

    def close(self) -> None:
        """Make everything durable and let go of the file. Closing twice is fine."""
        self._engine.close()

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

    def _table(self, cypher: str) -> pa.Table:
        with self._engine.session() as session:
            return session.table(cypher)

    def _nodes(self, label: str, schema: pa.Schema) -> pa.Table:
        found = self._table(f"MATCH (n:{label}) RETURN {returned('n', schema.names)}")
        return found.cast(schema).sort_by("id")

    def _encoder(self, name: str) -> EncoderInfo:
        with self._engine.session() as session:
            return _encoder(session, name)

    def _infos(self, label: str) -> list[dict[str, Any]]:
        with self._engine.session() as session:
            return results.all_named(session, label)


def migrate(path: str | Path) -> tuple[int, int]:
    """Bring an older file to this schema; see `songnet.store.migrate`."""
    if not Path(path).exists():
        raise ForeignGraphError(f"there is no songnet graph at {path}: load something first")
    engine = Engine(path)
    engine.close()
    return engine.found_schema, SCHEMA_VERSION


def _count(session: Session, pattern: str) -> int:
    return int(session.rows(f"MATCH {pattern} RETURN count(*) AS n")[0]["n"])


def _named(session: Session, what: str, name: str) -> dict[str, Any]:
    label = results.LABELS[what]
    found = results.named(session, label, name)
    if found is None:
        names = ", ".join(row["name"] for row in results.all_named(session, label)) or "none"
        raise BadNameError(f"there is no {what} {name!r}; there are: {names}")
    return found


def _encoder(session: Session, name: str) -> EncoderInfo:
    return encoder_info(_named(session, "encoder", name))
