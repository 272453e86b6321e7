"""Personalised PageRank: where a walker who keeps returning to the seeds is found.

x = (1 - d) s + d P x, where s spreads over the seeds, P is one step of the walk and d the damping;
what a song without links holds goes back to the seeds (L. Page, S. Brin, R. Motwani, T. Winograd,
*The PageRank citation ranking*, 1999; T. Haveliwala, *Topic-sensitive PageRank*, WWW 2002). With
the defaults it is what J. He, C. Li and Z. Nguy, *Playlist recommendation by communities and
personalised PageRank* (2015) use: damping 0.85, tolerance 1e-6.

Links have no direction here, so P = A D⁻¹ is similar to the symmetric D^-½ A D^-½, and the
equation is a symmetric positive definite system of condition (1 + d) / (1 - d) at most. Conjugate
gradients (M. Hestenes, E. Stiefel, 1952) solve it in about 25 products where power iteration takes
85. The residual bounds the error: |x - x*|₁ <= |r|₁ / (1 - d), because |(I - dP)⁻¹|₁ is at most
1 / (1 - d); so the tolerance is kept, not hoped for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from songnet.errors import UsageError
from songnet.model import Floats, Ints, SongNetwork
from songnet.playlists._evidence import Evidence

DAMPING = 0.85
TOLERANCE = 1e-6
# Far above what any damping below 0.999 takes; rounding ends what it does not.
MOST_PRODUCTS = 10_000


@dataclass(frozen=True)
class Walk:
    """A random walk over songs whose links have no direction.

    Attributes
    ----------
    step
        Multiplies D^-½ A D^-½ with an array of shape (n,) or (n, q).
    strength
        float64 (n,): D, the sum of a song's links; 0 for songs without any.
    """

    step: Callable[[Floats], Floats]
    strength: Floats


def network_walk(links: Any, communities: Ints | None = None) -> Walk:
    """Along the edges of a network, by their weights.

    Parameters
    ----------
    links
        scipy CSR (n, n), symmetric, weights not negative.
    communities
        int64 (n,): edges between communities are not walked, so that a walker never leaves those
        of the seeds. Songs of community -1 have no edges then.
    """
    if communities is not None:
        links = _within(links, communities)
    strength = np.asarray(links.sum(axis=1), np.float64).ravel()
    scale = _inverse_root(strength)
    scaled = links.copy()
    scaled.data = links.data * scale[links.indices] * np.repeat(scale, np.diff(links.indptr))
    return Walk(lambda values: scaled @ values, strength)


def playlist_walk(members: Any, communities: Ints | None = None) -> Walk:
    """From a song to one of its playlists, and on to one of that playlist's songs.

    So each playlist of a song counts the same, however long it is. The walk over the network that
    `networks.cooccurrence` gives with weight ``newman`` differs in not standing still.

    Parameters
    ----------
    members
        scipy CSR (playlists, n), ones.
    communities
        int64 (n,): a playlist is taken for as many as its songs have communities.
    """
    from scipy import sparse

    if communities is not None:
        members = _split(members, communities)
    lengths = np.diff(members.indptr)
    strength = np.bincount(members.indices, minlength=members.shape[1]).astype(np.float64)
    half = sparse.csr_array(
        (
            _inverse_root(strength)[members.indices] * np.repeat(_inverse_root(lengths), lengths),
            members.indices,
            members.indptr,
        ),
        shape=members.shape,
    )
    back = half.T.tocsr()
    return Walk(lambda values: back @ (half @ values), strength)


def pagerank(
    walk: Walk,
    seeds: Floats,
    *,
    damping: float = DAMPING,
    tolerance: float = TOLERANCE,
) -> Floats:
    """Personalised PageRank of every song, for one or several sets of seeds at once.

    Parameters
    ----------
    walk
        `network_walk` or `playlist_walk`.
    seeds
        float64 (n,) or (n, q): not negative, with a sum above 0; sums are made 1.
    damping
        The chance to walk on, 0 to below 1.
    tolerance
        The largest error, the sum of absolute differences from the exact solution.

    Returns
    -------
    float64 of the shape of `seeds`, not negative, every sum 1.

    Raises
    ------
    UsageError
        `damping` or `tolerance` out of range.
    """
    if not 0 <= damping < 1:
        raise UsageError(f"--damping must be at least 0 and below 1: got {damping}")
    if not 0 < tolerance < 1:
        raise UsageError(f"--tolerance must be above 0 and below 1: got {tolerance}")
    start = np.asarray(seeds, np.float64)
    start = start / start.sum(axis=0)
    linked = walk.strength > 0
    root = np.sqrt(walk.strength)
    scale = _inverse_root(walk.strength)
    if start.ndim == 2:
        linked, root, scale = linked[:, None], root[:, None], scale[:, None]
    # What it sums to in the end is known: a walker with links is found 1 / (1 - d) times.
    held = np.where(linked, start, 0).sum(axis=0)
    total = held / (1 - damping) + (1 - held)
    solved = _conjugate_gradients(
        walk.step, scale * start, damping, root, tolerance * (1 - damping) * total / 2
    )
    found = np.maximum(np.where(linked, root * solved, start), 0)
    return np.asarray(found / found.sum(axis=0), np.float64)


def personalized_pagerank(
    network: SongNetwork,
    seeds: Mapping[str, float],
    *,
    damping: float = DAMPING,
    tolerance: float = TOLERANCE,
) -> Floats:
    """Personalised PageRank of a network's songs.

    Parameters
    ----------
    seeds
        Song ids and how much each counts, above 0.
    damping, tolerance
        As of `pagerank`.

    Returns
    -------
    float64 (n,), in the order of `network.songs`, sum 1.

    Raises
    ------
    InputError
        A seed is not in the network.
    UsageError
        No seeds, or one that does not count above 0; `damping` or `tolerance` out of range.
    """
    weights = np.array(list(seeds.values()), np.float64)
    if not len(weights) or not (np.isfinite(weights) & (weights > 0)).all():
        raise UsageError(f"seeds need numbers above 0: got {seeds}")
    evidence = Evidence.of(network=network)
    start = np.zeros(len(evidence))
    start[evidence.places(seeds)] = weights
    return pagerank(network_walk(evidence.links), start, damping=damping, tolerance=tolerance)


def _conjugate_gradients(
    step: Callable[[Floats], Floats], given: Floats, damping: float, root: Floats, enough: Any
) -> Floats:
    """Y of (I - d S) y = `given`, until the residual, weighed by `root`, sums to `enough`."""
    solved = given.copy()
    residual = damping * step(given)
    direction = residual.copy()
    square = (residual * residual).sum(axis=0)
    for _ in range(MOST_PRODUCTS):
        # Each column ends by itself, so that it does not hang on which others it is solved with.
        going = np.abs(root * residual).sum(axis=0) > enough
        if not going.any():
            break
        image = direction - damping * step(direction)
        along = (direction * image).sum(axis=0)
        length = _ratio(square, along) * going
        solved += length * direction
        residual -= length * image
        before, square = square, (residual * residual).sum(axis=0)
        direction = residual + _ratio(square, before) * direction
    return solved


def _ratio(top: Any, bottom: Any) -> Any:
    """Top / bottom, and 0 where bottom is 0."""
    return np.divide(top, bottom, out=np.zeros_like(top), where=bottom > 0)


def _inverse_root(values: Floats | Ints) -> Floats:
    """1 / √v, and 0 for 0."""
    root = np.sqrt(np.asarray(values, np.float64))
    return np.divide(1.0, root, out=np.zeros_like(root), where=root > 0)


def _within(links: Any, communities: Ints) -> Any:
    """The links inside communities."""
    coo = links.tocoo()
    kept = (communities[coo.row] == communities[coo.col]) & (communities[coo.row] >= 0)
    cut = type(coo)((coo.data[kept], (coo.row[kept], coo.col[kept])), shape=coo.shape)
    return cut.tocsr()


def _split(members: Any, communities: Ints) -> Any:
    """Each playlist as one per community of its songs; songs of no community are left out."""
    from scipy import sparse

    coo = members.tocoo()
    kept = communities[coo.col] >= 0
    row, column = coo.row[kept].astype(np.int64), coo.col[kept]
    width = int(communities.max(initial=0)) + 1
    parts, row = np.unique(row * width + communities[column], return_inverse=True)
    return sparse.csr_array(
        (np.ones(len(row)), (row, column)), shape=(len(parts), members.shape[1])
    )
