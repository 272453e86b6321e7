"""Which method makes a playlist, and what of the graph it goes by, where that is not said."""

from __future__ import annotations

from typing import Final

from songnet.errors import StateError, UsageError
from songnet.playlists import BY_TITLE, METHODS, CommunityNames, Evidence, Method, find
from songnet.workflows._playlist_evidence import Sources, preferred_encoder
from songnet.workflows.workspace import Workspace

# The first that what there is suffices for.
DEFAULTS: Final = ("blend", "pagerank", "sound")
# Of several partitions the first of these says in which community a song is.
PREFERRED: Final = ("leiden", "louvain", "infomap")


def wanted_method(method: str | None, named: Sources, title: str | None = None) -> Method | None:
    """The method that was asked for, if one was; `pagerank` goes over what is named.

    A title asks for `BY_TITLE`.

    Raises
    ------
    UsageError
        There is no such method, or a network is named for one that goes over none.
    """
    if title is not None and method is None:
        method = BY_TITLE
    if named.network is None:
        return None if method is None else find(method)
    over = "pagerank-network" if named.partition is None else "pagerank-communities"
    wanted = find(over if method in (None, "pagerank") else str(method))
    if "network" not in wanted.needs:
        raise UsageError(f"--network is for --method pagerank: {wanted.name} walks over no network")
    return wanted


def default_method(evidence: Evidence) -> Method:
    """The first method for which there is what it needs; `StateError` if there is none."""
    methods = [METHODS[name] for name in DEFAULTS]
    able = next((each for each in methods if not each.lacks(evidence)), None)
    if able is None:
        raise StateError(
            "there are neither playlists nor vectors to recommend by: load playlists with 'songnet "
            "load-playlists', make vectors with 'songnet embed', or name a --network"
        )
    return able


def used_sources(workspace: Workspace, wanted: Method | None, named: Sources) -> Sources:
    """What the playlist is made by: what was named, else what is there.

    Raises
    ------
    UsageError
        There are several networks or encoders of which one has to be named.
    """
    needs = wanted.needs if wanted else frozenset[str]()
    network = named.network
    if network is None and "network" in needs:
        network = _only_network(workspace)
    return Sources(
        network=network,
        partition=named.partition or _preferred_partition(workspace),
        encoder=named.encoder or _encoder(workspace, wanted),
    )


def _only_network(workspace: Workspace) -> str | None:
    """The network to walk over if none is named: that of playlists, or the only one."""
    infos = workspace.store.networks()
    names = [info.name for info in infos if info.kind == "playlists"] or [i.name for i in infos]
    if len(names) > 1:
        raise UsageError(f"there are several networks, choose with --network: {', '.join(names)}")
    return names[0] if names else None


def _preferred_partition(workspace: Workspace) -> str | None:
    """The partition that says in which community a song is, if none is named."""
    kinds = {info.name: info.kind for info in workspace.store.networks()}
    found = [info for info in workspace.store.partitions() if kinds.get(info.on) == "playlists"]
    found.sort(key=lambda info: (_rank(info.algorithm), info.name))
    return found[0].name if found else None


def _rank(algorithm: str) -> int:
    return PREFERRED.index(algorithm) if algorithm in PREFERRED else len(PREFERRED)


def _encoder(workspace: Workspace, wanted: Method | None) -> str | None:
    try:
        return preferred_encoder(workspace)
    except UsageError:
        # Which of several is meant only matters to a method that listens.
        if wanted is None or "sound" in wanted.needs | wanted.either:
            raise
        return None


def community_names(workspace: Workspace, partition: str | None) -> CommunityNames | None:
    """What the communities of a partition are called; None without a partition."""
    if partition is None:
        return None
    return CommunityNames(partition, workspace.store.community_titles(partition))
