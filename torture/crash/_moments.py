"""What a killed command was about to do, and what its store had already acknowledged."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

RENAMES = ("os.rename", "os.remove", "os.rmdir", "os.mkdir")
SMALL_BATCH = 10


class Moments:
    """Called at every moment of this process: tells it, and halts the process at moment `stop`."""

    def __init__(self, tell: Callable[[], None], halt: Callable[[], None], stop: int) -> None:
        self._tell = tell
        self._halt = halt
        self._stop = stop
        self._count = 0

    def __call__(self) -> None:
        """One more."""
        self._count += 1
        if self._count == self._stop:
            self._halt()
        self._tell()


def watch(moment: Moments, acknowledged: Path) -> None:
    """Tell every moment of this process, and keep what is acknowledged.

    Batches are made small, so that a small world has many.
    """
    _make_batches_small()
    _watch_statements(moment)
    _watch_files(moment)
    _keep_acknowledged(acknowledged)


def _make_batches_small() -> None:
    from songnet.sources.playlists import batches
    from songnet.store import _ladybug_vectors
    from songnet.store.neo4j import Neo4jStore
    from songnet.workflows import load

    batches.__kwdefaults__["playlists_per_batch"] = SMALL_BATCH
    Neo4jStore.memberships_at_once = 1
    load.SOUNDS_PER_BATCH = SMALL_BATCH
    _ladybug_vectors.BATCH = SMALL_BATCH


def write_in_parts() -> None:
    """Let a server be written to as it is with a million edges: in several transactions."""
    from songnet.store import _neo4j_steps

    _neo4j_steps.WHOLE, _neo4j_steps.BATCH, _neo4j_steps.STEPS_PER_TRANSACTION = 20, 100, 1


def _watch_statements(moment: Callable[[], None]) -> None:
    """A moment before every statement and, on a server, before every commit."""
    from songnet.store import _ladybug_engine, _neo4j_session

    execute = _ladybug_engine.Session._execute
    ask = _neo4j_session.Transaction.run
    write = _neo4j_session.Session.execute_write

    @wraps(execute)
    def executed(session: Any, cypher: str, parameters: Any) -> Any:
        moment()
        return execute(session, cypher, parameters)

    @wraps(ask)
    def ran(transaction: Any, *given: Any, **named: Any) -> Any:
        moment()
        return ask(transaction, *given, **named)

    @wraps(write)
    def written(session: Any, work: Callable[[Any], Any]) -> Any:
        def worked(transaction: Any) -> Any:
            result = work(transaction)
            moment()
            return result

        return write(session, worked)

    _ladybug_engine.Session._execute = executed  # type: ignore[method-assign]
    _neo4j_session.Transaction.run = ran  # type: ignore[method-assign]
    _neo4j_session.Session.execute_write = written  # type: ignore[method-assign]


def _watch_files(moment: Callable[[], None]) -> None:
    """A moment before every change of a folder."""

    def heard(event: str, _: tuple[Any, ...]) -> None:
        if event in RENAMES:
            moment()

    sys.addaudithook(heard)


# --- what is acknowledged -----------------------------------------------------------------------


def _ids(table: Any, kind: str) -> list[str]:
    return [f"{kind}/{each}" for each in table["id"].to_pylist()]


KEYS: dict[str, Callable[..., list[str]]] = {
    "add_songs": lambda songs: _ids(songs, "song"),
    "add_playlists": lambda lists, songs, _: _ids(lists, "playlist") + _ids(songs, "song"),
    "write_encoder": lambda encoder: [f"encoder/{encoder.name}"],
    "write_network": lambda network, *_: [f"network/{network.name}"],
    "write_partition": lambda partition, *_, **__: [f"partition/{partition.name}"],
}


def _keep_acknowledged(path: Path) -> None:
    """When a verb has returned, the keys of what it wrote stand in a file."""
    from songnet.store.ladybug import LadybugStore
    from songnet.store.neo4j import Neo4jStore

    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for store in (LadybugStore, Neo4jStore):
        for verb, keys in KEYS.items():
            setattr(store, verb, _acknowledging(getattr(store, verb), keys, handle))


def _acknowledging(verb: Callable[..., Any], keys: Callable[..., list[str]], handle: int) -> Any:
    @wraps(verb)
    def done(store: Any, *given: Any, **named: Any) -> Any:
        result = verb(store, *given, **named)
        os.write(handle, "".join(f"{key}\n" for key in keys(*given, **named)).encode())
        return result

    return done
