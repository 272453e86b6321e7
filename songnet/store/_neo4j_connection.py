"""Reaching a Neo4j server: its address, its version, its sessions."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Literal, TypeVar
from urllib.parse import urlsplit

from songnet.errors import InputError, StoreUnavailableError
from songnet.store._neo4j_errors import clear_errors
from songnet.store._neo4j_session import Session
from songnet.store.labels import check_prefix

if TYPE_CHECKING:
    from neo4j import Driver, Record

T = TypeVar("T")

SCHEMES = ("bolt", "neo4j", "bolt+s", "neo4j+s")
CONNECT_SECONDS = 5.0
RETRY_SECONDS = 30.0
FETCH = 10_000
OLDEST = (5, 26)
SAME_RULE = ("EquivalentSchemaRuleAlreadyExists", "ConstraintAlreadyExists", "IndexAlreadyExists")


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
    label_prefix
        What stands before our labels; see `songnet.store.labels`.

    Raises
    ------
    InputError
        A URI that is not allowed.
    StoreUnavailableError
        No server there, credentials refused, or a server older than 5.26.
    """

    def __init__(self, uri: str, environment: Mapping[str, str], label_prefix: str = "") -> None:
        import neo4j

        self.uri = check_uri(uri)
        self.label_prefix = check_prefix(label_prefix)
        self.database = environment.get("NEO4J_DATABASE") or None
        self._driver, self.agent = _connect(self.uri, environment)
        # In a cluster, a session must see what the one before it wrote.
        self._bookmarks = neo4j.GraphDatabase.bookmark_manager()

    @contextmanager
    def session(self, *, write: bool = False) -> Iterator[Session]:
        """A session that may read, or also write; its errors are songnet's."""
        mode: Literal["READ", "WRITE"] = "WRITE" if write else "READ"
        with (
            clear_errors(self.uri),
            self._driver.session(
                database=self.database,
                default_access_mode=mode,
                fetch_size=FETCH,
                bookmark_manager=self._bookmarks,
            ) as session,
        ):
            yield Session(session, self.label_prefix)

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

    def define(self, statement: str) -> None:
        """Run a statement of the schema; it may be that another process has just done the same."""
        from neo4j.exceptions import ClientError

        with self.session(write=True) as session:
            try:
                session.run(statement, {}).consume()
            except ClientError as error:
                if not (error.code or "").endswith(SAME_RULE):
                    raise

    @property
    def version(self) -> tuple[int, int]:
        """The release that the server reports, as (5, 26) or (2026, 8)."""
        return version_of(self.agent) or OLDEST

    def close(self) -> None:
        """Let go of the server. Closing twice is fine."""
        self._driver.close()


def _connect(uri: str, environment: Mapping[str, str]) -> tuple[Driver, str]:
    """A driver that has spoken to the server, and what the server says it is."""
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
            agent = driver.get_server_info().agent
            _check_version(uri, agent)
        except BaseException:
            driver.close()
            raise
    return driver, agent


def version_of(agent: str) -> tuple[int, int] | None:
    """The release in what a server says it is; None where it is no Neo4j."""
    found = re.match(r"Neo4j/v?(\d+)\.(\d+)", agent)
    return (int(found[1]), int(found[2])) if found else None


def _check_version(uri: str, agent: str) -> None:
    found = version_of(agent)
    if found and found < OLDEST:
        raise StoreUnavailableError(f"{uri} is {agent}: songnet needs Neo4j 5.26 or newer")
