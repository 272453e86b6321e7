"""The spectrograms of the data folder: shards of raw pixels, written once, read by row.

    spectrograms/
      shard-000000.arrow     Arrow IPC, about 512 spectrograms each
      shard-000001.arrow     …

A shard has one record batch with the columns ``song``, ``clip`` (0, 1, …), ``sha256`` (of the
song's file), ``asked`` (clips asked for) and ``pixels`` (96 x 216 bytes), and says
``songnet.spectrograms/1`` in its metadata. A song's clips lie together in one shard. Shards are
written whole or not at all; only the last one, while it is small, is replaced by a longer one that
begins with the same rows, and one that holds a song that is removed by one without its rows. A song
that is added again stands in a later row, which counts; shards in which nothing counts any more are
removed.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from songnet.errors import FormatError, InputError
from songnet.files import make_folder, remove_file
from songnet.model import Ids, Ints, fingerprint, object_array
from songnet.sources._listening import SongSound
from songnet.sources._mel import FRAMES, MELS
from songnet.sources._shards import (
    PixelFile,
    check_sound,
    look_at,
    remove_songs,
    shard_name,
    shard_names,
    shard_number,
    shard_table,
    write_shard,
)

SHARD_ROWS = 512


@dataclass(frozen=True, slots=True)
class _Shard:
    """The rows of a shard: the songs' numbers, their clips, and where the pixels are."""

    songs: Ints
    clips: Ints
    pixels: PixelFile


@dataclass(slots=True)
class _Heard:
    """What counts of a song: its number, its file's hash, the clips asked for and there."""

    number: int
    sha256: str
    asked: int
    clips: int


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
        self._shards: dict[str, _Shard] = {}
        self._heard: dict[str, _Heard] = {}
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
        heard = self._heard.get(song)
        return heard is not None and (heard.sha256, heard.asked) == (sha256, clips)

    def count(self, ids: Iterable[str]) -> int:
        """How many spectrograms there are of these songs; `InputError` if one of them has none."""
        wanted = set(ids)
        self._check_heard(wanted)
        return sum(self._heard[song].clips for song in wanted)

    def by_song(self, ids: Iterable[str]) -> Ints:
        """The rows of these songs, rising, int64; `InputError` if one of them has none."""
        wanted = np.unique(object_array(ids))
        self._check_heard(wanted)
        begins = np.searchsorted(self.songs, wanted)
        counts = np.array([self._heard[song].clips for song in wanted], np.int64)
        return np.concatenate([np.arange(0), *map(np.arange, begins, begins + counts)])

    def _check_heard(self, ids: Iterable[str]) -> None:
        if missing := sorted(song for song in ids if song not in self._heard):
            raise InputError(
                f"{len(missing)} songs have no spectrogram, {missing[0]!r} among them: "
                "load their sound first (load-audio)"
            )

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
        names, shards = list(self._shards), index.shard[rows]
        for shard in np.unique(shards):
            here = np.flatnonzero(shards == shard)
            self._read(names[shard], index.row[rows[here]], pixels, here)
        return pixels

    def _read(self, name: str, rows: Ints, pixels: NDArray[np.uint8], places: Ints) -> None:
        shard = self._shards[name]
        while not shard.pixels.read(rows, pixels, places):
            table, file = look_at(shard.pixels.path)
            if not self._begins_with(table, shard):
                raise FormatError(
                    file.path, "is no longer the same: another process has changed it; run again"
                )
            shard = self._shards[name] = replace(shard, pixels=file)

    def _begins_with(self, table: pa.Table, shard: _Shard) -> bool:
        """Whether a shard that was replaced begins with the rows that it had."""
        rows = table.slice(0, len(shard.songs))
        numbers = [self._heard[song].number for song in rows["song"].to_pylist()
                   if song in self._heard]  # fmt: skip
        same = np.array_equal(numbers, shard.songs)
        return same and np.array_equal(rows["clip"].to_numpy(), shard.clips)

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
            check_sound(sound)
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

    def remove(self, songs: Iterable[str]) -> int:
        """Take songs out, rows that no longer count as well; how many clips there were of them.

        Shards that hold them are replaced by shorter ones, each whole or not at all; another call
        completes what was interrupted.

        Raises
        ------
        InputError
            The disk is full or not writable.
        """
        gone = set(songs)
        if self._heard.keys().isdisjoint(gone):
            return 0
        with self._locked():
            self._refresh()
            removed = sum(heard.clips for song, heard in self._heard.items() if song in gone)
            # Oldest first: were a song's newest rows gone alone, older ones would count again.
            for name in shard_names(self.folder):
                remove_songs(self.folder / name, gone)
            self._forget()
            self._refresh()
        return removed

    def _forget(self) -> None:
        self._shards, self._heard, self._index = {}, {}, None

    def _write(self, sounds: list[SongSound]) -> int:
        """Write songs into the last shard, if it is small, or else into a new one."""
        if not sounds:
            return 0
        table = shard_table(sounds)
        with self._locked():
            self._refresh()
            write_shard(*self._place(table))
            self._refresh()
        return int(table.num_rows)

    def _place(self, table: pa.Table) -> tuple[Path, pa.Table]:
        """The shard to write, and its whole content."""
        last = next(reversed(self._shards), None)
        if last is not None and len(self._shards[last].songs) + len(table) <= SHARD_ROWS:
            path = self.folder / last
            return path, pa.concat_tables([look_at(path)[0], table])
        number = shard_number(last) + 1 if last is not None else 0
        return self.folder / shard_name(number), table

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """The folder for ourselves, for as long as one shard takes to write."""
        try:
            make_folder(self.folder)
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
        known, names = list(self._shards), shard_names(self.folder)
        if known != names[: len(known)]:
            known = []
            self._forget()
        for name in names[max(len(known) - 1, 0) :]:
            table, pixels = look_at(self.folder / name)
            if name not in self._shards or len(self._shards[name].songs) != len(table):
                self._take(name, table, pixels)

    def _take(self, name: str, table: pa.Table, pixels: PixelFile) -> None:
        columns = (table[column].to_pylist() for column in ("song", "sha256", "asked", "clip"))
        numbers = [self._hear(*row) for row in zip(*columns, strict=True)]
        clips = table["clip"].to_numpy().astype(np.int64)
        self._shards[name] = _Shard(np.array(numbers, np.int64), clips, pixels)
        self._index = None

    def _hear(self, song: str, sha256: str, asked: int, clip: int) -> int:
        """Take note of a row; the song's number. Clips of a song come in order, from 0."""
        heard = self._heard.setdefault(song, _Heard(len(self._heard), sha256, asked, 0))
        heard.sha256, heard.asked, heard.clips = sha256, asked, clip + 1
        return heard.number

    def _indexed(self) -> _Index:
        if self._index is None:
            self._index = self._make_index()
        return self._index

    def _make_index(self) -> _Index:
        shards = list(self._shards.values())
        lengths = [len(shard.songs) for shard in shards]
        number = np.concatenate([np.arange(0), *(shard.songs for shard in shards)])
        clips = np.concatenate([np.arange(0), *(shard.clips for shard in shards)])
        ids = object_array(self._heard)
        rank = np.argsort(np.argsort(ids, kind="stable"))
        order = np.lexsort((clips, rank[number]))
        order = order[_newest(number, clips)[order]]
        hashes = object_array(heard.sha256 for heard in self._heard.values())
        return _Index(
            songs=ids[number[order]],
            clips=clips[order],
            hashes=hashes[number[order]],
            shard=np.repeat(np.arange(len(lengths)), lengths)[order],
            row=np.concatenate([np.arange(0), *map(np.arange, lengths)])[order],
        )

    def _sweep(self) -> None:
        """Remove shards in which no row counts any more."""
        live = set(self._indexed().shard.tolist())
        dead = [name for place, name in enumerate(self._shards) if place not in live]
        if not dead:
            return
        with self._locked():
            for name in dead:
                remove_file(self.folder / name)
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


def _lock(handle: int) -> None:
    """Wait for the lock on an open file; it ends when the file is closed or the process dies."""
    try:
        import fcntl
    except ImportError:  # Windows, where a file that is open cannot be replaced anyway
        return
    fcntl.flock(handle, fcntl.LOCK_EX)
