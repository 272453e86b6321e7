"""Reaching a Neo4j server, and saying in one line why it did not work."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Literal, TypeVar
from urllib.parse import urlsplit

from songnet.errors import (
    InputError,
    StoreError,
    StoreLockedError,
    StoreUnavailableError,
)

if TYPE_CHECKING:
    from neo4j import Driver, Record, Session
    from neo4j.exceptions import DriverError, Neo4jError

T = TypeVar("T")

SCHEMES = ("bolt", "neo4j", "bolt+s", "neo4j+s")
CONNECT_SECONDS = 5.0
RETRY_SECONDS = 30.0
FETCH = 10_000
OLDEST = (5, 26)
ACCESS_MODE = "Neo.ClientError.Statement.AccessMode"
LOCKED = ("DeadlockDetected", "LockClientStopped", "LockAcquisitionTimeout")
POINTER = re.compile(r"\s*\n\s*\^\s*")


def check_uri(uri: str) -> str:
    """`uri` itself if it names a server and holds no credentials; nothing of it is echoed if not.

    Raises
    ------
    InputError
        Another scheme, a broken address, or a user name or password inside.
    """
    try:
        parts = urlsplit(uri)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise InputError(f"the store URI is not valid ({error}): {_allowed()}") from error
    if "@" in uri or parts.query or parts.fragment:
        raise InputError(
            "the store URI must not hold a user name, password or options: set NEO4J_USERNAME "
            f"and NEO4J_PASSWORD instead; {_allowed()}"
        )
    if parts.scheme not in SCHEMES or not host or parts.path.strip("/"):
        raise InputError(f"the store URI {uri!r} does not name a Neo4j server: {_allowed()}")
    return uri


def _allowed() -> str:
    return "give bolt://HOST:PORT, neo4j://, bolt+s:// or neo4j+s://"


class Server:
    """A server that has been spoken to once, and the database chosen on it.

    Parameters
    ----------
    uri
        Without credentials; see `check_uri`.
    environment
        Holds ``NEO4J_USERNAME``, ``NEO4J_PASSWORD``, ``NEO4J_DATABASE``.

    Raises
    ------
    InputError
        A URI that is not allowed.
    StoreUnavailableError
        No server there, credentials refused, or a server older than 5.26.
    """

    def __init__(self, uri: str, environment: Mapping[str, str]) -> None:
        import neo4j

        self.uri = check_uri(uri)
        self._database = environment.get("NEO4J_DATABASE") or None
        self._driver = _connect(self.uri, environment)
        # In a cluster, a session must see what the one before it wrote.
        self._bookmarks = neo4j.GraphDatabase.bookmark_manager()

    @contextmanager
    def session(self, *, write: bool = False) -> Iterator[Session]:
        """A session that may read, or also write; its errors are songnet's."""
        mode: Literal["READ", "WRITE"] = "WRITE" if write else "READ"
        with (
            clear_errors(self.uri),
            self._driver.session(
                database=self._database,
                default_access_mode=mode,
                fetch_size=FETCH,
                bookmark_manager=self._bookmarks,
            ) as session,
        ):
            yield session

    def read(self, statement: str, **parameters: Any) -> list[Record]:
        """All records of a statement that only reads; tried again where that can help."""
        return self.collect(lambda record: record, statement, **parameters)

    def collect(self, take: Callable[[Record], T], statement: str, **parameters: Any) -> list[T]:
        """What `take` makes of each record as it comes, as `read` otherwise."""
        with self.session() as session:
            return session.execute_read(
                lambda tx: [take(record) for record in tx.run(statement, parameters)]
            )

    def run(self, statement: str, **parameters: Any) -> None:
        """Run a statement that has to be its own transaction, as those on indexes."""
        with self.session(write=True) as session:
            session.run(statement, parameters).consume()

    def close(self) -> None:
        """Let go of the server. Closing twice is fine."""
        self._driver.close()


def _connect(uri: str, environment: Mapping[str, str]) -> Driver:
    import neo4j

    # What it would log is in the error that is raised; without a handler it would go to stderr.
    logging.getLogger("neo4j").addHandler(logging.NullHandler())
    password = environment.get("NEO4J_PASSWORD")
    user = environment.get("NEO4J_USERNAME") or "neo4j"
    with clear_errors(uri):
        driver = neo4j.GraphDatabase.driver(
            uri,
            auth=(user, password) if password else None,
            connection_timeout=CONNECT_SECONDS,
            connection_acquisition_timeout=CONNECT_SECONDS * 2,
            max_transaction_retry_time=RETRY_SECONDS,
            # Notes such as "no song has this property yet" are no news to us.
            notifications_min_severity="OFF",
            user_agent="songnet",
        )
        try:
            _check_version(uri, driver.get_server_info().agent)
        except BaseException:
            driver.close()
            raise
    return driver


def _check_version(uri: str, agent: str) -> None:
    found = re.match(r"Neo4j/v?(\d+)\.(\d+)", agent)
    if found and tuple(map(int, found.groups())) < OLDEST:
        raise StoreUnavailableError(f"{uri} is {agent}: songnet needs Neo4j 5.26 or newer")


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
