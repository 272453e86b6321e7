"""Spectrograms in: what they are, which ones to learn from, and in what order to read them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from songnet.errors import EmptyInputError, InputError
from songnet.model import Ids, Ints

MELS = 96
FRAMES = 216
CACHE_BYTES = 512 * 2**20
MIN_SONGS = 5
# Rows that lie together are read together: disks are slow at random.
BLOCK_ROWS = 256

Pixels: TypeAlias = NDArray[np.uint8]


class Spectrograms(Protocol):
    """Spectrograms of songs, one per row.

    Attributes
    ----------
    songs
        Song ids, shape (n,), sorted; a song has a row per clip.
    clips
        int64 (n,), rising within a song.
    """

    @property
    def songs(self) -> Ids: ...

    @property
    def clips(self) -> Ints: ...

    def read(self, rows: Ints) -> Pixels:
        """The pixels of `rows`, uint8 (b, 96, 216), in the order asked for."""


def check_rows(spectrograms: Spectrograms) -> None:
    """Refuse no rows, and rows out of order (a seed would then mean something else each time)."""
    songs, clips = spectrograms.songs, spectrograms.clips
    if not len(songs):
        raise EmptyInputError("there are no spectrograms: load audio first (songnet load-audio)")
    if len(songs) != len(clips):
        raise InputError(f"spectrograms have {len(songs)} songs but {len(clips)} clips")
    same = songs[1:] == songs[:-1]
    rising = np.where(same, clips[1:] > clips[:-1], songs[1:] > songs[:-1])
    if not rising.all():
        raise InputError("spectrograms must be sorted by song, then clip, each pair once")


def read_pixels(spectrograms: Spectrograms, rows: Ints) -> Pixels:
    """`spectrograms.read`, checked: anything but uint8 (b, 96, 216) is refused."""
    return checked_pixels(spectrograms.read(rows), count=len(rows))


def checked_pixels(pixels: NDArray[Any], *, count: int | None = None) -> Pixels:
    """`pixels` itself if it is uint8 (b, 96, 216), b being `count` where given."""
    expected = ("b" if count is None else count, MELS, FRAMES)
    if (
        pixels.dtype != np.uint8
        or pixels.shape[1:] != (MELS, FRAMES)
        or (count is not None and len(pixels) != count)
    ):
        raise InputError(
            f"spectrograms must be uint8 of shape {expected}: got {pixels.dtype} {pixels.shape}"
        )
    return pixels


@dataclass(frozen=True, slots=True)
class _Cached:
    """All pixels in memory."""

    songs: Ids
    clips: Ints
    pixels: Pixels

    def read(self, rows: Ints) -> Pixels:
        return self.pixels[rows]


def cached(spectrograms: Spectrograms, *, limit: int = CACHE_BYTES) -> Spectrograms:
    """The same spectrograms, held in memory if their bytes are at most `limit`."""
    count = len(spectrograms.songs)
    if count * MELS * FRAMES > limit:
        return spectrograms
    pixels = np.empty((count, MELS, FRAMES), np.uint8)
    for rows in in_order(np.arange(count), BLOCK_ROWS):
        pixels[rows] = read_pixels(spectrograms, rows)
    return _Cached(spectrograms.songs, spectrograms.clips, pixels)


def in_order(rows: Ints, batch_size: int) -> Iterator[Ints]:
    """`rows` cut into batches as they stand; the last may be shorter."""
    for start in range(0, len(rows), batch_size):
        yield rows[start : start + batch_size]


def shuffled(rows: Ints, buffer: int, random: np.random.Generator) -> Iterator[Ints]:
    """`rows` in random order, `buffer` at a time.

    That many or fewer are shuffled all among each other. More are dealt in whole blocks of
    neighbouring rows into buffers of that size, and shuffled within each buffer, so that memory
    does not grow with the archive and reading stays sequential.
    """
    dealt = rows if len(rows) <= buffer else _deal_blocks(rows, random)
    for held in in_order(dealt, buffer):
        yield held[random.permutation(len(held))]


def _deal_blocks(rows: Ints, random: np.random.Generator) -> Ints:
    blocks = list(in_order(rows, BLOCK_ROWS))
    return np.concatenate([blocks[index] for index in random.permutation(len(blocks))])


@dataclass(frozen=True, slots=True)
class Split:
    """Which rows are learnt from and which are held back.

    Attributes
    ----------
    training, validation
        int64, rising row numbers; together all rows, no group on both sides.
    by
        ``recording`` where groups were given, else ``song``.
    """

    training: Ints
    validation: Ints
    by: str


def split(songs: Ids, groups: Ids | None, *, validation: float, seed: int) -> Split:
    """Hold back `validation` of the groups, at least one, by a seeded draw.

    Parameters
    ----------
    songs
        Song ids, one per row, shape (n,), sorted.
    groups
        What a row was cut from (a song's `recording`), shape (n,); empty or None means the song
        itself. Clips of one group never stand on both sides.

    Raises
    ------
    EmptyInputError
        Fewer than `MIN_SONGS` songs, or all of one group.
    InputError
        `groups` of another length, or a song in more than one group.
    """
    keys = songs if groups is None else _group_keys(songs, groups)
    distinct = len(np.unique(songs))
    if distinct < MIN_SONGS:
        raise EmptyInputError(
            f"an encoder needs at least {MIN_SONGS} songs to learn from, got {distinct}: load more"
        )
    names, index = np.unique(keys, return_inverse=True)
    if len(names) < 2:
        raise EmptyInputError(
            "all songs are of one recording, so none can be held back to check: load more"
        )
    held = min(max(round(validation * len(names)), 1), len(names) - 1)
    draw = np.random.default_rng([seed, 1]).permutation(len(names))[:held]
    back = np.isin(index, draw)
    return Split(
        np.flatnonzero(~back), np.flatnonzero(back), "song" if groups is None else "recording"
    )


def _group_keys(songs: Ids, groups: Ids) -> Ids:
    if len(groups) != len(songs):
        raise InputError(f"groups need a value per spectrogram: {len(groups)} for {len(songs)}")
    keys = np.empty(len(songs), object)
    # The prefix keeps a song that has no group apart from a group that bears its name.
    keys[:] = [
        f"group {group}" if group else f"song {song}"
        for song, group in zip(songs, groups, strict=True)
    ]
    inside = (songs[1:] == songs[:-1]) & (keys[1:] != keys[:-1])
    if inside.any():
        song = songs[1:][inside][0]
        raise InputError(f"song {song!r} is in more than one group: give all its clips the same")
    return keys
