"""Nodes and relationships as CSV files that ``neo4j-admin database import full`` reads.

Each label and each relationship type has a file of rows and a file of one line that names and types
its columns. Nodes are numbered as they come and relationships name them by number: a song's id may
be long and hold anything, and would stand in the file once per edge.

What the importer makes of a field (tried on 5.26.30 and 2026.08.1): nothing between two commas is
no property, ``""`` is an empty text; a quoted field may hold any character, line ends too where the
file is listed in ``--multiline-fields``; numbers are read as Java reads them, so shortest decimal
texts give back the same bits.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Final, Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pc_csv

from songnet.errors import StateError

ROWS_PER_BATCH: Final = 16_384
LINE_ENDS: Final = "[\r\n]"
VECTOR: Final = pa.list_(pa.float32())
TYPES: Final[Mapping[pa.DataType, str]] = MappingProxyType(
    {
        pa.string(): "string",
        pa.int64(): "long",
        pa.float64(): "double",
        pa.bool_(): "boolean",
        VECTOR: "float[]",
    }
)
# Java's names for what is no number.
JAVA_NAMES: Final = (("nan", "NaN"), ("inf", "Infinity"))


@dataclass(frozen=True)
class Part:
    """The two files of one label or relationship type.

    Attributes
    ----------
    name
        The label, without prefix, or the type.
    stem
        What the files are called: ``Song``, ``Playlist-CONTAINS-Song``.
    rows
        How many nodes or relationships.
    lines
        Whether some text in it holds a line end.
    """

    name: str
    stem: str
    rows: int = 0
    lines: bool = False

    @property
    def header(self) -> str:
        """The name of the file that names the columns."""
        return f"{self.stem}-header.csv"

    @property
    def file(self) -> str:
        """The name of the file of rows."""
        return f"{self.stem}.csv"


@dataclass(frozen=True)
class Written:
    """What an import holds.

    Attributes
    ----------
    nodes, relationships
        Files by label and by type; without those that have no rows.
    """

    nodes: tuple[Part, ...]
    relationships: tuple[Part, ...]


class _Rows:
    """The two open files of a part; the columns are those of its first rows."""

    def __init__(self, folder: Path, part: Part, schema: pa.Schema) -> None:
        self.part = part
        self._schema = schema
        (folder / part.header).write_text(_header(schema), "utf-8")
        self._stream = (folder / part.file).open("wb")

    def write(self, table: pa.Table) -> None:
        rows = table.select(self._schema.names).cast(self._schema)
        options = pc_csv.WriteOptions(include_header=False, batch_size=ROWS_PER_BATCH)
        for batch in _as_text(rows).to_batches():
            # Of a first batch without rows Arrow 26 writes whatever was in its memory.
            if batch.num_rows:
                pc_csv.write_csv(batch, self._stream, options)
        self.part = replace(
            self.part,
            rows=self.part.rows + rows.num_rows,
            lines=self.part.lines or _has_line_ends(rows),
        )

    def close(self) -> None:
        self._stream.flush()
        os.fsync(self._stream.fileno())
        self._stream.close()


class ImportWriter:
    """Writes nodes, then the relationships between them; a context manager.

    Parameters
    ----------
    folder
        Where the files go; there, and empty.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._open = ExitStack()
        self._nodes: dict[str, _Rows] = {}
        self._relationships: dict[str, _Rows] = {}
        self._keys: dict[str, list[pa.ChunkedArray]] = {}

    def nodes(self, label: str, table: pa.Table, *, key: str) -> None:
        """Write nodes, a row each; a null is no property.

        Parameters
        ----------
        label
            Without prefix.
        table
            Columns of the types of `TYPES`, the same in every call for a label.
        key
            The column by which relationships find them; each value once.
        """
        if not table.num_rows:
            return
        before = self._nodes[label].part.rows if label in self._nodes else 0
        numbers = pa.array(np.arange(before, before + table.num_rows))
        self._keys.setdefault(label, []).append(table[key])
        self._write(self._nodes, Part(label, label), table.add_column(0, f":ID({label})", numbers))

    def relationships(
        self, name: str, table: pa.Table, *, start: tuple[str, str], end: tuple[str, str]
    ) -> None:
        """Write relationships, a row each.

        Parameters
        ----------
        name
            The relationship type.
        table
            Two columns of keys of nodes, and properties, of the types of `TYPES`.
        start, end
            The label at that end and the column with its keys.

        Raises
        ------
        StateError
            A key that no node has: the graph changed while it was read.
        """
        if not table.num_rows:
            return
        ends = {
            f":START_ID({start[0]})": self._places(start[0], table[start[1]]),
            f":END_ID({end[0]})": self._places(end[0], table[end[1]]),
        }
        properties = table.drop_columns([start[1], end[1]])
        for place, (column, values) in enumerate(ends.items()):
            properties = properties.add_column(place, column, values)
        part = Part(name, f"{start[0]}-{name}-{end[0]}")
        self._write(self._relationships, part, properties)

    def has(self, label: str, key: str) -> bool:
        """Whether a node of this label and key was written."""
        wanted = pa.scalar(key)
        return any(pc.any(pc.equal(column, wanted)).as_py() for column in self._keys.get(label, []))

    def _places(self, label: str, keys: pa.ChunkedArray) -> pa.ChunkedArray:
        known = pa.chunked_array(
            [chunk for column in self._keys.get(label, []) for chunk in column.chunks], pa.string()
        )
        places = pc.index_in(keys, value_set=known.combine_chunks())
        if places.null_count:
            raise StateError(
                f"the graph changed while it was read (a relationship to a {label} that was not "
                "there): run the command again"
            )
        return places.cast(pa.int64())

    def _write(self, files: dict[str, _Rows], part: Part, table: pa.Table) -> None:
        if part.stem not in files:
            files[part.stem] = _Rows(self._folder, part, table.schema)
            self._open.callback(files[part.stem].close)
        files[part.stem].write(table)

    @property
    def written(self) -> Written:
        """What was written so far."""
        return Written(
            tuple(rows.part for rows in self._nodes.values()),
            tuple(rows.part for rows in self._relationships.values()),
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._open.close()


def _header(schema: pa.Schema) -> str:
    names = [
        field.name if field.name.startswith(":") else f"{field.name}:{TYPES[field.type]}"
        for field in schema
    ]
    return ",".join(names) + "\n"


def _has_line_ends(rows: pa.Table) -> bool:
    texts = (rows[field.name] for field in rows.schema if field.type == pa.string())
    return any(pc.any(pc.match_substring_regex(text, LINE_ENDS)).as_py() for text in texts)


def _as_text(rows: pa.Table) -> pa.Table:
    """The same rows, with text in the columns that Arrow would write otherwise than Java reads."""
    for place, field in enumerate(rows.schema):
        if field.type == VECTOR:
            rows = rows.set_column(place, field.name, _joined(rows[field.name]))
        elif field.type == pa.float64() and not _finite(rows[field.name]):
            rows = rows.set_column(place, field.name, _java_names(rows[field.name]))
    return rows


def _finite(values: pa.ChunkedArray) -> bool:
    # Of no values at all, `all` is null.
    return pc.all(pc.is_finite(values)).as_py() is not False


def _java_names(values: pa.ChunkedArray) -> pa.ChunkedArray:
    texts = values.cast(pa.string())
    for arrow, java in JAVA_NAMES:
        texts = pc.replace_substring(texts, arrow, java)
    return texts


def _joined(vectors: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.binary_join(vectors.cast(pa.list_(pa.string())), ";")
