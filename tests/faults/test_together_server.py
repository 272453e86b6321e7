"""Many processes on one Neo4j server: what one after the other would give.

Two loads of overlapping lists, and a load beside a link: tests/store/test_neo4j_trust_together.py.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from fault_world import World, environment, graph_of, write_lists

from songnet.store.neo4j import Neo4jStore

pytestmark = pytest.mark.neo4j

SMALL = """
from songnet.store.neo4j import Neo4jStore
from songnet.sources.playlists import batches
from songnet.cli.main import run
batches.__kwdefaults__["playlists_per_batch"] = 10
Neo4jStore.memberships_at_once = 1
run()
"""
LOADED = ("partitions", "run", "leiden", "--on", "playlists")


class Together:
    """Commands at once; one that is told of another writer is asked again."""

    def __init__(self, world: World, server: dict[str, str]) -> None:
        self.folder = world.folder
        self.more = {name: server[name] for name in ("NEO4J_USERNAME", "NEO4J_PASSWORD")}
        self.more |= {"SONGNET_STORE": server["NEO4J_URI"], "SONGNET_DATA": "other"}

    def start(self, *command: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-c", SMALL, *command], cwd=self.folder, text=True,
            env=environment(**self.more), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        )  # fmt: skip

    def run(self, *commands: tuple[str, ...]) -> None:
        processes = [self.start(*command) for command in commands]
        for command, process in zip(commands, processes, strict=True):
            err = process.communicate(timeout=300)[1]
            if process.returncode:
                assert "someone else is writing" in err, err
                assert err.count("\n") == 1
                again = self.start(*command)
                assert again.wait(timeout=300) == 0


@pytest.fixture
def together(world: World, neo4j_server: dict[str, str], neo4j_store: Neo4jStore) -> Together:
    return Together(world, neo4j_server)


def test_four_loads_then_networks_and_partitions_of_one_name(
    together: Together, neo4j_store: Neo4jStore
) -> None:
    write_lists(together.folder / "all.csv", lists=60, songs=40, length=10)
    lists = Path(together.folder / "all.csv").read_text().splitlines()
    for part in range(4):
        folder = together.folder / str(part)
        folder.mkdir()
        # Each has half of the lists, a quarter of which every neighbour has too.
        chosen = [line for line in lists[1:] if (int(line[1:6]) // 15 - part) % 4 < 2]
        (folder / "all.csv").write_text("\n".join([lists[0], *chosen]))
    together.run(("load-playlists", "all.csv"))
    together.run(("link", "playlists"))
    together.run(LOADED)
    whole = graph_of(neo4j_store)
    neo4j_store.query("MATCH (n) DETACH DELETE n", write=True)

    together.run(*(("load-playlists", f"{part}/all.csv") for part in range(4)))
    together.run(("link", "playlists"), ("link", "playlists"))
    together.run(LOADED, LOADED)
    assert graph_of(neo4j_store) == whole

    # A drop beside a write of the same name: the partition is there whole, or it is not there.
    drop = together.start("partitions", "drop", "leiden-playlists")
    together.run(LOADED)
    drop.communicate(timeout=300)
    assert neo4j_store.unfinished() == []
    for info in neo4j_store.partitions():
        assert neo4j_store.partition(info.name).fingerprint == info.fingerprint
    together.run(LOADED)
    assert graph_of(neo4j_store) == whole
