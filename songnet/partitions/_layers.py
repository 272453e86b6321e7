"""A network as its layers, each with its share: one for an ordinary network, two for a multiplex.

Layers count as shares of their own whole, so that a layer weight means the same whatever units the
layers have.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from songnet.errors import UsageError
from songnet.model import Ints, SongNetwork
from songnet.networks import layers, modularity

EVEN = 0.5


@dataclass(frozen=True)
class Layer:
    """A layer and what it counts for.

    Attributes
    ----------
    network
        Its edges, among all songs.
    share
        From 0 to 1; the shares of all layers sum to 1.
    """

    network: SongNetwork
    share: float


def is_multiplex(network: SongNetwork) -> bool:
    """Whether a network has layers of its own."""
    return network.kind == "multiplex"


def check_layer_weight(network: SongNetwork, weight: float | None) -> float | None:
    """The share of the second layer; None for an ordinary network.

    Raises
    ------
    UsageError
        A weight that is not from 0 to 1, or for a network without layers.
    """
    if not is_multiplex(network):
        if weight is not None:
            raise UsageError(
                f"--layer-weight is for multiplex networks, and {network.name!r} has one layer: "
                "leave it out, or make one with 'songnet link multiplex'"
            )
        return None
    weight = EVEN if weight is None else float(weight)
    if not (math.isfinite(weight) and 0 <= weight <= 1):
        raise UsageError(
            f"--layer-weight must be from 0 (the first layer alone) to 1 (the second): got {weight}"
        )
    return weight


def weighted(network: SongNetwork, weight: float | None) -> tuple[Layer, ...]:
    """The layers that count, given the share of the second (see `check_layer_weight`)."""
    if weight is None:
        return (Layer(network, 1.0),)
    both = zip(layers(network), (1 - weight, weight), strict=True)
    return tuple(Layer(layer, share) for layer, share in both if share > 0)


def combined(network: SongNetwork, parts: tuple[Layer, ...]) -> SongNetwork:
    """One network whose edges weigh what they do in all layers: the sum of share * w / m.

    m is the layer's mean weight over all pairs of songs, so that this network's is 1. An ordinary
    network is that itself.
    """
    if not is_multiplex(network):
        return network
    weights = np.zeros(network.edges)
    width = len(network.songs)
    pairs = width * (width - 1) / 2
    codes = network.sources * width + network.targets
    for part in parts:
        layer = part.network
        place = np.searchsorted(codes, layer.sources * width + layer.targets)
        weights[place] += part.share * pairs * layer.weights / layer.weights.sum()
    return SongNetwork(
        network.name, network.kind, network.songs, network.sources, network.targets, weights
    )


def modularities(network: SongNetwork, labels: Ints) -> dict[str, float]:
    """The quality ``modularity``, and of a multiplex network that in each layer beside it."""
    found = {"modularity": modularity(network, labels)}
    if is_multiplex(network):
        for place, layer in enumerate(layers(network), 1):
            found[f"modularity_{place}"] = modularity(layer, labels)
    return found
