"""A database that the server keeps read-only: what reads works, what writes is refused at once.

Community has no roles, so the whole database is read-only; what Enterprise says to a user with
fewer rights is in test_neo4j_trust_errors.py.
"""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from songnet.errors import StoreError
from songnet.info import EncoderInfo
from songnet.model import Vectors
from songnet.store import neo4j as engine
from songnet.store.neo4j import Neo4jStore
from songnet.workflows import link, partition

pytestmark = pytest.mark.neo4j

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="module")
def lists(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("lists") / "lists.csv"
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["playlist_id", "playlist_name", "track_id", "track_name"])
        for number in range(12):
            taste = number % 2
            writer.writerows(
                [f"p{number}", "List", f"s{taste}{(song + number) % 6}", "Song"]
                for song in range(4)
            )
    return path


@pytest.fixture
def no_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """If the work were done before the refusal, this would say so."""

    def worked(*_: object, **__: object) -> None:
        raise AssertionError("it was computed")

    monkeypatch.setattr(partition, "run", worked)
    monkeypatch.setattr(link, "cooccurrence", worked)


@pytest.fixture(scope="module")
def read_only(own_neo4j, lists: Path) -> dict[str, str]:
    """A graph with two partitions on a server that has been told to let it be."""
    import os

    from songnet.config import Settings
    from songnet.workflows.load import load_playlists
    from songnet.workflows.workspace import open_workspace

    server = own_neo4j.start()
    settings = Settings(data=lists.parent / "data", store=server["NEO4J_URI"])
    with pytest.MonkeyPatch.context() as patch:
        for name in ("NEO4J_USERNAME", "NEO4J_PASSWORD"):
            patch.setitem(os.environ, name, server[name])
        with open_workspace(settings) as workspace:
            load_playlists(workspace, [lists])
            link.link_playlists(workspace)
            for algorithm in ("leiden", "louvain"):
                partition.run_partition(workspace, algorithm, on="playlists")
            workspace.store.write_encoder(EncoderInfo("ear", "cae", "1x2", 2, "f", "2026-11-23"))
            songs = workspace.store.songs()["id"].to_pylist()
            heard = np.arange(2 * len(songs)).reshape(-1, 2) + 1
            workspace.store.write_vectors(Vectors.from_rows("ear", songs, heard))
    own_neo4j.stop()
    return own_neo4j.start("server.databases.read_only=neo4j")


@pytest.mark.parametrize(
    "command",
    [
        ("info",),
        ("query", "MATCH (n) RETURN count(n)"),
        ("partitions", "list"),
        ("partitions", "compare"),
        ("partitions", "export", "leiden-playlists", "out.csv"),
        ("store", "check"),
    ],
    ids=" ".join,
)
def test_what_reads_works(
    read_only: dict[str, str], songnet_here: Run, command: tuple[str, ...]
) -> None:
    code, out, err = songnet_here(read_only, *command)
    assert code == 0, err
    assert out


@pytest.mark.parametrize(
    "command",
    [
        ("load-playlists", "{lists}"),
        ("link", "playlists"),
        ("partitions", "run", "leiden", "--on", "playlists"),
        ("partitions", "drop", "leiden-playlists"),
        ("query", "CREATE (:X)", "--write"),
    ],
    ids=" ".join,
)
def test_what_writes_is_refused_before_the_work_and_changes_nothing(
    read_only: dict[str, str],
    no_work: None,
    songnet_here: Run,
    graph_of: Callable[..., list[str]],
    lists: Path,
    command: tuple[str, ...],
) -> None:
    before = graph_of(read_only)
    code, out, err = songnet_here(read_only, *[part.format(lists=lists) for part in command])
    assert (code, out, err.count("\n")) == (1, "", 1), err
    assert "is read-only: what only reads works, what writes needs another database" in err
    assert graph_of(read_only) == before


def test_the_nearest_are_found_by_the_index(
    read_only: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "EXACT_SONGS", 0)
    with Neo4jStore(read_only["NEO4J_URI"], environment=read_only) as store:
        found = store.nearest("ear", np.array([1, 2], np.float32), 3)
    assert found[0] == ("s00", pytest.approx(1.0))


def test_every_verb_that_writes_says_the_same(read_only: dict[str, str]) -> None:
    with Neo4jStore(read_only["NEO4J_URI"], environment=read_only) as store:
        for write in (
            store.check_writable,
            store.prepare,
            lambda: store.add_songs(pa.table({"id": ["new"]})),
            lambda: store.drop("partition", "leiden-playlists"),
        ):
            with pytest.raises(StoreError, match="is read-only"):
                write()
