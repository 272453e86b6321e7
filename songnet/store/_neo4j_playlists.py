"""Playlists and what they hold, in and out of a Neo4j server."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from songnet.model import object_array
from songnet.store import _neo4j_statements as cypher
from songnet.store._neo4j_steps import BATCH, batches, run_all
from songnet.store._neo4j_values import property_table
from songnet.tables import MEMBERSHIP_SCHEMA

if TYPE_CHECKING:
    from neo4j import Record

    from songnet.store._neo4j_session import Transaction


def put_playlists(
    transaction: Transaction, playlists: pa.Table, songs: pa.Table, memberships: pa.Table
) -> None:
    """Write songs and playlists, and bring memberships from what they were to what they are.

    Only the difference is written: replacing all of them would make loading a second time dearer
    than the first.
    """
    run_all(transaction, batches(cypher.PUT_SONGS, songs))
    run_all(transaction, batches(cypher.PUT_PLAYLISTS, playlists))
    before = pa.concat_tables(
        [MEMBERSHIP_SCHEMA.empty_table(), *_held(transaction, playlists["id"].to_pylist())]
    )
    gone, new = _without(before, memberships), _without(memberships, before)
    run_all(transaction, batches(cypher.DROP_MEMBERSHIPS, gone))
    run_all(transaction, batches(cypher.PUT_MEMBERSHIPS, new))


def _held(transaction: Transaction, playlists: list[str]) -> Iterator[pa.Table]:
    for start in range(0, len(playlists), BATCH):
        ids = playlists[start : start + BATCH]
        yield membership_rows(list(transaction.run(cypher.MEMBERSHIPS_OF, ids=ids)))


def _without(rows: pa.Table, others: pa.Table) -> pa.Table:
    return rows.join(others, MEMBERSHIP_SCHEMA.names, join_type="left anti")


def membership_rows(records: Sequence[Record]) -> pa.Table:
    """A row of `MEMBERSHIP_SCHEMA` per membership, from a record per playlist."""
    playlists = np.repeat(
        object_array(record["playlist"] for record in records),
        [len(record["song"]) for record in records],
    )
    rest = MEMBERSHIP_SCHEMA.names[1:]
    lists = [[value for record in records for value in record[name]] for name in rest]
    return property_table([playlists, *lists], MEMBERSHIP_SCHEMA)
