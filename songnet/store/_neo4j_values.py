"""From the driver's values to plain ones."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from songnet.errors import StoreError
from songnet.store._rows import node_dict

if TYPE_CHECKING:
    from neo4j import Record


def plain_value(value: Any) -> Any:
    """A value as null, boolean, number, text, list or dictionary.

    Nodes and edges become dictionaries (`songnet.store._rows.node_dict`), times and durations
    ISO 8601 text, bytes base64 text, points their text.
    """
    from neo4j.graph import Node, Path, Relationship

    if isinstance(value, Node):
        return node_dict(":".join(sorted(value.labels)), _plain_items(value))
    if isinstance(value, Relationship):
        return node_dict(value.type, _plain_items(value))
    if isinstance(value, Path):
        return {
            "_nodes": [plain_value(node) for node in value.nodes],
            "_rels": [plain_value(edge) for edge in value.relationships],
        }
    return _plain_container(value)


def _plain_items(value: Any) -> dict[str, Any]:
    return {str(key): plain_value(inner) for key, inner in value.items()}


def _plain_container(value: Any) -> Any:
    if isinstance(value, dict):
        return _plain_items(value)
    if type(value) in {list, tuple}:  # points are tuples too, of a class of their own
        return [plain_value(inner) for inner in value]
    return _plain_scalar(value)


def _plain_scalar(value: Any) -> Any:
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, bytes | bytearray):
        return base64.b64encode(value).decode("ascii")
    iso = getattr(value, "iso_format", None)
    return iso() if callable(iso) else str(value)


def vector_row(record: Record) -> tuple[str, NDArray[np.float32]]:
    """A record's ``id`` and ``vector``; Python's own numbers would take eight times the room."""
    return record["id"], np.array(record["vector"], np.float32)


def property_table(columns: Sequence[Any], schema: pa.Schema) -> pa.Table:
    """Columns of properties as a table of this schema.

    Raises
    ------
    StoreError
        Something other than songnet has put values of another type there.
    """
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
