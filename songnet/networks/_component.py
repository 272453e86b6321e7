"""The largest connected component of a network."""

from __future__ import annotations

import numpy as np

from songnet.errors import EmptyInputError
from songnet.model import SongNetwork
from songnet.networks._igraph import graph
from songnet.networks._part import part


def largest_component(network: SongNetwork, *, name: str | None = None) -> SongNetwork:
    """The songs that paths of edges join, where they are most, and their edges.

    Of components with as many songs, the one that holds the smallest id. Weights do not count.

    Parameters
    ----------
    name
        What to call the result; default: as `network`.

    Raises
    ------
    EmptyInputError
        A network without edges.
    """
    if not network.edges:
        raise EmptyInputError(f"{network.name!r} has no edges, and so no component to keep")
    membership = np.asarray(graph(network).connected_components().membership, np.int64)
    # igraph numbers components by their first vertex, and argmax takes the first of the largest.
    inside = membership == np.bincount(membership).argmax()
    keep = inside[network.sources]
    return part(network, keep, name=name, params={"largest_component": True})
