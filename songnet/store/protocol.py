"""What every graph store can do: tables in, tables out, by verb.

Two engines keep this contract, a Neo4j server (`songnet.store.neo4j`) and embedded Ladybug
(`songnet.store.ladybug`); the suite in ``tests/contracts`` runs over both. Nothing outside this
package knows an engine.

Tables are `pyarrow.Table`. The nodes, edges and their properties are those of the data model in
ARCHITECTURE.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import TracebackType
from typing import Any, Literal, Protocol, Self

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from songnet.info import Counts, EncoderInfo, Health, NetworkInfo, PartitionInfo
from songnet.model import Ids, Memberships, Partition, SongNetwork, Vectors

SCHEMA_VERSION = 2
MAX_INDEXED_DIMENSIONS = 4096
MAX_EDGES = 1_000_000
STRONGEST_PER_SONG = 20


class GraphStore(Protocol):
    """A property graph of playlists, songs, networks, encoders and partitions.

    `add_songs` and `add_playlists` are one transaction: whole or not at all. So are the others up
    to a size that a server's memory bears; beyond it a network or partition is written in parts
    and stays hidden until it is whole, and vectors go song by song. Writing the same thing twice
    leaves what writing it once leaves, and completes what was interrupted. Names and values travel
    as parameters, never inside Cypher text (encoder names, which become property names, are
    checked by `model.check_encoder_name`).

    Raises (all verbs)
    ------------------
    StoreUnavailableError, StoreLockedError, ForeignGraphError, OldSchemaError

    Attributes
    ----------
    engine, uri, label_prefix
        What it is, where it is, and what stands before our labels there.
    memberships_at_once
        How many memberships `add_playlists` is best given in one call.
    """

    engine: Literal["ladybug", "neo4j"]
    uri: str
    label_prefix: str
    memberships_at_once: int

    def add_songs(self, songs: pa.Table) -> None:
        """Insert songs or update those that exist, by `id`.

        `songs` has any of the columns of `SONG_SCHEMA`, `id` among them, each id once; a null or
        a missing column leaves the song's property as it is.
        """

    def add_playlists(self, playlists: pa.Table, songs: pa.Table, memberships: pa.Table) -> None:
        """Insert or replace whole playlists, in one transaction.

        `playlists` has columns of `PLAYLIST_SCHEMA` (a null leaves the property as it is),
        `memberships` those of `MEMBERSHIP_SCHEMA`, every (playlist, song) once, and `songs` (as in
        `add_songs`) holds every song of the memberships. What the playlists held before is
        replaced; songs are never removed.
        """

    def songs(self) -> pa.Table:
        """All songs, columns of `SONG_SCHEMA`, sorted by id."""

    def playlists(self) -> pa.Table:
        """All playlists, columns of `PLAYLIST_SCHEMA`, sorted by id."""

    def membership_table(self) -> pa.Table:
        """All memberships, columns of `MEMBERSHIP_SCHEMA`, sorted by playlist, position, song.

        Those of playlists that songnet generated are among them: pass what you learn or measure
        from through `songnet.tables.evidence`.
        """

    def memberships(self) -> Memberships:
        """Who is in which playlist, as index arrays; without the playlists that songnet generated.

        Their ids begin with `songnet.names.GENERATED`. They are nobody's taste, so never evidence.
        """

    def write_encoder(self, encoder: EncoderInfo) -> None:
        """Write or replace the `Encoder` node and make room (and an index) for its vectors.

        If the encoder exists with another fingerprint or dimension, the vectors of the old one are
        removed: vectors of two models never stand under one name.
        """

    def encoders(self) -> list[EncoderInfo]:
        """All encoders, sorted by name."""

    def write_vectors(self, vectors: Vectors | Iterable[Vectors]) -> None:
        """Write vectors to songs that exist; the encoder must have been written.

        Blocks are written as they come, so that they need not be in memory together.

        Raises
        ------
        BadNameError
            No such encoder.
        InputError
            Another dimension than the encoder's, over `MAX_INDEXED_DIMENSIONS`, unknown songs, a
            song in two blocks, blocks of two encoders.
        """

    def embedded(self, encoder: str) -> Ids:
        """The songs that have a vector of an encoder, sorted; `BadNameError` if there is none."""

    def vectors(self, encoder: str) -> Vectors:
        """The vectors of an encoder; `BadNameError` if there is no such encoder."""

    def nearest(self, encoder: str, vector: NDArray[np.float32], k: int) -> list[tuple[str, float]]:
        """The `k` songs most similar to `vector` by cosine, as (song, cosine), best first.

        Ties go to the smaller id. Songs without a vector, or with a zero vector, are left out.
        """

    def write_network(self, network: SongNetwork, created_at: str | None = None) -> int:
        """Write or replace a network: its node and its edges; how many edges went in.

        A ``playlists`` network becomes `SHARES_PLAYLISTS` (network, playlists, weight), once, from
        the smaller id to the larger; a ``sound`` network `SOUNDS_LIKE` (network, rank, similarity),
        directed, from `rank_source` and `rank_target`; a ``multiplex`` network has none of its own,
        because its layers' are there. Beyond `MAX_EDGES` edges only the strongest
        `STRONGEST_PER_SONG` per song are written; the node's `edges` says how many the network
        has. `created_at` is by default now.
        """

    def edges(self, network: str) -> pa.Table:
        """The edges that the graph holds of a network, in any order.

        Columns source, target (ids) and playlists, weight of a ``playlists`` network or rank,
        similarity of a ``sound`` network; none of a ``multiplex`` one. `BadNameError` if there is
        no such network.
        """

    def networks(self) -> list[NetworkInfo]:
        """All networks, sorted by name."""

    def write_partition(
        self,
        partition: Partition,
        created_at: str | None = None,
        titles: Sequence[str] | None = None,
    ) -> None:
        """Write or replace a partition: its node, its communities, `IN_COMMUNITY`, `PART_OF`, and
        `OF` to the network or encoder named by `partition.on` where there is one.

        `created_at` is by default now. `titles[i]` is what a person would call community `i`;
        default: its number as text.
        Songs that are not in the graph are refused with `InputError`.
        """

    def partition(self, name: str) -> Partition:
        """A partition with its labels; `BadNameError` if there is none of that name."""

    def partitions(self) -> list[PartitionInfo]:
        """All partitions, sorted by name."""

    def community_titles(self, name: str) -> list[str]:
        """Titles of a partition's communities, by label."""

    def drop(self, what: Literal["partition", "network", "encoder"], name: str) -> None:
        """Remove one with everything that hangs on it: communities, edges, vectors, indexes.

        `BadNameError` if there is none; `InputError` if partitions still refer to a network or
        encoder, naming them.
        """

    def remove(self, *, playlists: Iterable[str] = (), songs: Iterable[str] = ()) -> None:
        """Take playlists and songs out, with every edge and vector that is theirs.

        Ids that are not there are passed over. One transaction; on a server of more than its
        memory bears in several, memberships first, which the same call completes. What is left of
        a playlist keeps its positions.

        Networks and partitions that hold the songs have to be written without them before, or
        their nodes say more than there is.
        """

    def unfinished(self) -> list[tuple[str, str]]:
        """What was being written when its command was killed, as (kind, name), sorted.

        It is hidden from all other verbs, but `drop` takes it away.
        """

    def query(
        self, cypher: str, parameters: Mapping[str, Any] | None = None, *, write: bool = False
    ) -> pa.Table:
        """Run Cypher; read-only unless `write`. Nodes and edges come back as dictionaries.

        Raises
        ------
        InputError
            The engine refuses the text or a parameter (its own words, in one line), or the text
            writes while `write` is false.
        """

    def counts(self) -> Counts:
        """How many playlists, songs and memberships there are, generated ones among them."""

    def prepare(self) -> None:
        """Make what a graph needs before it is written to; again it changes nothing.

        Every verb that writes does so by itself.
        """

    def check_writable(self) -> None:
        """Return if the graph can be written to; ask before work whose result shall be kept.

        Raises
        ------
        StoreError
            It is read-only.
        """

    def health(self) -> Health:
        """The engine, the schema, and what is amiss with them."""

    def close(self) -> None:
        """Make everything durable and let go. Closing twice is fine."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...
