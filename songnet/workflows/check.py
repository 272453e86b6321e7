"""Whether the graph is what it says of itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from songnet.info import Health
from songnet.progress import Progress, silent
from songnet.store import GraphStore
from songnet.store.protocol import MAX_EDGES
from songnet.workflows.workspace import Workspace, network_from_graph


def check(workspace: Workspace, *, quick: bool = False, progress: Progress = silent) -> Health:
    """What the store says of itself, with what reading it shows.

    Partitions, and networks of at most `MAX_EDGES` edges, are read whole and compared with the
    fingerprints on their nodes, unless `quick`.
    """
    store = workspace.store
    health = store.health()
    if quick or health.schema is None:
        return health
    found = [*_partitions(store, progress), *_networks(store, progress)]
    return replace(health, findings=(*health.findings, *found))


def _partitions(store: GraphStore, progress: Progress) -> Iterator[str]:
    infos = store.partitions()
    for done, info in enumerate(infos, 1):
        partition = store.partition(info.name)
        if partition.fingerprint != info.fingerprint:
            yield (
                f"partition {info.name} has {len(partition.songs):,} of {info.songs:,} songs or "
                "other labels than when it was written: run it again, or drop it"
            )
        progress("partitions", done, len(infos))


def _networks(store: GraphStore, progress: Progress) -> Iterator[str]:
    infos = [info for info in store.networks() if _is_whole(info.kind, info.edges)]
    for done, info in enumerate(infos, 1):
        network = network_from_graph(store, info)
        if network.fingerprint != info.fingerprint:
            yield (
                f"network {info.name} has {network.edges:,} of {info.edges:,} edges or other "
                "weights than when it was written: link it again"
            )
        progress("networks", done, len(infos))


def _is_whole(kind: str, edges: int) -> bool:
    return kind != "multiplex" and edges <= MAX_EDGES
