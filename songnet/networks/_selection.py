"""The playlists and songs that satisfy conditions, and who is in which of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from songnet.errors import EmptyInputError, InputError
from songnet.model import Ints, Memberships
from songnet.networks._conditions import Condition


@dataclass(frozen=True)
class Selection:
    """What satisfies all of some conditions.

    Attributes
    ----------
    memberships
        Of the playlists that satisfy those on playlists, the songs that satisfy those on songs.
    conditions
        Which they were.
    playlists, songs
        How many there were to choose from.
    lacking
        Per condition how many of those playlists or songs lack what it asks for, or are too vague
        to say; they are left out for that.
    """

    memberships: Memberships
    conditions: tuple[Condition, ...]
    playlists: int
    songs: int
    lacking: Mapping[Condition, int]


def select(
    memberships: Memberships,
    conditions: Sequence[Condition],
    *,
    playlists: Mapping[str, Sequence[Any]],
    songs: Mapping[str, Sequence[Any]],
) -> Selection:
    """The memberships that satisfy all conditions.

    Parameters
    ----------
    playlists, songs
        Columns by field of `songnet.networks.FIELDS`, a value per playlist of
        `memberships.playlists` and per song of `memberships.songs`, in that order; None where
        there is none. ``modified`` is seconds since 1970 or text. ``length`` may be left out: then
        it is counted.

    Raises
    ------
    EmptyInputError
        No playlist or no song satisfies the conditions; the message says how many lack what they
        ask for.
    InputError
        A condition on a field that is not given, or a column of another length.
    """
    columns = {
        "playlist": {"length": _lengths(memberships).tolist(), **playlists},
        "song": dict(songs),
    }
    kept = {
        "playlist": np.ones(len(memberships.playlists), bool),
        "song": np.ones(len(memberships.songs), bool),
    }
    lacking: dict[Condition, int] = {}
    for each in conditions:
        values = _column(columns[each.of], each, len(kept[each.of]))
        verdicts = each.verdicts(values)
        kept[each.of] &= np.array([verdict is True for verdict in verdicts], bool)
        lacking[each] = sum(verdict is None for verdict in verdicts)
    chosen = restricted(memberships, playlists=kept["playlist"], songs=kept["song"])
    result = Selection(chosen, tuple(conditions), len(kept["playlist"]), len(kept["song"]), lacking)
    if conditions and not len(chosen):
        raise EmptyInputError(_nothing(result))
    return result


def restricted(
    memberships: Memberships,
    *,
    playlists: NDArray[np.bool_] | None = None,
    songs: NDArray[np.bool_] | None = None,
) -> Memberships:
    """The memberships of some playlists and songs, masks of shape (p,) and (s,)."""
    keep = np.ones(len(memberships), bool)
    if playlists is not None:
        keep &= playlists[memberships.playlist]
    if songs is not None:
        keep &= songs[memberships.song]
    if keep.all():
        return memberships
    left, playlist = np.unique(memberships.playlist[keep], return_inverse=True)
    right, song = np.unique(memberships.song[keep], return_inverse=True)
    return Memberships(
        memberships.playlists[left],
        memberships.songs[right],
        playlist.astype(np.int64),
        song.astype(np.int64),
    )


def _lengths(memberships: Memberships) -> Ints:
    counts = np.bincount(memberships.playlist, minlength=len(memberships.playlists))
    return counts.astype(np.int64)


def _column(columns: Mapping[str, Sequence[Any]], asked: Condition, rows: int) -> Sequence[Any]:
    if asked.field not in columns:
        raise InputError(f"{asked} needs the {asked.field} of every {asked.of}: it is not given")
    values = columns[asked.field]
    if len(values) != rows:
        raise InputError(f"{asked.field} needs a value per {asked.of}: {len(values)} for {rows}")
    return values


def _nothing(empty: Selection) -> str:
    totals = {"playlist": empty.playlists, "song": empty.songs}
    gaps = [
        f"{each.field!r} is missing or too vague in {count} of {totals[each.of]} {each.of}s"
        for each, count in empty.lacking.items()
        if count
    ]
    asked = " and ".join(map(str, empty.conditions))
    return f"nothing satisfies {asked}{''.join('; ' + each for each in gaps)}: loosen --where"
