"""Anybody's Cypher on the embedded store: what may run, and what comes back.

Ladybug 0.22 has no read-only flag per query. Three things together make one: only one statement
(the engine refuses more where parameters are given, so there always is one), only statements that
begin with a reading clause (others write files, load code or change the database whatever the
transaction), and a read-only transaction around it, in which the engine itself refuses to write.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import pyarrow as pa

from songnet.errors import InputError
from songnet.store._ladybug_engine import Engine, as_arrow
from songnet.store._ladybug_file import one_line
from songnet.store._rows import node_dict, result_table

READING: Final = ("MATCH", "OPTIONAL", "UNWIND", "WITH", "RETURN", "CALL")
WRITING: Final = ("CREATE", "MERGE", "ALTER", "DROP", "COPY", "COMMENT")
EXPLAINING: Final = ("EXPLAIN", "PROFILE")
PREFIX: Final = re.compile(r"(?:\s|//[^\r\n]*(?:[\r\n]|\Z)|/\*.*?\*/)+", re.DOTALL)
WORD: Final = re.compile(r"[A-Za-z]+")
SETTING: Final = re.compile(r"CALL\s+\w+\s*=", re.IGNORECASE)
REFUSED: Final = (RuntimeError, ValueError, TypeError, OverflowError, IndexError, KeyError)
UNUSED: Final = "songnet_unused"
# Measured: 3,000 brackets in each other end the process, for want of stack; 24 CASE take minutes.
DEEPEST: Final = {"bracket": 64, "CASE": 16}
NESTING: Final = re.compile(
    # What is not closed goes to the end of the text, or many such would be looked through for each.
    r"""//[^\n]*|/\*.*?(?:\*/|\Z)|'(?:\\.|[^'\\])*(?:'|\Z)|"(?:\\.|[^"\\])*(?:"|\Z)|`[^`]*(?:`|\Z)"""
    r"""|(?P<open>[(\[{])|(?P<close>[)\]}])|\b(?:(?P<case>CASE)|(?P<end>END))\b""",
    re.DOTALL | re.IGNORECASE,
)


def run(
    engine: Engine, cypher: str, parameters: Mapping[str, Any] | None, *, write: bool
) -> pa.Table:
    """Run one statement; see `GraphStore.query`."""
    text = _admitted(cypher, write=write)
    _check_depth(text)
    try:
        given = {UNUSED: True, **{key: _plain(value) for key, value in (parameters or {}).items()}}
    except RecursionError as error:
        raise InputError("a parameter is nested too deeply for the store") from error
    with engine.connection() as connection:
        try:
            if write:
                return _answer(connection.execute(text, given))
            connection.execute("BEGIN TRANSACTION READ ONLY").close()
            return _answer(connection.execute(text, given))
        except REFUSED as error:
            raise InputError(_refusal(error)) from error


def _admitted(cypher: str, *, write: bool, explained: bool = False) -> str:
    """The statement from its first word on, so that the engine sees the word that was checked."""
    text = _from_first_word(cypher)
    words = WORD.match(text)
    first = words.group().upper() if words else ""
    if first in EXPLAINING and not explained:
        _admitted(text[len(first) :], write=write, explained=True)
        return text
    if first in WRITING and not write:
        raise InputError(f"this query writes ({first}) and writing was not asked for: use --write")
    if first not in READING + WRITING or SETTING.match(text):
        allowed = ", ".join(READING + WRITING if write else READING)
        raise InputError(f"a query begins with one of {allowed}: got {_shown(text)}")
    return text


def _check_depth(text: str) -> None:
    """Refuse what is nested so deeply that the engine's parser does not survive it."""
    depth = {"bracket": 0, "CASE": 0}
    for found in NESTING.finditer(text):
        kind = "bracket" if found.lastgroup in {"open", "close"} else "CASE"
        if found.lastgroup in {"open", "case"}:
            depth[kind] += 1
        elif found.lastgroup:
            depth[kind] = max(0, depth[kind] - 1)
        if depth[kind] > DEEPEST[kind]:
            raise InputError(f"this query has over {DEEPEST[kind]} levels of {kind}s in each other")


def _from_first_word(cypher: str) -> str:
    start = PREFIX.match(cypher)
    return cypher[start.end() :] if start else cypher


def _shown(text: str) -> str:
    return repr(text[:40]) if text else "an empty text"


def _refusal(error: Exception) -> str:
    text = one_line(error)
    if "read-only transaction" in text:
        return "this query writes and writing was not asked for: use --write"
    if "multiple statements" in text:
        return "a query is one statement: run them one after the other"
    return f"Ladybug refuses the query: {text}"


def _plain(value: Any) -> Any:
    """Numpy's values as Python's."""
    if isinstance(value, np.generic | np.ndarray):
        return value.tolist()
    if isinstance(value, Mapping):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return value


# --- what comes back --------------------------------------------------------------------------


def _answer(result: Any) -> pa.Table:
    try:
        columns = list(result.get_column_names())
        if not columns:
            return pa.table({})
        if any(_has_graph_values(kind) for kind in result.get_column_data_types()):
            rows = [[_graph_value(value) for value in row] for row in result.get_all()]
            return result_table(columns, rows)
        return _widened(as_arrow(result))
    finally:
        result.close()


def _has_graph_values(kind: str) -> bool:
    return any(name in kind for name in ("NODE", "REL", "INTERNAL_ID"))


def _graph_value(value: Any) -> Any:
    """Nodes, edges and paths as `node_dict` describes them."""
    if isinstance(value, list):
        return [_graph_value(inner) for inner in value]
    if not isinstance(value, dict):
        return value
    if "_LABEL" in value:
        properties = {key: inner for key, inner in value.items() if not key.startswith("_")}
        return node_dict(value["_LABEL"], properties)
    if value.keys() == {"_NODES", "_RELS"}:
        return {"_nodes": _graph_value(value["_NODES"]), "_rels": _graph_value(value["_RELS"])}
    return {key: _graph_value(inner) for key, inner in value.items()}


def _widened(table: pa.Table) -> pa.Table:
    """Integers as int64, floats as float64, times as ISO 8601 text, as a server would say."""
    columns = [table[i].cast(_wide(table.schema.field(i).type)) for i in range(table.num_columns)]
    return pa.table(columns, names=table.column_names)


def _wide(kind: pa.DataType) -> pa.DataType:
    if pa.types.is_integer(kind):
        return pa.int64()
    if pa.types.is_floating(kind):
        return pa.float64()
    if pa.types.is_temporal(kind):
        return pa.string()
    if pa.types.is_list(kind) or pa.types.is_fixed_size_list(kind):
        return pa.list_(_wide(kind.value_type))
    if pa.types.is_struct(kind):
        return pa.struct([field.with_type(_wide(field.type)) for field in kind])
    return kind
