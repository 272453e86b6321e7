"""Spectral clustering of an encoder's vectors."""

from __future__ import annotations

import warnings
from typing import Any, Final

import numpy as np

from songnet.errors import InputError, MemoryRefusedError
from songnet.model import Floats, Ints, Partition, Vectors
from songnet.partitions._common import check_count, prepare, versions

# Up to here all eigenvectors at once are quicker than one after the other.
DENSE: Final = 1000
MEMORY: Final = 4 * 2**30
STARTS: Final = 10


def spectral(
    vectors: Vectors,
    *,
    communities: int,
    neighbors: int = 10,
    name: str | None = None,
    seed: int = 0,
) -> Partition:
    """Exactly so many communities, of any shape, that few neighbours of songs connect.

    Ng, Jordan & Weiss, On spectral clustering: analysis and an algorithm (2001), on the graph of
    nearest neighbours by Euclidean distance (an edge is 1 where both are among each other's nearest
    and 1/2 where one is): the leading eigenvectors of D^-1/2 A D^-1/2, a row per song scaled to
    length 1, cut by k-means. By scipy's ARPACK and scikit-learn, on one thread. The eigenvectors of
    unconnected parts are known beforehand and taken out, because ARPACK misses repeated ones.

    Parameters
    ----------
    communities
        How many.
    neighbors
        Nearest neighbours per song.
    name
        Default: ``spectral-ENCODER``.

    Returns
    -------
    A partition with the quality ``normalized_cut``: over the communities, the sum of the share of a
    community's edge weight that leaves it (Shi & Malik 2000); 0 where none does.

    Raises
    ------
    EmptyInputError
        No vectors.
    InputError
        Too few songs, or the neighbours' graph falls into more parts than communities.
    MemoryRefusedError
        It would need over 4 GiB.
    UsageError
        An option out of range.
    """
    communities = check_count("communities", communities)
    neighbors = check_count("neighbors", neighbors)
    name, seed = prepare(vectors, "spectral", name, seed)
    labels, cut = np.zeros(len(vectors.songs), np.int64), 0.0
    if communities > 1:
        _check(vectors, communities, neighbors)
        labels, cut = _search(vectors, communities, neighbors, seed)
    return Partition.from_labels(
        vectors.songs,
        labels,
        name=name,
        algorithm="spectral",
        on=vectors.encoder,
        seed=seed,
        params={"communities": communities, "neighbors": neighbors},
        quality={"normalized_cut": cut},
        versions=versions("scikit-learn"),
    )


def _check(vectors: Vectors, communities: int, neighbors: int) -> None:
    songs = len(vectors.songs)
    if communities > songs:
        raise InputError(
            f"{vectors.encoder!r} has vectors of {songs} songs, too few for {communities} "
            f"communities: ask for 1 to {songs}"
        )
    if neighbors >= songs:
        raise InputError(
            f"{vectors.encoder!r} has vectors of {songs} songs, too few for {neighbors} nearest "
            f"neighbours each: ask for --neighbors 1 to {songs - 1}"
        )
    needed = memory(songs, communities, neighbors)
    if needed > MEMORY:
        raise MemoryRefusedError(
            f"spectral clustering of {songs:,} songs into {communities:,} communities would need "
            f"{needed / 2**30:.1f} GiB, allowed are {MEMORY / 2**30:.0f}: ask for fewer "
            "--communities or --neighbors, or cut with kmeans"
        )


def memory(songs: int, communities: int, neighbors: int) -> int:
    """Bytes: the graph and its transpose, ARPACK's basis, eigenvectors, their rows scaled."""
    basis = songs if _is_dense(songs, communities) else max(2 * communities + 1, 20)
    return songs * (8 * (basis + 3 * communities) + 12 * 4 * neighbors)


def _is_dense(songs: int, communities: int) -> bool:
    return songs <= DENSE or 2 * communities >= songs


def _search(vectors: Vectors, communities: int, neighbors: int, seed: int) -> tuple[Ints, float]:
    from threadpoolctl import threadpool_limits

    # One thread: with more, the order of their sums and so the last digits are left to chance.
    with threadpool_limits(limits=1):
        graph = _neighbors_graph(vectors.values.astype(np.float64), neighbors)
        rows = _embedding(graph, vectors.encoder, communities, seed)
        labels = _kmeans(rows, communities, seed)
    found = len(np.unique(labels))
    if found < communities:
        raise InputError(
            f"spectral clustering finds only {found} of {communities} communities of "
            f"{vectors.encoder!r}: ask for 1 to {found}, or for more --neighbors"
        )
    return labels, _normalized_cut(graph, labels)


def _neighbors_graph(values: Floats, neighbors: int) -> Any:
    from sklearn.neighbors import NearestNeighbors

    nearest = NearestNeighbors(n_neighbors=neighbors).fit(values).kneighbors_graph()
    return (nearest + nearest.T).tocsr() / 2


def _embedding(graph: Any, encoder: str, communities: int, seed: int) -> Floats:
    """The leading eigenvectors, a row of length 1 per song."""
    from scipy import sparse

    parts, part = sparse.csgraph.connected_components(graph, directed=False)
    if parts > communities:
        raise InputError(
            f"the nearest neighbours of {encoder!r} fall into {parts} unconnected parts: ask for "
            f"--communities {parts} or more, or for more --neighbors"
        )
    root = np.sqrt(np.asarray(graph.sum(axis=1)).ravel())
    known = np.zeros((len(root), parts))
    known[np.arange(len(root)), part] = root
    known /= np.linalg.norm(known, axis=0)
    scaled = sparse.diags_array(1 / root) @ graph @ sparse.diags_array(1 / root)
    rows = np.hstack([known, _leading(scaled, known, communities - parts, encoder, seed)])
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True))


def _leading(scaled: Any, known: Floats, number: int, encoder: str, seed: int) -> Floats:
    """The leading eigenvectors of a symmetric matrix beside those that are known, (n, number)."""
    songs = len(known)
    if not number:
        return np.empty((songs, 0))
    if _is_dense(songs, number):
        from scipy.linalg import eigh

        # Eigenvalues lie between -1 and 1: what is known is moved below them all.
        matrix = scaled.toarray() - 3 * known @ known.T
        return np.asarray(eigh(matrix, subset_by_index=[songs - number, songs - 1])[1])
    return _by_arpack(scaled, known, number, encoder, seed)


def _by_arpack(scaled: Any, known: Floats, number: int, encoder: str, seed: int) -> Floats:
    from scipy.sparse.linalg import ArpackNoConvergence, LinearOperator, eigsh

    rest = LinearOperator(
        scaled.shape,
        matvec=lambda vector: scaled @ vector - 3 * (known @ (known.T @ vector)),
        dtype=np.float64,
    )
    start = np.random.default_rng([seed, 0]).normal(size=len(known))
    try:
        return np.asarray(eigsh(rest, k=number, which="LA", v0=start, tol=1e-6)[1])
    except ArpackNoConvergence as error:
        raise InputError(
            f"the eigenvectors of the nearest neighbours of {encoder!r} were not found: ask for "
            "more --neighbors, or another number of --communities"
        ) from error


def _kmeans(rows: Floats, communities: int, seed: int) -> Ints:
    from sklearn.cluster import KMeans
    from sklearn.exceptions import ConvergenceWarning

    with warnings.catch_warnings():
        # What it warns of, fewer different rows than communities, is refused by the caller.
        warnings.simplefilter("ignore", ConvergenceWarning)
        found = KMeans(communities, n_init=STARTS, random_state=seed).fit(rows)
    return np.asarray(found.labels_, np.int64)


def _normalized_cut(graph: Any, labels: Ints) -> float:
    entries = graph.tocoo()
    leaves = labels[entries.row] != labels[entries.col]
    whole = np.bincount(labels[entries.row], weights=entries.data)
    left = np.bincount(labels[entries.row], weights=entries.data * leaves)
    return float((left / whole).sum())
