"""The race against Graph Data Science measures what it says, on a real server."""

from __future__ import annotations

import importlib
import os
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

MODULES = ("gds", "_gds_ours", "_gds_quality", "_gds_races", "_gds_report", "_gds_server")
ROOT = str(Path(__file__).parents[2])


@pytest.fixture(scope="module")
def bench() -> Iterator[dict[str, ModuleType]]:
    """The benchmark's modules by name."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(ROOT)
        # A process of its own measures memory, and imports the benchmark anew.
        patch.setenv("PYTHONPATH", ROOT, prepend=os.pathsep)
        names = (*MODULES, "_gds_theirs", "_gds_world")
        yield {name: importlib.import_module(f"benchmarks.{name}") for name in names}


@pytest.fixture(scope="module")
def world(bench: dict[str, ModuleType]) -> Any:
    """A small one, in which all can be checked."""
    return bench["_gds_world"].generated(400, 4_000, dimensions=16, communities=8)


@pytest.fixture(scope="module")
def field(bench: dict[str, ModuleType], world: Any) -> Iterator[Any]:
    """The world on a server with Graph Data Science."""
    with ExitStack() as stack:
        try:
            server = stack.enter_context(bench["_gds_server"].running("1g"))
        except bench["_gds_server"].NoServerError as error:
            if os.environ.get("CI") == "true":
                raise
            pytest.skip(f"no Graph Data Science: {error}")
        yield stack.enter_context(bench["gds"].field(world, server))


def as_igraph(network: Any) -> Any:
    import igraph

    ends = np.column_stack([network.sources, network.targets]).tolist()
    return igraph.Graph(len(network.songs), ends)


# --- the world ------------------------------------------------------------------------------------


def test_the_planted_communities_are_there_to_be_found(bench, world):
    network, again = world.network, bench["_gds_world"].generated(400, 4_000, dimensions=16)
    assert len(world.planted) == len(network.songs)
    inside = world.planted[network.sources] == world.planted[network.targets]
    assert 0.5 < np.average(inside, weights=network.weights) < 0.8
    assert network.weights.sum() == network.attributes["playlists"].sum() <= 4_000
    assert set(network.songs) <= set(world.vectors.songs)
    assert again.network.fingerprint != network.fingerprint, "other communities"
    same = bench["_gds_world"].generated(400, 4_000, dimensions=16, communities=8)
    assert same.network.fingerprint == network.fingerprint
    assert same.vectors.fingerprint == world.vectors.fingerprint


# --- both on one graph ----------------------------------------------------------------------------


@pytest.mark.neo4j
@pytest.mark.benchmark
def test_both_work_on_the_same_graph(bench, field, world):
    """Songs, edges and weights: what is pulled, and both ways to project."""
    pulled = bench["_gds_ours"].pulled(field.store)
    assert pulled.fingerprint == world.network.fingerprint
    theirs = bench["_gds_theirs"]
    for way in (theirs.PROJECT, theirs.PROJECT_ALL):
        songs, edges = field.gds.project(way)
        weight = field.gds.ask(
            "CALL gds.graph.relationshipProperty.stream($graph, 'weight') "
            "YIELD propertyValue RETURN sum(propertyValue) AS all"
        )[0]["all"]
        field.gds.drop()
        assert edges == 2 * world.network.edges
        assert weight == pytest.approx(2 * world.network.weights.sum())
        # The native projection has the songs without an edge too.
        assert songs == (len(world.network.songs) if way == theirs.PROJECT else 400)
    assert set(field.gds.projections(1)) == {"cypher", "native"}


@pytest.mark.neo4j
@pytest.mark.benchmark
@pytest.mark.parametrize("algorithm", ["louvain", "leiden", "label-propagation"])
def test_modularity_is_igraphs_and_that_which_gds_tells(bench, field, world, algorithm):
    graph = as_igraph(world.network)
    for contender in field.contenders(algorithm):
        labels = contender.go(bench["_gds_races"].Clock())
        contender.clean()
        judge = bench["_gds_quality"].judge(
            algorithm, world, k=10, seeds=field.gds.seeds, ours=labels
        )
        told = judge(labels)
        _, dense = np.unique(labels, return_inverse=True)
        expected = graph.modularity(dense.tolist(), weights=world.network.weights.tolist())
        assert told["modularity"] == pytest.approx(expected, abs=1e-9), contender.name
        assert told["AMI to songnet"] == pytest.approx(1)
        assert told["communities"] == dense.max() + 1


@pytest.mark.neo4j
@pytest.mark.benchmark
def test_gds_tells_the_same_modularity_of_its_own_labels(bench, field, world):
    options = bench["_gds_theirs"].ALGORITHMS["louvain"].variants()["defaults"]
    field.gds.project()
    told = field.gds.run("louvain", options, said="modularity")
    labels = field.gds._by_song()
    field.gds.drop()
    judge = bench["_gds_quality"].judge("louvain", world, k=10, seeds=(), ours=labels)
    assert judge(labels)["modularity"] == pytest.approx(told, abs=1e-6)


@pytest.mark.neo4j
@pytest.mark.benchmark
def test_neighbours_and_pagerank_are_held_against_the_truth(bench, field, world):
    from sklearn.metrics.pairwise import cosine_similarity

    clock, quality = bench["_gds_races"].Clock, bench["_gds_quality"]
    cosines = cosine_similarity(world.vectors.values.astype(float))
    np.fill_diagonal(cosines, -2)
    true = np.argsort(-cosines, axis=1)[:, :10]
    own, *others = (contender.go(clock()) for contender in cleaned(field, "nearest"))
    assert quality.recall(own, true) == 1
    assert quality.recall(quality.exact_neighbours(world.vectors, 10), true) == 1
    assert all(0.8 < quality.recall(found, true) <= 1 for found in others)

    graph = as_igraph(world.network)
    reset = [float(song in set(field.gds.seeds)) for song in world.network.songs]
    weights = world.network.weights.tolist()
    exact = graph.personalized_pagerank(reset=reset, weights=weights)
    own, rough, fine = (contender.go(clock()) for contender in cleaned(field, "pagerank"))
    for found, off in ((own, 1e-9), (rough, 0.1), (fine, 1e-6)):
        assert found.sum() == pytest.approx(1, abs=1e-6)
        assert np.abs(found - exact).sum() < off
    assert np.abs(quality.exact_pagerank(world.network, field.gds.seeds) - exact).sum() < 1e-9


def cleaned(field: Any, algorithm: str) -> Iterator[Any]:
    """Contenders, each cleaned up after before the next."""
    for contender in field.contenders(algorithm):
        yield contender
        contender.clean()


@pytest.mark.neo4j
@pytest.mark.benchmark
def test_a_race_leaves_nothing_in_the_store_and_becomes_a_page(bench, field):
    before = field.store.counts(), field.store.networks(), field.store.partitions()
    results = field.race("leiden", rounds=1) + field.race("nearest", rounds=1)
    assert (field.store.counts(), field.store.networks(), field.store.partitions()) == before
    traces = field.gds.ask("MATCH (s:Song) WHERE s.theirs IS NOT NULL RETURN count(s) AS n")
    assert [trace["n"] for trace in traces] == [0]
    assert field.gds.ask("MATCH ()-[e:THEIRS]->() RETURN count(e) AS n")[0]["n"] == 0
    assert [len(result.quality) for result in results] == [4] * 3 + [1] * 4
    for own, *others in (results[:3], results[3:]):
        assert (own.contender, own.ratio, own.same_again) == ("songnet", 1, True)
        assert own.client_mb > 50
        assert all(one.estimate_mb > 0 and one.server_mb > 300 for one in others)
    about = {
        "gds": "2.13.9", "server": "Neo4j/5.26.30", "projection_s": {"cypher": 1, "native": 2},
        "songs": 400, "edges": 9, "vectors": [400, 16], "of": None, "rounds": 1,
    }  # fmt: skip
    page = "\n".join(bench["_gds_report"].report(results, about))
    for result in results:
        seconds = " | ".join(f"{part:.2f}" for part in result.seconds.values())
        assert f"| {result.contender} | {seconds} | {result.whole:.2f} |" in page
    assert page.count(" times as ") == len(results) - 2


# --- what is counted ------------------------------------------------------------------------------


def test_ratios_are_of_one_round_and_the_first_does_not_count(bench, monkeypatch):
    races = bench["_gds_races"]
    now = [0.0]
    monkeypatch.setattr(races.time, "perf_counter", lambda: now[0])

    def contender(name: str, *seconds: float) -> Any:
        left = list(seconds)

        def go(clock: Any) -> str:
            with clock.step("run"):
                now[0] += left.pop(0)
            return name

        return races.Contender(name, "", go, lambda: None)

    own, other = races.race(
        [contender("songnet", 99, 1, 2, 4), contender("GDS", 99, 3, 2, 2)], rounds=3
    )
    assert (own.seconds["run"], own.whole, own.ratio) == (2, 2, 1)
    assert (other.whole, other.ratio) == (2, 1), "3, 1 and 0.5"
    assert other.found == ["GDS"] * 4


def test_the_same_is_up_to_the_names_of_labels(bench):
    same = bench["_gds_quality"].same
    assert same(np.array([0, 0, 1]), np.array([5, 5, 3]))
    assert not same(np.array([0, 0, 1]), np.array([5, 5, 5]))
    assert not same(np.array([0, 0, 0]), np.array([5, 5, 3]))
    assert same(np.array([[1, 2]]), np.array([[2, 1]]))
    assert not same(np.array([[1, 2]]), np.array([[2, 3]]))
    assert same(np.array([0.5]), np.array([0.5]))
    assert not same(np.array([0.5]), np.array([0.50000001]))


def test_a_store_without_the_network_is_refused(bench, tmp_path):
    from songnet.errors import InputError

    with pytest.raises(InputError, match="no playlist network 'playlists': give another --network"):
        bench["_gds_world"].stored(f"ladybug:{tmp_path / 'graph.lbug'}", "playlists", "cae_12x15")
