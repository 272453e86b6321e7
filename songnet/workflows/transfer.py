"""Whole graphs: copied from store to store, and written to files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from songnet.errors import InputError
from songnet.info import Counts
from songnet.progress import Progress, silent
from songnet.sources.graphs import write_graph
from songnet.store import GraphStore, open_store
from songnet.store.folder import DataFolder
from songnet.workflows.workspace import Workspace, pull_network

PLAYLISTS_PER_BATCH = 1_000


def copy(
    source: str,
    target: str,
    data: Path,
    *,
    label_prefixes: tuple[str, str] = ("", ""),
    progress: Progress = silent,
) -> Counts:
    """Carry everything in the store `source` into the store `target`.

    Songs and playlists that `target` has already are updated, networks, encoders and partitions of
    the same name replaced; nothing else in `target` is touched.

    Parameters
    ----------
    source, target
        Store URIs.
    data
        The data folder of `source`, for networks whose edges the graph holds only in part.
    label_prefixes
        Of `source` and of `target`, where they are on servers.

    Returns
    -------
    What `target` holds afterwards.
    """
    of_source, of_target = label_prefixes
    if (source, of_source) == (target, of_target):
        raise InputError(f"cannot copy {source} onto itself: give two different stores")
    with (
        open_store(source, label_prefix=of_source) as origin,
        open_store(target, label_prefix=of_target) as goal,
    ):
        _copy_playlists(origin, goal, progress)
        _copy_encoders(origin, goal, progress)
        _copy_networks(Workspace(origin, DataFolder(data)), goal, progress)
        _copy_partitions(origin, goal, progress)
        return goal.counts()


def _copy_playlists(origin: GraphStore, goal: GraphStore, progress: Progress) -> None:
    songs, playlists = origin.songs(), origin.playlists()
    memberships = origin.membership_table()
    goal.add_songs(songs)
    owner = pc.index_in(memberships["playlist"], playlists["id"]).to_numpy()
    for start in range(0, len(playlists), PLAYLISTS_PER_BATCH):
        batch = playlists.slice(start, PLAYLISTS_PER_BATCH)
        begin, end = np.searchsorted(owner, [start, start + len(batch)])
        part = memberships.slice(begin, end - begin)
        goal.add_playlists(batch, pa.table({"id": pc.unique(part["song"])}), part)
        progress("playlists", start + len(batch), len(playlists))


def _copy_encoders(origin: GraphStore, goal: GraphStore, progress: Progress) -> None:
    encoders = origin.encoders()
    for done, encoder in enumerate(encoders, 1):
        goal.write_encoder(encoder)
        vectors = origin.vectors(encoder.name)
        if len(vectors.songs):
            goal.write_vectors(vectors)
        progress("encoders", done, len(encoders))


def _copy_networks(workspace: Workspace, goal: GraphStore, progress: Progress) -> None:
    networks = workspace.store.networks()
    for done, info in enumerate(networks, 1):
        goal.write_network(pull_network(workspace, info), info.created_at)
        progress("networks", done, len(networks))


def _copy_partitions(origin: GraphStore, goal: GraphStore, progress: Progress) -> None:
    partitions = origin.partitions()
    for done, info in enumerate(partitions, 1):
        titles = origin.community_titles(info.name)
        goal.write_partition(origin.partition(info.name), info.created_at, titles)
        progress("partitions", done, len(partitions))


def export_graph(workspace: Workspace, path: Path, *, playlists: bool = False) -> None:
    """Write songs, networks and partitions to ``.graphml`` or ``.gexf``; playlists on request."""
    store = workspace.store
    write_graph(
        path,
        songs=store.songs(),
        networks=[pull_network(workspace, info) for info in store.networks()],
        partitions=[store.partition(info.name) for info in store.partitions()],
        playlists=store.playlists() if playlists else None,
        memberships=store.membership_table() if playlists else None,
    )
