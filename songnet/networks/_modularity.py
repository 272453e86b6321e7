"""Modularity, independent of any graph library."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from songnet.errors import InputError, UsageError
from songnet.model import SongNetwork


def modularity(network: SongNetwork, labels: NDArray[Any], *, resolution: float = 1.0) -> float:
    """How much heavier a partition's communities are inside than chance would have them.

    Q = sum_c w_c / W - g (d_c / 2W)^2, with W the weight of all edges, w_c that of the edges inside
    community c, d_c the summed strength of its songs, g the resolution (Newman & Girvan 2004;
    Reichardt & Bornholdt 2006).

    Parameters
    ----------
    labels
        Any labels, one per song of `network.songs`, in that order, shape (n,).
    resolution
        g, not negative; 1 is the classical definition.

    Returns
    -------
    At most 1; 0 for a network without weight.

    Raises
    ------
    InputError
        Not as many labels as songs.
    UsageError
        A resolution that is negative or not finite.
    """
    if len(labels) != len(network.songs):
        raise InputError(
            f"modularity needs a label per song: {len(labels)} for {len(network.songs)}"
        )
    if not (math.isfinite(resolution) and resolution >= 0):
        raise UsageError(f"resolution must be a number from 0 up: got {resolution}")
    whole = float(network.weights.sum())
    if not whole:
        return 0.0
    code = np.unique(labels, return_inverse=True)[1]
    left, right = code[network.sources], code[network.targets]
    inside = float(network.weights[left == right].sum())
    strength = np.zeros(int(code.max()) + 1)
    # Not of both ends joined: that would hold every edge four times more.
    np.add.at(strength, left, network.weights)
    np.add.at(strength, right, network.weights)
    return inside / whole - resolution * float(((strength / (2 * whole)) ** 2).sum())
