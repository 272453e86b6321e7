"""Two processes on one server at once: what comes of it is what one after the other would give."""

from __future__ import annotations

import csv
import random
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from songnet.store.neo4j import Neo4jStore

pytestmark = pytest.mark.neo4j

Run = Callable[..., tuple[int, str, str]]
BATCH = (
    "from songnet.store.neo4j import Neo4jStore; Neo4jStore.memberships_at_once = 1; "
    "from songnet.sources.playlists import batches; batches.__kwdefaults__['playlists_per_batch']"
)


def write_lists(path: Path, numbers: list[int], *, seed: int) -> Path:
    """Playlists of fifteen songs; which, only their number says. Their order is the seed's."""
    random.Random(seed).shuffle(numbers)
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["playlist_id", "playlist_name", "track_id", "track_name", "artist_name"])
        for number in numbers:
            for song in random.Random(number).sample(range(300), 15):
                name = f"Song {song}"
                writer.writerow([f"p{number:03}", f"List {number}", f"s{song:03}", name, "Artist"])
    return path


@pytest.fixture
def halves(tmp_path: Path) -> tuple[Path, Path]:
    """Two files that share a third of their lists, each in an order of its own."""
    return (
        write_lists(tmp_path / "a.csv", list(range(200)), seed=1),
        write_lists(tmp_path / "b.csv", list(range(100, 300)), seed=2),
    )


@pytest.fixture
def bare(neo4j_server: dict[str, str], neo4j_store: Neo4jStore) -> Callable[[], None]:
    """Takes everything away, constraints and indexes too."""

    def strip() -> None:
        neo4j_store.query("MATCH (n) DETACH DELETE n", write=True)
        for what, all_of_them in (("CONSTRAINT", "CONSTRAINTS"), ("INDEX", "INDEXES")):
            text = f"SHOW {all_of_them} YIELD name, type WHERE type <> 'LOOKUP' RETURN name"
            for name in neo4j_store.query(text)["name"].to_pylist():
                neo4j_store.query(f"DROP {what} `{name}`", write=True)

    return strip


def end(process: Any) -> tuple[int, str]:
    _, err = process.communicate(timeout=300)
    return process.returncode, err


def until_done(
    server: Mapping[str, str], processes: list[Any], commands: list[tuple[Any, ...]], run: Run
) -> None:
    """Each has ended well, or said that someone else is writing and ends well when run again."""
    for process, command in zip(processes, commands, strict=True):
        code, err = end(process)
        if code:
            assert "someone else is writing" in err
            assert run(server, *command)[0] == 0


def test_two_loads_of_overlapping_lists_into_an_empty_server(
    neo4j_server: dict[str, str],
    bare: Callable[[], None],
    halves: tuple[Path, Path],
    songnet_run: Run,
    songnet_process: Callable[..., Any],
    graph_of: Callable[..., list[str]],
) -> None:
    small = f"{BATCH} = 20"
    for path in halves:
        assert songnet_run(neo4j_server, "load-playlists", path, code=small)[0] == 0
    whole = graph_of(neo4j_server)
    bare()
    commands = [("load-playlists", path) for path in halves]
    both = [songnet_process(neo4j_server, *command, code=small) for command in commands]
    until_done(neo4j_server, both, commands, songnet_run)
    assert graph_of(neo4j_server) == whole


def test_a_load_beside_a_link(
    neo4j_server: dict[str, str],
    bare: Callable[[], None],
    halves: tuple[Path, Path],
    songnet_here: Run,
    songnet_process: Callable[..., Any],
    graph_of: Callable[..., list[str]],
) -> None:
    first, second = halves
    link = ("link", "playlists")
    for command in (("load-playlists", first), ("load-playlists", second), link):
        assert songnet_here(neo4j_server, *command)[0] == 0
    whole = graph_of(neo4j_server)
    bare()
    assert songnet_here(neo4j_server, "load-playlists", first)[0] == 0
    commands = [("load-playlists", second), link]
    both = [songnet_process(neo4j_server, *command) for command in commands]
    until_done(neo4j_server, both, commands, songnet_here)
    # What was linked depends on who came first; linked again, it is of all.
    assert songnet_here(neo4j_server, *link)[0] == 0
    assert graph_of(neo4j_server) == whole
