"""The network to a Neo4j server fails in mid-transaction.

The server itself dying and returning is in tests/store/test_neo4j_trust_killed.py.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from bad_network import Fault, relayed
from fault_world import World, graph_of, write_lists

from songnet.store.neo4j import Neo4jStore

pytestmark = pytest.mark.neo4j

SMALL = """
from songnet.store import _neo4j_connection, _neo4j_steps
from songnet.store.neo4j import Neo4jStore
from songnet.sources.playlists import batches
batches.__kwdefaults__["playlists_per_batch"] = 10
Neo4jStore.memberships_at_once = 1
_neo4j_steps.WHOLE, _neo4j_steps.BATCH = 50, 100
_neo4j_connection.RETRY_SECONDS = {seconds}
"""
COMMANDS = (
    ("load-playlists", "lists.csv"),
    ("link", "playlists"),
    ("partitions", "run", "leiden", "--on", "playlists"),
)


@pytest.fixture
def lists(world: World) -> Path:
    return write_lists(world.folder / "lists.csv", lists=60, songs=40, length=10)


def held(server: dict[str, str]) -> object:
    """What the graph holds, by content."""
    with Neo4jStore(server["NEO4J_URI"], environment=server) as store:
        assert store.unfinished() == []
        return graph_of(store)


def run(world: World, server: dict[str, str], uri: str, seconds: float = 20):
    """All commands over `uri`: what each did."""
    login = {name: server[name] for name in ("NEO4J_USERNAME", "NEO4J_PASSWORD")}
    code = SMALL.format(seconds=seconds)
    return [
        world.run(*command, "--store", uri, "--data", "other", code=code, **login)
        for command in COMMANDS
    ]


def emptied(server: dict[str, str]) -> None:
    with Neo4jStore(server["NEO4J_URI"], environment=server) as store:
        store.query("MATCH (n) DETACH DELETE n", write=True)


@pytest.fixture
def whole(
    world: World, lists: Path, neo4j_server: dict[str, str], neo4j_store: Neo4jStore
) -> object:
    """What the graph holds where nothing fails; the server is empty afterwards."""
    assert [done.code for done in run(world, neo4j_server, neo4j_server["NEO4J_URI"])] == [0] * 3
    found = held(neo4j_server)
    emptied(neo4j_server)
    return found


def test_a_connection_that_stalls_is_given_up(
    world: World, whole: object, neo4j_server: dict[str, str]
) -> None:
    """After as long as the server asks for; then it is as if it had been cut."""
    with relayed(neo4j_server["NEO4J_URI"], "stalled", 9_000, patience=2) as relay:
        done = run(world, neo4j_server, relay.uri)
        assert relay.happened
    assert [each.code for each in done] == [0] * 3, [each.err for each in done]
    assert held(neo4j_server) == whole


@pytest.mark.parametrize("fault", ["cut", "half", "slow"])
def test_commands_go_on_over_a_network_that_fails_and_comes_back(
    world: World, whole: object, neo4j_server: dict[str, str], fault: Fault
) -> None:
    for after in (3_000, 9_000, 20_000):
        with relayed(neo4j_server["NEO4J_URI"], fault, after) as relay:
            done = run(world, neo4j_server, relay.uri)
            assert [each.code for each in done] == [0] * 3, [each.err for each in done]
            assert relay.happened or fault == "slow"
        assert held(neo4j_server) == whole
        emptied(neo4j_server)
        if fault == "slow":
            break


def test_a_network_that_is_gone_is_one_line_and_the_same_commands_complete(
    world: World, whole: object, neo4j_server: dict[str, str]
) -> None:
    with relayed(neo4j_server["NEO4J_URI"], "gone", 9_000) as relay:
        done = run(world, neo4j_server, relay.uri, seconds=1)
        assert {each.code for each in done} == {1}
        for each in done:
            assert each.err.count("\n") == 1
            assert "no answer from the Neo4j server" in each.err
            assert neo4j_server["NEO4J_PASSWORD"] not in each.err
    assert [each.code for each in run(world, neo4j_server, neo4j_server["NEO4J_URI"])] == [0] * 3
    assert held(neo4j_server) == whole
