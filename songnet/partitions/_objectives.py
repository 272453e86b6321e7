"""What partitions of networks can be measured by besides modularity, from their arrays alone."""

from __future__ import annotations

import numpy as np

from songnet.model import Floats, Ints, SongNetwork
from songnet.networks import modularity
from songnet.partitions._layers import Layer


def constant_potts(network: SongNetwork, labels: Ints, resolution: float) -> float:
    """The constant Potts model, as a share of the whole weight W.

    sum_c (w_c - g n_c (n_c - 1) / 2) / W, with w_c the weight inside community c, n_c its songs and
    g the resolution (Traag, Van Dooren & Nesterov, Narrow scope for resolution-limit-free community
    detection, 2011, eq. 8). 0 for a network without weight.
    """
    whole = float(network.weights.sum())
    if not whole:
        return 0.0
    inside = network.weights[labels[network.sources] == labels[network.targets]].sum()
    return float(inside - resolution * _pairs(np.bincount(labels)).sum()) / whole


def reichardt_bornholdt(layers: tuple[Layer, ...], labels: Ints, resolution: float) -> float:
    """The Potts model against the configuration model, summed over layers by their shares.

    sum_c w_c / W - g (d_c / 2W)^2 in each layer (Reichardt & Bornholdt, Statistical mechanics of
    community detection, 2006, eq. 5, over W).
    """
    return sum(
        layer.share * modularity(layer.network, labels, resolution=resolution) for layer in layers
    )


def significance(network: SongNetwork, labels: Ints) -> float:
    """How unlikely communities so dense would be in a random graph, in nats.

    sum_c N_c D(p_c || p), with N_c the pairs of songs in community c, p_c the share of them that
    are linked, p that of all pairs, D the binary Kullback-Leibler divergence (Traag, Krings & Van
    Dooren, Significant scales in community structure, 2013, eq. 7). Edges count, their weights do
    not; edges without weight are none.
    """
    linked = network.weights > 0
    left, right = labels[network.sources[linked]], labels[network.targets[linked]]
    pairs = _pairs(np.bincount(labels))
    everything = _pairs(np.array([len(labels)]))[0]
    if not linked.any():
        return 0.0
    inside = np.bincount(left[left == right], minlength=len(pairs))
    density = inside[pairs > 0] / pairs[pairs > 0]
    return float((pairs[pairs > 0] * _divergence(density, linked.sum() / everything)).sum())


def _pairs(songs: Ints) -> Floats:
    return np.asarray(songs * (songs - 1) / 2, np.float64)


def _divergence(found: Floats, expected: float) -> Floats:
    from scipy.special import rel_entr

    return np.asarray(rel_entr(found, expected) + rel_entr(1 - found, 1 - expected), np.float64)


# --- resolutions ----------------------------------------------------------------------------------


def density(network: SongNetwork) -> float:
    """The mean weight over all pairs of songs; 1 where that is nothing.

    The resolution at which the constant Potts model holds the whole network to be as good as no
    community at all.
    """
    songs = len(network.songs)
    whole = float(network.weights.sum())
    return 2 * whole / (songs * (songs - 1)) if whole else 1.0


def configuration_bounds(layers: tuple[Layer, ...]) -> tuple[float, float]:
    """Resolutions of modularity below which any two linked communities gain by joining, above
    which none do.

    Joining communities with strengths d and e and the weight w between them gains
    sum over layers of share * (w / W - g d e / 2W^2); d e is at most W^2, and at least the product
    of two songs' strengths.
    """
    low, high = np.inf, 0.0
    for layer in layers:
        heavy = layer.network.weights > 0
        if not heavy.any():
            continue
        left, right = layer.network.sources[heavy], layer.network.targets[heavy]
        weight = layer.network.weights[heavy]
        whole = float(weight.sum())
        strength = np.zeros(len(layer.network.songs))
        np.add.at(strength, left, weight)
        np.add.at(strength, right, weight)
        gains = 2 * whole * weight / (strength[left] * strength[right])
        low = min(low, layer.share * float(weight.min()) / whole)
        high = max(high, 2 * float(gains.max()))
    return (low, high) if high else (0.5, 2.0)


def constant_bounds(network: SongNetwork) -> tuple[float, float]:
    """The same for the constant Potts model, where joining gains w - g n m for n and m songs."""
    weight = network.weights[network.weights > 0]
    if not len(weight):
        return 0.5, 2.0
    return 2 * float(weight.min()) / len(network.songs) ** 2, 2 * float(weight.max())
