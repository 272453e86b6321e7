"""What null hypotheses gave: kept, because each takes many runs, and made only once.

A file is named by the SHA-256 of all that decides what it holds, so a file that is there is right,
and one that is damaged is as good as none.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from songnet.agreement import Null
from songnet.errors import FormatError, InputError
from songnet.files import remove_file, replacing
from songnet.model import Ids, Ints, Scalar, among
from songnet.store._json_files import read_json, write_json
from songnet.store._parquet import (
    as_metadata,
    check_schema,
    damage_said,
    facts_of,
    make_folder_of,
    open_parquet,
)

SCHEMA = "songnet.null/1"
LABELS_SCHEMA = "songnet.null-labels/1"


def null_key(facts: Mapping[str, Scalar]) -> str:
    """The name that `facts` give: SHA-256 (hex) of them as JSON, sorted."""
    text = json.dumps({"schema": SCHEMA, **facts}, sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()


class Nulls:
    """The folder ``nulls`` of the data folder.

      KEY.json       scores under a null hypothesis
      KEY.parquet    the songs and labels of a partition that was cut from a network made at random

    Parameters
    ----------
    folder
        Made when something is first written to it.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self, key: str) -> Null | None:
        """A null distribution; None where there is none, or a damaged one."""
        path = self._folder / f"{key}.json"
        try:
            return read_json(path, _null_from) if path.exists() else None
        except FormatError:
            return None

    def write(self, key: str, null: Null) -> None:
        """Keep a null distribution."""
        write_json(self._folder / f"{key}.json", {"schema": SCHEMA, **null.to_json()})

    def labels(self, key: str) -> tuple[Ids, Ints] | None:
        """Songs and labels of a null partition; None where there are none, or damaged ones."""
        path = self._folder / f"{key}.parquet"
        try:
            return _read_labels(path) if path.exists() else None
        except FormatError:
            return None

    def write_labels(self, key: str, songs: Ids, labels: Ints) -> None:
        """Keep a null partition."""
        path = self._folder / f"{key}.parquet"
        make_folder_of(path)
        table = pa.table({"song": pa.array(songs, pa.string()), "label": labels})
        table = table.replace_schema_metadata(as_metadata({"schema": LABELS_SCHEMA}))
        with replacing(path) as file:
            pq.write_table(table, file, compression="zstd")

    def remove_songs(self, songs: Ids) -> None:
        """Forget null partitions that hold any of these songs.

        Their networks are others now, so nobody would ask for them again.
        """
        for path in sorted(self._folder.glob("*.parquet")):
            held = self.labels(path.stem)
            if held is not None and among(held[0], songs).any():
                remove_file(path)


def _null_from(data: Mapping[str, object]) -> Null:
    if data.get("schema") != SCHEMA:
        raise InputError(f"has schema {data.get('schema')!r}, this version reads {SCHEMA!r}")
    return Null.from_json({name: value for name, value in data.items() if name != "schema"})


def _read_labels(path: Path) -> tuple[Ids, Ints]:
    with open_parquet(path) as file:
        check_schema(path, facts_of(path, file), LABELS_SCHEMA)
        with damage_said(path):
            table = file.read()
            songs = table.column("song").to_numpy().astype(object)
            return songs, table.column("label").to_numpy().astype(np.int64)
