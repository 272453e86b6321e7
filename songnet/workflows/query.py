"""Questions to the graph."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

import pyarrow as pa

from songnet.errors import InputError
from songnet.store import GraphStore
from songnet.store.labels import prefixed
from songnet.store.library import Query, find, read_value
from songnet.workflows.workspace import Workspace

_NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]*\Z")
_NAMES_SHOWN: Final = 20


def ask(
    workspace: Workspace, text: str, given: Mapping[str, str], *, write: bool = False
) -> pa.Table:
    """Run Cypher, or the shipped query of that name, with parameters given as texts.

    Raises
    ------
    BadNameError
        There is no shipped query of that name.
    UsageError
        A shipped query has no such parameter, or a value is not of its type.
    InputError
        The shipped query does not run on this store, or the engine refuses the text.
    """
    store = workspace.store
    if not _NAME.match(text):
        parameters = {name: read_value(value) for name, value in given.items()}
        return store.query(text, parameters, write=write)
    query = find(text)
    parameters = query.bind(given)
    _check_engine(store, query)
    try:
        return store.query(prefixed(query.cypher, store.label_prefix), parameters, write=write)
    except InputError as error:
        if query.gds and not _has_gds(store):
            raise InputError(
                f"the query {query.name} needs Graph Data Science, which the server {store.uri} "
                "lacks: add its plugin to the server (songnet's own: scripts/neo4j start "
                "--plugin gds)"
            ) from error
        raise


def _check_engine(store: GraphStore, query: Query) -> None:
    if store.engine == "ladybug" and not query.embedded:
        needed = " with Graph Data Science" if query.gds else ""
        raise InputError(
            f"the query {query.name} needs a Neo4j server{needed}: give its address with --store; "
            "--list says what runs embedded"
        )


def _has_gds(store: GraphStore) -> bool:
    try:
        store.query("RETURN gds.version() AS version")
    except InputError:
        return False
    return True


# --- why nothing was found ----------------------------------------------------------------------


def missing(workspace: Workspace, text: str, given: Mapping[str, str]) -> list[str]:
    """What a shipped query that found nothing was asked about, but the graph does not hold.

    One line per parameter that names a partition, network, encoder, song or playlist that is not
    there (or a network of the other kind), with what there is; empty for other Cypher.
    """
    if not _NAME.match(text):
        return []
    query = find(text)
    lines = [
        _absent(workspace.store, query, name, value) for name, value in query.bind(given).items()
    ]
    return [line for line in lines if line]


def _absent(store: GraphStore, query: Query, name: str, value: Any) -> str | None:
    """What is wrong with one parameter; a name means the same in every shipped query."""
    match name:
        case "partition" | "a" | "b":
            return _not_among("partition", value, [info.name for info in store.partitions()])
        case "encoder":
            return _not_among("encoder", value, [info.name for info in store.encoders()])
        case "network" | "sound":
            return _no_network(store, value, _kind_followed(query, name))
        case "song" | "other" | "playlist":
            return _no_nodes(store, "playlist" if name == "playlist" else "song", [value])
        case "songs":
            return _no_nodes(store, "song", value)
    return None


def _kind_followed(query: Query, name: str) -> str:
    """The kind of network whose edges a query follows by this parameter."""
    followed = f"SHARES_PLAYLISTS {{network: ${name}}}"
    return "playlists" if followed in query.cypher else "sound"


def _no_network(store: GraphStore, value: str, wanted: str) -> str | None:
    """A network that is not there, or has none of the edges that the query follows."""
    kinds = {info.name: info.kind for info in store.networks()}
    fitting = [network for network, kind in kinds.items() if kind == wanted]
    if value in kinds and kinds[value] != wanted:
        return (
            f"network {value!r} is of kind {kinds[value]}, and the query follows one of kind "
            f"{wanted}; there are: {_listed(fitting)}"
        )
    return _not_among("network", value, fitting)


def _no_nodes(store: GraphStore, what: str, ids: Sequence[str]) -> str | None:
    label = what.capitalize()
    text = prefixed(f"MATCH (n:{label}) WHERE n.id IN $ids RETURN n.id AS id", store.label_prefix)
    there = set(store.query(text, {"ids": list(ids)})["id"].to_pylist())
    absent = [id_ for id_ in ids if id_ not in there]
    if not absent:
        return None
    return f"there is no {what} {absent[0]!r}: songnet query find-{what}s --param words=… finds ids"


def _not_among(what: str, value: str, names: Sequence[str]) -> str | None:
    return None if value in names else f"there is no {what} {value!r}; there are: {_listed(names)}"


def _listed(names: Sequence[str]) -> str:
    more = len(names) - _NAMES_SHOWN
    shown = ", ".join(names[:_NAMES_SHOWN]) or "none"
    return f"{shown} and {more} more" if more > 0 else shown


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
