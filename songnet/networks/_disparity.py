"""The disparity filter: which edges weigh more than chance gives them at one of their songs.

Serrano, Boguñá & Vespignani, "Extracting the multiscale backbone of complex weighted networks",
PNAS 106, 2009, equation 2. A cut by weight keeps the edges among hubs, where all weights are large,
and loses the songs that are in few playlists; the filter asks each song by its own scale.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from songnet.errors import EmptyInputError, UsageError
from songnet.model import Floats, Ints, SongNetwork
from songnet.networks._part import part


def disparity(network: SongNetwork, *, alpha: float = 0.05, name: str | None = None) -> SongNetwork:
    """The edges that are significant for at least one of their songs.

    Were a song's strength s spread over its k edges at random (k - 1 points dropped uniformly on
    its length), an edge would weigh w or more with probability (1 - w / s)^(k - 1). It is kept if
    that is below `alpha` at either end.

    A song with one edge says nothing of it (the probability is 1): its edge is kept only if the
    neighbour finds it significant, and an edge between two such songs goes. So do edges without
    weight.

    Parameters
    ----------
    alpha
        The level of significance, above 0 and at most 1.
    name
        What to call the result; default: as `network`.

    Returns
    -------
    A network of the same kind with the edges that are left, their weights and attributes as they
    were, and the songs that still have one; `alpha` is recorded as the parameter ``disparity``.

    Raises
    ------
    EmptyInputError
        No edge is significant.
    UsageError
        `alpha` out of range.
    """
    check_alpha(alpha)
    strengths = Strengths.of(network, alpha)
    keep = strengths.keep(network.sources, network.targets, network.weights)
    if not keep.any():
        raise EmptyInputError(
            f"no edge of {network.name!r} is significant below {alpha:g}: raise --disparity"
        )
    return part(network, keep, name=name, params={"disparity": alpha})


@dataclass(frozen=True)
class Strengths:
    """What each song has to spread over its edges.

    Attributes
    ----------
    degree
        k, int64 (n,).
    strength
        s, float64 (n,), the summed weight of a song's edges.
    alpha
        The level of significance.
    """

    degree: Ints
    strength: Floats
    alpha: float

    @classmethod
    def of(cls, network: SongNetwork, alpha: float) -> Strengths:
        """Those of a network's songs."""
        ends = np.concatenate([network.sources, network.targets])
        weights = np.concatenate([network.weights, network.weights])
        songs = len(network.songs)
        degree = np.bincount(ends, minlength=songs).astype(np.int64)
        strength = np.asarray(np.bincount(ends, weights, minlength=songs), np.float64)
        return cls(degree, strength, alpha)

    def keep(
        self, sources: NDArray[Any], targets: NDArray[Any], weights: NDArray[Any]
    ) -> NDArray[np.bool_]:
        """Which edges are significant for one of their songs, shape (m,)."""
        here, there = self._chance(sources, weights), self._chance(targets, weights)
        return np.asarray(np.minimum(here, there) < self.alpha, np.bool_)

    def _chance(self, ends: NDArray[Any], weights: NDArray[Any]) -> Floats:
        """How likely an edge of this weight or more is at this end."""
        strength = self.strength[ends]
        spread = np.where(strength > 0, strength, 1)
        # Sums are rounded, so that an only edge may weigh more than its song.
        rest = np.maximum(1 - weights / spread, 0)
        return np.asarray(rest ** (self.degree[ends] - 1), np.float64)


def check_alpha(alpha: float) -> None:
    """`UsageError` if this is no level of significance."""
    if not 0 < alpha <= 1:
        raise UsageError(f"--disparity must be above 0 and at most 1: got {alpha:g}")
