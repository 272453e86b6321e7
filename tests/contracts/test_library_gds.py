"""The shipped queries for Graph Data Science, on a server that has it, and on one that lacks it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import networkx as nx
import pytest
from library_cases import VECTORS, answer, fill
from store_cases import contents

from songnet.config import settings
from songnet.errors import InputError
from songnet.store import GraphStore, open_store
from songnet.store.library import find, library
from songnet.workflows.query import ask
from songnet.workflows.workspace import open_workspace

pytestmark = pytest.mark.neo4j
SCRIPT = Path(__file__).parents[2] / "scripts" / "neo4j"
MISSING = 3  # the script's exit code where Java, Maven or the jars cannot be had
GDS = [query.name for query in library() if query.gds]


def script(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(SCRIPT), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def gds_server(tmp_path_factory) -> Iterator[dict[str, str]]:
    """The NEO4J_… lines of a server with Graph Data Science."""
    home = tmp_path_factory.mktemp("gds") / "home"
    started = script("start", "--home", home, "--plugin", "gds", "--wait", "240")
    if started.returncode == MISSING and os.environ.get("CI") != "true":
        pytest.skip(f"no Graph Data Science: {started.stderr.strip().splitlines()[-1]}")
    assert started.returncode == 0, started.stderr
    yield dict(line.split("=", 1) for line in started.stdout.splitlines())
    stopped = script("stop", "--home", home)
    assert stopped.returncode == 0, stopped.stderr


def opened(server, monkeypatch, prefix="") -> GraphStore:
    for name in ("NEO4J_USERNAME", "NEO4J_PASSWORD"):
        monkeypatch.setenv(name, server[name])
    return open_store(server["NEO4J_URI"], label_prefix=prefix)


@pytest.fixture(scope="module", params=["", "Acme"])
def with_gds(gds_server, request) -> Iterator[GraphStore]:
    """The small graph on that server, without and with a label prefix."""
    with pytest.MonkeyPatch.context() as patch:
        with opened(gds_server, patch, "Nobody") as any_store:
            any_store.query("MATCH (n) DETACH DELETE n", write=True)
        with opened(gds_server, patch, request.param) as store:
            yield fill(store)


@pytest.fixture
def gds(with_gds) -> Iterator[GraphStore]:
    """That graph, on which a test leaves no projection behind."""
    yield with_gds
    assert not projections(with_gds)


def projections(store: GraphStore) -> list[str]:
    text = "CALL gds.graph.list() YIELD graphName RETURN graphName"
    return store.query(text)["graphName"].to_pylist()


def test_leiden_finds_the_two_pairs(gds):
    # Modularity: ab|cd 0.08, abcd 0, abc|d -0.02; ties of titles go to the smaller number.
    for partition, titles in (("one", ["many", "many"]), ("two", ["rest", "rest"])):
        found = answer(gds, "gds-leiden", {"partition": partition})
        assert tuple(found.column_names) == find("gds-leiden").columns
        assert found["first"].to_pylist() == ["a", "c"]
        assert found["songs"].to_pylist() == [2, 2]
        assert found["title"].to_pylist() == titles
        assert found["shared"].to_pylist() == ([2, 1] if partition == "one" else [1, 2])


def test_leiden_needs_no_partition_to_hold_against(gds):
    found = answer(gds, "gds-leiden", {"partition": "none"}).to_pylist()
    assert [(row["songs"], row["title"], row["shared"]) for row in found] == [(2, None, 0)] * 2
    coarse = answer(gds, "gds-leiden", {"partition": "none", "resolution": "0.1"})
    assert coarse["songs"].to_pylist() == [4]


def test_pagerank_is_that_of_networkx(gds):
    graph = nx.Graph()
    graph.add_weighted_edges_from([("a", "b", 2), ("a", "c", 1), ("b", "c", 1), ("c", "d", 1)])
    for seed, damping in (("d", 0.85), ("a", 0.5)):
        right = nx.pagerank(graph, damping, personalization={seed: 1}, tol=1e-12, weight="weight")
        found = answer(gds, "gds-pagerank", {"song": seed, "damping": str(damping)})
        assert tuple(found.column_names) == find("gds-pagerank").columns
        ranks = dict(zip(found["song"].to_pylist(), found["rank"].to_pylist(), strict=True))
        assert ranks == pytest.approx({s: r for s, r in right.items() if s != seed}, abs=2e-6)
        assert list(ranks.values()) == sorted(ranks.values(), reverse=True)


def test_nearest_pairs_are_those_of_the_vectors(gds):
    found = answer(gds, "gds-nearest-pairs", {"encoder": "enc"})
    assert tuple(found.column_names) == find("gds-nearest-pairs").columns
    pairs = {(row["song"], row["other"]): row["similarity"] for row in found.to_pylist()}
    root = 0.5**0.5
    right = {("a", "c"): root, ("b", "c"): root, ("a", "b"): 0.0, ("b", "d"): 0.0,
             ("c", "d"): -root, ("a", "d"): -1.0}  # fmt: skip
    assert pairs == pytest.approx(right, abs=6e-5)
    assert list(pairs) == list(right)
    assert VECTORS["e"] == (0, 0)  # which has no direction, and is near nothing


def test_what_is_not_there_gives_no_rows_and_leaves_nothing_behind(gds):
    given = {"gds-leiden": {"network": "x"}, "gds-nearest-pairs": {"encoder": "id"},
             "gds-pagerank": {"song": "e"}}  # fmt: skip
    for name in GDS:
        assert answer(gds, name, given[name]).num_rows == 0
    for text in ("'}) DETACH DELETE s //", "`}) MATCH (n) DETACH DELETE n //", '"'):
        before = contents(gds)
        assert answer(gds, "gds-pagerank", {"song": text, "network": text}).num_rows == 0
        assert answer(gds, "gds-leiden", {"partition": text}).num_rows == 2
        assert contents(gds) == before


def test_they_run_as_they_come(gds):
    for name in GDS:
        assert answer(gds, name).num_rows in {0, 2}


def test_a_server_without_it_is_told_in_one_sentence(neo4j_store, neo4j_server, monkeypatch):
    for name in ("NEO4J_USERNAME", "NEO4J_PASSWORD"):
        monkeypatch.setenv(name, neo4j_server[name])
    with open_workspace(settings(store=neo4j_server["NEO4J_URI"])) as workspace:
        for name in GDS:
            with pytest.raises(InputError, match=f"{name} needs Graph Data Science, which") as told:
                ask(workspace, name, {})
            assert "\n" not in str(told.value)
            assert "--plugin gds" in str(told.value)
