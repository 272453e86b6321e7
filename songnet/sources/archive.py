"""The spectrograms of the data folder: shards of raw pixels, written once, mapped when read.

    spectrograms/
      shard-000000.arrow     Arrow IPC, about 512 spectrograms each
      shard-000001.arrow     …

A shard has one record batch with the columns ``song``, ``clip`` (0, 1, …), ``sha256`` (of the
song's file), ``asked`` (clips asked for) and ``pixels`` (96 x 216 bytes), and says
``songnet.spectrograms/1`` in its metadata. A song's clips lie together in one shard. Shards are
written whole or not at all; only the last one, while it is small, is replaced by a longer one that
begins with the same rows. A song that is added again stands in a later row, which counts; shards in
which nothing counts any more are removed.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from songnet.errors import FormatError, InputError
from songnet.files import replacing
from songnet.model import Ids, Ints, fingerprint, object_array
from songnet.sources._listening import SongSound
from songnet.sources._mel import FRAMES, MELS

SCHEMA = "songnet.spectrograms/1"
SHARD_ROWS = 512

_PIXELS = MELS * FRAMES
_NAME = re.compile(r"shard-([0-9]{6})\.arrow\Z")
_ARROW_SCHEMA = pa.schema(
    [
        pa.field("song", pa.string(), nullable=False),
        pa.field("clip", pa.int32(), nullable=False),
        pa.field("sha256", pa.string(), nullable=False),
        pa.field("asked", pa.int32(), nullable=False),
        pa.field("pixels", pa.binary(_PIXELS), nullable=False),
    ],
    metadata={"schema": SCHEMA},
)


@dataclass(frozen=True, slots=True)
class _Index:
    """Which rows count, sorted by song, then clip."""

    songs: Ids
    clips: Ints
    hashes: Ids
    shard: Ints
    row: Ints


class SpectrogramArchive:
    """Spectrograms by row, of any number of songs; only the index is in memory.

    Parameters
    ----------
    folder
        Where the shards are; made when something is first added.

    Raises
    ------
    FormatError
        A shard is damaged, of another version or not ours; the message names the file to remove.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._names: list[str] = []
        self._rows: dict[str, int] = {}
        self._heard: dict[str, tuple[str, int]] = {}
        self._mapped: dict[str, NDArray[np.uint8]] = {}
        self._index: _Index | None = None
        self._refresh()

    @property
    def songs(self) -> Ids:
        """The song of every row: ids, sorted, shape (n,); a song has a row for each clip."""
        return self._indexed().songs

    @property
    def clips(self) -> Ints:
        """The clip of every row, from 0: int64 (n,), rising within a song."""
        return self._indexed().clips

    @property
    def hashes(self) -> Ids:
        """The SHA-256 of the file that every row was made from, shape (n,)."""
        return self._indexed().hashes

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the songs, their clips and the hashes of the files they were made from."""
        index = self._indexed()
        return fingerprint(index.songs, index.clips, index.hashes)

    def __len__(self) -> int:
        """The number of spectrograms."""
        return len(self._indexed().songs)

    def holds(self, song: str, sha256: str, clips: int) -> bool:
        """Whether `clips` clips were asked for, and the song read, from a file with this hash."""
        return self._heard.get(song) == (sha256, clips)

    def by_song(self, ids: Iterable[str]) -> Ints:
        """The rows of these songs, rising, int64; `InputError` if one of them has none."""
        wanted = np.unique(object_array(ids))
        if missing := [song for song in wanted if song not in self._heard]:
            raise InputError(
                f"{len(missing)} songs have no spectrogram, {missing[0]!r} among them: "
                "load their sound first (load-audio)"
            )
        return np.flatnonzero(np.isin(self.songs, wanted)).astype(np.int64)

    def read(self, rows: NDArray[np.int64]) -> NDArray[np.uint8]:
        """The spectrograms of `rows`, in that order: uint8 (b, 96, 216).

        Raises
        ------
        InputError
            A row that is not there.
        FormatError
            A shard was removed or damaged in the meantime.
        """
        index, rows = self._indexed(), np.asarray(rows, np.int64).ravel()
        if len(rows) and not 0 <= rows.min() <= rows.max() < len(index.songs):
            raise InputError(f"rows must be from 0 to {len(index.songs) - 1}")
        pixels = np.empty((len(rows), MELS, FRAMES), np.uint8)
        shards = index.shard[rows]
        for shard in np.unique(shards):
            here = np.flatnonzero(shards == shard)
            pixels[here] = self._pixels(self._names[shard])[index.row[rows[here]]]
        return pixels

    def add(self, sounds: Iterable[SongSound]) -> int:
        """Add songs; older clips of the same songs no longer count. How many clips were added.

        Songs are on the disk when this returns, and in part (whole songs, in order) after an
        error or a kill. Another process may add at the same time.

        Raises
        ------
        InputError
            Pixels of another shape or type; the disk is full or not writable.
        """
        added, waiting, rows = 0, [], 0
        replaced = False
        for sound in sounds:
            _check(sound)
            replaced |= sound.id in self._heard
            waiting.append(sound)
            rows += len(sound.pixels)
            if rows >= SHARD_ROWS:
                added += self._write(waiting)
                waiting, rows = [], 0
        added += self._write(waiting)
        if replaced:
            self._sweep()
        return added

    def _write(self, sounds: list[SongSound]) -> int:
        """Write songs into the last shard, if it is small, or else into a new one."""
        if not sounds:
            return 0
        batch = _batch(sounds)
        with self._locked():
            self._refresh()
            name, table = self._place(pa.Table.from_batches([batch]))
            self._mapped.pop(name, None)
            with (
                replacing(self.folder / name) as file,
                pa.ipc.new_file(file, _ARROW_SCHEMA) as writer,
            ):
                writer.write_table(table.combine_chunks())
            self._refresh()
        return int(batch.num_rows)

    def _place(self, table: pa.Table) -> tuple[str, pa.Table]:
        """The shard to write, and its whole content."""
        last = self._names[-1] if self._names else None
        if last is not None and self._rows[last] + len(table) <= SHARD_ROWS:
            return last, pa.concat_tables([_read_shard(self.folder / last), table])
        number = int(last[6:12]) + 1 if last is not None else 0
        return f"shard-{number:06d}.arrow", table

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """The folder for ourselves, for as long as one shard takes to write."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            handle = os.open(self.folder / ".lock", os.O_RDWR | os.O_CREAT, 0o666)
        except OSError as error:
            raise InputError(
                f"{self.folder} cannot be written: {error.strerror or error}"
            ) from error
        try:
            _lock(handle)
            yield
        finally:
            os.close(handle)

    def _refresh(self) -> None:
        """Take up shards that are new or longer, whoever wrote them."""
        names = _shard_names(self.folder)
        if self._names != names[: len(self._names)]:
            self._names, self._rows, self._heard = [], {}, {}
            self._mapped.clear()
        for name in names[max(len(self._names) - 1, 0) :]:
            table = _read_shard(self.folder / name)
            if self._rows.get(name) != len(table):
                self._take(name, table)
        self._names = names

    def _take(self, name: str, table: pa.Table) -> None:
        songs, hashes, asked = (table[column].to_pylist() for column in ("song", "sha256", "asked"))
        self._heard.update(zip(songs, zip(hashes, asked, strict=True), strict=True))
        self._rows[name] = len(table)
        self._mapped.pop(name, None)
        self._index = None

    def _indexed(self) -> _Index:
        if self._index is None:
            self._index = self._make_index()
        return self._index

    def _make_index(self) -> _Index:
        tables = [_read_shard(self.folder / name).drop(["pixels"]) for name in self._names]
        lengths = [len(table) for table in tables]
        table = pa.concat_tables(tables) if tables else _ARROW_SCHEMA.empty_table()
        clips = table["clip"].to_numpy().astype(np.int64)
        songs, code = np.unique(object_array(table["song"].to_pylist()), return_inverse=True)
        order = np.lexsort((clips, code))
        order = order[_newest(code, clips)[order]]
        return _Index(
            songs=songs[code[order]] if len(songs) else object_array([]),
            clips=clips[order],
            hashes=object_array(table["sha256"].to_pylist())[order],
            shard=np.repeat(np.arange(len(lengths)), lengths)[order],
            row=np.concatenate([np.arange(0), *map(np.arange, lengths)])[order],
        )

    def _pixels(self, name: str) -> NDArray[np.uint8]:
        """A shard's pixels, mapped: uint8 (rows, 96, 216)."""
        if name not in self._mapped:
            self._mapped[name] = _mapped_pixels(self.folder / name, self._rows[name])
        return self._mapped[name]

    def _sweep(self) -> None:
        """Remove shards in which no row counts any more."""
        live = set(self._indexed().shard.tolist())
        dead = [name for place, name in enumerate(self._names) if place not in live]
        if not dead:
            return
        with self._locked():
            for name in dead:
                (self.folder / name).unlink(missing_ok=True)
            self._refresh()


def _newest(code: Ints, clips: Ints) -> NDArray[np.bool_]:
    """Which rows belong to the last time that their song was written.

    Each time begins with clip 0, so those are the rows from the song's last clip 0 on.
    """
    place = np.arange(len(code))
    begins = np.full(int(code.max(initial=-1)) + 1, -1)
    first = clips == 0
    np.maximum.at(begins, code[first], place[first])
    newest: NDArray[np.bool_] = place >= begins[code]
    return newest


def _check(sound: SongSound) -> None:
    pixels = sound.pixels
    if pixels.dtype != np.uint8 or pixels.shape[1:] != (MELS, FRAMES) or not len(pixels):
        raise InputError(
            f"{sound.id}: spectrograms are uint8 of shape (clips, {MELS}, {FRAMES}), "
            f"got {pixels.dtype} of shape {pixels.shape}"
        )


def _batch(sounds: list[SongSound]) -> pa.RecordBatch:
    counts = [len(sound.pixels) for sound in sounds]
    pixels = np.ascontiguousarray(np.concatenate([sound.pixels for sound in sounds]))

    def repeated(values: list[str] | list[int], kind: pa.DataType) -> pa.Array:
        return pa.array(np.repeat(np.array(values, object), counts), kind)

    return pa.record_batch(
        [
            repeated([sound.id for sound in sounds], pa.string()),
            pa.array(np.concatenate([np.arange(count) for count in counts]), pa.int32()),
            repeated([sound.sha256 for sound in sounds], pa.string()),
            repeated([sound.asked for sound in sounds], pa.int32()),
            pa.FixedSizeBinaryArray.from_buffers(
                pa.binary(_PIXELS), len(pixels), [None, pa.py_buffer(pixels)]
            ),
        ],
        schema=_ARROW_SCHEMA,
    )


def _shard_names(folder: Path) -> list[str]:
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


def _read_shard(path: Path) -> pa.Table:
    """A shard, mapped, its schema and ids checked; its pixels are not touched."""
    advice = "remove the file and load its songs again"
    try:
        with pa.memory_map(str(path)) as file, pa.ipc.open_file(file) as reader:
            if (reader.schema.metadata or {}).get(b"schema") != SCHEMA.encode():
                raise FormatError(path, f"is not a shard of {SCHEMA}: {advice}")
            if not reader.schema.equals(_ARROW_SCHEMA) or reader.num_record_batches != 1:
                raise FormatError(path, f"is a damaged shard of spectrograms: {advice}")
            table = reader.read_all()
            table.drop(["pixels"]).validate(full=True)
            table.validate()
            if any(column.null_count for column in table.columns):
                raise FormatError(path, f"is a damaged shard, with gaps: {advice}")
    except (pa.ArrowException, OSError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise FormatError(
            path, f"is a damaged shard of spectrograms ({reason}): {advice}"
        ) from error
    return table


def _mapped_pixels(path: Path, rows: int) -> NDArray[np.uint8]:
    column = _read_shard(path)["pixels"].chunk(0)
    if len(column) < rows:
        raise FormatError(path, "has become shorter: another process has changed it; run again")
    data = np.frombuffer(column.buffers()[1], np.uint8, len(column) * _PIXELS)
    return data.reshape(-1, MELS, FRAMES)


def _lock(handle: int) -> None:
    """Wait for the lock on an open file; it ends when the file is closed or the process dies."""
    try:
        import fcntl
    except ImportError:  # Windows, where a file that is mapped cannot be replaced anyway
        return
    fcntl.flock(handle, fcntl.LOCK_EX)
