"""One open store with its data folder, and the two questions asked of both."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np

from songnet.config import Settings
from songnet.errors import BadNameError, StateError
from songnet.info import EncoderInfo, NetworkInfo
from songnet.model import Floats, Ids, Ints, SongNetwork, Vectors, among, object_array
from songnet.store import GraphStore, open_store
from songnet.store.folder import DataFolder


@dataclass(frozen=True)
class Workspace:
    """Where a workflow reads and writes."""

    store: GraphStore
    data: DataFolder


@contextmanager
def open_workspace(settings: Settings) -> Iterator[Workspace]:
    """The store and data folder that `settings` name, closed at the end."""
    with open_store(settings.store) as store:
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
    network = _network_from_graph(workspace.store, info)
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


def _network_from_graph(store: GraphStore, info: NetworkInfo) -> SongNetwork:
    from songnet.networks import from_neighbors

    if info.kind == "sound":
        songs, source, target, (rank, similarity) = _edges(
            store,
            "MATCH (a:Song)-[e:SOUNDS_LIKE]->(b:Song) WHERE e.network = $network "
            "RETURN a.id, b.id, e.rank, e.similarity",
            info.name,
        )
        return from_neighbors(
            songs,
            source,
            target,
            rank.astype(np.int64),
            similarity,
            name=info.name,
            params=info.params,
        )
    songs, source, target, (playlists, weight) = _edges(
        store,
        "MATCH (a:Song)-[e:SHARES_PLAYLISTS]->(b:Song) WHERE e.network = $network "
        "RETURN a.id, b.id, e.playlists, e.weight",
        info.name,
    )
    return SongNetwork.from_edges(
        songs,
        source,
        target,
        weight,
        name=info.name,
        kind=info.kind,
        attributes={"playlists": playlists.astype(np.int64)},
        params=info.params,
    )


def _edges(
    store: GraphStore, cypher: str, network: str
) -> tuple[Ids, Ints, Ints, tuple[Floats, Floats]]:
    """Songs, ends as indices into them, and two more columns of a network's edges."""
    table = store.query(cypher, {"network": network})
    ends = [object_array(table.column(column).to_pylist()) for column in (0, 1)]
    songs, place = np.unique(np.concatenate(ends), return_inverse=True)
    source, target = np.split(place.astype(np.int64), 2)
    first, second = (np.array(table.column(column).to_pylist(), np.float64) for column in (2, 3))
    return songs, source, target, (first, second)
