"""Networks and partitions from which songs are taken."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType

import numpy as np

from songnet.info import NetworkInfo
from songnet.model import Ids, Partition, Scalar, SongNetwork, among
from songnet.networks import multiplex
from songnet.networks._part import part
from songnet.store import GraphStore
from songnet.store.removals import Shrunk
from songnet.workflows._remove_hanging import Made
from songnet.workflows.link import REMOVED
from songnet.workflows.workspace import Workspace, pull_network


def network_without(network: SongNetwork, songs: Ids) -> SongNetwork:
    """A network without the edges of these songs; its `params` count the songs that it has lost."""
    gone = among(network.songs, songs)
    keep = ~(gone[network.sources] | gone[network.targets])
    left = part(network, keep, name=None, params={})
    lost = len(network.songs) - len(left.songs)
    return replace(left, params=_counted(network.params, lost))


def partition_without(partition: Partition, songs: Ids) -> tuple[Partition, list[int]]:
    """A partition without these songs, and of each community the number that it had before.

    Qualities stay those of the partition as it was made.
    """
    keep = ~among(partition.songs, songs)
    left = Partition.from_labels(
        partition.songs[keep],
        partition.labels[keep],
        name=partition.name,
        algorithm=partition.algorithm,
        on=partition.on,
        seed=partition.seed,
        params=_counted(partition.params, int((~keep).sum())),
        quality=partition.quality,
        versions=partition.versions,
    )
    first = np.unique(left.labels, return_index=True)[1]
    return left, partition.labels[keep][first].tolist()


def _counted(params: Mapping[str, Scalar], lost: int) -> Mapping[str, Scalar]:
    return MappingProxyType({**params, REMOVED: int(params.get(REMOVED) or 0) + lost})


def shrink_networks(workspace: Workspace, made: Made, names: Iterable[str], songs: Ids) -> None:
    """Write networks without these songs.

    What has layers comes first: where its file is missing it is put together from them, as they
    were when it was made.
    """
    for name in sorted(names, key=lambda name: not made.layers(name)):
        info = made.networks[name]
        network = _shrunk(workspace, made, info, songs)
        workspace.data.write_network(network)
        workspace.store.write_network(network, info.created_at)


def _shrunk(workspace: Workspace, made: Made, info: NetworkInfo, songs: Ids) -> SongNetwork:
    network = network_without(pull_network(workspace, info), songs)
    layers = _layers(workspace, made, info, songs)
    if not layers:
        return network
    whole = multiplex(layers, name=info.name)
    return replace(whole, params=MappingProxyType({**network.params, **whole.params}))


def _layers(workspace: Workspace, made: Made, info: NetworkInfo, songs: Ids) -> list[SongNetwork]:
    """The layers without these songs; none where they are not those that it was made of."""
    there = [made.networks.get(name) for name in made.layers(info.name)]
    known = [layer for layer in there if layer is not None]
    said = [info.params[f"fingerprint_{place}"] for place, _ in enumerate(there, 1)]
    if [layer.fingerprint for layer in known] != said:
        return []
    layers = [network_without(pull_network(workspace, layer), songs) for layer in known]
    return layers if all(layer.weights.sum() > 0 for layer in layers) else []


def shrink_partition(store: GraphStore, name: str, songs: Ids, created_at: str) -> Shrunk:
    """A partition without these songs, its communities under the titles that they had."""
    left, before = partition_without(store.partition(name), songs)
    titles = store.community_titles(name)
    return Shrunk(left, created_at, [titles[number] for number in before])


def drop_songs_from_other_files(workspace: Workspace, songs: Ids) -> None:
    """Take songs out of kept networks that the graph knows nothing of, or in another form."""
    for name in workspace.data.networks():
        network = workspace.data.network(name)
        if among(network.songs, songs).any():
            workspace.data.write_network(network_without(network, songs))
