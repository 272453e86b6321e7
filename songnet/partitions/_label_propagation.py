"""Label propagation."""

from __future__ import annotations

import numpy as np

from songnet.model import Ints, Partition, SongNetwork
from songnet.networks import modularity
from songnet.networks._igraph import graph, seeded
from songnet.partitions._common import prepare, versions


def label_propagation(network: SongNetwork, *, name: str | None = None, seed: int = 0) -> Partition:
    """Communities in which each song has the label that weighs most among its neighbours.

    Raghavan, Albert & Kumara, Near linear time algorithm to detect community structures in
    large-scale networks (2007), as igraph does it. It finds the number of communities itself and
    maximises nothing: of a dense network one community may be all it finds, and another seed can
    give quite another partition. Songs without an edge of weight are communities of their own.

    Parameters
    ----------
    name
        Default: ``label-propagation-NETWORK``.

    Returns
    -------
    A partition with the quality ``modularity``.

    Raises
    ------
    EmptyInputError
        A network without songs.
    UsageError
        A seed out of range.
    """
    name, seed = prepare(network, "label-propagation", name, seed)
    labels = _labels(network, seed)
    return Partition.from_labels(
        network.songs,
        labels,
        name=name,
        algorithm="label-propagation",
        on=network.name,
        seed=seed,
        quality={"modularity": modularity(network, labels)},
        versions=versions("igraph"),
    )


def _labels(network: SongNetwork, seed: int) -> Ints:
    heavy = network.weights > 0
    # Where all are, as usual, nothing is copied.
    weights = network.weights if heavy.all() else network.weights[heavy]
    with seeded(seed):
        found = graph(network, heavy).community_label_propagation(weights=weights)
    return np.asarray(found.membership, np.int64)
