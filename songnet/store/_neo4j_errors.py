"""What a Neo4j server or its driver says, in one line of ours, without credentials."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from songnet.errors import (
    InputError,
    StoreError,
    StoreLockedError,
    StoreUnavailableError,
)
from songnet.store._neo4j_unreachable import unreachable

if TYPE_CHECKING:
    from neo4j.exceptions import Neo4jError

ACCESS_MODE = "Neo.ClientError.Statement.AccessMode"
LOCKED = ("DeadlockDetected", "LockClientStopped", "LockAcquisitionTimeout")
READ_ONLY = ("ForbiddenOnReadOnlyDatabase", "WriteOnReadOnlyAccessDatabase")
ENTRY = {
    "Unauthorized": "refused the credentials: check NEO4J_USERNAME (default neo4j) and "
    "NEO4J_PASSWORD",
    "AuthenticationRateLimit": "refused the credentials too many times in a row, and now waits: "
    "check NEO4J_USERNAME and NEO4J_PASSWORD, then try again in some seconds",
    "CredentialsExpired": "wants a new password for this user first: log in with Neo4j Browser, or "
    "run ALTER CURRENT USER SET PASSWORD in cypher-shell, then set NEO4J_PASSWORD to the new one",
    "Forbidden": "knows this user but does not allow this: reading needs its role 'reader', "
    "loading 'publisher', a first load and new encoders 'architect'",
}
POINTER = re.compile(r"\s*\n\s*\^\s*")


@contextmanager
def clear_errors(uri: str, *, anonymous: bool = False) -> Iterator[None]:
    """Turn what the driver raises into songnet's errors: one line each, no credentials.

    Parameters
    ----------
    anonymous
        No password was given, so that a refusal is no word on one.
    """
    from neo4j.exceptions import DriverError, Neo4jError

    try:
        yield
    except Neo4jError as error:
        raise _server_said(uri, error, anonymous=anonymous) from error
    except DriverError as error:
        raise StoreUnavailableError(unreachable(uri, error)) from error


def _server_said(uri: str, error: Neo4jError, *, anonymous: bool) -> StoreError:
    code, message = error.code or "", one_line(error.message or "").rstrip(".")
    if ".Security." in code:
        return StoreUnavailableError(_no_entry(uri, code, message, anonymous=anonymous))
    if code.endswith("DatabaseNotFound"):
        return StoreUnavailableError(
            f"the Neo4j server {uri} has no such database: {message}; check NEO4J_DATABASE"
        )
    if code.endswith(READ_ONLY):
        return StoreError(read_only(uri))
    if code.endswith(LOCKED):
        return StoreLockedError(f"someone else is writing to {uri}: run it again later")
    if "Memory" in code:
        return StoreError(
            f"the Neo4j server {uri} ran out of memory: {message}; give it a larger heap "
            "(server.memory.heap.max_size)"
        )
    return StoreError(f"the Neo4j server {uri} said: {message} ({code})")


def _no_entry(uri: str, code: str, message: str, *, anonymous: bool) -> str:
    kind = code.rpartition(".")[2]
    if kind == "Unauthorized" and anonymous:
        return (
            f"the Neo4j server {uri} wants a password: set NEO4J_PASSWORD, and NEO4J_USERNAME if "
            "the user is not neo4j"
        )
    if kind in ENTRY:
        return f"the Neo4j server {uri} {ENTRY[kind]}"
    return f"the Neo4j server {uri} refused: {message} ({code})"


def read_only(uri: str) -> str:
    """That a database takes no writes."""
    return (
        f"the database at {uri} is read-only: what only reads works, what writes needs another "
        "database (NEO4J_DATABASE), or this one without server.databases.read_only"
    )


@contextmanager
def refusals() -> Iterator[None]:
    """Turn what is the query's own fault into `InputError`, with the server's words."""
    from neo4j.exceptions import ClientError

    try:
        yield
    except ClientError as error:
        code = error.code or ""
        if _is_the_servers(code):
            raise
        raise InputError(_refusal(code, one_line(error.message or ""))) from error
    except (TypeError, ValueError, OverflowError) as error:
        raise InputError(
            f"a parameter cannot travel to the Neo4j server: {one_line(str(error))}; allowed are "
            "null, booleans, numbers of 64 bits, text, lists and maps of these"
        ) from error


def _is_the_servers(code: str) -> bool:
    """Whether the server, not the query, is what has to change."""
    theirs = ".Security." in code or "Database." in code or code.endswith(READ_ONLY)
    return theirs or not code.startswith("Neo.ClientError.")


def _refusal(code: str, message: str) -> str:
    if code == ACCESS_MODE:
        return f"the query would write, and only reading was asked for: add --write ({message})"
    return f"the Neo4j server refuses the query: {message}"


def one_line(text: str) -> str:
    """The text without line ends and without the marker that points into a line above."""
    return " ".join(POINTER.sub("\n", text).split())
