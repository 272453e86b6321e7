"""Edges while a network is being made, between indices of songs."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from songnet.model import Floats, Ints
from songnet.networks import _compiled
from songnet.networks._compiled import compiled


class Edges(NamedTuple):
    """Edges with the playlists that both songs are in, and their weights; shape (m,) each.

    Where the weights are the playlists, they are the same array.
    """

    sources: NDArray[np.int32]
    targets: NDArray[np.int32]
    playlists: NDArray[np.int32]
    weights: NDArray[Any]

    @property
    def counted(self) -> bool:
        """Whether edges weigh what they count."""
        return self.weights is self.playlists

    def where(self, keep: NDArray[Any]) -> Edges:
        """Those that a mask or indices name, in that order."""
        playlists = self.playlists[keep]
        weights = playlists if self.counted else self.weights[keep]
        return Edges(self.sources[keep], self.targets[keep], playlists, weights)


def joined(parts: list[Edges]) -> Edges:
    """The edges of all parts, in their order; the parts are given up as they are taken."""
    counted = all(part.counted for part in parts)
    total = sum(len(part.sources) for part in parts)
    sources, targets, playlists = (np.empty(total, np.int32) for _ in range(3))
    whole = Edges(sources, targets, playlists, playlists if counted else np.empty(total))
    filled = 0
    parts.reverse()
    while parts:
        part = parts.pop()
        for column, own in zip(whole, part, strict=True):
            column[filled : filled + len(own)] = own
        filled += len(part.sources)
    return whole


class Linked(NamedTuple):
    """Edges in order, every one once: from the smaller song, sorted by it, then by the larger.

    `songs` is a mask of those with edges, whose numbers they hold: int64 (m,) each, and float64.
    """

    songs: NDArray[np.bool_]
    sources: Ints
    targets: Ints
    playlists: Ints
    weights: Floats


def in_order(parts: list[Edges], songs: int, *, from_both: bool) -> Linked:
    """The edges of all parts, which are given up as they are taken.

    Parts rise by the larger song of an edge, unless edges may come `from_both` of their songs.
    """
    taken = np.empty(0, np.int64)
    if from_both:
        parts = [joined(parts)]
        taken = _by_larger(parts[0], songs)
    degree, linked = np.zeros(songs, np.int64), np.zeros(songs, np.bool_)
    last = np.full(songs, -1, np.int32)
    for part in parts:
        compiled(_compiled.counted)(part.sources, part.targets, taken, last, degree, linked)
    last[:] = -1
    position, cursor = np.cumsum(linked) - 1, np.cumsum(degree) - degree
    whole = [np.empty(degree.sum(), np.int64) for _ in range(3)]
    made = (*whole, np.empty(len(whole[0])))
    parts.reverse()
    while parts:
        compiled(_compiled.laid_out)(tuple(parts.pop()), taken, last, cursor, position, made)
    return Linked(linked, *made)


def places(number: int) -> type[np.int32 | np.int64]:
    """The smallest type that tells so many places apart."""
    return np.int32 if number < 1 << 31 else np.int64


def _by_larger(edges: Edges, songs: int) -> NDArray[Any]:
    larger = np.maximum(edges.sources, edges.targets)
    order: NDArray[Any] = np.empty(len(larger), places(len(larger)))
    compiled(_compiled.counting_sort)(larger, songs, order)
    return order


def heaviest(edges: Edges, top: int) -> Edges:
    """The `top` heaviest edges of every source, whose edges stand together.

    Ties go to the smaller target.
    """
    keep = compiled(_compiled.picked)(edges.sources, edges.targets, edges.weights, top)
    return edges.where(keep)
