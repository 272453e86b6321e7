"""The edges that are among the heaviest of one of their songs."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from songnet.errors import UsageError
from songnet.model import SongNetwork
from songnet.networks import _compiled
from songnet.networks._compiled import compiled
from songnet.networks._edges import places


def strongest(network: SongNetwork, per_song: int) -> NDArray[np.bool_]:
    """Which edges are among the `per_song` heaviest of one of their songs, bool (m,).

    Ties go to the smaller id at the other end.

    Raises
    ------
    UsageError
        `per_song` is below 1.
    """
    if per_song < 1:
        raise UsageError(f"at least 1 edge per song can be kept: got {per_song}")
    songs = len(network.songs)
    degree = np.bincount(network.sources, minlength=songs)
    degree += np.bincount(network.targets, minlength=songs)
    starts = np.zeros(songs + 1, np.int64)
    np.cumsum(degree, out=starts[1:])
    around = np.empty(2 * network.edges, places(network.edges))
    keep = np.zeros(network.edges, np.bool_)
    gather, mark = compiled(_compiled.gathered), compiled(_compiled.strongest)
    gather(network.sources, network.targets, starts[:-1].copy(), around)
    mark(network.weights, starts, around, per_song, keep)
    return keep
