"""Playlists and songs tied anew at random, with the same lengths and popularities."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from songnet.errors import UsageError
from songnet.model import Memberships
from songnet.networks._igraph import from_ends, seeded


def rewired(
    memberships: Memberships, *, seed: int | Sequence[int], swaps_per_membership: int = 10
) -> Memberships:
    """Memberships drawn at random among all with the same playlist lengths and song popularities.

    Two memberships (p, i) and (q, j) become (p, j) and (q, i) unless one of those is there already;
    a swap that is refused counts, so that all configurations become equally likely (Gionis et al.,
    "Assessing data mining results via swap randomization", KDD 2006). It is igraph's
    `Graph.rewire`, on the graph directed from playlists to songs.

    Parameters
    ----------
    seed
        One number or several, as for `numpy.random.default_rng`: ``[seed, n]`` for the n-th of a
        series.
    swaps_per_membership
        How many swaps to try for every membership, at least 1; 10 is igraph's own default.

    Returns
    -------
    The same playlists and songs, as many memberships, none twice.

    Raises
    ------
    UsageError
        `swaps_per_membership` below 1.
    """
    if swaps_per_membership < 1:
        raise UsageError(f"swaps per membership must be at least 1: got {swaps_per_membership}")
    if len(memberships) < 2:
        return memberships
    playlists, songs = len(memberships.playlists), len(memberships.songs)
    graph = from_ends(
        playlists + songs, memberships.playlist, memberships.song + playlists, directed=True
    )
    with seeded(int(np.random.default_rng(seed).integers(2**63))):
        graph.rewire(n=swaps_per_membership * len(memberships))
    ends = np.array(graph.get_edgelist(), np.int64)
    code = np.sort(ends[:, 0] * songs + ends[:, 1] - playlists)
    return Memberships(memberships.playlists, memberships.songs, code // songs, code % songs)
