"""The edges between songs that share playlists, block by block, weighted and pruned."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final, Literal, TypeAlias

import numpy as np

from songnet.errors import UsageError
from songnet.model import Floats, Ints
from songnet.networks._disparity import Strengths
from songnet.networks._edges import Edges, heaviest
from songnet.networks._incidence import Incidence, blocks
from songnet.progress import Progress

Weight: TypeAlias = Literal["count", "newman", "cosine", "pmi"]
WEIGHTS: Final[tuple[Weight, ...]] = ("count", "newman", "cosine", "pmi")

DECIMALS = 12


def check_weight(weight: str) -> None:
    """`UsageError` if there is no such weight."""
    if weight not in WEIGHTS:
        raise UsageError(f"there is no weight {weight!r}: use one of {', '.join(WEIGHTS)}")


@dataclass(frozen=True)
class Projection:
    """What makes edges of a table of songs and playlists.

    Attributes
    ----------
    table
        Who is where.
    weight
        What an edge weighs; see `songnet.networks.cooccurrence`.
    min_shared
        The fewest playlists that the two songs of an edge share.
    backbone
        What the disparity filter needs to know; None lets all edges pass.
    progress
        Told of every song that is through.
    """

    table: Incidence
    weight: Weight
    min_shared: int
    progress: Progress
    backbone: Strengths | None = None

    def only(self, chosen: Ints) -> Projection:
        """The same with these songs alone, indices rising."""
        return replace(self, table=self.table.only(chosen))

    def upper(self, what: str) -> Iterator[Edges]:
        """Blocks of edges from the smaller to the larger index, sorted."""
        for low, high in blocks(self.table.work):
            edges = self._met(np.arange(low, high), first_target=low)
            yield self._pruned(edges.where(edges.targets > edges.sources))
            self.progress(what, high, len(self.table.songs))

    def heaviest(self, top: int, what: str) -> Iterator[Edges]:
        """Blocks with the `top` heaviest edges of every song, from that song."""
        for low, high in blocks(self.table.work):
            yield heaviest(self.around(np.arange(low, high)), top)
            self.progress(what, high, len(self.table.songs))

    def around(self, songs: Ints) -> Edges:
        """All edges of some songs, from them, sorted."""
        edges = self._met(songs, first_target=0)
        return self._pruned(edges.where(edges.targets != edges.sources))

    def degrees(self) -> Ints:
        """Neighbours of every song, shape (n,)."""
        degree = np.zeros(len(self.table.songs), np.int64)
        for edges in self.upper("counting neighbours"):
            for ends in (edges.sources, edges.targets):
                degree += np.bincount(ends, minlength=len(degree))
        return degree

    def filtered(self, alpha: float) -> Projection:
        """The same with only those edges that the disparity filter keeps."""
        degree = np.zeros(len(self.table.songs), np.int64)
        strength = np.zeros(len(self.table.songs))
        for edges in self.upper("summing weights"):
            for ends in (edges.sources, edges.targets):
                degree += np.bincount(ends, minlength=len(degree))
                strength += np.bincount(ends, edges.weights, minlength=len(degree))
        return replace(self, backbone=Strengths(degree, strength, alpha))

    def _met(self, songs: Ints, *, first_target: int) -> Edges:
        shared_out = self.weight == "newman"
        edges = self.table.meetings(songs, first_target=first_target, shared_out=shared_out)
        return edges.where(edges.playlists >= self.min_shared) if self.min_shared > 1 else edges

    def _pruned(self, edges: Edges) -> Edges:
        """Weighted, without edges that weigh nothing or that the filter drops."""
        if self.weight != "count":
            # So that weights tie that differ by rounding alone.
            edges = edges._replace(weights=np.round(self._weights(edges), DECIMALS))
        if self.weight == "pmi":
            edges = edges.where(edges.weights > 0)
        if self.backbone is None:
            return edges
        return edges.where(self.backbone.keep(edges.sources, edges.targets, edges.weights))

    def _weights(self, edges: Edges) -> Floats:
        if self.weight == "newman":
            return edges.weights
        popularity = self.table.popularity.astype(np.float64)
        both = popularity[edges.sources] * popularity[edges.targets]
        if self.weight == "cosine":
            return np.asarray(edges.playlists / np.sqrt(both), np.float64)
        return np.asarray(np.log(edges.playlists * float(self.table.playlists) / both), np.float64)
