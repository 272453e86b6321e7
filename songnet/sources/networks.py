"""Networks of songs as files: what Spark wrote, and the files of a data folder.

- A folder: Parquet with the columns ``source``, ``target`` (ids), ``weight`` and ``playlists``, and
  ``network.json``: ``{"schema": "songnet.scale.network/1", "name", "kind", "params", "songs",
  "edges", "versions"}``. `songnet.scale.project` writes it.
- A file ``NAME.parquet`` with the same columns, as `songnet.store.folder` keeps them, with
  ``{"schema": "songnet.network/1", "name", "kind", "params", "fingerprint"}`` in its metadata.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq

from songnet.errors import EmptyInputError, FormatError, InputError
from songnet.files import check_regular, read_regular
from songnet.model import Ids, Ints, SongNetwork
from songnet.tables import distinct

SCHEMA: Final = "songnet.scale.network/1"
FILE_SCHEMA: Final = "songnet.network/1"
FACTS: Final = "network.json"
LARGEST_FACTS: Final = 2**20
_DAMAGE: Final = (
    *(pa.ArrowException, OSError, LookupError),
    *(TypeError, ValueError, OverflowError, RecursionError),
)
COLUMNS: Final = {"source": pa.string(), "target": pa.string(), "weight": pa.float64(),
                  "playlists": pa.int64()}  # fmt: skip


def read_network(path: Path) -> SongNetwork:
    """The network of playlists that a folder or file holds, with the name it has there.

    Raises
    ------
    EmptyInputError
        It has no edges.
    FormatError
        It is damaged, of another schema, or no network of playlists.
    InputError
        There is nothing there.
    """
    path = Path(path)
    facts = _facts(path)
    table = _table(path)
    if not table.num_rows:
        raise EmptyInputError(f"{path} holds no edges")
    network = _network(path, table, facts)
    _check(path, network, facts)
    return network


def _facts(path: Path) -> Mapping[str, Any]:
    """What it says of itself."""
    if not path.exists():
        raise InputError(f"there is no network {path}: give a folder that songnet scale project "
                         "made, or a file networks/NAME.parquet of a data folder")  # fmt: skip
    schema, text = _written(path)
    with _damage_said(path):
        facts = json.loads(text)
        if facts["schema"] != schema or facts["kind"] != "playlists":
            said = f"has schema {facts['schema']!r} and kind {facts['kind']!r}"
            raise FormatError(path, f"{said}; read are {schema!r} and 'playlists'")
        return {**facts, "name": str(facts["name"]), "params": dict(facts["params"])}


def _written(path: Path) -> tuple[str, bytes]:
    """The schema that it should have, and the JSON that says which it has."""
    if path.is_dir():
        try:
            return SCHEMA, read_regular(path / FACTS, LARGEST_FACTS)
        except OSError as error:
            reason = f"holds no {FACTS} that can be read: it is no network of songnet's"
            raise FormatError(path, reason) from error
    with _damage_said(path):
        check_regular(path)
        return FILE_SCHEMA, pq.read_metadata(path).metadata[b"songnet"]


def _table(path: Path) -> pa.Table:
    files = sorted(map(str, path.glob("*.parquet"))) if path.is_dir() else [str(path)]
    if not files:
        raise FormatError(path, "holds no Parquet: it is not whole")
    known = ds.ParquetFileFormat(dictionary_columns={"source", "target"})
    with _damage_said(path):
        for file in files:
            check_regular(file)
        table = ds.dataset(files, format=known).to_table(columns=list(COLUMNS))
        for name in ("weight", "playlists"):
            place = table.schema.get_field_index(name)
            table = table.set_column(place, name, table[name].cast(COLUMNS[name]))
    if not all(_holds_text(table[name]) for name in ("source", "target")):
        raise FormatError(path, "has ids that are no texts: it is no network of songnet's")
    if any(column.null_count for column in table.columns):
        raise FormatError(path, "lacks values: it is damaged")
    return table


def _holds_text(column: pa.ChunkedArray) -> bool:
    kind = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _network(path: Path, table: pa.Table, facts: Mapping[str, Any]) -> SongNetwork:
    songs, sources, targets = _ends(table)
    try:
        return SongNetwork.from_edges(
            songs,
            sources,
            targets,
            table["weight"].to_numpy(),
            name=facts["name"],
            kind="playlists",
            attributes={"playlists": table["playlists"].to_numpy()},
            params=facts["params"],
        )
    except InputError as error:
        raise FormatError(path, f"is no network: {error}") from error


def _ends(table: pa.Table) -> tuple[Ids, Ints, Ints]:
    """The songs, sorted, and both ends of every edge as indices into them."""
    left, source = distinct(table["source"])
    right, target = distinct(table["target"])
    songs = np.unique(np.concatenate([left, right]))
    return songs, np.searchsorted(songs, left)[source], np.searchsorted(songs, right)[target]


def _check(path: Path, network: SongNetwork, facts: Mapping[str, Any]) -> None:
    """`FormatError` where it is not what it says it is."""
    found = {
        "songs": len(network.songs),
        "edges": network.edges,
        "fingerprint": network.fingerprint if "fingerprint" in facts else None,
    }
    for key, value in found.items():
        if key in facts and facts[key] != value:
            raise FormatError(path, f"says it has {key} {facts[key]}, and has {value}: "
                              "it is not whole")  # fmt: skip


@contextmanager
def _damage_said(path: Path) -> Iterator[None]:
    """Turn what reading a damaged file raises into `FormatError`."""
    try:
        yield
    except (FormatError, MemoryError):  # Arrow's lack of memory says nothing of the file
        raise
    except _DAMAGE as error:
        raise FormatError(path, "is damaged, or no network that songnet wrote") from error
