"""Networks under their names, in the data folder and in the graph."""

from __future__ import annotations

from songnet.errors import BadNameError
from songnet.model import SongNetwork
from songnet.names import check_name
from songnet.workflows.workspace import Workspace


def check_free(workspace: Workspace, name: str) -> None:
    """Return if a network of this name could be kept, before the work that makes it.

    Raises
    ------
    BadNameError
        No network may bear `name`: encoders and networks share their names.
    StoreError
        The store is read-only.
    """
    check_name(name, what="network")
    workspace.store.check_writable()
    if name in {encoder.name for encoder in workspace.store.encoders()}:
        raise BadNameError(f"{name!r} is the name of an encoder: choose another with --name")


def keep_network(workspace: Workspace, network: SongNetwork) -> int:
    """Write a network to the data folder and to the graph; how many edges the graph holds."""
    workspace.data.write_network(network)
    return workspace.store.write_network(network)
