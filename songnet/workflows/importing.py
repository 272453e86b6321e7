"""Networks that were made elsewhere, into the graph."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from songnet.errors import InputError
from songnet.model import SongNetwork, among
from songnet.sources.networks import read_network
from songnet.workflows._keeping import check_free, keep_network
from songnet.workflows.workspace import Workspace


def import_network(
    workspace: Workspace, path: Path, *, name: str | None = None
) -> tuple[SongNetwork, int]:
    """Keep the network that a folder or file holds; and how many of its edges the graph holds.

    Parameters
    ----------
    path
        What `songnet.sources.networks.read_network` reads.
    name
        Default: the name that it has there.

    Raises
    ------
    InputError
        It cannot be read, or has songs that the graph lacks; the message counts them and names one.
    """
    if name is not None:
        check_free(workspace, name)
    network = read_network(path)
    network = network if name is None else replace(network, name=name)
    check_free(workspace, network.name)
    known = among(network.songs, workspace.store.songs().column("id").to_pylist())
    if not known.all():
        raise InputError(
            f"{path}: {int((~known).sum()):,} of {len(known):,} songs are not in the graph, "
            f"{network.songs[int(np.argmin(known))]!r} the first: load their playlists first"
        )
    return network, keep_network(workspace, network)
