"""The data folder: what is too large or too private to the computation to live in the graph.

    songnet.data/
      graph.lbug                 the embedded store, unless another one is used
      spectrograms/              what songs sound like (`songnet.sources.archive`)
      latents/ENCODER.parquet    full latent vectors (`songnet.store.latents`)
      encoders/NAME/             trained encoders (`songnet.encoders`)
      searches/NAME/             searches for hyperparameters (`songnet.encoders.search`)
      training/NAME.safetensors  trainings that were interrupted (`songnet.encoders.Checkpoint`)
      networks/NAME.parquet      networks; partitions are computed from these files
      choices/ENCODER.json       how many communities (`songnet.partitions.Choice`)
      sweeps/ALGORITHM-NETWORK.json   resolution profiles (`songnet.partitions.Sweep`)
      nulls/KEY.json, KEY.parquet     what null hypotheses gave (`songnet.store.nulls`)
      removals/KEY.json, KEY/    what was being removed when songnet was killed
                                 (`songnet.store.removals`)

Every file carries its schema and fingerprint, is written under a temporary name, flushed to disk
and renamed, so that a reader sees the old file or the new one and never a half.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from songnet.errors import FormatError, InputError, StateError
from songnet.files import replacing
from songnet.model import Ids, Ints, SongNetwork, Vectors
from songnet.names import check_encoder_name, check_name
from songnet.partitions import Choice, Sweep
from songnet.store._folder_parts import encoders_with_parts, parts_of_encoder, remove_path
from songnet.store._json_files import json_files, read_json, write_json
from songnet.store._parquet import (
    as_metadata,
    check_fingerprint,
    check_schema,
    damage_said,
    facts_of,
    make_folder_of,
    open_parquet,
)
from songnet.store.latents import LatentsFile, open_latents, remove_songs, write_latents
from songnet.store.nulls import Nulls
from songnet.store.removals import Removals

NETWORK_SCHEMA = "songnet.network/1"
EDGE_COLUMNS = ("source", "target", "weight")
DICTIONARY_BYTES = 1 << 30
ROWS = 1 << 26  # every group of rows has a dictionary of its own


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
        self.nulls = Nulls(root / "nulls")
        self.removals = Removals(root / "removals")

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
        _write_network(self._network_path(network.name), table, facts)

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
        table, facts = _read_network(path)
        with damage_said(path):
            network = _network_from(table, facts)
        check_fingerprint(path, facts.get("fingerprint"), network.fingerprint)
        return network

    def networks(self) -> list[str]:
        """The names of all kept networks, sorted."""
        return _stems(self.root / "networks")

    def write_latents(
        self, encoder: str, blocks: Iterable[tuple[Vectors, Ids]], *, made_by: str
    ) -> None:
        """Keep the full latent vectors that an encoder gave, replacing those of its name.

        They go to the disk as they come; the blocks of the file that is replaced may be among
        them. An error on the way leaves that file as it was.

        Parameters
        ----------
        encoder
            Its name.
        blocks
            Vectors, each block with the SHA-256 of the file of each of its songs, in their order.
            No song comes twice.
        made_by
            The encoder's fingerprint.

        Raises
        ------
        InputError
            Blocks of another encoder or of several dimensions, a song twice, hashes that are too
            few or too many, numbers that are not finite.
        EmptyInputError
            No block at all.
        """
        write_latents(self._latents_path(encoder), encoder, blocks, made_by=made_by)

    def latents(self, encoder: str, *, made_by: str) -> LatentsFile | None:
        """An encoder's full latent vectors, to be read block by block.

        None where this folder has none, those of an older songnet, or those of an encoder of the
        same name but another fingerprint than `made_by`.

        Raises
        ------
        FormatError
            The file is damaged or of another schema.
        """
        return open_latents(self._latents_path(encoder), encoder, made_by=made_by)

    def write_choice(self, choice: Choice) -> None:
        """Keep how many communities an encoder's vectors hold, replacing what was kept of it."""
        name = check_encoder_name(choice.on)
        write_json(self.root / "choices" / f"{name}.json", choice.to_json())

    def choices(self) -> list[Choice]:
        """All kept choices, by the encoder's name; `FormatError` where a file is damaged."""
        return [read_json(path, Choice.from_json) for path in json_files(self.root / "choices")]

    def write_sweep(self, sweep: Sweep) -> None:
        """Keep a resolution profile, replacing that of the same algorithm and network."""
        name = check_name(sweep.on, what="network")
        write_json(self.root / "sweeps" / f"{sweep.algorithm}-{name}.json", sweep.to_json())

    def sweeps(self) -> list[Sweep]:
        """All kept profiles, by algorithm and network; `FormatError` where a file is damaged."""
        return [read_json(path, Sweep.from_json) for path in json_files(self.root / "sweeps")]

    def encoders(self) -> list[str]:
        """The names of all encoders that there is any file of, sorted."""
        return sorted(encoders_with_parts(self.root))

    def encoder_files(self, name: str) -> list[Path]:
        """What there is of an encoder: its model, latents, choice, training, search."""
        return parts_of_encoder(self.root, check_encoder_name(name))

    def network_files(self, name: str) -> list[Path]:
        """What there is of a network: its edges and its resolution profiles."""
        swept = [sweep.algorithm for sweep in self.sweeps() if sweep.on == name]
        sweeps = [self.root / "sweeps" / f"{algorithm}-{name}.json" for algorithm in swept]
        return [path for path in (self._network_path(name), *sweeps) if path.exists()]

    def remove(self, paths: Iterable[Path]) -> None:
        """Remove files and folders of this one, each at one stroke.

        Raises
        ------
        InputError
            The system refuses.
        """
        for path in paths:
            remove_path(path)

    def remove_songs(self, songs: Ids) -> None:
        """Take songs out of all latents and null partitions; networks are left as they are."""
        for path in sorted((self.root / "latents").glob("[!.]*.parquet")):
            remove_songs(path, path.stem, songs)
        self.nulls.remove_songs(songs)

    def _network_path(self, name: str) -> Path:
        return self.root / "networks" / f"{check_name(name, what='network')}.parquet"

    def _latents_path(self, encoder: str) -> Path:
        return self.root / "latents" / f"{check_encoder_name(encoder)}.parquet"


def _write_network(path: Path, table: pa.Table, facts: dict[str, Any]) -> None:
    make_folder_of(path)
    with replacing(path) as file:
        pq.write_table(
            table.replace_schema_metadata(as_metadata(facts)),
            file,
            compression="zstd",
            # So that ids stay numbers throughout: past the limit they would be written as texts.
            dictionary_pagesize_limit=DICTIONARY_BYTES,
            row_group_size=ROWS,
        )


def _read_network(path: Path) -> tuple[pa.Table, dict[str, Any]]:
    with open_parquet(path) as file:
        facts = facts_of(path, file)
    check_schema(path, facts, NETWORK_SCHEMA)
    with damage_said(path):
        return pq.read_table(path, read_dictionary=["source", "target"]), facts


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
