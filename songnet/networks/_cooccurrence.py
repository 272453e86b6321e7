"""The network of songs that share playlists.

The counts are the upper triangle of AᵀA, where A says which song is in which playlist. It is made
in blocks of songs, and every block is weighted and pruned before the next, so memory holds the
edges that are kept and one block.
"""

from __future__ import annotations

from types import MappingProxyType

import numpy as np

from songnet.errors import EmptyInputError, MemoryRefusedError, UsageError
from songnet.model import Ids, Ints, Memberships, Scalar, SongNetwork
from songnet.names import check_name
from songnet.networks._component import largest_component as component_of
from songnet.networks._core import check_k
from songnet.networks._core import k_core as core_of
from songnet.networks._disparity import check_alpha
from songnet.networks._edges import Edges, joined, once
from songnet.networks._incidence import blocks, incidence
from songnet.networks._projection import Projection, Weight, check_weight
from songnet.progress import Progress, silent

BYTES_PER_EDGE = 80
SAMPLE = 512
GIB = 1 << 30


def cooccurrence(
    memberships: Memberships,
    *,
    name: str = "playlists",
    weight: Weight = "count",
    min_shared: int = 1,
    most_connected: int | None = None,
    top: int | None = None,
    max_length: int | None = None,
    disparity: float | None = None,
    k_core: int | None = None,
    largest_component: bool = False,
    memory_gib: float = 8.0,
    progress: Progress = silent,
) -> SongNetwork:
    """An edge between songs that share playlists.

    Parameters
    ----------
    weight
        What an edge weighs, for songs i and j that are in n_i and n_j of N playlists, n_ij of them
        shared; rounded to 12 decimals. Playlists left out by `max_length` count nowhere.

        ``count``
            n_ij.
        ``newman``
            Each shared playlist of n songs counts 1 / (n - 1), so that a long list ties its songs
            less: Newman, Phys. Rev. E 64, 016132, 2001, equation 2.
        ``cosine``
            n_ij / √(n_i n_j), so that popular songs are not near to all.
        ``pmi``
            ln(n_ij N / (n_i n_j)), the pointwise mutual information (Church & Hanks, Computational
            Linguistics 16, 1990). Songs that meet as often as chance has it, or less, have no
            edge. It overrates songs that are in hardly any playlist: use it with `min_shared`.

    The other options apply in this order:

    max_length
        Leave out playlists of more songs than this.
    min_shared
        Keep an edge if the two songs share at least this many playlists, whatever the weight.
    most_connected
        Keep this many songs, those with the most edges, and the edges between them; ties go to the
        smaller id.
    disparity
        Keep an edge if it is significant at this level for one of its songs; see
        `songnet.networks.disparity`.
    top
        Keep an edge if it is among this many heaviest of at least one of its songs; ties go to
        the neighbour with the smaller id.
    k_core
        Drop songs with fewer neighbours than this until there are none.
    largest_component
        Keep only the largest connected component.
    name
        What to call the network.
    memory_gib
        Refuse rather than take more memory than about this, GiB.
    progress
        Told what is done, of how many songs, and how many there are.

    Returns
    -------
    A network of kind ``playlists`` without isolated songs, with the edge attribute ``playlists``
    (int64, n_ij). Its `params` are the options that decide which edges there are.

    Raises
    ------
    EmptyInputError
        No memberships, or no edge passes the options.
    MemoryRefusedError
        The edges, estimated beforehand and counted on the way, would not fit.
    UsageError
        An option out of range.
    """
    check_name(name, what="network")
    options: dict[str, Scalar] = {
        "weight": weight,
        "max_length": max_length,
        "min_shared": min_shared,
        "most_connected": most_connected,
        "disparity": disparity,
        "top": top,
    }
    _check(options, k_core, memory_gib)
    whole = incidence(memberships, min_shared, max_length)
    made = Projection(whole, weight, min_shared, progress)
    if most_connected is not None:
        made = made.only(_most_connected(made.degrees(), most_connected))
    if disparity is not None:
        made = made.filtered(disparity)
    edges = _gather(made, top, memory_gib)
    if not len(edges.sources):
        raise EmptyInputError(_nothing_left(options))
    network = _network(name, made.table.songs, edges, options)
    network = network if k_core is None else core_of(network, k_core)
    return component_of(network) if largest_component else network


def _check(options: dict[str, Scalar], k: int | None, memory_gib: float) -> None:
    check_weight(str(options["weight"]))
    least = {"max_length": 2, "min_shared": 1, "most_connected": 2, "top": 1}
    for option, low in least.items():
        value = options[option]
        if isinstance(value, int) and value < low:
            raise UsageError(f"--{option.replace('_', '-')} must be at least {low}: got {value}")
    if options["disparity"] is not None:
        check_alpha(float(options["disparity"]))
    if k is not None:
        check_k(k)
    if not memory_gib > 0:
        raise UsageError(f"--memory-gib must be above 0: got {memory_gib}")


def _most_connected(degree: Ints, number: int) -> Ints:
    """The `number` songs with the most edges, ties to the smaller id; indices rising."""
    return np.sort(np.argsort(-degree, kind="stable")[:number])


def _gather(made: Projection, top: int | None, memory_gib: float) -> Edges:
    """All edges to keep, sorted by source, then target."""
    _refuse(_estimate(made, top), memory_gib)
    what = "linking songs"
    found = made.upper(what) if top is None else made.heaviest(top, what)
    parts, kept = [], 0
    for each in found:
        kept += len(each.sources)
        _refuse(kept, memory_gib)
        parts.append(each)
    edges = joined(parts)
    return edges if top is None else once(edges, len(made.table.songs))


def _estimate(made: Projection, top: int | None) -> int:
    """About how many edges there will be: a bound where that is small, else from a sample."""
    table, songs = made.table, len(made.table.songs)
    meetings = int((table.lengths * (table.lengths - 1) // 2).sum())
    bound = min(meetings // made.min_shared, songs * (songs - 1) // 2, songs * (top or songs))
    if bound * BYTES_PER_EDGE < GIB:
        return bound
    return min(bound, _sampled(made, top))


def _sampled(made: Projection, top: int | None) -> int:
    """The number of edges, extrapolated from songs spread evenly from rare to common."""
    work, songs = made.table.work, len(made.table.songs)
    spread = np.linspace(0, songs - 1, min(SAMPLE, songs)).astype(np.int64)
    chosen, found = np.sort(np.argsort(work, kind="stable")[spread]), 0
    for low, high in blocks(work[chosen]):
        degree = np.bincount(made.around(chosen[low:high]).sources)
        # An edge has two ends, but `top` picks from each end.
        found += int(np.minimum(degree, top).sum() if top else degree.sum() // 2)
    return found * songs // len(chosen)


def _refuse(edges: int, memory_gib: float) -> None:
    needed = edges * BYTES_PER_EDGE / GIB
    if needed > memory_gib:
        raise MemoryRefusedError(
            f"linking songs by playlists would make about {edges:,} edges or more and take "
            f"{needed:.1f} GiB, over the {memory_gib:g} GiB allowed: make fewer with --min-shared, "
            "--top, --most-connected or --max-length, or allow more with --memory-gib"
        )


def _nothing_left(options: dict[str, Scalar]) -> str:
    given = [
        f"--{option.replace('_', '-')} {value}"
        for option, value in options.items()
        if value not in (None, "count") and option != "top"
    ]
    return f"with {', '.join(given)} no two songs share enough playlists: loosen these options"


def _network(name: str, songs: Ids, edges: Edges, params: dict[str, Scalar]) -> SongNetwork:
    """The network of the songs that have edges; indices keep their order."""
    linked = np.zeros(len(songs), bool)
    linked[edges.sources] = linked[edges.targets] = True
    position = np.cumsum(linked) - 1
    return SongNetwork(
        name=name,
        kind="playlists",
        songs=songs[linked],
        sources=position[edges.sources],
        targets=position[edges.targets],
        weights=edges.weights.astype(np.float64, copy=False),
        attributes=MappingProxyType({"playlists": edges.playlists.astype(np.int64)}),
        params=MappingProxyType({key: value for key, value in params.items() if value is not None}),
    )
