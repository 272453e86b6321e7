"""The door to leidenalg, for what igraph's own Leiden does not maximise."""

from __future__ import annotations

from typing import Any

import numpy as np

from songnet.model import Floats, Ints, SongNetwork
from songnet.networks._igraph import graph
from songnet.partitions._layers import Layer


def configuration(layers: tuple[Layer, ...], resolution: float, seed: int) -> Ints:
    """Labels of high Reichardt-Bornholdt quality over all layers, each by its share.

    Multiplex optimisation as in Traag, Waltman & van Eck 2019, repeated until nothing changes.
    """
    import leidenalg

    found = [
        leidenalg.RBConfigurationVertexPartition(
            _linked(layer.network), weights=_even(layer.network), resolution_parameter=resolution
        )
        for layer in layers
    ]
    # Of one and the same whole in each layer: then the shares alone say what a layer counts for.
    counts = np.array([max(1, np.count_nonzero(layer.network.weights)) for layer in layers])
    shares = np.array([layer.share for layer in layers]) / counts
    return _optimise(found, (shares / shares.max()).tolist(), seed)


def significant(network: SongNetwork, seed: int) -> Ints:
    """Labels of high significance."""
    import leidenalg

    return _optimise([leidenalg.SignificanceVertexPartition(_linked(network))], [1.0], seed)


def _optimise(partitions: list[Any], shares: list[float], seed: int) -> Ints:
    import leidenalg

    optimiser = leidenalg.Optimiser()
    optimiser.set_rng_seed(seed)
    optimiser.optimise_partition_multiplex(partitions, layer_weights=shares, n_iterations=-1)
    return np.asarray(partitions[0].membership, np.int64)


def _linked(network: SongNetwork) -> Any:
    """An `igraph.Graph` of the edges that weigh something."""
    heavy = network.weights > 0
    return graph(network, heavy)


def _even(network: SongNetwork) -> Floats:
    """Weights of mean 1: leidenalg takes gains near the rounding error for none."""
    weight = network.weights[network.weights > 0]
    return weight / weight.mean() if len(weight) else weight
