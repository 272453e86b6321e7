"""Loops over cosines that numba compiles; see `songnet.networks._compiled`.

A song's *pool* is a row of `near` (songs) and `score` (their cosines in single precision), of which
the first `filled` are in use. It takes songs from the cosine `least` up, and drops those that have
become too far whenever it is full.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

# Cosines that are looked at together before any is looked at alone.
STRETCH = 128


def offer(
    cosine: Array,
    first: tuple[int, int],
    k: int,
    slack: float,
    pools: tuple[Array, Array, Array, Array],
) -> None:
    """Offer each pair of a tile to the pools of both of its songs.

    `cosine` is float32 (r, c), of the r songs from ``first[0]`` on with the c from ``first[1]`` on;
    of a tile on the diagonal only what is above it counts. `pools` is `near`, `score`, `filled` and
    `least`. A full pool keeps what is at most `slack` farther than its `k`-th; one that stays full
    gets a `least` that nothing reaches.
    """
    near, score, filled, least = pools
    room = near.shape[1]
    across = least[first[1] : first[1] + cosine.shape[1]]
    for row in range(len(cosine)):
        line = cosine[row]
        for start in range(row + 1 if first[0] == first[1] else 0, len(line), STRETCH):
            stretch, down = line[start : start + STRETCH], least[first[0] + row]
            beside = across[start : start + STRETCH]
            hit = False
            for place in range(len(stretch)):
                hit |= (stretch[place] >= down) | (stretch[place] >= beside[place])
            # Most stretches have none, and were compared many numbers at a time.
            for place in range(len(stretch) if hit else 0):
                value = stretch[place]
                if not ((value >= down) | (value >= beside[place])):
                    continue
                pair = (first[0] + row, first[1] + start + place)
                for side in range(2):
                    song = pair[side]
                    if not value >= least[song]:
                        continue
                    near[song, filled[song]] = pair[1 - side]
                    score[song, filled[song]] = value
                    filled[song] += 1
                    if filled[song] == room:
                        own = score[song]
                        bound = np.float32(np.partition(own, room - k)[room - k] - slack)
                        kept = 0
                        for at in range(room):
                            near[song, kept], own[kept] = near[song, at], own[at]
                            kept += own[kept] >= bound
                        filled[song] = kept
                        least[song] = bound if kept < room else np.inf


def within(
    k: int, slack: float, pools: tuple[Array, Array, Array, Array], ends: Array, target: Array
) -> None:
    """Fill `target`, song by song, with what is at most `slack` farther than a pool's `k`-th.

    `ends` is int64 (n + 1,), where the songs' shares end; that of a song whose pool has overflown
    is empty.
    """
    near, score, filled, least = pools
    for song in range(len(near)):
        ends[song + 1] = ends[song]
        if least[song] < np.inf:
            own = score[song, : filled[song]]
            bound = np.float32(np.partition(own, len(own) - k)[len(own) - k] - slack)
            for place in range(len(own)):
                if own[place] >= bound:
                    target[ends[song + 1]] = near[song, place]
                    ends[song + 1] += 1


def cosines(
    values: Array, norms: Array, left: Array, right: Array, scale: float, result: Array
) -> None:
    """Fill `result` with the cosines of pairs in double precision, rounded to 1 / `scale`."""
    dimensions = values.shape[1]
    whole = dimensions - dimensions % 8
    for pair in range(len(left)):
        one, other = values[left[pair]], values[right[pair]]
        lanes = np.zeros(8, np.float64)
        for start in range(0, whole, 8):
            for lane in range(8):
                lanes[lane] += np.float64(one[start + lane]) * np.float64(other[start + lane])
        for place in range(whole, dimensions):
            lanes[0] += np.float64(one[place]) * np.float64(other[place])
        cosine = lanes.sum() / norms[left[pair]] / norms[right[pair]]
        result[pair] = np.rint(cosine * scale) / scale


def rank(ends: Array, target: Array, cosine: Array, nearest: Array) -> None:
    """Fill rows of `nearest`, (n, k), with the k songs of the highest cosine, the highest first.

    Ties go to the smaller song. Rows of songs without a share (see `within`) are left.
    """
    k = nearest.shape[1]
    best = np.empty(k, np.float64)
    for song in range(len(nearest)):
        own = nearest[song]
        for entry in range(ends[song], ends[song + 1]):
            number = entry - ends[song]
            value, other = cosine[entry], target[entry]
            place = min(number, k)
            while place > 0 and (
                value > best[place - 1] or (value == best[place - 1] and other < own[place - 1])
            ):
                if place < k:
                    best[place], own[place] = best[place - 1], own[place - 1]
                place -= 1
            if place < k:
                best[place], own[place] = value, other
