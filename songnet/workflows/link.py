"""Networks of songs: from shared playlists, and from sound."""

from __future__ import annotations

from songnet.errors import BadNameError
from songnet.model import SongNetwork, Vectors
from songnet.names import check_name
from songnet.networks import Scaling, cooccurrence, nearest
from songnet.workflows.workspace import Workspace, pull


def link_playlists(
    workspace: Workspace,
    *,
    name: str = "playlists",
    min_shared: int = 1,
    most_connected: int | None = None,
    top: int | None = None,
    max_length: int | None = None,
    memory_gib: float = 8.0,
) -> tuple[SongNetwork, int]:
    """Link songs that share playlists; the network, and how many of its edges the graph holds."""
    _check_free(workspace, name)
    network = cooccurrence(
        workspace.store.memberships(),
        name=name,
        min_shared=min_shared,
        most_connected=most_connected,
        top=top,
        max_length=max_length,
        memory_gib=memory_gib,
    )
    return network, _keep(workspace, network)


def link_sound(
    workspace: Workspace,
    *,
    encoder: str,
    k: int = 10,
    name: str | None = None,
    scaling: Scaling = "none",
) -> tuple[SongNetwork, int]:
    """Link every song to the `k` most similar by cosine, scaled or not; as `link_playlists`."""
    chosen = name or f"sound-{encoder}"
    _check_free(workspace, chosen)
    vectors = pull(workspace, encoder)
    if not isinstance(vectors, Vectors):
        raise BadNameError(f"{encoder!r} is a network, not an encoder: see 'songnet encoders list'")
    network = nearest(vectors, k=k, name=chosen, scaling=scaling)
    return network, _keep(workspace, network)


def _check_free(workspace: Workspace, name: str) -> None:
    check_name(name, what="network")
    if name in {encoder.name for encoder in workspace.store.encoders()}:
        raise BadNameError(f"{name!r} is the name of an encoder: choose another with --name")


def _keep(workspace: Workspace, network: SongNetwork) -> int:
    workspace.data.write_network(network)
    return workspace.store.write_network(network)
