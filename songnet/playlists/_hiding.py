"""What is hidden of playlists, so that methods can be asked for it.

The scenarios are those of the RecSys Challenge 2018 that begin at a playlist's first song (C.-W.
Chen, P. Lamere, M. Schedl, H. Zamani, *RecSys Challenge 2018: automatic music playlist
continuation*), a half, and cold start.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from songnet.errors import EmptyInputError, InputError, UsageError
from songnet.model import Ids, Ints, Memberships, among
from songnet.playlists._rules import plain_name

HALF: Final = "half"
COLD: Final = "cold"
TITLE: Final = "title"
SHOWN: Final = (1, 5, 10, 25, 100)
# What is drawn hangs on the place here: new ones come last.
SCENARIOS: Final = (HALF, *map(str, SHOWN), COLD, TITLE)
PLAYLISTS: Final = 1_000
# What is left is to be about what there is: at most one playlist in so many is held out at a time.
FOLDS: Final = 5
# An interval over playlists needs as many.
FEWEST: Final = 2


@dataclass(frozen=True)
class Question:
    """A held-out playlist.

    Attributes
    ----------
    shown
        The songs that are shown, in the order of the playlist; at least one, but for ``title``.
    hidden
        Those that are to be found, in the same order; at least one.
    title
        What the playlist is called; empty if that is not known.
    """

    playlist: str
    shown: Ids
    hidden: Ids
    title: str = ""


@dataclass(frozen=True)
class Fold:
    """Playlists that are held out together, and what is left to learn from.

    Attributes
    ----------
    kept
        Bool (m,), of the memberships: which rows are left. The shown songs of `questions` are
        among them, the hidden ones are not.
    training
        The rows that are left.
    questions
        Sorted by playlist.
    candidates
        The songs, sorted, that are to be ranked: in no playlist of `training`. None: all songs.
    """

    kept: NDArray[np.bool_]
    training: Memberships
    questions: tuple[Question, ...]
    candidates: Ids | None = None


def hide(
    memberships: Memberships,
    scenario: str = HALF,
    *,
    positions: Ints | None = None,
    playlists: int = PLAYLISTS,
    seed: int = 0,
    songs: Iterable[str] | None = None,
    titles: Mapping[str, str] | None = None,
) -> list[Fold]:
    """Hold playlists out and hide songs of them.

    Every playlist is held out at most once, and at most a fifth of those that could be at a time
    (one, where they are fewer than five), so that little is missing from what is learnt from.

    Parameters
    ----------
    scenario
        ``half``: the first half of a playlist is shown, the song in the middle too; of playlists of
        two songs and more. ``1``, ``5``, ``10``, ``25``, ``100``: so many first songs are shown;
        of longer playlists. ``cold``: a fifth of `songs` at a time is hidden from all playlists,
        and asked for where a playlist has such songs and others. ``title``: no song is shown, of
        playlists that are called something.
    positions
        int64 (m,), parallel to the rows: the order in each playlist; ties go to the smaller song
        id. Default: by song id.
    playlists
        At most so many are held out, drawn by `seed`.
    songs
        Which can go cold; default: all. Of no account elsewhere.
    titles
        What playlists are called, by id.

    Returns
    -------
    One `Fold` or more, each with questions.

    Raises
    ------
    EmptyInputError
        Fewer than two playlists are long enough, or called something.
    InputError
        `positions` of another length.
    UsageError
        No such scenario, or `playlists` below 2.
    """
    if scenario not in SCENARIOS:
        raise UsageError(f"there is no scenario {scenario!r}: use one of {', '.join(SCENARIOS)}")
    if playlists < FEWEST:
        raise UsageError(f"--playlists must be at least {FEWEST}: got {playlists}")
    if positions is not None and len(positions) != len(memberships):
        raise InputError(
            f"positions must be one per membership: {len(positions)} for {len(memberships)}"
        )
    ordered = _Ordered(memberships, positions, titles or {})
    random = np.random.default_rng([seed, SCENARIOS.index(scenario)])
    if scenario == COLD:
        able = None if songs is None else among(memberships.songs, songs)
        return list(_cold(ordered, able, playlists, random))
    return list(_continued(ordered, scenario, playlists, random))


class _Ordered:
    """Memberships, with the order of songs in their playlists."""

    def __init__(
        self, memberships: Memberships, positions: Ints | None, titles: Mapping[str, str]
    ) -> None:
        self.memberships = memberships
        self.titles = [titles.get(each, "") for each in memberships.playlists]
        playlist, song = memberships.playlist, memberships.song
        keys = (song, playlist) if positions is None else (song, positions, playlist)
        self.lengths = np.bincount(playlist, minlength=len(memberships.playlists))
        self.starts = np.cumsum(self.lengths) - self.lengths
        self.order = np.lexsort(keys)
        self.place = np.empty(len(memberships), np.int64)
        self.place[self.order] = np.arange(len(memberships)) - self.starts[playlist[self.order]]

    def fold(self, held: Ints, hidden: NDArray[np.bool_], candidates: Ids | None = None) -> Fold:
        """`held` are playlists, `hidden` says which rows are; both of those here."""
        return Fold(
            kept=~hidden,
            training=_rows(self.memberships, ~hidden),
            questions=tuple(self._question(playlist, hidden) for playlist in np.sort(held)),
            candidates=candidates,
        )

    def _question(self, playlist: int, hidden: NDArray[np.bool_]) -> Question:
        start = self.starts[playlist]
        rows = self.order[start : start + self.lengths[playlist]]
        songs = self.memberships.songs[self.memberships.song[rows]]
        gone = hidden[rows]
        identity = str(self.memberships.playlists[playlist])
        return Question(identity, songs[~gone], songs[gone], self.titles[playlist])


def _continued(
    ordered: _Ordered, scenario: str, playlists: int, random: np.random.Generator
) -> Iterator[Fold]:
    shown = _shown(ordered, scenario)
    able = ordered.lengths > shown
    if scenario == TITLE:
        able &= np.array([bool(plain_name(title)) for title in ordered.titles], np.bool_)
    eligible = np.flatnonzero(able)
    if len(eligible) < FEWEST:
        raise EmptyInputError(_too_few(ordered, scenario, len(eligible)))
    asked = random.permutation(eligible)[:playlists]
    playlist = ordered.memberships.playlist
    behind = ordered.place >= shown[playlist]
    for held in _parts(asked, most=max(len(eligible) // FOLDS, 1)):
        out = np.zeros(len(ordered.lengths), np.bool_)
        out[held] = True
        yield ordered.fold(held, behind & out[playlist])


def _shown(ordered: _Ordered, scenario: str) -> Ints:
    """int64 (playlists,): how many first songs of each are shown."""
    if scenario == HALF:
        return np.asarray((ordered.lengths + 1) // 2)
    return np.full_like(ordered.lengths, 0 if scenario == TITLE else int(scenario))


def _too_few(ordered: _Ordered, scenario: str, there: int) -> str:
    if scenario == TITLE:
        return f"--scenario {TITLE} needs {FEWEST} playlists that have a name: there are {there}"
    more = 1 if scenario == HALF else int(scenario)
    return (
        f"--scenario {scenario} needs {FEWEST} playlists of more than {more} songs: there are "
        f"{there}, the longest playlist has {ordered.lengths.max(initial=0)}"
    )


def _parts(asked: Ints, most: int) -> list[Ints]:
    """As few parts as can be of at most so many each."""
    return np.array_split(asked, -(-len(asked) // most))


def _cold(
    ordered: _Ordered,
    able: NDArray[np.bool_] | None,
    playlists: int,
    random: np.random.Generator,
) -> Iterator[Fold]:
    memberships = ordered.memberships
    there = np.arange(len(memberships.songs)) if able is None else np.flatnonzero(able)
    parts = [np.sort(part) for part in np.array_split(random.permutation(there), FOLDS)]
    turn = np.full(len(memberships.songs), -1)
    for number, part in enumerate(parts):
        turn[part] = number
    held = _turns(ordered, turn, playlists, random)
    for number, part in enumerate(parts):
        mine = np.flatnonzero(held == number)
        if len(mine):
            hidden = turn[memberships.song] == number
            yield ordered.fold(mine, hidden, memberships.songs[part])


def _turns(
    ordered: _Ordered, turn: Ints, playlists: int, random: np.random.Generator
) -> NDArray[np.int64]:
    """For each playlist in which of the folds it is asked, -1 for none; `turn` is the songs'."""
    memberships = ordered.memberships
    count = len(ordered.lengths)
    cells = memberships.playlist * (FOLDS + 1) + turn[memberships.song] + 1
    cold = np.bincount(cells, minlength=count * (FOLDS + 1)).reshape(count, FOLDS + 1)[:, 1:]
    able = (cold > 0) & (cold < ordered.lengths[:, None])
    eligible = np.flatnonzero(able.any(axis=1))
    if len(eligible) < FEWEST:
        raise EmptyInputError(
            f"--scenario {COLD} needs {FEWEST} playlists with songs that can be hidden everywhere, "
            f"beside others: there are {len(eligible)}"
        )
    drawn = np.where(able, random.random(able.shape), -1).argmax(axis=1)
    held = np.full(count, -1, np.int64)
    asked = random.permutation(eligible)[:playlists]
    held[asked] = drawn[asked]
    return held


def _rows(memberships: Memberships, keep: NDArray[np.bool_]) -> Memberships:
    """Some rows, as memberships of their own."""
    left, playlist = np.unique(memberships.playlist[keep], return_inverse=True)
    right, song = np.unique(memberships.song[keep], return_inverse=True)
    return Memberships(
        memberships.playlists[left],
        memberships.songs[right],
        playlist.astype(np.int64),
        song.astype(np.int64),
    )
