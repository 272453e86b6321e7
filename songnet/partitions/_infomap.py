"""Infomap, two levels."""

from __future__ import annotations

import numpy as np

from songnet.model import Ints, Partition, SongNetwork
from songnet.networks import modularity
from songnet.partitions._common import check_count, prepare, versions


def infomap(
    network: SongNetwork, *, trials: int = 5, name: str | None = None, seed: int = 0
) -> Partition:
    """Communities in which a random walk stays, so that its path has a short description.

    Rosvall & Bergstrom, Maps of random walks on complex networks reveal community structure (2008),
    by the infomap package. It finds the number of communities itself. Songs without an edge of
    weight are communities of their own.

    Parameters
    ----------
    trials
        Searches from different starts; the shortest description is kept.
    name
        Default: ``infomap-NETWORK``.

    Returns
    -------
    A partition with the qualities ``codelength`` (bits per step) and ``modularity``.

    Raises
    ------
    EmptyInputError
        A network without songs.
    UsageError
        An option out of range.
    """
    trials = check_count("trials", trials)
    name, seed = prepare(network, "infomap", name, seed)
    labels, codelength = _search(network, trials, seed)
    return Partition.from_labels(
        network.songs,
        labels,
        name=name,
        algorithm="infomap",
        on=network.name,
        seed=seed,
        params={"trials": trials, "two_level": True},
        quality={"modularity": modularity(network, labels), "codelength": codelength},
        versions=versions("infomap"),
    )


def _search(network: SongNetwork, trials: int, seed: int) -> tuple[Ints, float]:
    from infomap import Infomap

    # Its seeds begin at 1.
    search = Infomap(two_level=True, num_trials=trials, seed=seed + 1, silent=True)
    search.add_nodes(range(len(network.songs)))
    search.add_links(np.column_stack([network.sources, network.targets, network.weights]))
    result = search.run()
    module = result.modules()
    labels = np.array([module[song] for song in range(len(network.songs))], np.int64)
    return labels, float(result.codelength)
