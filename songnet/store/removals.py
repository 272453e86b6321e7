"""What is being removed, kept in the data folder until it is, so that a killed removal goes on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from songnet.errors import InputError
from songnet.files import replacing
from songnet.model import Partition, fingerprint
from songnet.names import check_name
from songnet.store._folder_parts import remove_path, remove_piecemeal
from songnet.store._json_files import read_json, write_json
from songnet.store._parquet import (
    as_metadata,
    check_schema,
    damage_said,
    facts_of,
    make_folder_of,
    open_parquet,
)

SCHEMA = "songnet.removal/1"
PARTITION_SCHEMA = "songnet.removal.partition/1"
FACTS = ("name", "algorithm", "on", "seed", "params", "quality", "versions")


@dataclass(frozen=True)
class Begun:
    """A removal that has not ended.

    Attributes
    ----------
    going
        What goes and has files: ids or names by ``songs``, ``networks`` and ``encoders``.
    losing
        Of the networks that stay but lose songs: when each was made.
    """

    going: Mapping[str, Sequence[str]] = field(default_factory=dict)
    losing: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Shrunk:
    """A partition without the songs that go, as it is to be in the graph."""

    partition: Partition
    created_at: str
    titles: Sequence[str]


class Removals:
    """The folder ``removals`` of the data folder.

      KEY.json              what was being removed
      KEY/NAME.parquet      a partition without the songs that go, until the graph has it whole

    A server that takes a large partition in several transactions has neither the old one nor the
    new one in between.

    Parameters
    ----------
    folder
        Made when something is first written to it.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def begin(self, kind: str, ids: Iterable[str], begun: Begun) -> None:
        """Keep in mind what a command, asked for `ids` of a kind, is about to remove."""
        facts = {"schema": SCHEMA, "kind": kind, "ids": sorted(ids), **asdict(begun)}
        write_json(self._record(kind, ids), facts)

    def begun(self, kind: str, ids: Iterable[str]) -> Begun | None:
        """What such a removal was about, if it was begun and has not ended."""
        path = self._record(kind, ids)
        return read_json(path, _begun_from) if path.exists() else None

    def keep(self, kind: str, ids: Iterable[str], shrunk: Shrunk) -> None:
        """Keep a partition that is about to be written to the graph."""
        partition = shrunk.partition
        name = check_name(partition.name, what="partition")
        path = self._partitions(kind, ids) / f"{name}.parquet"
        facts = {fact: _plain(getattr(partition, fact)) for fact in FACTS}
        facts |= {"created_at": shrunk.created_at, "titles": list(shrunk.titles)}
        columns = {"song": pa.array(partition.songs, pa.string()), "label": partition.labels}
        table = pa.table(columns).replace_schema_metadata(
            as_metadata({"schema": PARTITION_SCHEMA, **facts})
        )
        make_folder_of(path)
        with replacing(path) as file:
            pq.write_table(table, file, compression="zstd")

    def kept(self, kind: str, ids: Iterable[str]) -> Iterator[Shrunk]:
        """What such a removal kept, by name; `FormatError` where a file is damaged."""
        return map(_read, sorted(self._partitions(kind, ids).glob("[!.]*.parquet")))

    def end(self, kind: str, ids: Iterable[str]) -> None:
        """It is complete."""
        # In its place: the same command, where this is killed, may have nothing more to keep here,
        # and would not look for it under another name.
        remove_piecemeal(self._partitions(kind, ids))
        remove_path(self._record(kind, ids))

    def _record(self, kind: str, ids: Iterable[str]) -> Path:
        return self._folder / f"{_key(kind, ids)}.json"

    def _partitions(self, kind: str, ids: Iterable[str]) -> Path:
        return self._folder / _key(kind, ids)


def _plain(value: Any) -> Any:
    return dict(value) if isinstance(value, Mapping) else value


def _key(kind: str, ids: Iterable[str]) -> str:
    return fingerprint([kind], sorted(ids))


def _begun_from(facts: Mapping[str, Any]) -> Begun:
    if facts.get("schema") != SCHEMA:
        raise InputError(f"has schema {facts.get('schema')!r}, not {SCHEMA!r}")
    return Begun(dict(facts["going"]), dict(facts.get("losing", {})))


def _read(path: Path) -> Shrunk:
    with open_parquet(path) as file:
        facts = facts_of(path, file)
        check_schema(path, facts, PARTITION_SCHEMA)
        with damage_said(path):
            table = file.read()
            partition = Partition.from_labels(
                table.column("song").to_numpy().astype(object),
                table.column("label").to_numpy().astype(np.int64),
                **{name: facts[name] for name in FACTS},
            )
            return Shrunk(partition, facts["created_at"], facts["titles"])
