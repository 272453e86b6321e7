"""The graph as files for Neo4j's offline import."""

from __future__ import annotations

from pathlib import Path

from songnet.info import NetworkInfo
from songnet.model import SongNetwork
from songnet.progress import Progress, silent
from songnet.store.neo4j_import import Written, write_import
from songnet.workflows.workspace import Workspace, pull_network


def export_neo4j_import(
    workspace: Workspace, folder: Path, *, label_prefix: str = "", progress: Progress = silent
) -> Written:
    """Write the graph to `folder`, with the script that loads it into a Neo4j server.

    Edges come from the data folder, else from the graph; see `pull_network` and
    `songnet.store.neo4j_import.write_import`.

    Parameters
    ----------
    folder
        New or empty.
    label_prefix
        Stands before every label in the new database.

    Raises
    ------
    InputError
        `folder` is not empty or cannot be written.
    BadNameError
        A prefix that may not be one.
    EmptyInputError
        Nothing in the graph.
    StateError
        A network's file is missing and the graph holds only its strongest edges.
    """

    def network(info: NetworkInfo) -> SongNetwork:
        return pull_network(workspace, info)

    return write_import(
        workspace.store, folder, network=network, label_prefix=label_prefix, progress=progress
    )
