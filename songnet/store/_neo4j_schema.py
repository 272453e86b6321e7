"""What a Neo4j database must have before songnet works on it, made, checked and migrated."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from songnet.errors import ForeignGraphError, OldSchemaError
from songnet.info import Health
from songnet.store import _neo4j_statements as cypher
from songnet.store._cypher import statements
from songnet.store._neo4j_connection import Server
from songnet.store.labels import named
from songnet.store.protocol import SCHEMA_VERSION

_MADE: Final = re.compile(r"(?:CONSTRAINT|INDEX) `?(\w+)`? IF NOT EXISTS")


@dataclass(frozen=True, slots=True)
class Sign:
    """What a database says of itself: its schema versions, and whether songs are in it.

    `ready` is false where nodes are there, but not yet constraints and indexes, as after an
    offline import.
    """

    schemas: tuple[int, ...]
    ready: bool
    used: bool


def read_sign(server: Server) -> Sign:
    """The sign of the graph; reads only."""
    record = server.read(cypher.SIGN)[0]
    return Sign(tuple(record["schemas"]), record["ready"], record["used"])


def check_sign(server: Server, sign: Sign) -> None:
    """Return if the graph is ours and of this version, or if there is none yet.

    Raises
    ------
    ForeignGraphError
        It is not ours, or of a newer songnet.
    OldSchemaError
        It is of an older songnet.
    """
    if not sign.schemas and sign.used:
        raise ForeignGraphError(
            f"the graph at {server.uri} holds songs or playlists that songnet did not put there: "
            "let both live in it with --label-prefix Songnet, or use an empty database "
            "(NEO4J_DATABASE) or another server"
        )
    if not sign.schemas or sign.schemas == (SCHEMA_VERSION,):
        return
    said = ", ".join(map(str, sign.schemas))
    if all(schema < SCHEMA_VERSION for schema in sign.schemas):
        raise OldSchemaError(
            f"the graph at {server.uri} has songnet schema {said}, this songnet works with "
            f"{SCHEMA_VERSION}: bring it there with 'songnet store migrate'"
        )
    raise ForeignGraphError(
        f"the graph at {server.uri} has songnet schema {said}, this songnet works with "
        f"{SCHEMA_VERSION}: use the songnet that made it, or an empty database"
    )


def prepare(server: Server) -> None:
    """Constraints and indexes, then the sign that the graph is ours; again it changes nothing."""
    for statement in statements("neo4j"):
        server.define(statement)
    server.run(cypher.PUT_SIGN, schema=SCHEMA_VERSION)


def migrate(server: Server) -> tuple[int, int]:
    """Bring an older graph to this version; the versions before and after.

    Schema 2 differs from 1 by an index, which `prepare` makes, so that the data stay as they are.

    Raises
    ------
    ForeignGraphError
        Not ours, of a newer songnet, or there is no graph.
    """
    sign = read_sign(server)
    try:
        check_sign(server, sign)
    except OldSchemaError:
        prepare(server)
        return max(sign.schemas), SCHEMA_VERSION
    if not sign.schemas:
        raise ForeignGraphError(
            f"there is no songnet graph at {server.uri}: make one with 'songnet store init', or "
            "load something"
        )
    return SCHEMA_VERSION, SCHEMA_VERSION


def health(server: Server, encoders: Iterable[str]) -> Health:
    """What is there and what is amiss; each of `encoders` has an index of vectors."""
    sign = read_sign(server)
    there = {record["name"]: record["state"] for record in server.read(cypher.INDEXES)}
    wanted = list(_wanted(server.label_prefix))
    vectors = [named(f"vectors_{name}", server.label_prefix) for name in encoders]
    unfinished = [record["name"] for record in server.read(cypher.UNFINISHED)]
    needed = [*wanted, *vectors] if sign.schemas else []
    return Health(
        uri=server.uri,
        engine="neo4j",
        version=server.agent,
        database=server.database,
        label_prefix=server.label_prefix,
        schema=max(sign.schemas, default=None),
        indexes={name: there[name] for name in [*wanted, *vectors] if name in there},
        findings=tuple(_findings(needed, there, unfinished)),
    )


def _wanted(prefix: str) -> Iterator[str]:
    for statement in statements("neo4j"):
        made = _MADE.search(statement)
        if made:
            yield named(made[1], prefix)


def _findings(needed: list[str], there: Mapping[str, str], unfinished: list[str]) -> Iterator[str]:
    if missing := [name for name in needed if name not in there]:
        yield f"missing constraints or indexes: {', '.join(missing)}: run 'songnet store init'"
    for name in needed:
        if there.get(name, "ONLINE") != "ONLINE":
            yield f"index {name} is {there[name].lower()}: wait, or drop it and run 'store init'"
    for name in unfinished:
        yield f"{name} was never written whole: make it again, or drop it"
