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

if TYPE_CHECKING:
    from neo4j.exceptions import DriverError, Neo4jError

ACCESS_MODE = "Neo.ClientError.Statement.AccessMode"
LOCKED = ("DeadlockDetected", "LockClientStopped", "LockAcquisitionTimeout")
POINTER = re.compile(r"\s*\n\s*\^\s*")


@contextmanager
def clear_errors(uri: str) -> Iterator[None]:
    """Turn what the driver raises into songnet's errors: one line each, no credentials."""
    from neo4j.exceptions import DriverError, Neo4jError

    try:
        yield
    except Neo4jError as error:
        raise _server_said(uri, error) from error
    except DriverError as error:
        raise _driver_said(uri, error) from error


def _driver_said(uri: str, error: DriverError) -> StoreError:
    reason = one_line(str(error))
    return StoreUnavailableError(
        f"no answer from the Neo4j server {uri}: {reason}; "
        "is it running (scripts/neo4j start), and is this its address?"
    )


def _server_said(uri: str, error: Neo4jError) -> StoreError:
    code, message = error.code or "", one_line(error.message or "")
    if ".Security." in code:
        return StoreUnavailableError(
            f"the Neo4j server {uri} refused the credentials: {message} "
            "Check NEO4J_USERNAME and NEO4J_PASSWORD"
        )
    if code.endswith("DatabaseNotFound"):
        return StoreUnavailableError(
            f"the Neo4j server {uri} has no such database: {message}; check NEO4J_DATABASE"
        )
    if code.endswith(LOCKED):
        return StoreLockedError(f"someone else is writing to {uri}: {message}; run it again later")
    if "Memory" in code:
        return StoreError(
            f"the Neo4j server {uri} ran out of memory: {message}; give it a larger heap "
            "(server.memory.heap.max_size)"
        )
    return StoreError(f"the Neo4j server {uri} said: {message} ({code})")


@contextmanager
def refusals() -> Iterator[None]:
    """Turn what is the query's own fault into `InputError`, with the server's words."""
    from neo4j.exceptions import ClientError

    try:
        yield
    except ClientError as error:
        code = error.code or ""
        if not code.startswith("Neo.ClientError.") or ".Security." in code or "Database." in code:
            raise
        raise InputError(_refusal(code, one_line(error.message or ""))) from error
    except (TypeError, ValueError, OverflowError) as error:
        raise InputError(
            f"a parameter cannot travel to the Neo4j server: {one_line(str(error))}; allowed are "
            "null, booleans, numbers of 64 bits, text, lists and maps of these"
        ) from error


def _refusal(code: str, message: str) -> str:
    if code == ACCESS_MODE:
        return f"the query would write, and only reading was asked for: add --write ({message})"
    return f"the Neo4j server refuses the query: {message}"


def one_line(text: str) -> str:
    """The text without line ends and without the marker that points into a line above."""
    return " ".join(POINTER.sub("\n", text).split())
