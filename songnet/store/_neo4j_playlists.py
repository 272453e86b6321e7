"""Playlists and what they hold, in and out of a Neo4j server."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pyarrow as pa

from songnet.store import _neo4j_statements as cypher
from songnet.store._neo4j_answers import ask_table
from songnet.store._neo4j_steps import batches, edge_batches, run_all, song_batches
from songnet.tables import MEMBERSHIP_SCHEMA

if TYPE_CHECKING:
    from songnet.store._neo4j_session import Transaction

ENDS: Final = {"playlist": "playlists", "song": "songs"}
# Two who write different playlists lock the songs of both in one order, so that neither waits for
# what the other holds.
ORDER: Final = [("song", "ascending"), ("playlist", "ascending")]


def put_playlists(
    transaction: Transaction, playlists: pa.Table, songs: pa.Table, memberships: pa.Table
) -> None:
    """Write songs and playlists, and bring memberships from what they were to what they are.

    Only the difference is written: replacing all of them would make loading a second time dearer
    than the first.
    """
    run_all(transaction, song_batches(songs))
    run_all(transaction, batches(cypher.PUT_PLAYLISTS, playlists))
    ids = playlists["id"].to_pylist()
    before = ask_table(transaction, cypher.MEMBERSHIPS_OF, MEMBERSHIP_SCHEMA, ids=ids)
    gone, new = _without(before, memberships), _without(memberships, before)
    run_all(transaction, batches(cypher.DROP_MEMBERSHIPS, gone))
    run_all(transaction, edge_batches(cypher.PUT_MEMBERSHIPS, new.sort_by(ORDER), ENDS))


def _without(rows: pa.Table, others: pa.Table) -> pa.Table:
    return rows.join(others, MEMBERSHIP_SCHEMA.names, join_type="left anti")
