"""Where the graph is kept: the contract (`GraphStore`) and the door to every engine."""

from __future__ import annotations

import re
from typing import Final, Literal

from songnet.errors import InputError
from songnet.store.protocol import GraphStore

__all__ = ["GraphStore", "engine_of", "migrate", "open_store", "path_of"]

SERVERS: Final = ("bolt", "neo4j", "bolt+s", "neo4j+s", "bolt+ssc", "neo4j+ssc")
ALLOWED: Final = "ladybug:PATH, a path, " + ", ".join(f"{scheme}://HOST" for scheme in SERVERS)
EMBEDDED: Final = "ladybug:"
SCHEME: Final = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://")
# As a path it would be repeated in messages and become the name of a file, password and all.
NEARLY_A_SERVER: Final = re.compile(r"\s*(bolt|neo4j)(\+ssc?)?\s*:", re.IGNORECASE)


def engine_of(uri: str) -> Literal["ladybug", "neo4j"]:
    """Which engine a URI is for.

    Raises
    ------
    InputError
        No path, a scheme that no engine has, or a server's without ``://``. The message repeats
        the scheme alone, because the rest may hold credentials.
    """
    scheme = SCHEME.match(uri)
    if scheme is None and NEARLY_A_SERVER.match(uri):
        raise InputError(
            f"the store URI begins like a server's but is none: allowed are {ALLOWED}; a file of "
            "such a name is ladybug:PATH"
        )
    if scheme is None:
        path_of(uri)
        return "ladybug"
    if scheme[1].lower() not in SERVERS:
        raise InputError(f"no store speaks {scheme[1]}://: allowed are {ALLOWED}")
    return "neo4j"


def open_store(uri: str, *, label_prefix: str = "") -> GraphStore:
    """The store that a URI names, open; close it, or use it as a context manager.

    Parameters
    ----------
    uri
        ``ladybug:PATH`` or a plain path: the embedded engine, the file made if it is not there.
        ``bolt://``, ``neo4j://``, with TLS ``bolt+s://``, ``neo4j+s://``, with TLS and any
        certificate ``bolt+ssc://``, ``neo4j+ssc://``: a Neo4j server; credentials come from
        ``NEO4J_USERNAME``, ``NEO4J_PASSWORD`` and ``NEO4J_DATABASE``.
    label_prefix
        What stands before songnet's labels on a server whose database holds another graph as well
        (`songnet.store.labels`). A file holds nothing else, and takes none.

    Raises
    ------
    InputError
        The URI is none of those, names no host, or holds credentials.
    BadNameError
        A prefix that may not be part of a label.
    StoreUnavailableError, StoreLockedError, ForeignGraphError, OldSchemaError
        As the engine says.
    """
    if engine_of(uri) == "neo4j":
        from songnet.store.neo4j import Neo4jStore

        return Neo4jStore(uri, label_prefix=label_prefix)
    from songnet.store.ladybug import LadybugStore

    return LadybugStore(path_of(uri))


def migrate(uri: str, *, label_prefix: str = "") -> tuple[int, int]:
    """Bring a graph of an older songnet to this one's schema; the versions before and after.

    A file is brought there whenever it is opened, because nobody else can be using it. A server
    may have other users, who have to be ready for it.

    Raises
    ------
    ForeignGraphError
        There is no songnet graph, or it is of a newer songnet.
    """
    if engine_of(uri) == "neo4j":
        from songnet.store.neo4j import migrate as migrate_server

        return migrate_server(uri, label_prefix=label_prefix)
    from songnet.store.ladybug import migrate as migrate_file

    return migrate_file(path_of(uri))


def path_of(uri: str) -> str:
    """The path in the URI of an embedded store; `InputError` if it has none."""
    path = uri.removeprefix(EMBEDDED)
    if not path.strip():
        raise InputError(f"a store needs a path: allowed are {ALLOWED}")
    if "\0" in path:
        raise InputError("a store's path must not hold NUL characters")
    return path
