"""One open store with its data folder, and the two questions asked of both."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from songnet.config import Settings
from songnet.errors import BadNameError, StateError
from songnet.info import EncoderInfo, NetworkInfo
from songnet.model import Ids, Ints, SongNetwork, Vectors, among
from songnet.store import GraphStore, open_store
from songnet.store.folder import DataFolder
from songnet.tables import distinct


@dataclass(frozen=True)
class Workspace:
    """Where a workflow reads and writes."""

    store: GraphStore
    data: DataFolder


@contextmanager
def open_workspace(settings: Settings) -> Iterator[Workspace]:
    """The store and data folder that `settings` name, closed at the end."""
    with open_store(settings.store, label_prefix=settings.label_prefix) as store:
        yield Workspace(store, DataFolder(settings.data))


def pull(workspace: Workspace, on: str) -> SongNetwork | Vectors:
    """What partitions are made of: the network or the vectors called `on`.

    Raises
    ------
    BadNameError
        Neither a network nor an encoder has that name; the message lists those there are.
    """
    for info in workspace.store.networks():
        if info.name == on:
            return pull_network(workspace, info)
    for encoder in workspace.store.encoders():
        if encoder.name == on:
            return pull_vectors(workspace, encoder)
    names = [info.name for info in workspace.store.networks()]
    names += [info.name for info in workspace.store.encoders()]
    there = ", ".join(names) or "none yet: make one with 'songnet link' or 'songnet embed'"
    raise BadNameError(f"there is no network or encoder {on!r}; there is: {there}")


def pull_network(workspace: Workspace, info: NetworkInfo) -> SongNetwork:
    """The whole network that `info` describes: from the data folder, else from the graph.

    A multiplex network is put together from its layers.

    Raises
    ------
    StateError
        The data folder lacks it and the graph holds only its strongest edges, or a layer of it has
        changed since.
    """
    if info.name in workspace.data.networks():
        network = workspace.data.network(info.name)
        if network.fingerprint == info.fingerprint:
            return network
    if info.kind == "multiplex":
        return _network_from_layers(workspace, info)
    network = network_from_graph(workspace.store, info)
    if network.fingerprint != info.fingerprint:
        raise StateError(
            f"the network {info.name!r} is not in the data folder {workspace.data.root}, and the "
            "graph does not hold all its edges: make it again with 'songnet link'"
        )
    return network


def pull_vectors(workspace: Workspace, encoder: EncoderInfo) -> Vectors:
    """An encoder's full vectors of all songs that have one in the graph.

    They are the graph's own, unless those are only a projection: then the data folder's.

    Raises
    ------
    StateError
        No song has a vector of this encoder, or the graph holds a projection of vectors that the
        data folder lacks.
    """
    if encoder.params.get("kept_variance") is None:
        vectors = workspace.store.vectors(encoder.name)
        _check_embedded(encoder, vectors.songs)
        return vectors
    embedded = workspace.store.embedded(encoder.name)
    _check_embedded(encoder, embedded)
    kept = workspace.data.latents(encoder.name, made_by=encoder.fingerprint)
    if kept is None or not among(embedded, kept.songs).all():
        raise StateError(
            f"the graph holds only a projection of the vectors of {encoder.name!r}: run 'songnet "
            f"embed --encoder {encoder.name}', or bring latents/{encoder.name}.parquet from the "
            f"data folder where that was done to {workspace.data.root}"
        )
    return kept.read(embedded)


def _check_embedded(encoder: EncoderInfo, songs: Ids) -> None:
    if not len(songs):
        raise StateError(
            f"no song has a vector of {encoder.name!r}: "
            f"run 'songnet embed --encoder {encoder.name}'"
        )


def _network_from_layers(workspace: Workspace, info: NetworkInfo) -> SongNetwork:
    from songnet.networks import multiplex

    there = {each.name: each for each in workspace.store.networks()}
    names = str(info.params["layers"]).split(",")
    for place, name in enumerate(names, 1):
        if name not in there or there[name].fingerprint != info.params[f"fingerprint_{place}"]:
            changed = "has changed since" if name in there else "is no more"
            raise StateError(
                f"the network {info.name!r} is not in the data folder {workspace.data.root}, and "
                f"its layer {name!r} {changed}: make it again with 'songnet link multiplex --of "
                f"{info.params['layers']} --name {info.name}'"
            )
    return multiplex([pull_network(workspace, there[name]) for name in names], name=info.name)


def network_from_graph(store: GraphStore, info: NetworkInfo) -> SongNetwork:
    """A network from the edges that the graph holds of it."""
    from songnet.networks import from_neighbors

    table = store.edges(info.name)
    songs, source, target = _ends(table)
    if info.kind == "sound":
        return from_neighbors(
            songs,
            source,
            target,
            table["rank"].to_numpy(),
            table["similarity"].to_numpy(),
            name=info.name,
            params=info.params,
        )
    counts = table["playlists"]
    return SongNetwork.from_edges(
        songs,
        source,
        target,
        table["weight"].to_numpy(),
        name=info.name,
        kind=info.kind,
        attributes={} if counts.null_count else {"playlists": counts.to_numpy()},
        params=info.params,
    )


def _ends(table: pa.Table) -> tuple[Ids, Ints, Ints]:
    """The songs of a table of edges, sorted, and both ends as indices into them."""
    both = pa.chunked_array([*table["source"].chunks, *table["target"].chunks], pa.string())
    songs, place = distinct(both)
    source, target = np.split(place, [table.num_rows])
    return songs, source, target
