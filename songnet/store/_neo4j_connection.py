"""Reaching a Neo4j server: its address, its version, its sessions."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Literal, TypeVar
from urllib.parse import urlsplit

from songnet.errors import InputError, StoreError, StoreUnavailableError
from songnet.store._neo4j_errors import clear_errors, read_only
from songnet.store._neo4j_session import Session, Transaction
from songnet.store.labels import check_prefix

if TYPE_CHECKING:
    from neo4j import Driver, Record

T = TypeVar("T")

SCHEMES = ("bolt", "neo4j", "bolt+s", "neo4j+s", "bolt+ssc", "neo4j+ssc")
CONNECT_SECONDS = 5.0
RETRY_SECONDS = 30.0
FETCH = 10_000
OLDEST = (5, 26)
# A cluster lists a database once per server; without the right to see it there is no record.
ACCESS = """
SHOW DATABASES YIELD name, aliases, home, access
WHERE toLower($database) IN [name] + aliases OR ($database IS NULL AND home)
RETURN access
"""
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
    except ValueError:
        # The reason would repeat what stands where the port should, which may be a password.
        raise InputError(f"the store URI has no valid host and port: {_allowed()}") from None
    if "@" in uri or parts.query or parts.fragment:
        raise InputError(
            "the store URI must not hold a user name, password or options: set NEO4J_USERNAME "
            f"and NEO4J_PASSWORD instead; {_allowed()}"
        )
    if parts.scheme not in SCHEMES or not host or parts.path.strip("/") or not _is_plain(uri):
        raise InputError(f"the store URI {uri!r} does not name a Neo4j server: {_allowed()}")
    return uri


def _is_plain(uri: str) -> bool:
    return uri.isprintable() and " " not in uri


def _allowed() -> str:
    return "give bolt://HOST:PORT, neo4j://, bolt+s://, neo4j+s://, bolt+ssc:// or neo4j+ssc://"


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
        self.database = _database(environment)
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
        """Run a statement in a transaction of its own, as those on indexes need.

        Where another process writes the same, one of the two may have to begin anew: the driver
        sees to that.
        """
        with self.session(write=True) as session:
            session.execute_write(lambda tx: tx.run(statement, parameters).consume())

    def define(self, *definitions: str) -> None:
        """Run statements of the schema, all or none; another process may have done the same."""
        from neo4j.exceptions import ClientError

        def work(transaction: Transaction) -> None:
            for statement in definitions:
                transaction.run(statement).consume()

        with self.session(write=True) as session:
            try:
                session.execute_write(work)
            except ClientError as error:
                if not (error.code or "").endswith(SAME_RULE):
                    raise

    def check_writable(self) -> None:
        """Return if the database takes writes; one question, no writing.

        Raises
        ------
        StoreError
            It is read-only.
        """
        found = self.read(ACCESS, database=self.database)
        if found and all(record["access"] == "read-only" for record in found):
            raise StoreError(read_only(self.uri))

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
    auth = _credentials(environment)
    with clear_errors(uri, anonymous=auth is None), _valid_host():
        driver = neo4j.GraphDatabase.driver(
            uri,
            auth=auth,
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


def _credentials(environment: Mapping[str, str]) -> tuple[str, str] | None:
    """User name and password; None where there is no password.

    Raises
    ------
    InputError
        Bytes that are no text; they are not repeated.
    """
    user = environment.get("NEO4J_USERNAME") or "neo4j"
    password = environment.get("NEO4J_PASSWORD")
    for name, value in (("NEO4J_USERNAME", user), ("NEO4J_PASSWORD", password or "")):
        if not _is_text(value):
            raise InputError(f"{name} is not valid UTF-8: set it again, in a terminal that is")
    return (user, password) if password else None


def _database(environment: Mapping[str, str]) -> str | None:
    """The database asked for; None is the user's home database."""
    name = environment.get("NEO4J_DATABASE") or None
    if name is not None and not _is_text(name):
        raise InputError("NEO4J_DATABASE is not valid UTF-8: set it again, or leave it out")
    if name is not None and name.lower() == "system":
        raise InputError(
            "NEO4J_DATABASE is system, which holds users and databases but no graph: leave it "
            "out, or name another"
        )
    return name


def _is_text(value: str) -> bool:
    # An error that is caught here cannot be the context of one that is shown: it holds the value.
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


@contextmanager
def _valid_host() -> Iterator[None]:
    """Names that cannot be looked up, as one with an empty part, are the caller's to mend."""
    try:
        yield
    except UnicodeError as error:
        raise InputError(f"the store URI's host is no host name ({error}): {_allowed()}") from error


def version_of(agent: str) -> tuple[int, int] | None:
    """The release in what a server says it is; None where it is no Neo4j."""
    found = re.match(r"Neo4j/v?(\d+)\.(\d+)", agent)
    return (int(found[1]), int(found[2])) if found else None


def _check_version(uri: str, agent: str) -> None:
    found = version_of(agent)
    if found and found < OLDEST:
        raise StoreUnavailableError(f"{uri} is {agent}: songnet needs Neo4j 5.26 or newer")
