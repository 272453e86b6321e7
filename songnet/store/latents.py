"""Full latent vectors as a file, written and read a block at a time.

    latents/ENCODER.parquet     song (text), heard (text), vector (float32 x dimensions)

A row group holds some songs, sorted, and about `GROUP_BYTES` of vectors, whatever blocks they came
in: a file to which a few songs are added every day does not fall into crumbs. The file's metadata
gives for each row group the SHA-256 of its songs and hashes (``ids``) and that of its vectors
(``vectors``), and a fingerprint of these lists and of who made the vectors. What is read is checked
against them, so that damage is found when it is met.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import Any, BinaryIO, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from songnet.errors import EmptyInputError, FormatError, InputError
from songnet.files import remove_file, replacing
from songnet.model import Ids, Vectors, among, fingerprint, object_array
from songnet.store._parquet import (
    as_metadata,
    check_fingerprint,
    check_schema,
    damage_said,
    facts_of,
    make_folder_of,
    open_parquet,
)

SCHEMA = "songnet.latents/2"
OLDER = "songnet.latents/1"
GROUP_BYTES = 4 * 2**20

Block: TypeAlias = tuple[Vectors, Ids]
Facts: TypeAlias = Mapping[str, Any]


# --- reading --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class LatentsFile:
    """Full latent vectors in a file, of which nothing is read until it is asked for.

    Attributes
    ----------
    path
        The file. Once another is in its place, what was not read before is refused.
    encoder
        The encoder's name.
    dimensions
        The length of a vector.
    facts
        What the file says of itself.
    """

    path: Path
    encoder: str
    dimensions: int
    facts: Facts = field(repr=False)

    @property
    def songs(self) -> Ids:
        """The song of every vector, in the order of the file, shape (n,)."""
        return self._ids[0]

    @property
    def heard(self) -> Ids:
        """The SHA-256 of the file that each of `songs` was heard from, shape (n,)."""
        return self._ids[1]

    def blocks(self) -> Iterator[Block]:
        """The vectors, a row group at a time, each with the SHA-256 of its songs' files.

        Raises
        ------
        FormatError
            The file is damaged, or another is in its place.
        """
        for number, table in self._groups("song", "heard", "vector"):
            songs, heard = self._ids_of(number, table)
            with damage_said(self.path):
                flat = table["vector"].combine_chunks().flatten().to_numpy()
                values = flat.reshape(len(songs), self.dimensions)
            check_fingerprint(self.path, self.facts["vectors"][number], fingerprint(values))
            yield Vectors(self.encoder, songs, values), heard

    def read(self, songs: Ids | None = None) -> Vectors:
        """All vectors, or those that it has of `songs`; never more than once in memory.

        Raises
        ------
        FormatError
            The file is damaged, or another is in its place.
        """
        wanted = np.sort(self.songs) if songs is None else np.intersect1d(songs, self.songs)
        values = np.empty((len(wanted), self.dimensions), np.float32)
        for vectors, _ in self.blocks():
            place = np.searchsorted(wanted, vectors.songs)
            there = place < len(wanted)
            there[there] = wanted[place[there]] == vectors.songs[there]
            values[place[there]] = vectors.values[there]
        return Vectors(self.encoder, wanted, values)

    @cached_property
    def _ids(self) -> tuple[Ids, Ids]:
        parts = [self._ids_of(number, table) for number, table in self._groups("song", "heard")]
        return _joined([songs for songs, _ in parts]), _joined([heard for _, heard in parts])

    def _ids_of(self, number: int, table: pa.Table) -> tuple[Ids, Ids]:
        with damage_said(self.path):
            songs, heard = (object_array(table[name].to_pylist()) for name in ("song", "heard"))
            found = fingerprint(songs, heard)
        check_fingerprint(self.path, self.facts["ids"][number], found)
        return songs, heard

    def _groups(self, *columns: str) -> Iterator[tuple[int, pa.Table]]:
        with open_parquet(self.path) as file:
            if facts_of(self.path, file) != self.facts:
                raise FormatError(self.path, "was replaced while it was in use: run again")
            check_fingerprint(self.path, file.schema_arrow, _schema(self.dimensions))
            for number in range(len(self.facts["ids"])):
                with damage_said(self.path):
                    table = file.read_row_group(number, columns)
                yield number, table


def open_latents(path: Path, encoder: str, *, made_by: str | None) -> LatentsFile | None:
    """A file of latents; None where there is none, an older one, or one of another `made_by`.

    With `made_by` None it may be of any.

    Raises
    ------
    FormatError
        The file is damaged, or of a schema that is not known.
    """
    if not path.exists():
        return None
    with open_parquet(path) as file:
        facts = facts_of(path, file)
    if facts["schema"] == OLDER:
        return None
    check_schema(path, facts, SCHEMA)
    if made_by not in (None, facts.get("made_by")):
        return None
    with damage_said(path):
        dimensions, maker = facts["dimensions"], facts["made_by"]
        found = _facts(encoder, dimensions, maker, facts["ids"], facts["vectors"])
    check_fingerprint(path, facts, found)
    return LatentsFile(path, encoder, facts["dimensions"], facts)


# --- writing --------------------------------------------------------------------------------------


def write_latents(path: Path, encoder: str, blocks: Iterable[Block], *, made_by: str) -> None:
    """Write blocks as they come into a file that then takes the place of `path`.

    See `songnet.store.folder.DataFolder.write_latents`.
    """
    dimensions, checked = _begun(encoder, blocks)
    ids: list[str] = []
    vectors: list[str] = []
    make_folder_of(path)
    with replacing(path) as file, _writer(file, dimensions) as writer:
        for part, heard in _regrouped(checked):
            writer.write_table(_table(part, heard), row_group_size=len(heard))
            ids.append(fingerprint(part.songs, heard))
            vectors.append(fingerprint(part.values))
        facts = _facts(encoder, dimensions, made_by, ids, vectors)
        writer.add_key_value_metadata(as_metadata(facts))


def remove_songs(path: Path, encoder: str, songs: Ids) -> None:
    """Replace a file of latents by one without these songs; remove it if none is left."""
    file = open_latents(path, encoder, made_by=None)
    if file is None:
        remove_file(path)  # of an older schema, so good for nothing
        return
    gone = among(file.songs, songs)
    if gone.all():
        remove_file(path)
    elif gone.any():
        write_latents(path, encoder, _without(file, songs), made_by=file.facts["made_by"])


def _without(file: LatentsFile, songs: Ids) -> Iterator[Block]:
    for vectors, heard in file.blocks():
        kept = ~among(vectors.songs, songs)
        if kept.any():
            yield Vectors(file.encoder, vectors.songs[kept], vectors.values[kept]), heard[kept]


def _begun(encoder: str, blocks: Iterable[Block]) -> tuple[int, Iterator[Block]]:
    """The dimensions of the first block, and all of them, to be checked as they come."""
    checked = _checked(encoder, blocks)
    first = next(checked, None)
    if first is None:
        raise EmptyInputError(f"there are no vectors of {encoder!r} to keep")
    return first[0].dimensions, chain((first,), checked)


def _checked(encoder: str, blocks: Iterable[Block]) -> Iterator[Block]:
    """The blocks; `InputError` at one that does not go with those before it."""
    seen: set[str] = set()
    dimensions = None
    for vectors, heard in blocks:
        dimensions = dimensions or vectors.dimensions
        if vectors.encoder != encoder or vectors.dimensions != dimensions:
            raise InputError(
                f"vectors of {encoder!r} have {dimensions} dimensions in this file: "
                f"got {vectors.dimensions} of {vectors.encoder!r}"
            )
        if len(heard) != len(vectors.songs):
            raise InputError(f"{len(vectors.songs)} songs need as many hashes: got {len(heard)}")
        if not np.isfinite(vectors.values).all():
            raise InputError(f"vectors of {encoder!r} must be finite: found NaN or infinity")
        if not seen.isdisjoint(vectors.songs):
            raise InputError(f"vectors of {encoder!r} hold a song twice")
        seen.update(vectors.songs)
        yield vectors, np.asarray(heard, object)


def _regrouped(blocks: Iterable[Block]) -> Iterator[Block]:
    """The same in blocks of about `GROUP_BYTES`, the songs of each sorted."""
    held: list[Block] = []
    count = 0
    for vectors, heard in blocks:
        rows = max(1, GROUP_BYTES // (4 * max(1, vectors.dimensions)))
        for start in range(0, len(heard), rows):
            held.append(_part(vectors, heard, slice(start, start + rows)))
            count += len(held[-1][1])
            if count >= rows:
                yield _merged(held)
                held, count = [], 0
    if held:
        yield _merged(held)


def _part(vectors: Vectors, heard: Ids, rows: slice) -> Block:
    return Vectors(vectors.encoder, vectors.songs[rows], vectors.values[rows]), heard[rows]


def _merged(blocks: Sequence[Block]) -> Block:
    if len(blocks) == 1:
        return blocks[0]
    songs = np.concatenate([vectors.songs for vectors, _ in blocks])
    values = np.concatenate([vectors.values for vectors, _ in blocks])
    heard = np.concatenate([hashes for _, hashes in blocks])
    order = np.argsort(songs)
    return Vectors(blocks[0][0].encoder, songs[order], values[order]), heard[order]


def _writer(file: BinaryIO, dimensions: int) -> pq.ParquetWriter:
    # Hardly a value comes twice: dictionaries took four times as long and more room.
    return pq.ParquetWriter(file, _schema(dimensions), compression="zstd", use_dictionary=False)


def _schema(dimensions: int) -> pa.Schema:
    vector = pa.list_(pa.float32(), dimensions)
    return pa.schema([("song", pa.string()), ("heard", pa.string()), ("vector", vector)])


def _table(vectors: Vectors, heard: Ids) -> pa.Table:
    flat = pa.array(vectors.values.ravel(), pa.float32())
    columns = [
        pa.array(vectors.songs, pa.string()),
        pa.array(heard, pa.string()),
        pa.FixedSizeListArray.from_arrays(flat, vectors.dimensions),
    ]
    return pa.table(columns, schema=_schema(vectors.dimensions))


# --- what a file says of itself -------------------------------------------------------------------


def _facts(
    encoder: str, dimensions: int, made_by: str, ids: list[str], vectors: list[str]
) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "encoder": encoder,
        "dimensions": dimensions,
        "made_by": made_by,
        "ids": ids,
        "vectors": vectors,
        "fingerprint": fingerprint([SCHEMA, encoder, str(dimensions), made_by], ids, vectors),
    }


def _joined(parts: Sequence[Ids]) -> Ids:
    return np.concatenate([object_array([]), *parts])
