"""A part of a network."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from songnet.model import Scalar, SongNetwork
from songnet.names import check_name


def part(
    network: SongNetwork,
    keep: NDArray[np.bool_],
    *,
    name: str | None,
    params: Mapping[str, Scalar],
) -> SongNetwork:
    """The edges that `keep` names, shape (m,), and the songs that have one of them.

    `params` are added to the network's own.
    """
    sources, targets = network.sources[keep], network.targets[keep]
    linked = np.zeros(len(network.songs), bool)
    linked[sources] = linked[targets] = True
    position = np.cumsum(linked) - 1
    return SongNetwork(
        name=network.name if name is None else check_name(name, what="network"),
        kind=network.kind,
        songs=network.songs[linked],
        sources=position[sources],
        targets=position[targets],
        weights=network.weights[keep],
        attributes=MappingProxyType({key: each[keep] for key, each in network.attributes.items()}),
        params=MappingProxyType({**network.params, **params}),
    )
