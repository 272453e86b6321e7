"""One Ladybug database, its lock, its transactions, and its errors in our words.

Two things about Ladybug 0.22 shape this module. Two writing `Database` objects on one file in one
process are not refused by it, so a table of open files refuses them here. And its lock on the file
is a POSIX record lock, which the process loses as soon as it closes *any* descriptor of that file:
nothing may open the file while a store holds it.
"""

from __future__ import annotations

import logging
import os
import re
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final
from weakref import WeakValueDictionary

import pyarrow as pa

from songnet.errors import (
    ForeignGraphError,
    InputError,
    StoreError,
    StoreLockedError,
    StoreUnavailableError,
)
from songnet.store._ladybug_schema import NODES, UNFINISHED, definitions, quoted
from songnet.store.protocol import SCHEMA_VERSION

MAGIC: Final = b"LBUG"
# The default reserves 8 TiB of addresses per open database: sixteen would exhaust the process.
MAX_BYTES: Final = 1 << 40
CHUNK_ROWS: Final = 65_536

log = logging.getLogger("songnet")
_open: WeakValueDictionary[str, Engine] = WeakValueDictionary()
_opening = threading.Lock()


class Session:
    """A connection for the length of one verb.

    Ladybug keeps the plan of every statement and with it the tables it was given, as long as the
    connection lives; short connections keep memory flat over many batches.
    """

    def __init__(self, connection: Any, fail: Callable[[Exception], StoreError]) -> None:
        self._connection = connection
        self._fail = fail

    def run(self, cypher: str, **parameters: Any) -> None:
        """Run a statement for its effect."""
        self._execute(cypher, parameters).close()

    def table(self, cypher: str, **parameters: Any) -> pa.Table:
        """Run a statement for its rows."""
        result = self._execute(cypher, parameters)
        try:
            return as_arrow(result)
        finally:
            result.close()

    def rows(self, cypher: str, **parameters: Any) -> list[dict[str, Any]]:
        """Run a statement for a few rows."""
        return list(self.table(cypher, **parameters).to_pylist())

    def _execute(self, cypher: str, parameters: dict[str, Any]) -> Any:
        try:
            return self._connection.execute(cypher, parameters)
        except RuntimeError as error:
            raise self._fail(error) from error


class Engine:
    """An open Ladybug file with songnet's tables in it."""

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self.found_schema = SCHEMA_VERSION
        self._broken: str | None = None
        self._database: Any = None
        # The working directory may be another by the time the store is closed.
        self._key = _key(self.path)
        with _opening:
            _refuse_second(self._key, self.path)
            _check_file(self.path)
            self._database = _database(self.path)
            _open[self._key] = self
        try:
            self._prepare()
        except BaseException:
            self._let_go()
            raise

    def _prepare(self) -> None:
        """Look before writing: a graph that is not ours is left as it is."""
        with self.session() as session:
            tables = {row["name"] for row in session.rows("CALL show_tables() RETURN name")}
            found = _version(session, self.path) if "SongnetStore" in tables else None
        if found is not None:
            self.found_schema = found
            self._migrate(found)
            self.drop_unfinished()
            return
        _check_ours(tables, self.path)
        with self.transaction() as session:
            for statement in definitions():
                session.run(statement)
            session.run("CREATE (:SongnetStore {schema: $version})", version=SCHEMA_VERSION)

    def _migrate(self, found: int) -> None:
        """Schemas 1 and 2 hold the same tables; only a server's indexes differ."""
        if found < SCHEMA_VERSION:
            with self.transaction() as session:
                session.run("MATCH (s:SongnetStore) DELETE s")
                session.run("CREATE (:SongnetStore {schema: $version})", version=SCHEMA_VERSION)

    @contextmanager
    def session(self) -> Iterator[Session]:
        """A connection that commits every statement by itself."""
        with self.connection() as connection:
            yield Session(connection, self._failure)

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """All of it or none of it."""
        with self.session() as session:
            session.run("BEGIN TRANSACTION")
            done = False
            try:
                yield session
                session.run("COMMIT")
                done = True
            finally:
                if not done:
                    with suppress(StoreError):
                        session.run("ROLLBACK")

    @contextmanager
    def connection(self) -> Iterator[Any]:
        """Ladybug's own connection."""
        import ladybug

        if self._database is None:
            raise StoreError(f"the store {self.path} is closed: open it again")
        if self._broken:
            raise StoreError(self._broken)
        connection = ladybug.Connection(self._database)
        try:
            yield connection
        finally:
            connection.close()

    def checkpoint(self) -> None:
        """Move the log into the file."""
        with self.session() as session:
            session.run("CHECKPOINT")

    def drop_unfinished(self) -> None:
        """Take away what a command that did not end had begun to write to songs."""
        with self.session() as session:
            columns = session.rows("CALL table_info('Song') RETURN name")
            if UNFINISHED in {row["name"] for row in columns}:
                session.run(f"ALTER TABLE Song DROP {quoted(UNFINISHED)}")

    def _failure(self, error: Exception) -> StoreError:
        text = one_line(error)
        if "IO exception" not in text:
            return StoreError(f"{self.path}: {text}")
        # What follows a torn record of the log would be lost when the log is read again.
        self._broken = (
            f"{self.path} cannot be written: {text}; free some space or check the disk, "
            "then run the command again"
        )
        return StoreError(self._broken)

    def close(self) -> None:
        """Move the log into the file and let go of both; twice is fine."""
        if self._database is None:
            return
        try:
            if self._broken is None:
                self.checkpoint()
        finally:
            self._let_go()

    def _let_go(self) -> None:
        database, self._database = self._database, None
        _open.pop(self._key, None)
        try:
            database.close()
        except RuntimeError as error:
            raise self._failure(error) from error


def as_arrow(result: Any) -> pa.Table:
    """A result as a table.

    Ladybug reserves memory for a whole chunk at once, by default millions of rows: with columns of
    vectors that is tens of GB, and the process dies.
    """
    return result.get_as_arrow(max(1, min(result.get_num_tuples(), CHUNK_ROWS)))


def one_line(error: Exception) -> str:
    """Ladybug's own words in one line, without the echo of the statement and the manual's link."""
    text = str(error).split("\nSee the docs")[0]
    lines = [line.strip() for line in text.splitlines() if line.strip(" ^")]
    return re.sub(r"\s+", " ", " ".join(lines)) or type(error).__name__


def _key(path: Path) -> str:
    try:
        return os.path.realpath(path)
    except ValueError as error:
        raise InputError(f"{str(path)!r} cannot be a path: {error}") from error


def _refuse_second(key: str, path: Path) -> None:
    if key in _open:
        raise StoreLockedError(
            f"{path} is already open in this process (PID {os.getpid()}): "
            "close the other store first, or use that one"
        )


def _check_file(path: Path) -> None:
    """Make the folder; refuse what is there and is no Ladybug file."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.is_dir():
            raise StoreUnavailableError(
                f"{path} is a folder: a store is a file, as {path}/graph.lbug"
            )
        if not path.exists():
            return
        with path.open("rb") as file:
            start = file.read(len(MAGIC))
    except OSError as error:
        raise StoreUnavailableError(f"{path} cannot be opened: {error.strerror}") from error
    if start and start != MAGIC:
        raise StoreUnavailableError(f"{path} is not a Ladybug database: name another file")


def _database(path: Path) -> Any:
    import ladybug

    # An absolute path: ":memory:" means something else to Ladybug.
    name = str(path.absolute())
    try:
        return ladybug.Database(name, max_db_size=MAX_BYTES)
    except RuntimeError as error:
        text = one_line(error)
        if not re.search(r"\bwal\b", text, re.IGNORECASE):
            raise _opening_error(path, text) from error
    _keep_log(path)
    try:
        return ladybug.Database(name, max_db_size=MAX_BYTES, throw_on_wal_replay_failure=False)
    except RuntimeError as error:
        raise _opening_error(path, one_line(error)) from error


def _keep_log(path: Path) -> None:
    """A copy of a damaged log, because opening the store takes away what cannot be read in it."""
    damaged = path.with_name(f"{path.name}.wal")
    kept = path.with_name(f"{path.name}.wal.damaged")
    with suppress(OSError):
        shutil.copyfile(damaged, kept)
    log.warning(
        "%s: its log is damaged (a full disk or a power cut); what was written before the damage "
        "is there, what came after has to be run again; the log as it was is kept as %s",
        path,
        kept,
    )


def _opening_error(path: Path, text: str) -> StoreError:
    holder = re.search(r"Lock is held by PID (\d+)", text)
    if holder:
        return StoreLockedError(
            f"{path} is open in another process (PID {holder[1]}): wait until it is done"
        )
    if "set lock" in text:
        return StoreLockedError(f"{path} is open in another process: wait until it is done")
    if "different version" in text:
        return StoreUnavailableError(f"{path} was written by another version of Ladybug: {text}")
    return StoreUnavailableError(f"{path} cannot be opened as a Ladybug database: {text}")


def _version(session: Session, path: Path) -> int:
    """The schema version of a songnet store that this songnet can read."""
    rows = session.rows("MATCH (s:SongnetStore) RETURN s.`schema` AS version")
    found = [row["version"] for row in rows]
    if len(found) == 1 and 1 <= found[0] <= SCHEMA_VERSION:
        return int(found[0])
    said = ", ".join(map(str, found)) or "no version"
    raise ForeignGraphError(
        f"{path} is a songnet store of schema {said}; this songnet reads schemas up to "
        f"{SCHEMA_VERSION}: use the songnet that made it, or another file"
    )


def _check_ours(tables: set[str], path: Path) -> None:
    taken = sorted(tables & NODES.keys())
    if taken:
        raise ForeignGraphError(
            f"{path} holds {', '.join(taken)} nodes that songnet did not put there: "
            "name another file, as --store ladybug:PATH"
        )
