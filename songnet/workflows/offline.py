"""The graph as files for Neo4j's offline import."""

from __future__ import annotations

from pathlib import Path

from songnet.progress import Progress, silent
from songnet.store.neo4j_import import Written, write_import
from songnet.workflows.workspace import Workspace


def export_neo4j_import(
    workspace: Workspace,
    folder: Path,
    *,
    label_prefix: str | None = None,
    progress: Progress = silent,
) -> Written:
    """Write the graph to `folder`, with the script that loads it into a Neo4j server.

    Of networks the edges that the graph holds are written; the data folder stays what it is.

    Parameters
    ----------
    folder
        New or empty.
    label_prefix
        Stands before every label in the new database; default: that of the store.

    Raises
    ------
    InputError, BadNameError, EmptyInputError, StateError
        See `songnet.store.neo4j_import.write_import`.
    """
    prefix = workspace.store.label_prefix if label_prefix is None else label_prefix
    return write_import(workspace.store, folder, label_prefix=prefix, progress=progress)
