"""A random walk over several layers of songs, as a network of states."""

from __future__ import annotations

import numpy as np

from songnet.model import Floats, Ints
from songnet.partitions._layers import Layer


def flows(layers: tuple[Layer, ...], relax_rate: float) -> Floats:
    """The steps of a walker between (layer, song) states, and how often it takes each.

    From a song the walker follows an edge of the layer that it is in or, with probability
    `relax_rate`, any edge that the song has in any layer, each by its weight (De Domenico et al.,
    Identifying modular flows on multilayer networks reveals highly overlapping organization in
    interconnected systems, 2015). With the weights of a layer summing to its share, the walker is
    in a state as often as the state's strength says, so in a layer for just its share of the time;
    the frequencies follow without iteration and without teleporting.

    Returns
    -------
    float64 (m, 5): layer, song, layer, song, frequency.
    """
    ends = [_both_ways(layer) for layer in layers]
    songs = len(layers[0].network.songs)
    strengths = [np.bincount(source, weight, songs) for source, _, weight in ends]
    everywhere = np.sum(strengths, axis=0)
    rows = []
    for here, strength in enumerate(strengths):
        for there, (source, target, weight) in enumerate(ends):
            frequency = relax_rate * weight * strength[source] / everywhere[source]
            if here == there:
                frequency = frequency + (1 - relax_rate) * weight
            rows.append(_rows(here, source, there, target, frequency))
    return np.concatenate(rows)


def _both_ways(layer: Layer) -> tuple[Ints, Ints, Floats]:
    network = layer.network
    weight = layer.share * network.weights / network.weights.sum() / 2
    source = np.concatenate([network.sources, network.targets])
    target = np.concatenate([network.targets, network.sources])
    return source, target, np.concatenate([weight, weight])


def _rows(here: int, source: Ints, there: int, target: Ints, frequency: Floats) -> Floats:
    columns = [np.full(len(source), here), source, np.full(len(source), there), target, frequency]
    return np.column_stack(columns)[frequency > 0]


def most_flow(song: Ints, module: Ints, flow: Floats, songs: int) -> Ints:
    """For each song the module in which its states have the most flow, ties to the smaller number.

    Songs without a state get modules of their own.

    Parameters
    ----------
    song, module, flow
        A row per state, shapes (s,).
    songs
        How many there are.
    """
    modules = int(module.max(initial=-1)) + 1
    code, inverse = np.unique(song * max(modules, 1) + module, return_inverse=True)
    total = np.bincount(inverse, flow, len(code))
    owner, label = code // max(modules, 1), code % max(modules, 1)
    # Rounded, so that the order of sums decides no tie.
    order = np.lexsort((label, -np.round(total, 12), owner))
    first = np.unique(owner[order], return_index=True)[1]
    labels = modules + np.arange(songs)
    labels[owner[order][first]] = label[order][first]
    return labels
