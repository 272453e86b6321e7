"""One Ladybug database, its lock, its transactions, and its errors in our words.

Two things about Ladybug 0.22 shape this module. Two writing `Database` objects on one file in one
process are not refused by it, so a table of open files refuses them here. And its lock on the file
is a POSIX record lock, which the process loses as soon as it closes *any* descriptor of that file:
nothing may open the file while a store holds it. A third shapes `_ladybug_commit`.
"""

from __future__ import annotations

import os
import re
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
)
from songnet.files import flush_folder
from songnet.store._ladybug_commit import CopyNote, cut_off_commits_undone, log_size
from songnet.store._ladybug_file import check_file, log, one_line, opened_database
from songnet.store._ladybug_flush import Flusher
from songnet.store._ladybug_schema import NODES, UNFINISHED, definitions, quoted
from songnet.store.embedded_files import take_snapshot
from songnet.store.protocol import SCHEMA_VERSION

CHUNK_ROWS: Final = 65_536
# The commit is in the log, what was copied is in memory only: see `_ladybug_commit`.
UNSAFE: Final = "post-commit checkpoint failed"

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
        self.copied = False

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
        self.copied |= cypher.startswith("COPY")
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
        self._note = CopyNote(self.path)
        self._flusher = Flusher(self.path)
        with _opening:
            _refuse_second(self._key, self.path)
            check_file(self.path)
            with cut_off_commits_undone(self.path):
                self._database = opened_database(self.path)
            _open[self._key] = self
        try:
            self._flusher.take()
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
            self._keep_snapshot(found)
            with self.transaction() as session:
                session.run("MATCH (s:SongnetStore) DELETE s")
                session.run("CREATE (:SongnetStore {schema: $version})", version=SCHEMA_VERSION)

    def _keep_snapshot(self, found: int) -> None:
        """Copy the file as it is; no other handle of it may be closed while it is open."""
        self.close()
        kept = take_snapshot(self.path, found)
        with _opening:
            self._database = opened_database(self.path)
            _open[self._key] = self
        self._flusher.take()
        log.warning(
            "%s: brought from schema %d to %d; as it was it is kept as %s, to be removed at will",
            self.path, found, SCHEMA_VERSION, kept,
        )  # fmt: skip

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
                self._commit(session)
                done = True
            finally:
                if not done:
                    with suppress(StoreError):
                        session.run("ROLLBACK")

    def _commit(self, session: Session) -> None:
        if not session.copied:
            self._flushed(session, "COMMIT")
            return
        self._note.write()
        try:
            self._flushed(session, "COMMIT")
        finally:
            if self._broken is None:
                self._note.remove()

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
            self._flushed(session, "CHECKPOINT")

    def _flushed(self, session: Session, cypher: str) -> None:
        with self._flusher.at_work():
            session.run(cypher)

    def drop_unfinished(self) -> None:
        """Take away what a command that did not end had begun to write to songs."""
        with self.session() as session:
            columns = session.rows("CALL table_info('Song') RETURN name")
            if UNFINISHED in {row["name"] for row in columns}:
                session.run(f"ALTER TABLE Song DROP {quoted(UNFINISHED)}")

    def _failure(self, error: Exception) -> StoreError:
        text = one_line(error)
        if "IO exception" not in text and UNSAFE not in text:
            lacking = "out of memory: " if "bad_alloc" in text else ""
            return StoreError(f"{self.path}: {lacking}{text}")
        # What follows a torn record of the log would be lost when the log is read again.
        self._broken = (
            f"{self.path} cannot be written: {_cause(text)}; free some "
            f"{'space or check the disk' if 'IO exception' in text else 'memory'}, "
            "then run the command again"
        )
        return StoreError(self._broken)

    def close(self) -> None:
        """Move the log into the file and let go of both; twice is fine."""
        if self._database is None:
            return
        try:
            # What only read must not need a disk that can be written.
            if self._broken is None and log_size(Path(self._key)):
                self.checkpoint()
        finally:
            self._let_go()

    def _let_go(self) -> None:
        database, self._database = self._database, None
        _open.pop(self._key, None)
        try:
            with self._flusher.at_work():
                database.close()
        except RuntimeError as error:
            raise self._failure(error) from error
        finally:
            self._note.release()
            self._flusher.release()
            with suppress(OSError):  # Ladybug does not flush that its checkpoint's locks are gone
                flush_folder(Path(self._key).parent)


def as_arrow(result: Any) -> pa.Table:
    """A result as a table.

    Ladybug reserves memory for a whole chunk at once, by default millions of rows: with columns of
    vectors that is tens of GB, and the process dies.
    """
    return result.get_as_arrow(max(1, min(result.get_num_tuples(), CHUNK_ROWS)))


def _cause(text: str) -> str:
    """What the system said to a write that failed, where Ladybug repeats it."""
    written = re.search(r"numBytesWritten: (-?\d+)\. Error: (.+)", text)
    if written is None:
        return re.split(r"IO exception: |recovered on restart: ", text)[-1]
    # After a write that was only cut short, the system's last error is of something else.
    return written[2] if written[1] == "-1" else "No space left on device"


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
