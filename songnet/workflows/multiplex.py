"""Networks that are in the graph already, as the layers of one."""

from __future__ import annotations

from collections.abc import Sequence

from songnet.errors import BadNameError, UsageError
from songnet.model import SongNetwork
from songnet.networks import multiplex
from songnet.workflows._keeping import check_free, keep_network
from songnet.workflows.workspace import Workspace, pull_network


def link_multiplex(
    workspace: Workspace, layers: Sequence[str], *, name: str = "multiplex"
) -> SongNetwork:
    """Make two networks the layers of one, and keep it under `name`.

    The graph gets the network's node alone: the edges are those of its layers, which are there.

    Raises
    ------
    BadNameError
        A layer that is no network, or a name that is an encoder's.
    InputError
        A layer that cannot be one.
    UsageError
        Not two different layers, or the name of one of them for the whole.
    """
    if name in layers:
        raise UsageError(
            f"{name!r} is a layer, which the multiplex network must not replace: choose another "
            "--name"
        )
    check_free(workspace, name)
    network = multiplex([_layer(workspace, layer) for layer in layers], name=name)
    keep_network(workspace, network)
    return network


def _layer(workspace: Workspace, name: str) -> SongNetwork:
    networks = workspace.store.networks()
    for info in networks:
        if info.name == name:
            return pull_network(workspace, info)
    if name in {encoder.name for encoder in workspace.store.encoders()}:
        raise BadNameError(
            f"{name!r} is an encoder, not a network: link its songs with 'songnet link sound "
            f"--encoder {name}'"
        )
    there = ", ".join(info.name for info in networks) or "none yet: make one with 'songnet link'"
    raise BadNameError(f"there is no network {name!r}; there is: {there}")
