"""Questions to the graph."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from songnet.errors import InputError
from songnet.store.library import find, read_value
from songnet.workflows.workspace import Workspace

_NAME = re.compile(r"[a-z0-9][a-z0-9-]*\Z")


def ask(
    workspace: Workspace, text: str, given: Mapping[str, str], *, write: bool = False
) -> pa.Table:
    """Run Cypher, or the shipped query of that name, with parameters given as texts.

    Raises
    ------
    InputError
        The shipped query does not run on the embedded store, or the engine refuses the text.
    """
    if not _NAME.match(text):
        parameters = {name: read_value(value) for name, value in given.items()}
        return workspace.store.query(text, parameters, write=write)
    query = find(text)
    if workspace.store.engine == "ladybug" and not query.embedded:
        raise InputError(
            f"the query {query.name} needs a Neo4j server: give its address with --store"
        )
    return workspace.store.query(query.cypher, query.bind(given), write=write)


def summary(workspace: Workspace) -> dict[str, Any]:
    """What the graph holds, as the JSON of `songnet info`."""
    store, counts = workspace.store, workspace.store.counts()
    return {
        "schema": "songnet.info/1",
        "store": store.uri,
        "engine": store.engine,
        "playlists": counts.playlists,
        "songs": counts.songs,
        "memberships": counts.memberships,
        "networks": {info.name: info.edges for info in store.networks()},
        "encoders": [info.name for info in store.encoders()],
        "partitions": [info.name for info in store.partitions()],
    }
