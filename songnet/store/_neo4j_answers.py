"""Answers of a server as Arrow tables, part by part.

A record holds columns: lists of one length, some hundreds or thousands of rows. The driver reads a
record when it is asked for one, and becomes a piece of the table before the next is read; a server
computes little more than what is read. So neither holds a large answer whole.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa

from songnet.errors import StoreError

if TYPE_CHECKING:
    from neo4j import Record

    from songnet.store._neo4j_connection import Server
    from songnet.store._neo4j_session import Transaction

# Nodes to a record.
NODES: Final = 500


def read_table(server: Server, statement: str, schema: pa.Schema, **parameters: Any) -> pa.Table:
    """The answer to a statement that only reads; tried again where that can help.

    Parameters
    ----------
    statement
        Gives records of columns, in the order of `schema`, for `$size` nodes each.
    parameters
        Its others.
    """
    with server.session() as session:
        return session.execute_read(lambda tx: ask_table(tx, statement, schema, **parameters))


def ask_table(
    transaction: Transaction, statement: str, schema: pa.Schema, **parameters: Any
) -> pa.Table:
    """As `read_table`, within a transaction."""
    records = transaction.run(statement, parameters, size=NODES)
    return pa.concat_tables([schema.empty_table(), *(_piece(each, schema) for each in records)])


def _piece(record: Record, schema: pa.Schema) -> pa.Table:
    columns: Sequence[Any] = record.values()
    return pa.table(
        [_typed(values, field) for values, field in zip(columns, schema, strict=True)],
        schema=schema,
    )


def _typed(values: Any, field: pa.Field) -> pa.Array:
    try:
        return pa.array(values, field.type)
    except (pa.ArrowInvalid, pa.ArrowTypeError) as error:
        reason = str(error).splitlines()[0]
        raise StoreError(
            f"the graph's property {field.name!r} is not {field.type} everywhere ({reason}): "
            "mend or remove the values that songnet did not write"
        ) from error
