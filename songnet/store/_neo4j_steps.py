"""Writing in steps: in one transaction, or in several where one would not fit in the server.

A transaction keeps what it changes in the server's heap until it is done, about 1 kB per edge and
as much again at its end: a million edges do not fit in a server of 1 or 2 GiB. Larger networks and
partitions are therefore written in several transactions between two that mark the node as
unfinished and as whole. Until then it is not there for any reader, and the same command completes
it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias

import pyarrow as pa

from songnet.errors import StoreError
from songnet.model import Partition, SongNetwork, Vectors
from songnet.store import _neo4j_statements as cypher
from songnet.store._properties import network_properties, partition_properties
from songnet.store._rows import in_community_rows, relationship

if TYPE_CHECKING:
    from songnet.store._neo4j_session import Session, Transaction

BATCH = 50_000
WHOLE = 200_000
STEPS_PER_TRANSACTION = 2
NUMBERS_PER_BATCH = 1_000_000
NUMBERS_PER_ROW = 100


class EdgesMissingError(StoreError):
    """Songs of a relationship are not in the graph; what its transaction did is taken back."""


@dataclass(frozen=True, slots=True)
class Step:
    """A statement; one that `repeats` is run until it changes nothing.

    `relationships` is how many it has to make.
    """

    cypher: str
    parameters: Mapping[str, Any]
    repeats: bool = False
    relationships: int = 0


Plan: TypeAlias = Callable[[], Iterator[Step]]


def write(session: Session, plan: Plan, *, rows: int) -> None:
    """Carry out a plan: whole or not at all up to `WHOLE` rows, beyond that in parts."""
    if rows <= WHOLE:
        session.execute_write(lambda transaction: run_all(transaction, plan()))
        return
    group: list[Step] = []
    for step in plan():
        if step.repeats or len(group) == STEPS_PER_TRANSACTION:
            _commit(session, group)
            group = []
        if step.repeats:
            while session.execute_write(partial(run, step=step)):
                pass
        else:
            group.append(step)
    _commit(session, group)


def _commit(session: Session, group: list[Step]) -> None:
    session.execute_write(lambda transaction: run_all(transaction, group))


def run_all(transaction: Transaction, steps: Iterable[Step]) -> None:
    """Run steps in order, each that repeats until it changes nothing."""
    for step in steps:
        while run(transaction, step) and step.repeats:
            pass


def run(transaction: Transaction, step: Step) -> bool:
    """Run one statement; whether it changed anything.

    Raises
    ------
    StoreError
        The server has not enough memory: trying again, as the driver would, only takes time. Or
        songs that were there a moment ago are gone.
    """
    from neo4j.exceptions import TransientError

    try:
        counters = transaction.run(step.cypher, dict(step.parameters)).consume().counters
    except TransientError as error:
        if "Memory" not in (error.code or ""):
            raise
        raise StoreError(
            "the Neo4j server has too little memory for this transaction: write less at once, or "
            "raise its server.memory.heap.max_size"
        ) from error
    if step.relationships and counters.relationships_created != step.relationships:
        raise EdgesMissingError(
            f"{counters.relationships_created} of {step.relationships} edges could be written: "
            "someone is removing songs from the graph; run the command again"
        )
    return bool(counters.contains_updates)


# --- batches --------------------------------------------------------------------------------------


def batches(statement: str, table: pa.Table, **parameters: Any) -> Iterator[Step]:
    """A step per `BATCH` rows; missing values are left out, so that they overwrite nothing."""
    for part in _parts(table):
        rows = [_present(row) for row in part.to_pylist()]
        yield Step(statement, {"rows": rows, **parameters})


def song_batches(songs: pa.Table) -> Iterator[Step]:
    """Songs made, or what is new of them written; missing values overwrite nothing.

    In the order of their ids, so that two who write lock them in the same order.
    """
    for part in _parts(songs.sort_by("id")):
        values = {
            name: part[name].to_pylist()
            for name in part.column_names
            if name == "id" or part[name].null_count < part.num_rows
        }
        yield Step(_put_songs([name for name in values if name != "id"]), values)


def _put_songs(names: Sequence[str]) -> str:
    if not names:
        return cypher.PUT_SONG_IDS
    return cypher.PUT_SONGS.format(
        differs=" OR ".join(cypher.SONG_DIFFERS.format(name=name) for name in names),
        values=", ".join(cypher.SONG_VALUE.format(name=name) for name in names),
    )


def edge_batches(
    statement: str, table: pa.Table, ends: Mapping[str, str], **parameters: Any
) -> Iterator[Step]:
    """A step per `BATCH` relationships, a parameter per column.

    Parameters
    ----------
    statement
        Makes a relationship per row.
    table
        Ids at both ends, and properties.
    ends
        For the columns of ids, the parameter that lists the distinct ids: in the column's own
        parameter are places in that list. Columns of one list share it.
    """
    for part in _parts(table):
        yield Step(
            statement,
            {**_columns(part, ends), **parameters},
            relationships=part.num_rows,
        )


def _columns(part: pa.Table, ends: Mapping[str, str]) -> dict[str, Any]:
    found = {name: part[name].to_pylist() for name in part.column_names if name not in ends}
    for listed in set(ends.values()):
        names = [name for name, own in ends.items() if own == listed]
        ids, places = _places([part[name] for name in names])
        found |= {listed: ids, **dict(zip(names, places, strict=True))}
    return found


def _places(columns: Sequence[pa.ChunkedArray]) -> tuple[list[str], list[list[int]]]:
    """The distinct ids of columns of one length, and for each column their places among them."""
    chunks = [chunk for column in columns for chunk in column.chunks]
    encoded = pa.chunked_array(chunks, pa.string()).combine_chunks().dictionary_encode()
    places = encoded.indices.to_numpy().reshape(len(columns), -1)
    return encoded.dictionary.to_pylist(), places.tolist()


def _parts(table: pa.Table) -> Iterator[pa.Table]:
    for start in range(0, table.num_rows, BATCH):
        yield table.slice(start, BATCH)


def _present(row: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in row.items() if value is not None}


# --- plans ----------------------------------------------------------------------------------------


def network_steps(network: SongNetwork, rows: pa.Table, created_at: str | None) -> Iterator[Step]:
    """A network's node and edges in place of those of that name."""
    properties = network_properties(network, created_at)
    named = {"name": network.name}
    yield Step(cypher.BEGIN_NODE.format(label="Network"), named)
    yield drop_edges(network.name)
    if relationship(network.kind) is not None:
        ends = {"source": "songs", "target": "songs"}
        yield from edge_batches(cypher.PUT_EDGES[network.kind], rows, ends, **named)
    yield Step(cypher.PUT_NODE.format(label="Network"), named | {"properties": properties})


def partition_steps(
    partition: Partition, communities: pa.Table, created_at: str | None
) -> Iterator[Step]:
    """A partition's node, communities and members in place of those of that name."""
    properties = partition_properties(partition, created_at)
    named = {"name": partition.name}
    yield Step(cypher.BEGIN_NODE.format(label="Partition"), named)
    yield from drop_communities(partition.name)
    yield from batches(cypher.PUT_COMMUNITIES, communities, **named)
    members, ends = in_community_rows(partition), {"community": "communities"}
    yield from edge_batches(cypher.PUT_MEMBERS, members, ends)
    yield Step(cypher.LINK_PARTITION, named | {"on": partition.on})
    yield Step(cypher.PUT_NODE.format(label="Partition"), named | {"properties": properties})


def drop_edges(network: str) -> Step:
    """Take away the edges of a network."""
    return Step(cypher.DROP_EDGES, {"name": network, "limit": WHOLE}, repeats=True)


def drop_communities(partition: str) -> Iterator[Step]:
    """Take away the members, then the communities of a partition."""
    limited = {"name": partition, "limit": WHOLE}
    yield Step(cypher.DROP_MEMBERS, limited, repeats=True)
    yield Step(cypher.DROP_COMMUNITIES, limited, repeats=True)


def drop_steps(what: str, name: str) -> Iterator[Step]:
    """Take away a network, encoder or partition and what hangs on it."""
    label, named = cypher.NODES[what], {"name": name}
    yield Step(cypher.BEGIN_NODE.format(label=label), named)
    if what == "network":
        yield drop_edges(name)
    elif what == "partition":
        yield from drop_communities(name)
    else:
        yield Step(cypher.DROP_VECTORS, {"encoder": name})
    yield Step(cypher.DROP_NODE.format(label=label), named)


def remove_steps(label: str, ids: Sequence[str]) -> Iterator[Step]:
    """Take away nodes by `id`, their edges first; `ids` sorted, as all who write lock nodes."""
    for start in range(0, len(ids), BATCH):
        part = {"ids": ids[start : start + BATCH]}
        hanging = cypher.DROP_HANGING.format(label=label)
        yield Step(hanging, part | {"limit": WHOLE}, repeats=True)
        yield Step(cypher.DROP_IDS.format(label=label), part)


def vector_groups(blocks: Iterable[Vectors]) -> Iterator[list[Vectors]]:
    """Blocks one after the other, as many together as one transaction bears."""
    group: list[Vectors] = []
    for block in blocks:
        if group and vector_rows([*group, block]) > WHOLE:
            yield group
            group = []
        group.append(block)
    if group:
        yield group


def vector_rows(blocks: Iterable[Vectors]) -> int:
    """As how many rows these vectors count."""
    return sum(block.values.size for block in blocks) // NUMBERS_PER_ROW


def vector_steps(blocks: Iterable[Vectors]) -> Iterator[Step]:
    """Vectors as properties of songs, about `NUMBERS_PER_BATCH` numbers at a time."""
    for block in blocks:
        size = max(1, NUMBERS_PER_BATCH // max(1, block.dimensions))
        for start in range(0, len(block.songs), size):
            part = slice(start, start + size)
            pairs = zip(block.songs[part], block.values[part].tolist(), strict=True)
            rows = [{"id": song, "vector": values} for song, values in pairs]
            yield Step(cypher.PUT_VECTORS, {"rows": rows, "encoder": block.encoder})
