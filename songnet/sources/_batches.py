"""Playlists as the tables that a store's ``add_playlists`` takes: from records, and gathered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from songnet.errors import UsageError
from songnet.model import Skipped
from songnet.sources._records import PlaylistRecord, Track
from songnet.tables import MEMBERSHIP_SCHEMA, PLAYLIST_SCHEMA, SONG_SCHEMA

# What a list can say of a song.
SONGS = pa.schema([SONG_SCHEMA.field(field.name) for field in fields(Track)])
SKIPPED_PER_BATCH = 10_000


@dataclass(frozen=True, slots=True)
class Batch:
    """Whole playlists, as a store's ``add_playlists`` takes them.

    Attributes
    ----------
    playlists, songs, memberships
        Tables with columns of `songnet.tables`. Every id occurs once,
        and every (playlist, song) once: ``position`` is its first place (0-based, among the tracks
        that could be used), ``times`` how often it occurs. Where a song is described more than
        once, the first value counts.
    skipped
        What was left out since the last batch.
    """

    playlists: pa.Table
    songs: pa.Table
    memberships: pa.Table
    skipped: list[Skipped]


def batches(
    records: Iterable[PlaylistRecord | Skipped],
    *,
    playlists_per_batch: int = 1000,
    memberships_per_batch: int = 100_000,
) -> Iterator[Batch]:
    """Records in batches, each ended by whichever limit is reached first.

    A playlist is never cut, so a batch may hold more memberships than the limit by what its last
    playlist adds. A batch may hold nothing but `skipped`.
    """
    if min(playlists_per_batch, memberships_per_batch) < 1:
        raise UsageError("a batch must hold at least one playlist and one membership")
    filling = _Filling()
    for record in records:
        filling.add(record)
        if filling.reaches(playlists_per_batch, memberships_per_batch):
            yield filling.batch()
            filling = _Filling()
    if not filling.is_empty:
        yield filling.batch()


class _Filling:
    """A batch in the making, as columns."""

    def __init__(self) -> None:
        self._playlists: list[PlaylistRecord] = []
        self._songs: dict[str, Track] = {}
        self._rows: list[tuple[str, str, int, int]] = []
        self._skipped: list[Skipped] = []

    @property
    def is_empty(self) -> bool:
        return not (self._playlists or self._skipped)

    def reaches(self, playlists: int, memberships: int) -> bool:
        return (
            len(self._playlists) >= playlists
            or len(self._rows) >= memberships
            or len(self._skipped) >= SKIPPED_PER_BATCH
        )

    def add(self, record: PlaylistRecord | Skipped) -> None:
        if isinstance(record, Skipped):
            self._skipped.append(record)
            return
        self._playlists.append(record)
        first: dict[str, int] = {}
        times: Counter[str] = Counter()
        for position, track in enumerate(record.tracks):
            first.setdefault(track.id, position)
            times[track.id] += 1
            self._describe(track)
        self._rows += [(record.id, song, place, times[song]) for song, place in first.items()]

    def _describe(self, track: Track) -> None:
        known = self._songs.setdefault(track.id, track)
        if known is not track and known != track:
            self._songs[track.id] = _with_gaps_filled(known, track)

    def batch(self) -> Batch:
        return Batch(
            playlists=_table(self._playlists, PLAYLIST_SCHEMA),
            songs=_table(self._songs.values(), SONGS),
            memberships=_rows_table(self._rows, MEMBERSHIP_SCHEMA),
            skipped=self._skipped,
        )


def _with_gaps_filled(known: Track, other: Track) -> Track:
    """What is known of a song, its gaps filled."""
    gaps = {name: getattr(other, name) for name in SONGS.names if getattr(known, name) is None}
    return replace(known, **gaps)


def _table(records: Iterable[PlaylistRecord | Track], schema: pa.Schema) -> pa.Table:
    listed = list(records)
    columns = {name: [getattr(record, name) for record in listed] for name in schema.names}
    return pa.table(columns, schema=schema)


def _rows_table(rows: Sequence[tuple[str, str, int, int]], schema: pa.Schema) -> pa.Table:
    columns = list(zip(*rows, strict=True)) or [()] * len(schema)
    return pa.table(
        {name: list(column) for name, column in zip(schema.names, columns, strict=True)},
        schema=schema,
    )


def gathered(batches: Iterable[Batch], *, memberships: int) -> Iterator[Batch]:
    """The same in larger batches, each ended when it has this many memberships.

    No two of the batches may hold the same playlist.
    """
    held: list[Batch] = []
    for batch in batches:
        held.append(batch)
        rows = sum(len(each.memberships) for each in held)
        skipped = sum(len(each.skipped) for each in held)
        if rows >= memberships or skipped >= SKIPPED_PER_BATCH:
            yield _together(held)
            held = []
    if held:
        yield _together(held)


def _together(batches: Sequence[Batch]) -> Batch:
    return Batch(
        playlists=pa.concat_tables([each.playlists for each in batches]),
        songs=_once([each.songs for each in batches]),
        memberships=pa.concat_tables(
            [each.memberships.cast(MEMBERSHIP_SCHEMA) for each in batches]
        ),
        skipped=[skipped for each in batches for skipped in each.skipped],
    )


def _once(tables: Sequence[pa.Table]) -> pa.Table:
    """Every song once: of each column the first value that is one."""
    if len(tables) == 1:
        return tables[0]
    whole = pa.concat_tables(tables).combine_chunks()
    encoded = whole["id"].combine_chunks().dictionary_encode()
    codes = encoded.indices.to_numpy(zero_copy_only=False)
    rows = np.arange(len(codes))
    found = whole.take(pa.array(_first(codes, rows, len(encoded.dictionary))))
    for place, name in enumerate(found.column_names):
        if found[name].null_count:
            said = rows[pc.is_valid(whole[name]).to_numpy()]
            values = _first(codes[said], said, len(encoded.dictionary))
            filled = whole[name].take(pa.array(values, mask=values < 0))
            found = found.set_column(place, found.field(place), filled)
    return found.select(SONGS.names)


def _first(codes: NDArray[np.int32], rows: NDArray[np.int64], count: int) -> NDArray[np.int64]:
    """Of every code the first of its rows, (count,) int64; -1 for one that has none."""
    first = np.full(count, -1)
    first[codes[::-1]] = rows[::-1]  # What is written last stays.
    return first
