"""The network of songs that share playlists.

The counts are one triangle of AᵀA, where A says which song is in which playlist. It is made in
blocks of songs, a thread each, and a block is weighted and pruned where it is made, so memory holds
the edges that are kept and a block for each thread.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TypeAlias

import numpy as np

from songnet.errors import EmptyInputError, UsageError
from songnet.model import Ids, Ints, Memberships, Scalar, SongNetwork
from songnet.names import check_name
from songnet.networks._component import largest_component as component_of
from songnet.networks._core import check_k
from songnet.networks._core import k_core as core_of
from songnet.networks._disparity import check_alpha
from songnet.networks._edges import Edges, Linked, in_order
from songnet.networks._estimate import (
    BYTES_PER_EDGE,
    COMPILER,
    ProjectionEstimate,
    estimate,
    refuse_memory,
    refuse_work,
)
from songnet.networks._incidence import incidence
from songnet.networks._projection import Projection, Weight, check_weight
from songnet.progress import Progress, silent

OnEstimate: TypeAlias = Callable[[ProjectionEstimate], object]


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
    on_estimate: OnEstimate | None = None,
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
    on_estimate
        Told, before the edges are made, how many there will be and what they will take.
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
        The edges, estimated beforehand and counted on the way, would not fit, or the playlists
        hold so many pairs that the work would take hours. A list of n songs has n(n - 1)/2 of them
        whatever they weigh: `newman` makes a long list light, and only `max_length` makes it cheap.
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
    refuse_work(whole)
    made = Projection(whole, weight, min_shared, progress)
    if most_connected is not None:
        made = made.only(_most_connected(made.degrees(), most_connected))
    if disparity is not None:
        made = made.filtered(disparity)
    parts = _gather(made, top, memory_gib, on_estimate)
    songs = made.table.songs
    # What is done with makes room for the result.
    del whole, made
    linked = in_order(parts, len(songs), from_both=top is not None)
    if not len(linked.sources):
        raise EmptyInputError(_nothing_left(options))
    network = _network(name, songs, linked, options)
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


def _gather(
    made: Projection, top: int | None, memory_gib: float, on_estimate: OnEstimate | None
) -> list[Edges]:
    """All edges to keep, some of them from both of their songs."""
    expected = estimate(made, top)
    if on_estimate is not None:
        on_estimate(expected)
    table = made.table
    refuse_memory(expected.edges, expected.bytes - COMPILER, memory_gib, table)
    what = "linking songs"
    found = made.lower(what) if top is None else made.heaviest(top, what)
    parts, kept = [], 0
    for each in found:
        kept += len(each.sources)
        refuse_memory(kept, kept * BYTES_PER_EDGE, memory_gib, table)
        parts.append(each)
    return parts


def _nothing_left(options: dict[str, Scalar]) -> str:
    given = [
        f"--{option.replace('_', '-')} {value}"
        for option, value in options.items()
        if value not in (None, "count") and option != "top"
    ]
    return f"with {', '.join(given)} no two songs share enough playlists: loosen these options"


def _network(name: str, songs: Ids, edges: Linked, params: Mapping[str, Scalar]) -> SongNetwork:
    """The network of the songs that have edges."""
    return SongNetwork(
        name=name,
        kind="playlists",
        songs=songs[edges.songs],
        sources=edges.sources,
        targets=edges.targets,
        weights=edges.weights,
        attributes=MappingProxyType({"playlists": edges.playlists}),
        params=MappingProxyType({key: value for key, value in params.items() if value is not None}),
    )
