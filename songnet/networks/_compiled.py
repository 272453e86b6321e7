"""Loops over memberships and edges that numba compiles; they hold no lock, so threads share them.

They are plain functions of arrays, and `compiled` makes machine code of one when it is first
called. The code is kept beside this file, or in the user's cache, for the next process.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

Function = TypeVar("Function", bound=Callable[..., Any])
Array = NDArray[Any]


@lru_cache
def compiled(function: Function) -> Function:
    """`function` as machine code that runs without Python's lock."""
    import numba

    try:
        return cast("Function", numba.njit(nogil=True, cache=True)(function))
    except RuntimeError:  # nowhere to keep it
        return cast("Function", numba.njit(nogil=True)(function))


def renumbered(song: Array, playlist: Array, number: Array, fits: Array, members: Array) -> Array:
    """Fill `members` with the new numbers (-1: none) of songs in lists that fit; where lists end.

    `playlist` is sorted. The result is int64 (p + 1,): list q is ``members[ends[q]:ends[q + 1]]``.
    """
    ends = np.zeros(len(fits) + 1, np.int64)
    filled = 0
    for row in range(len(song)):
        new = number[song[row]]
        if new >= 0 and fits[playlist[row]]:
            members[filled] = new
            filled += 1
            ends[playlist[row] + 1] = filled
    for list_ in range(1, len(ends)):
        ends[list_] = max(ends[list_], ends[list_ - 1])
    return ends


def turned(members: Array, ends: Array, starts: Array, lists: Array, places: Array) -> None:
    """Fill, song by song, the lists that a song is in and its places in `members`.

    `starts` is int64 (n + 1,): where each song's share of `lists` and `places` begins.
    """
    cursor = starts[:-1].copy()
    for list_ in range(len(ends) - 1):
        for place in range(ends[list_], ends[list_ + 1]):
            at = cursor[members[place]]
            cursor[members[place]] += 1
            lists[at] = list_
            places[at] = place


def meetings(
    songs: Array,
    lower: bool,
    table: tuple[Array, Array, Array, Array, Array, Array],
    share: Array,
    least: int,
    met: tuple[Array, Array, Array, Array],
) -> int:
    """Fill `met` with the songs that each of `songs` meets in `least` lists or more; how many.

    `table` is a `songnet.networks._incidence.Table`, `met` targets,
    counts, sums and, for each of `songs`, how many it meets. `lower` takes only targets before the
    song. The sums are those of `share` over the lists that two songs are both in, in the order of
    the lists, and are left where `share` is empty.
    """
    members, ends, starts, lists, places, song_of = table
    targets, counts, sums, degree = met
    ranks = len(song_of)
    shared_out = len(share) > 0
    tally = np.zeros(ranks, np.int32)
    summed = np.zeros(ranks if shared_out else 0, np.float64)
    seen = np.empty(ranks + 1, np.int32)
    filled = 0
    for row in range(len(songs)):
        song, found, before = songs[row], 0, filled
        for entry in range(starts[song], starts[song + 1]):
            list_ = lists[entry]
            last = places[entry] if lower else ends[list_ + 1]
            for place in range(ends[list_], last):
                rank = members[place]
                times = tally[rank]
                seen[found] = rank
                found += times == 0
                tally[rank] = times + 1
                if shared_out:
                    summed[rank] += share[list_]
        for each in range(found):
            rank = seen[each]
            other = song_of[rank]
            if tally[rank] >= least and other != song:
                targets[filled] = other
                counts[filled] = tally[rank]
                if shared_out:
                    sums[filled] = summed[rank]
                filled += 1
            tally[rank] = 0
            if shared_out:
                summed[rank] = 0.0
        degree[row] = filled - before
    return filled


def picked(sources: Array, targets: Array, weights: Array, top: int) -> Array:
    """Which edges are among the `top` heaviest of their source, bool (m,).

    Edges of one source stand together. Ties go to the smaller target.
    """
    keep = np.ones(len(sources), np.bool_)
    first = 0
    while first < len(sources):
        last = first + 1
        while last < len(sources) and sources[last] == sources[first]:
            last += 1
        if last - first > top:
            own = weights[first:last]
            least = np.partition(own, last - first - top)[last - first - top]
            level = own == least
            room = top - (own > least).sum()
            tied = targets[first:last][level]
            furthest = np.partition(tied, room - 1)[room - 1]
            keep[first:last] = (own > least) | (level & (targets[first:last] <= furthest))
        first = last
    return keep


def counting_sort(ends: Array, songs: int, order: Array) -> None:
    """Fill `order` with the places of `ends`, stably sorted by what stands there."""
    start = np.zeros(songs + 1, np.int64)
    for end in ends:
        start[end + 1] += 1
    for song in range(songs):
        start[song + 1] += start[song]
    for place in range(len(ends)):
        order[start[ends[place]]] = place
        start[ends[place]] += 1


def counted(
    sources: Array, targets: Array, taken: Array, last: Array, degree: Array, linked: Array
) -> None:
    """Add to `degree` how many edges begin at each song, and mark in `linked` those with any.

    An edge begins at the smaller of its songs. Edges rise by the larger (in the order `taken`, or
    as they stand where that is empty), so the same edge again is known by `last`, which holds each
    song's last end and is -1 at first.
    """
    for number in range(len(sources)):
        edge = taken[number] if len(taken) else number
        low, high = min(sources[edge], targets[edge]), max(sources[edge], targets[edge])
        if last[low] != high:
            last[low] = high
            degree[low] += 1
            linked[low] = linked[high] = True


def laid_out(
    edges: tuple[Array, Array, Array, Array],
    taken: Array,
    last: Array,
    cursor: Array,
    position: Array,
    made: tuple[Array, Array, Array, Array],
) -> None:
    """Put `edges` where they belong in `made`: at the `cursor` of where they begin.

    Both hold sources, targets, playlists and weights; the others are as in `counted`. `position`
    renumbers songs.
    """
    sources, targets, playlists, weights = edges
    first, second, shared, heavy = made
    for number in range(len(sources)):
        edge = taken[number] if len(taken) else number
        low, high = min(sources[edge], targets[edge]), max(sources[edge], targets[edge])
        if last[low] != high:
            last[low] = high
            at = cursor[low]
            cursor[low] += 1
            first[at], second[at] = position[low], position[high]
            shared[at], heavy[at] = playlists[edge], weights[edge]


def visits(ends: Array, starts: Array, lists: Array, through: Array) -> None:
    """Fill `through` with how many members the lists of each song have in all."""
    for song in range(len(starts) - 1):
        for entry in range(starts[song], starts[song + 1]):
            through[song] += ends[lists[entry] + 1] - ends[lists[entry]]


def add_ends(
    sources: Array, targets: Array, weights: Array, degree: Array, strength: Array
) -> None:
    """Add edges to the degrees and strengths of their songs, one after the other."""
    for edge in range(len(sources)):
        for song in (sources[edge], targets[edge]):
            degree[song] += 1
            strength[song] += weights[edge]


def gathered(sources: Array, targets: Array, cursor: Array, around: Array) -> None:
    """Fill `around`, song by song, with the edges of each; `cursor` is where its share begins."""
    for edge in range(len(sources)):
        for song in (sources[edge], targets[edge]):
            around[cursor[song]] = edge
            cursor[song] += 1


def strongest(weights: Array, starts: Array, around: Array, top: int, keep: Array) -> None:
    """Mark in `keep` the `top` heaviest edges of every song; ties go to the smaller other end.

    ``around[starts[s]:starts[s + 1]]`` are the edges of song s, as `gathered` puts them: rising by
    their other end.
    """
    for song in range(len(starts) - 1):
        own = around[starts[song] : starts[song + 1]]
        if len(own) <= top:
            keep[own] = True
            continue
        heavy = weights[own]
        least = np.partition(heavy, len(own) - top)[len(own) - top]
        room = top - (heavy > least).sum()
        for place in range(len(own)):
            if heavy[place] > least:
                keep[own[place]] = True
            elif heavy[place] == least and room > 0:
                keep[own[place]] = True
                room -= 1
