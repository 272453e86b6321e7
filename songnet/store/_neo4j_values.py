"""From the driver's values to plain ones."""

from __future__ import annotations

import base64
from typing import Any

from songnet.store._rows import node_dict


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
