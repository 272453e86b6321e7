"""The network of songs that share playlists.

The counts are the upper triangle of AᵀA, where A says which song is in which playlist. It is made
in blocks of songs, and every block is pruned before the next, so memory holds the edges that are
kept and one block.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from songnet.errors import EmptyInputError, MemoryRefusedError, UsageError
from songnet.model import Ids, Ints, Memberships, SongNetwork
from songnet.names import check_name

BLOCK = 1 << 23
BYTES_PER_EDGE = 64
SAMPLE = 512
GIB = 1 << 30


class _Edges(NamedTuple):
    """Edges between indices of songs, with the playlists that both are in."""

    sources: NDArray[np.int32]
    targets: NDArray[np.int32]
    playlists: NDArray[np.int32]

    def where(self, keep: NDArray[Any]) -> _Edges:
        return _Edges(self.sources[keep], self.targets[keep], self.playlists[keep])


def cooccurrence(
    memberships: Memberships,
    *,
    name: str = "playlists",
    min_shared: int = 1,
    most_connected: int | None = None,
    top: int | None = None,
    max_length: int | None = None,
    memory_gib: float = 8.0,
) -> SongNetwork:
    """An edge between songs that share playlists; its weight is how many.

    The options apply in this order:

    Parameters
    ----------
    max_length
        Leave out playlists of more songs than this.
    min_shared
        Keep an edge if the two songs share at least this many playlists.
    most_connected
        Keep this many songs, those with the most edges, and the edges between them; ties go to the
        smaller id.
    top
        Keep an edge if it is among this many heaviest of at least one of its songs; ties go to
        the neighbour with the smaller id.
    name
        What to call the network.
    memory_gib
        Refuse rather than take more memory than about this, GiB.

    Returns
    -------
    A network of kind ``playlists`` without isolated songs, with the edge attribute ``playlists``
    (int64, the count that is also the weight).

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
    options = {
        "max_length": max_length,
        "min_shared": min_shared,
        "most_connected": most_connected,
        "top": top,
    }
    _check(options, memory_gib)
    table = _incidence(memberships, min_shared, max_length)
    if most_connected is not None:
        table = table.only(_most_connected(table, min_shared, most_connected))
    edges = _gather(table, min_shared, top, memory_gib)
    if not len(edges.sources):
        raise EmptyInputError(_nothing_left(options))
    return _network(name, table.songs, edges, options)


@dataclass(frozen=True)
class _Incidence:
    """Which song is in which playlist, both ways round.

    `rows` is scipy CSR (songs, playlists), `columns` CSC (playlists, songs), int32 ones.
    """

    songs: Ids
    rows: Any
    columns: Any

    @cached_property
    def lengths(self) -> Ints:
        """Songs per playlist."""
        return np.bincount(self.rows.indices, minlength=self.rows.shape[1]).astype(np.int64)

    @cached_property
    def work(self) -> Ints:
        """At most how many neighbours a song can have, counting itself, shape (n,)."""
        meetings = np.asarray(self.rows @ self.lengths, np.int64)
        return np.minimum(meetings, len(self.songs))

    def only(self, chosen: Ints) -> _Incidence:
        """The same playlists with these songs, indices rising."""
        rows = self.rows[chosen]
        return _Incidence(self.songs[chosen], rows, rows.T)


def _check(options: dict[str, int | None], memory_gib: float) -> None:
    least = {"max_length": 2, "most_connected": 2}
    for option, value in options.items():
        low = least.get(option, 1)
        if value is not None and value < low:
            raise UsageError(f"--{option.replace('_', '-')} must be at least {low}: got {value}")
    if not memory_gib > 0:
        raise UsageError(f"--memory-gib must be above 0: got {memory_gib}")


def _incidence(memberships: Memberships, min_shared: int, max_length: int | None) -> _Incidence:
    """The memberships that can make an edge."""
    from scipy import sparse

    if not len(memberships):
        raise EmptyInputError("there are no playlists: load some with songnet load-playlists")
    playlist, song = memberships.playlist, memberships.song
    if max_length is not None:
        keep = (np.bincount(playlist) <= max_length)[playlist]
        playlist, song = playlist[keep], song[keep]
    # A song in fewer playlists than two songs must share has no edge.
    often = np.bincount(song, minlength=len(memberships.songs)) >= min_shared
    keep = often[song]
    index = (np.cumsum(often) - 1)[song[keep]]
    shape = (int(often.sum()), len(memberships.playlists))
    ones = np.ones(len(index), np.int32)
    rows = sparse.csr_array((ones, (index, playlist[keep])), shape=shape)
    return _Incidence(memberships.songs[often], rows, rows.T)


def _most_connected(table: _Incidence, min_shared: int, number: int) -> Ints:
    """The `number` songs with the most edges, ties to the smaller id; indices rising."""
    degree = np.zeros(len(table.songs), np.int64)
    for edges in _upper(table, min_shared):
        degree += np.bincount(edges.sources, minlength=len(degree))
        degree += np.bincount(edges.targets, minlength=len(degree))
    return np.sort(np.argsort(-degree, kind="stable")[:number])


def _gather(table: _Incidence, min_shared: int, top: int | None, memory_gib: float) -> _Edges:
    """All edges to keep, sorted by source, then target."""
    _refuse(_estimate(table, min_shared, top), memory_gib)
    blocks = _upper(table, min_shared) if top is None else _heaviest(table, min_shared, top)
    parts, kept = [], 0
    for part in blocks:
        kept += len(part.sources)
        _refuse(kept, memory_gib)
        parts.append(part)
    edges = _joined(parts)
    return edges if top is None else _once(edges, len(table.songs))


def _upper(table: _Incidence, min_shared: int) -> Iterator[_Edges]:
    """Blocks of edges from the smaller to the larger index, sorted."""
    for low, high in _blocks(table.work):
        product = table.rows[low:] @ table.columns[:, low:high].tocsr()
        edges = _entries(product, first_source=low, first_target=low)
        enough = edges.playlists >= min_shared
        yield edges.where(enough & (edges.targets > edges.sources))


def _heaviest(table: _Incidence, min_shared: int, top: int) -> Iterator[_Edges]:
    """Blocks with the `top` heaviest edges of every song, from that song."""
    for low, high in _blocks(table.work):
        product = table.rows @ table.columns[:, low:high].tocsr()
        edges = _entries(product, first_source=low, first_target=0)
        enough = edges.playlists >= min_shared
        edges = edges.where(enough & (edges.targets != edges.sources))
        order = np.lexsort((edges.targets, -edges.playlists, edges.sources))
        source = edges.sources[order]
        rank = np.arange(len(source)) - np.searchsorted(source, source)
        yield edges.where(order[rank < top])


def _blocks(work: Ints) -> Iterator[tuple[int, int]]:
    """Ranges of songs whose products have about `BLOCK` entries."""
    if not len(work):
        return iter(())
    block = np.cumsum(work) // BLOCK
    bounds = np.flatnonzero(np.diff(block, prepend=-1, append=block[-1] + 1))
    return pairwise(bounds.tolist())


def _entries(product: Any, *, first_source: int, first_target: int) -> _Edges:
    """A product of (targets, sources) as edges sorted by source, then target."""
    # To columns and not by sorting: the conversion is a counting sort.
    columns = product.tocsc()
    source = np.arange(first_source, first_source + columns.shape[1], dtype=np.int32)
    return _Edges(
        np.repeat(source, np.diff(columns.indptr)),
        (columns.indices + first_target).astype(np.int32, copy=False),
        columns.data,
    )


def _joined(parts: Sequence[_Edges]) -> _Edges:
    if not parts:
        none = np.empty(0, np.int32)
        return _Edges(none, none, none)
    return _Edges(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def _once(edges: _Edges, songs: int) -> _Edges:
    """Every edge once and from the smaller index, though both of its songs may have named it."""
    low = np.minimum(edges.sources, edges.targets)
    high = np.maximum(edges.sources, edges.targets)
    code, first = np.unique(low.astype(np.int64) * songs + high, return_index=True)
    return _Edges(
        (code // songs).astype(np.int32), (code % songs).astype(np.int32), edges.playlists[first]
    )


def _estimate(table: _Incidence, min_shared: int, top: int | None) -> int:
    """About how many edges there will be: a bound where that is small, else from a sample."""
    songs = len(table.songs)
    meetings = int((table.lengths * (table.lengths - 1) // 2).sum())
    bound = min(meetings // min_shared, songs * (songs - 1) // 2, songs * (top or songs))
    if bound * BYTES_PER_EDGE < GIB:
        return bound
    return min(bound, _sampled(table, min_shared, top))


def _sampled(table: _Incidence, min_shared: int, top: int | None) -> int:
    """The number of edges, extrapolated from songs spread evenly from rare to common."""
    songs = len(table.songs)
    spread = np.linspace(0, songs - 1, min(SAMPLE, songs)).astype(np.int64)
    chosen = np.sort(np.argsort(table.work, kind="stable")[spread])
    columns, found = table.columns[:, chosen], 0
    for low, high in _blocks(table.work[chosen]):
        product = table.rows @ columns[:, low:high].tocsr()
        edges = _entries(product, first_source=low, first_target=0)
        degree = np.bincount(edges.sources[edges.playlists >= min_shared])
        # Every song meets itself; an edge has two ends, but `top` picks from each end.
        found += int(np.minimum(degree - 1, top).sum() if top else (degree - 1).sum() // 2)
    return found * songs // len(chosen)


def _refuse(edges: int, memory_gib: float) -> None:
    needed = edges * BYTES_PER_EDGE / GIB
    if needed > memory_gib:
        raise MemoryRefusedError(
            f"linking songs by playlists would make about {edges:,} edges or more and take "
            f"{needed:.1f} GiB, over the {memory_gib:g} GiB allowed: make fewer with --min-shared, "
            "--top, --most-connected or --max-length, or allow more with --memory-gib"
        )


def _nothing_left(options: dict[str, int | None]) -> str:
    given = [
        f"--{option.replace('_', '-')} {value}"
        for option, value in options.items()
        if value is not None and option != "top"
    ]
    return f"with {', '.join(given)} no two songs share enough playlists: loosen these options"


def _network(name: str, songs: Ids, edges: _Edges, params: dict[str, int | None]) -> SongNetwork:
    """The network of the songs that have edges; indices keep their order."""
    linked = np.zeros(len(songs), bool)
    linked[edges.sources] = linked[edges.targets] = True
    position = np.cumsum(linked) - 1
    count = edges.playlists.astype(np.int64)
    return SongNetwork(
        name=name,
        kind="playlists",
        songs=songs[linked],
        sources=position[edges.sources],
        targets=position[edges.targets],
        weights=count.astype(np.float64),
        attributes=MappingProxyType({"playlists": count}),
        params=MappingProxyType({key: value for key, value in params.items() if value is not None}),
    )
