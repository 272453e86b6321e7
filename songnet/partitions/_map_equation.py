"""The map equation of an undirected network, and what it implies for modules that fall apart."""

from __future__ import annotations

from typing import Any

import numpy as np

from songnet.model import Floats, Ints, SongNetwork


def two_level_codelength(network: SongNetwork, labels: Ints) -> float:
    """Bits per step of a random walk, described by its modules and its songs.

    q log q - 2 sum_i q_i log q_i - sum_a p_a log p_a + sum_i (q_i + p_i) log (q_i + p_i), with p_a
    the visits of song a, p_i those of module i, q_i the exits from it, q their sum (Rosvall &
    Bergstrom 2008, eq. 4). 0 for a network without weight.
    """
    whole = 2 * float(network.weights.sum())
    if not whole:
        return 0.0
    weight = network.weights / whole
    crosses = labels[network.sources] != labels[network.targets]
    visits, exits = np.zeros(len(labels)), np.zeros(int(labels.max()) + 1)
    # One end after the other: joined they would be copies of the whole network.
    for ends in (network.sources, network.targets):
        np.add.at(visits, ends, weight)
        np.add.at(exits, labels[ends[crosses]], weight[crosses])
    inside = exits + np.bincount(labels, weights=visits)
    return _plogp(exits.sum()) - 2 * _plogp(exits) - _plogp(visits) + _plogp(inside)


def split(network: SongNetwork, labels: Ints) -> Ints:
    """Modules that are not connected, cut into their connected parts.

    That never makes the description longer: with S(x) = sum_i x_i log(sum x / x_i) over the parts,
    it saves S(q + p) - 2 S(q), where p >= q because exits are visits too, and S is superadditive.
    """
    from scipy import sparse

    within = (labels[network.sources] == labels[network.targets]) & (network.weights > 0)
    pairs = (network.sources[within], network.targets[within])
    songs = len(labels)
    links = sparse.coo_array((network.weights[within], pairs), shape=(songs, songs))
    return np.asarray(sparse.csgraph.connected_components(links, directed=False)[1], np.int64)


def _plogp(values: Any) -> float:
    shares: Floats = np.atleast_1d(values)
    shares = shares[shares > 0]
    return float((shares * np.log2(shares)).sum())
