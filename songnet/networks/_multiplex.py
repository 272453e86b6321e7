"""Several networks of the same songs as layers of one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from songnet.errors import InputError, UsageError
from songnet.model import Floats, Ids, Ints, SongNetwork

KIND = "multiplex"
LAYERS = 2


def multiplex(networks: Sequence[SongNetwork], *, name: str = KIND) -> SongNetwork:
    """Two networks as the layers of one, so that songs can be cut by both at once.

    Layers have different units (numbers of playlists, cosines), so each counts as its share of its
    own whole: an edge's weight is the sum over the layers of w / W, with w its weight there and W
    the weight of all edges of that layer. The weights of each layer thus sum to 1, as in the
    modularity of multilayer networks (Mucha et al., Community structure in time-dependent,
    multiscale, and multiplex networks, 2010).

    Parameters
    ----------
    networks
        Exactly two, neither of them a multiplex network itself. Their songs need not be the same.
    name
        The network's name.

    Returns
    -------
    A network of kind ``multiplex`` over all songs and edges of both, with the edge attributes
    ``layer_1`` and ``layer_2`` (float64: the weight in that layer, 0 where it lacks the edge), and
    the params ``layers`` (their names, joined by a comma), ``fingerprint_1`` and ``fingerprint_2``.

    Raises
    ------
    UsageError
        Not two networks, or the same one twice.
    InputError
        A layer that is a multiplex network, or has no edge with a weight.
    """
    _check(networks)
    songs = np.unique(np.concatenate([network.songs for network in networks]))
    codes = [_codes(network, songs) for network in networks]
    union = np.unique(np.concatenate(codes))
    layers = [
        _spread(union, code, network.weights) for code, network in zip(codes, networks, strict=True)
    ]
    facts = {f"fingerprint_{place}": of.fingerprint for place, of in enumerate(networks, 1)}
    return SongNetwork.from_edges(
        songs,
        union // len(songs),
        union % len(songs),
        sum(layer / layer.sum() for layer in layers),
        name=name,
        kind=KIND,
        attributes={f"layer_{place}": layer for place, layer in enumerate(layers, 1)},
        params={"layers": ",".join(network.name for network in networks), **facts},
    )


def layers(network: SongNetwork) -> tuple[SongNetwork, ...]:
    """The layers of a multiplex network, each over all its songs; any other network is its own.

    A layer has the edges that weigh something in it, with their weights there.
    """
    if network.kind != KIND:
        return (network,)
    names = str(network.params["layers"]).split(",")
    return tuple(
        _layer(network, layer, np.asarray(network.attributes[f"layer_{place}"], np.float64))
        for place, layer in enumerate(names, 1)
    )


def _layer(network: SongNetwork, name: str, weights: Floats) -> SongNetwork:
    there = weights > 0
    return SongNetwork(
        name=name,
        kind="custom",
        songs=network.songs,
        sources=network.sources[there],
        targets=network.targets[there],
        weights=weights[there],
    )


def _check(networks: Sequence[SongNetwork]) -> None:
    names = [network.name for network in networks]
    if len(names) != LAYERS or len(set(names)) != LAYERS:
        raise UsageError(
            f"a multiplex network has two different layers: got {', '.join(names) or 'none'}"
        )
    for network in networks:
        if network.kind == KIND:
            raise InputError(
                f"{network.name!r} is a multiplex network itself: take networks of one layer"
            )
        if not network.weights.sum() > 0:
            raise InputError(
                f"{network.name!r} has no edge with a weight, so it cannot be a layer: "
                "link its songs otherwise first"
            )


def _codes(network: SongNetwork, songs: Ids) -> Ints:
    """A number per edge, the same for the same two of `songs`."""
    place = np.searchsorted(songs, network.songs).astype(np.int64)
    return place[network.sources] * len(songs) + place[network.targets]


def _spread(union: Ints, codes: Ints, weights: Floats) -> Floats:
    """The weights at the places of their edges among all, 0 elsewhere."""
    spread = np.zeros(len(union))
    spread[np.searchsorted(union, codes)] = weights
    return spread
