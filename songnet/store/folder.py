"""The data folder: what is too large or too private to the computation to live in the graph.

    songnet.data/
      graph.lbug                 the embedded store, unless another one is used
      spectrograms/              what songs sound like (`songnet.sources.archive`)
      latents/ENCODER.parquet    full latent vectors
      encoders/NAME/             trained encoders (`songnet.encoders`)
      networks/NAME.parquet      networks; partitions are computed from these files

Every file carries its schema and fingerprint, is written under a temporary name, flushed to disk
and renamed, so that a reader sees the old file or the new one and never a half.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from songnet.errors import FormatError, InputError, StateError
from songnet.files import replacing
from songnet.model import Ids, Ints, SongNetwork, Vectors, object_array
from songnet.names import check_encoder_name, check_name

NETWORK_SCHEMA = "songnet.network/1"
LATENTS_SCHEMA = "songnet.latents/1"
EDGE_COLUMNS = ("source", "target", "weight")


@dataclass(frozen=True)
class Latents:
    """Full latent vectors, and the SHA-256 of the file that each song was heard from, (n,)."""

    vectors: Vectors
    heard: Ids


class DataFolder:
    """The files beside the graph.

    Parameters
    ----------
    root
        The folder; made when something is first written to it.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.spectrograms = root / "spectrograms"

    def encoder(self, name: str) -> Path:
        """Where the trained encoder `name` lies."""
        return self.root / "encoders" / check_encoder_name(name)

    def write_network(self, network: SongNetwork) -> None:
        """Keep a network, replacing the one of the same name."""
        table = pa.table(
            {
                "source": pa.DictionaryArray.from_arrays(network.sources, network.songs),
                "target": pa.DictionaryArray.from_arrays(network.targets, network.songs),
                "weight": network.weights,
                **network.attributes,
            }
        )
        facts = {
            "schema": NETWORK_SCHEMA,
            "name": network.name,
            "kind": network.kind,
            "params": dict(network.params),
            "fingerprint": network.fingerprint,
        }
        _write_parquet(self._network_path(network.name), table, facts)

    def network(self, name: str) -> SongNetwork:
        """A kept network.

        Raises
        ------
        StateError
            There is none of that name.
        FormatError
            The file is damaged or of another schema.
        """
        path = self._network_path(name)
        if not path.exists():
            raise StateError(
                f"there is no network {name!r} in {self.root}: make it with 'songnet link'"
            )
        table, facts = _read_parquet(path, NETWORK_SCHEMA)
        network = _network_from(table, facts)
        _check_fingerprint(path, facts, network.fingerprint)
        return network

    def networks(self) -> list[str]:
        """The names of all kept networks, sorted."""
        return _stems(self.root / "networks")

    def write_latents(self, vectors: Vectors, *, made_by: str, heard: Ids) -> None:
        """Keep the full latent vectors that the encoder of fingerprint `made_by` gave.

        `heard` says what of: the SHA-256 of the file of each song of `vectors`, in their order.
        """
        flat = pa.array(vectors.values.ravel())
        table = pa.table(
            {
                "song": pa.array(vectors.songs, pa.string()),
                "heard": pa.array(heard, pa.string()),
                "vector": pa.FixedSizeListArray.from_arrays(flat, vectors.dimensions),
            }
        )
        facts = {
            "schema": LATENTS_SCHEMA,
            "encoder": vectors.encoder,
            "made_by": made_by,
            "fingerprint": vectors.fingerprint,
        }
        _write_parquet(self._latents_path(vectors.encoder), table, facts)

    def latents(self, encoder: str, *, made_by: str) -> Latents | None:
        """An encoder's full latent vectors.

        None where this folder has none, or those of an encoder of the same name but another
        fingerprint than `made_by`.
        """
        path = self._latents_path(encoder)
        if not path.exists():
            return None
        table, facts = _read_parquet(path, LATENTS_SCHEMA)
        if facts.get("made_by") != made_by:
            return None
        column = table.column("vector").combine_chunks()
        values = column.flatten().to_numpy().reshape(len(column), column.type.list_size)
        vectors = Vectors.from_rows(encoder, table.column("song").to_pylist(), values)
        _check_fingerprint(path, facts, vectors.fingerprint)
        return Latents(vectors, object_array(table.column("heard").to_pylist()))

    def _network_path(self, name: str) -> Path:
        return self.root / "networks" / f"{check_name(name, what='network')}.parquet"

    def _latents_path(self, encoder: str) -> Path:
        return self.root / "latents" / f"{check_encoder_name(encoder)}.parquet"


def _write_parquet(path: Path, table: pa.Table, facts: dict[str, Any]) -> None:
    described = table.replace_schema_metadata({"songnet": json.dumps(facts)})
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"cannot make the folder {path.parent}: {error.strerror}") from error
    with replacing(path) as file:
        pq.write_table(described, file, compression="zstd")


def _read_parquet(path: Path, schema: str) -> tuple[pa.Table, dict[str, Any]]:
    try:
        table = pq.read_table(path, read_dictionary=["source", "target"])
        facts = json.loads((table.schema.metadata or {})[b"songnet"])
    except (pa.ArrowException, OSError, KeyError, ValueError) as error:
        raise FormatError(path, "is damaged or not a file of songnet; remove it") from error
    if facts.get("schema") != schema:
        raise FormatError(
            path, f"has schema {facts.get('schema')!r}, this version reads {schema!r}; remove it"
        )
    return table, facts


def _check_fingerprint(path: Path, facts: dict[str, Any], found: str) -> None:
    if facts.get("fingerprint") != found:
        raise FormatError(path, "does not match its own fingerprint: it is damaged; remove it")


def _network_from(table: pa.Table, facts: dict[str, Any]) -> SongNetwork:
    left, sources = _decode(table.column("source"))
    right, targets = _decode(table.column("target"))
    songs = np.unique(np.concatenate([left, right]))
    extra = [name for name in table.column_names if name not in EDGE_COLUMNS]
    try:
        return SongNetwork.from_edges(
            songs,
            np.searchsorted(songs, left)[sources],
            np.searchsorted(songs, right)[targets],
            table.column("weight").to_numpy(),
            name=facts["name"],
            kind=facts["kind"],
            attributes={name: table.column(name).to_numpy() for name in extra},
            params=facts["params"],
        )
    except (InputError, KeyError) as error:
        raise FormatError(facts.get("name", "network"), f"is damaged: {error}") from error


def _decode(column: pa.ChunkedArray) -> tuple[Ids, Ints]:
    """Distinct ids and the index of each row among them."""
    if not len(column):
        return np.empty(0, object), np.empty(0, np.int64)
    array = column.unify_dictionaries().combine_chunks()
    ids = array.dictionary.to_numpy(zero_copy_only=False).astype(object)
    return ids, array.indices.to_numpy().astype(np.int64)


def _stems(folder: Path) -> list[str]:
    return sorted(path.stem for path in folder.glob("[!.]*.parquet"))
