"""The order of songs that are chosen: neighbours in the list are to be alike."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from songnet.model import Floats, Ints
from songnet.playlists._evidence import Evidence
from songnet.playlists._sound import DECIMALS

# Less is rounding, and would let an order be mended for ever.
LEAST_GAIN: Final = 1e-9


def flow(evidence: Evidence, songs: Ints, start: int) -> Ints:
    """Songs so arranged that each is like the next, beginning near `start`.

    From `start` always to the nearest that is left; then stretches are turned round as long as
    that brings likes together (2-opt: G. Croes, *A method for solving traveling-salesman problems*,
    1958), on a path whose end is free. The order in which `songs` come does not matter.

    Parameters
    ----------
    songs
        int64 (k,): indices, each once, `start` not among them.

    Returns
    -------
    int64 (k,): the same songs.
    """
    if len(songs) < 2:
        return songs
    every = np.concatenate([[start], np.sort(songs)])
    alike = similarity(evidence, every)
    order = _mended(_nearest_first(alike), alike)
    return every[order[1:]]


def similarity(evidence: Evidence, songs: Ints) -> Floats:
    """How alike songs are, float64 (k, k), to 6 decimals.

    The cosine of two songs' vectors; where one of them has none, that of their playlists.
    """
    found = _shared(evidence.members, evidence.popularity, songs)
    if evidence.directions is not None:
        rows = evidence.directions[songs].astype(np.float64)
        heard = evidence.heard[songs]
        found = np.where(heard[:, None] & heard, rows @ rows.T, found)
    return np.round(found, DECIMALS)


def _shared(members: Any, popularity: Ints, songs: Ints) -> Floats:
    chosen = members.tocsc()[:, songs]
    scale = np.maximum(popularity[songs], 1) ** -0.5
    return np.asarray((chosen.T @ chosen).toarray() * np.outer(scale, scale), np.float64)


def _nearest_first(alike: Floats) -> Ints:
    """From the first always to the nearest that is left; ties go to the smaller index."""
    left = np.ones(len(alike), np.bool_)
    order = np.zeros(len(alike), np.int64)
    for place in range(1, len(alike)):
        left[order[place - 1]] = False
        order[place] = np.argmax(np.where(left, alike[order[place - 1]], -np.inf))
    return order


def _mended(order: Ints, alike: Floats) -> Ints:
    """The same with stretches turned round until no turn brings more likes together."""
    # What follows the last song is like all: an end that costs nothing.
    padded = np.pad(alike, (0, 1))
    path = np.append(order, len(order))
    better = True
    while better:
        better = False
        for first in range(1, len(path) - 2):
            last = _best_turn(path, padded, first)
            if last is not None:
                path[first : last + 1] = path[first : last + 1][::-1].copy()
                better = True
    return path[:-1]


def _best_turn(path: Ints, alike: Floats, first: int) -> int | None:
    """The place up to which turning the stretch from `first` gains most; None if none gains."""
    before, begin = path[first - 1], path[first]
    ends, after = path[first + 1 : -1], path[first + 2 :]
    gains = alike[before, ends] + alike[begin, after] - alike[before, begin] - alike[ends, after]
    most = int(np.argmax(gains))
    return first + 1 + most if gains[most] > LEAST_GAIN else None
