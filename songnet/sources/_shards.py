"""The files of the archive of spectrograms: how a shard is written, checked and read.

Pixels are read with plain reads, not mapped: the pages of a mapped file count as the process's
memory for as long as it is mapped, all of the archive in the end.
"""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from songnet.errors import FormatError, InputError
from songnet.files import check_regular, remove_file, replacing
from songnet.model import Ints
from songnet.sources._listening import SongSound
from songnet.sources._mel import FRAMES, MELS

SCHEMA = "songnet.spectrograms/1"
PIXELS = MELS * FRAMES
ADVICE = "remove the file and load its songs again"

_NAME = re.compile(r"shard-([0-9]{6})\.arrow\Z")
_ARROW_SCHEMA = pa.schema(
    [
        pa.field("song", pa.string(), nullable=False),
        pa.field("clip", pa.int32(), nullable=False),
        pa.field("sha256", pa.string(), nullable=False),
        pa.field("asked", pa.int32(), nullable=False),
        pa.field("pixels", pa.binary(PIXELS), nullable=False),
    ],
    metadata={"schema": SCHEMA},
)

Identity: TypeAlias = tuple[int, int, int]


def shard_name(number: int) -> str:
    """What a shard is called."""
    return f"shard-{number:06d}.arrow"


def shard_number(name: str) -> int:
    """What `shard_name` was given."""
    return int(name[6:12])


def shard_names(folder: Path) -> list[str]:
    """The shards of a folder, sorted; `FormatError` if there is something else among them."""
    if not folder.exists():
        return []
    try:
        names = sorted(path.name for path in folder.iterdir() if path.suffix == ".arrow")
    except OSError as error:
        raise FormatError(folder, f"cannot be read ({error.strerror or error})") from error
    for name in names:
        if not _NAME.match(name):
            raise FormatError(folder / name, "is not a shard of spectrograms: remove the file")
    return names


def shard_table(sounds: Sequence[SongSound]) -> pa.Table:
    """Songs, each checked by `check_sound`, as the rows of a shard."""
    counts = [len(sound.pixels) for sound in sounds]
    pixels = np.ascontiguousarray(np.concatenate([sound.pixels for sound in sounds]))

    def repeated(values: list[str] | list[int], kind: pa.DataType) -> pa.Array:
        return pa.array(np.repeat(np.array(values, object), counts), kind)

    columns = [
        repeated([sound.id for sound in sounds], pa.string()),
        pa.array(np.concatenate([np.arange(count) for count in counts]), pa.int32()),
        repeated([sound.sha256 for sound in sounds], pa.string()),
        repeated([sound.asked for sound in sounds], pa.int32()),
        pa.FixedSizeBinaryArray.from_buffers(
            pa.binary(PIXELS), len(pixels), [None, pa.py_buffer(pixels)]
        ),
    ]
    return pa.table(columns, schema=_ARROW_SCHEMA)


def check_sound(sound: SongSound) -> None:
    """`InputError` unless a song's pixels are uint8 (clips, 96, 216), one clip at least."""
    pixels = sound.pixels
    if pixels.dtype != np.uint8 or pixels.shape[1:] != (MELS, FRAMES) or not len(pixels):
        raise InputError(
            f"{sound.id}: spectrograms are uint8 of shape (clips, {MELS}, {FRAMES}), "
            f"got {pixels.dtype} of shape {pixels.shape}"
        )


def write_shard(path: Path, table: pa.Table) -> None:
    """Write a shard whole or not at all, as one record batch."""
    with replacing(path) as file, pa.ipc.new_file(file, _ARROW_SCHEMA) as writer:
        writer.write_table(table.combine_chunks())


def remove_songs(path: Path, songs: Collection[str]) -> None:
    """Replace a shard by one without these songs; remove it if nothing is left."""
    table, _ = look_at(path)
    keep = [song not in songs for song in table["song"].to_pylist()]
    if all(keep):
        return
    if any(keep):
        write_shard(path, table.filter(keep))
    else:
        remove_file(path)


@dataclass(frozen=True, slots=True)
class PixelFile:
    """Where the pixels of a shard are in its file, as it was when it was looked at.

    Attributes
    ----------
    path
        The file.
    rows
        How many spectrograms it has.
    offset
        Where they begin, in bytes.
    identity
        Another file, or one that was written to, has another.
    """

    path: Path
    rows: int
    offset: int
    identity: Identity

    def read(self, rows: Ints, pixels: NDArray[np.uint8], places: Ints) -> bool:
        """Read some rows into `pixels[places]`; False if the file is no longer the same.

        Raises
        ------
        FormatError
            The file is not there or cannot be read.
        """
        try:
            with self.path.open("rb", buffering=0) as file:
                if _identity(os.fstat(file.fileno())) != self.identity:
                    return False
                for row, place in zip(rows.tolist(), places.tolist(), strict=True):
                    file.seek(self.offset + row * PIXELS)
                    if file.readinto(pixels[place].data) != PIXELS:
                        return False
        except OSError as error:
            raise _damaged(self.path, error) from error
        return True


def look_at(path: Path) -> tuple[pa.Table, PixelFile]:
    """A shard's rows, mapped, schema and ids checked, and its pixels, which are not touched.

    Raises
    ------
    FormatError
        It is not there, damaged or of another version.
    """
    try:
        # Taken first: should the file be replaced now, then `PixelFile.read` notices.
        identity = _identity(path.stat())
        check_regular(path)
        with pa.memory_map(str(path)) as file:
            begin = file.read_buffer().address
            table = _checked_table(path, file)
    except MemoryError:  # Arrow's too, which says nothing of the file
        raise
    except (pa.ArrowException, OSError) as error:
        raise _damaged(path, error) from error
    pixels = table["pixels"].chunk(0).buffers()[1]
    return table, PixelFile(path, len(table), pixels.address - begin if pixels else 0, identity)


def _checked_table(path: Path, file: pa.MemoryMappedFile) -> pa.Table:
    with pa.ipc.open_file(file) as reader:
        if (reader.schema.metadata or {}).get(b"schema") != SCHEMA.encode():
            raise FormatError(path, f"is not a shard of {SCHEMA}: {ADVICE}")
        if not reader.schema.equals(_ARROW_SCHEMA) or reader.num_record_batches != 1:
            raise FormatError(path, f"is a damaged shard of spectrograms: {ADVICE}")
        table = reader.read_all()
    table.drop(["pixels"]).validate(full=True)
    table.validate()
    if any(column.null_count for column in table.columns):
        raise FormatError(path, f"is a damaged shard, with gaps: {ADVICE}")
    return table


def _identity(found: os.stat_result) -> Identity:
    return found.st_ino, found.st_size, found.st_mtime_ns


def _damaged(path: Path, error: Exception) -> FormatError:
    reason = str(error).splitlines()[0] if str(error) else type(error).__name__
    return FormatError(path, f"is a damaged shard of spectrograms ({reason}): {ADVICE}")
