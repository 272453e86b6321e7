"""What cutting a network takes, said before the work."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, NamedTuple, TypeAlias

from songnet.model import SongNetwork


class _Taken(NamedTuple):
    """Bytes per edge and per song."""

    edge: int
    song: int


# Measured on networks of 1 to 16 million edges: `python -m benchmarks.partition_memory`.
_TAKEN: Final[Mapping[str, _Taken]] = MappingProxyType(
    {
        "infomap": _Taken(115, 650),
        "label-propagation": _Taken(56, 20),
        "leiden": _Taken(72, 120),
        "louvain": _Taken(110, 120),
    }
)
# Libraries that the first cut loads, bytes.
_LIBRARIES: Final = 10 << 20
# A song in a network: its id, and where that is.
_ID: Final = 100


@dataclass(frozen=True)
class PartitionEstimate:
    """What cutting a network will take.

    Attributes
    ----------
    algorithm
        What cuts it.
    songs, edges
        How many the network has.
    network
        Bytes that the network holds already.
    bytes
        About what the peak of memory will be above what the process holds before.
    """

    algorithm: str
    songs: int
    edges: int
    network: int
    bytes: int


OnEstimate: TypeAlias = Callable[[PartitionEstimate], object]


def partition_memory(algorithm: str, songs: int, edges: int) -> int | None:
    """About how many bytes `algorithm` takes at its peak, beside the network, by default options.

    Within a quarter of the truth for networks of playlists of a million edges and more; fewer
    edges take less than the libraries. None for an algorithm that was not measured.
    """
    taken = _TAKEN.get(algorithm)
    return taken and _LIBRARIES + edges * taken.edge + songs * taken.song


def estimate(algorithm: str, network: SongNetwork) -> PartitionEstimate | None:
    """What cutting `network` will take; None where that was not measured, as of two layers."""
    songs, edges = len(network.songs), network.edges
    needed = partition_memory(algorithm, songs, edges)
    if needed is None or network.kind == "multiplex":
        return None
    columns = (network.sources, network.targets, network.weights, *network.attributes.values())
    held = sum(column.nbytes for column in columns) + _ID * songs
    return PartitionEstimate(algorithm, songs, edges, held, needed)
