"""Edges while a network is being made, between indices of songs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray


class Edges(NamedTuple):
    """Edges with the playlists that both songs are in, and their weights; shape (m,) each."""

    sources: NDArray[np.int32]
    targets: NDArray[np.int32]
    playlists: NDArray[np.int32]
    weights: NDArray[Any]

    def where(self, keep: NDArray[Any]) -> Edges:
        """Those that a mask or indices name, in that order."""
        return Edges(*(column[keep] for column in self))


def joined(parts: Sequence[Edges]) -> Edges:
    """The edges of all parts, in their order."""
    if not parts:
        none = np.empty(0, np.int32)
        return Edges(none, none, none, np.empty(0))
    return Edges(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def once(edges: Edges, songs: int) -> Edges:
    """Every edge once and from the smaller index, though both of its songs may have named it."""
    low = np.minimum(edges.sources, edges.targets)
    high = np.maximum(edges.sources, edges.targets)
    code, first = np.unique(low.astype(np.int64) * songs + high, return_index=True)
    return Edges(
        (code // songs).astype(np.int32),
        (code % songs).astype(np.int32),
        edges.playlists[first],
        edges.weights[first],
    )


def heaviest(edges: Edges, top: int) -> Edges:
    """The `top` heaviest edges of every source; ties go to the smaller target."""
    order = np.lexsort((edges.targets, -edges.weights, edges.sources))
    source = edges.sources[order]
    rank = np.arange(len(source)) - np.searchsorted(source, source)
    return edges.where(order[rank < top])
