"""A server that is killed in mid-write: one line, nothing lost, nothing doubled, and on it goes.

The processes kill the server themselves, between two statements of a write, where it hurts most.
"""

from __future__ import annotations

import csv
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from songnet.sources.playlists import batches
from songnet.store import _neo4j_connection, _neo4j_steps
from songnet.store.neo4j import Neo4jStore

pytestmark = pytest.mark.neo4j

Run = Callable[..., tuple[int, str, str]]
SMALL = """
from songnet.sources.playlists import batches
from songnet.store import _neo4j_connection, _neo4j_steps
from songnet.store.neo4j import Neo4jStore
batches.__kwdefaults__["playlists_per_batch"] = 20
Neo4jStore.memberships_at_once = 1
_neo4j_steps.WHOLE, _neo4j_steps.BATCH, _neo4j_steps.STEPS_PER_TRANSACTION = 50, 1000, 1
_neo4j_connection.RETRY_SECONDS = {seconds}
"""
KILLING = (
    SMALL
    + """
import os, signal, subprocess
from pathlib import Path
home, real, left = Path({home!r}), _neo4j_steps.run, [{after}]
def killing(transaction, step):
    left[0] -= 1
    if left[0] == 0:
        os.kill(int((home / "server.pid").read_text()), signal.SIGKILL)
        if {back}:
            subprocess.Popen({start!r}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return real(transaction, step)
_neo4j_steps.run = killing
"""
)
EMPTY = ("query", "MATCH (n) DETACH DELETE n", "--write")
STEPS = (("link", "playlists"), ("partitions", "run", "leiden", "--on", "playlists"))


@pytest.fixture
def lists(tmp_path: Path) -> Path:
    """Two hundred lists of fifteen out of a hundred songs."""
    path = tmp_path / "lists.csv"
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["playlist_id", "playlist_name", "track_id", "track_name", "artist_name"])
        for number in range(200):
            for song in random.Random(number).sample(range(100), 15):
                writer.writerow([f"p{number:03}", "List", f"s{song:03}", f"Song {song}", "Artist"])
    return path


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """`SMALL` in this process, for the commands that nothing befalls."""
    monkeypatch.setitem(batches.__kwdefaults__, "playlists_per_batch", 20)
    monkeypatch.setattr(Neo4jStore, "memberships_at_once", 1)
    for name, rows in (("WHOLE", 50), ("BATCH", 1000), ("STEPS_PER_TRANSACTION", 1)):
        monkeypatch.setattr(_neo4j_steps, name, rows)
    monkeypatch.setattr(_neo4j_connection, "RETRY_SECONDS", 30)


def killing(own_neo4j, *, after: int, seconds: float, back: bool = False) -> str:
    """Code that kills the server before the `after`-th statement, and may start it again."""
    return KILLING.format(
        home=str(own_neo4j.home), after=after, seconds=seconds, back=back,
        start=list(map(str, own_neo4j.start_command())),
    )  # fmt: skip


@pytest.mark.usefixtures("small")
def test_a_server_killed_in_mid_write(
    own_neo4j,
    lists: Path,
    songnet_run: Run,
    songnet_here: Run,
    graph_of: Callable[..., list[str]],
) -> None:
    server = own_neo4j.start()
    commands = [("load-playlists", lists), *STEPS]
    # Uninterrupted: what everything is held against.
    stages = []
    for command in commands:
        assert songnet_here(server, *command)[0] == 0
        stages.append(graph_of(server))
    assert songnet_here(server, *EMPTY)[0] == 0

    places = ((17, ""), (4, "networks"), (5, "partitions"))
    for command, whole, (after, hidden) in zip(commands, stages, places, strict=True):
        short = killing(own_neo4j, after=after, seconds=1)
        code, out, err = songnet_run(server, *command, code=short)
        assert (code, out, err.count("\n")) == (1, "", 1), err
        assert "no answer from the Neo4j server" in err
        assert server["NEO4J_PASSWORD"] not in err
        own_neo4j.start()
        left = graph_of(server)
        assert left != whole
        if command[0] == "load-playlists":
            assert left
            assert set(left) <= set(whole)
        else:
            assert any("unfinished" in line for line in left)
            with Neo4jStore(server["NEO4J_URI"], environment=server) as store:
                assert getattr(store, hidden)() == []
        assert songnet_here(server, *command)[0] == 0
        assert graph_of(server) == whole


@pytest.mark.usefixtures("small")
def test_a_server_that_comes_back_at_once_is_waited_for(
    own_neo4j,
    lists: Path,
    songnet_run: Run,
    songnet_here: Run,
    graph_of: Callable[..., list[str]],
) -> None:
    server = own_neo4j.start()
    assert songnet_here(server, *EMPTY)[0] == 0
    assert songnet_here(server, "load-playlists", lists)[0] == 0
    whole = graph_of(server)
    assert songnet_here(server, *EMPTY)[0] == 0

    # As long as a busy machine may take to start it: the command's own patience is 30 seconds.
    code, out, err = songnet_run(
        server,
        "load-playlists",
        lists,
        code=killing(own_neo4j, after=17, seconds=240, back=True),
    )

    assert (code, err) == (0, "")
    assert out.startswith("loaded 200 playlists, 100 songs, 3,000 memberships")
    assert graph_of(server) == whole
