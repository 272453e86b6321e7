"""The edges between songs that share playlists, block by block, weighted and pruned."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Final, Literal, TypeAlias

import numpy as np

from songnet.errors import UsageError
from songnet.model import Floats, Ints
from songnet.networks import _compiled
from songnet.networks._compiled import compiled
from songnet.networks._disparity import Strengths
from songnet.networks._edges import Edges, heaviest
from songnet.networks._incidence import Incidence
from songnet.networks._threads import in_turn
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

    def lower(self, what: str) -> Iterator[Edges]:
        """Blocks of edges from the larger to the smaller index, grouped by source, rising."""
        return self._blocks(lambda songs: self._found(songs, lower=True), what)

    def heaviest(self, top: int, what: str) -> Iterator[Edges]:
        """Blocks of the `top` heaviest edges of every song, from that song."""
        return self._blocks(lambda songs: self.picks(songs, top), what)

    def around(self, songs: Ints) -> Edges:
        """All edges of some songs, from them, grouped by source."""
        return self._found(songs, lower=False)

    def picks(self, songs: Ints, top: int) -> Edges:
        """The `top` heaviest edges of some songs, from them."""
        return heaviest(self.around(songs), top)

    def degrees(self) -> Ints:
        """Neighbours of every song, shape (n,)."""
        return self._ends("counting neighbours")[0]

    def filtered(self, alpha: float) -> Projection:
        """The same with only those edges that the disparity filter keeps."""
        return replace(self, backbone=Strengths(*self._ends("summing weights"), alpha))

    def _ends(self, what: str) -> tuple[Ints, Floats]:
        """Neighbours of every song, and the weight of its edges, shape (n,) each."""
        degree = np.zeros(len(self.table.songs), np.int64)
        strength = np.zeros(len(self.table.songs))
        add = compiled(_compiled.add_ends)
        for edges in self.lower(what):
            add(edges.sources, edges.targets, edges.weights, degree, strength)
        return degree, strength

    def _blocks(self, make: Callable[[Ints], Edges], what: str) -> Iterator[Edges]:
        songs = np.arange(len(self.table.songs))
        ranges = list(self.table.blocks(songs))
        made = in_turn(lambda at: make(songs[at[0] : at[1]]), ranges)
        for (_, high), edges in zip(ranges, made, strict=True):
            yield edges
            self.progress(what, high, len(songs))

    def _found(self, songs: Ints, *, lower: bool) -> Edges:
        shared_out = self.weight == "newman"
        found = self.table.meetings(
            songs, lower=lower, least=self.min_shared, shared_out=shared_out
        )
        return self._pruned(found)

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
