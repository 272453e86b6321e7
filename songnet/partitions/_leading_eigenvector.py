"""Newman's leading eigenvector method, as the original study used it."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from songnet.errors import InputError
from songnet.model import Floats, Ints, Partition, Scalar, SongNetwork
from songnet.networks import modularity
from songnet.networks._igraph import graph, seeded
from songnet.partitions._common import check_count, prepare, versions
from songnet.partitions._modular import parts

NAME = "leading-eigenvector"
STARTS = 20


def leading_eigenvector(
    network: SongNetwork,
    *,
    communities: int | None = None,
    name: str | None = None,
    seed: int = 0,
) -> Partition:
    """Communities by halving them, as long as that raises modularity.

    Newman, Finding community structure in networks using the eigenvectors of matrices (2006), as
    igraph does it: the unconnected parts are the first communities; one after the other is cut in
    two by the signs of the leading eigenvector of its modularity matrix, unless they are all the
    same. It draws nothing, so every seed gives the same. A community need not be connected.

    Parameters
    ----------
    communities
        Stop at exactly this many. A cut adds one community, so every number can be had from that
        of the unconnected parts to that at which the method finds nothing more to cut. (igraph's
        own number counts parts and tries together, so it often gives fewer; the original study
        asked an igraph of its time for 3 and 10 and got 4 and 11.) Default: go on to the end.
    name
        Default: ``leading-eigenvector-NETWORK``.

    Returns
    -------
    A partition with the quality ``modularity``.

    Raises
    ------
    EmptyInputError
        A network without songs.
    InputError
        `communities` cannot be had; the message gives the nearest number. The eigenvectors of this
        network cannot be computed.
    UsageError
        An option out of range.
    """
    wanted = None if communities is None else check_count("communities", communities)
    name, seed = prepare(network, NAME, name, seed)
    params: dict[str, Scalar] = {} if wanted is None else {"communities": wanted}
    labels = _labels(network, wanted)
    return Partition.from_labels(
        network.songs,
        labels,
        name=name,
        algorithm=NAME,
        on=network.name,
        seed=seed,
        params=params,
        quality={"modularity": modularity(network, labels)},
        versions=versions("igraph"),
    )


def _labels(network: SongNetwork, wanted: int | None) -> Ints:
    alone, tried = _tries(network)
    if wanted is None:
        return tried(None)
    fewest = parts(network)
    if wanted < fewest:
        raise InputError(
            f"{NAME} joins none of the {fewest} unconnected parts of {network.name!r}: ask for "
            f"{fewest} or more, got {wanted}"
        )
    low = high = max(1, wanted - alone)
    while (found := _number(tried(high))) < wanted:
        if high >= 2 * (found - alone):
            raise InputError(
                f"{NAME} finds nothing more to cut in {network.name!r} at {found} communities: "
                f"ask for {fewest} to {found}, got {wanted}"
            )
        low, high = high + 1, 2 * high
    return _bisected(tried, wanted, low, high)


def _bisected(tried: Callable[[int | None], Ints], wanted: int, low: int, high: int) -> Ints:
    """The labels at `wanted` communities, between two of igraph's own numbers."""
    while low < high:
        middle = (low + high) // 2
        if _number(tried(middle)) < wanted:
            low = middle + 1
        else:
            high = middle
    return tried(low)


def _number(labels: Ints) -> int:
    return int(labels.max()) + 1


def _tries(network: SongNetwork) -> tuple[int, Callable[[int | None], Ints]]:
    """How many songs stand alone, and the labels at a number of igraph's, or for None at the end.

    That number is of parts and tries together, so never less than that of communities. In the end
    each community has been tried in vain and each cut was a try, so twice the number of communities
    is enough. igraph makes fewer tries than there are songs: songs that stand alone would use them
    up, so it gets none of those.
    """
    linked, core = _linked(network)
    whole = graph(core)
    # Eigenvectors do not change with the scale; sums of very small or very large numbers do.
    weights = core.weights / core.weights.mean() if core.edges else core.weights

    def labels(tries: int | None) -> Ints:
        found = np.arange(len(network.songs)) + len(network.songs)
        if core.edges:
            found[linked] = _cut(network, whole, weights, tries)
        return np.unique(found, return_inverse=True)[1].astype(np.int64)

    return len(network.songs) - len(linked), labels


def _cut(network: SongNetwork, whole: Any, weights: Floats, tries: int | None) -> list[int]:
    """Igraph's communities, from the first start at which its solver converges.

    The solver starts at random, and from some starts it fails; the eigenvectors are the same.
    """
    from igraph import InternalError

    reason: Exception | None = None
    for start in range(STARTS):
        try:
            with seeded(start), warnings.catch_warnings():
                # It warns where it does not converge, and may go on with what it has.
                warnings.simplefilter("error", RuntimeWarning)
                cut = whole.community_leading_eigenvector(clusters=tries, weights=weights)
        except (InternalError, RuntimeWarning) as error:
            reason = error
        else:
            return list(cut.membership)
    raise InputError(_failed(network, reason)) from reason


def _linked(network: SongNetwork) -> tuple[Ints, SongNetwork]:
    """Which songs have an edge of weight, and the network of these."""
    heavy = network.weights > 0
    ends = (network.sources[heavy], network.targets[heavy])
    linked = np.unique(np.concatenate(ends))
    sources, targets = (np.searchsorted(linked, end).astype(np.int64) for end in ends)
    songs, weights = network.songs[linked], network.weights[heavy]
    return linked, SongNetwork(network.name, network.kind, songs, sources, targets, weights)


def _failed(network: SongNetwork, error: Exception | None) -> str:
    reason = " ".join(str(error).split())
    return (
        f"{NAME} cannot compute the eigenvectors of {network.name!r}: use leiden, or louvain "
        f"(igraph: {reason})"
    )
