"""The benchmark of loading runs, and both of its ways make one graph."""

from __future__ import annotations

import importlib
import json
import os
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from songnet.store.neo4j import Neo4jStore

NAMES = ("loading", "_loading_plain", "_loading_report", "_loading_server", "_loading_world",
         "_loading_measure")  # fmt: skip


@pytest.fixture(scope="module")
def bench() -> Iterator[dict[str, ModuleType]]:
    """The benchmark's modules by name."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(Path(__file__).parents[2]))
        yield {name: importlib.import_module(f"benchmarks.{name}") for name in NAMES}


@pytest.fixture
def here(
    bench: dict[str, ModuleType], neo4j_server: dict[str, str], neo4j_store: Neo4jStore
) -> Iterator[Any]:
    """The tests' server as the benchmark sees its own; it is never stopped."""

    class Process(bench["_loading_server"].LocalServer):  # type: ignore[name-defined,misc]
        pid = os.getpid()

    server = Process(Path("nowhere"), "1g", os.environ | neo4j_server)
    with bench["loading"].ground(server) as ground:
        yield ground


def graph(driver: Any) -> tuple[list[Any], list[Any]]:
    """Songs, playlists, communities and what is between them."""
    nodes, _, _ = driver.execute_query(
        "MATCH (n:Song|Playlist|Community) RETURN labels(n) AS label, properties(n) AS p "
        "ORDER BY n.id"
    )
    edges, _, _ = driver.execute_query(
        "MATCH (a)-[e:CONTAINS|SHARES_PLAYLISTS|IN_COMMUNITY]->(b) "
        "RETURN a.id AS a, type(e) AS type, b.id AS b, properties(e) AS p ORDER BY a, type, b"
    )
    return [row.data() for row in nodes], [row.data() for row in edges]


# --- the world ------------------------------------------------------------------------------------


def test_batches_hold_whole_playlists_with_their_songs(bench, monkeypatch):
    worlds = bench["_loading_world"]
    monkeypatch.setattr(worlds, "PLAYLISTS_PER_BATCH", 7)
    lists = worlds.lists(20, songs=60)
    batches = list(lists.batches())
    assert [batch.playlists.num_rows for batch in batches] == [7, 7, 6]
    assert sum(batch.memberships.num_rows for batch in batches) == lists.memberships.num_rows
    for batch in batches:
        held = batch.memberships
        assert set(held["playlist"].to_pylist()) == set(batch.playlists["id"].to_pylist())
        assert sorted(set(held["song"].to_pylist())) == sorted(batch.songs["id"].to_pylist())
        assert set(batch.songs.column_names) == set(lists.songs.column_names)


def test_networks_and_partitions_are_as_large_as_asked(bench):
    worlds = bench["_loading_world"]
    songs = worlds.song_ids(500)
    network = worlds.network(songs, 1_000)
    assert 800 < network.edges <= 1_000
    assert network.fingerprint == worlds.network(songs, 1_000).fingerprint
    assert network.fingerprint != worlds.network(songs, 1_000, seed=1).fingerprint
    assert len(worlds.partition(songs, 9).songs) == 500


# --- both ways ------------------------------------------------------------------------------------


@pytest.mark.neo4j
def test_the_plain_loop_and_songnet_make_one_graph(bench, here):
    plain, worlds = bench["_loading_plain"], bench["_loading_world"]
    lists = worlds.lists(20, songs=60)
    songs = worlds.song_ids(lists.songs.num_rows)
    network, partition = worlds.network(songs, 100), worlds.partition(songs, 5)
    here.empty()
    plain.write_playlists(here.driver, lists)
    plain.write_network(here.driver, network)
    plain.write_partition(here.driver, partition)
    plainly = graph(here.driver)
    here.empty()
    bench["loading"].write_lists(here.store, lists)
    here.store.write_network(network)
    here.store.write_partition(partition)
    assert graph(here.driver) == plainly
    assert len(plainly[1]) == lists.memberships.num_rows + network.edges + len(songs)


@pytest.mark.neo4j
def test_races_and_the_large_graph_are_measured_and_told(bench, here):
    report = bench["_loading_report"]
    sizes = report.Sizes(10, 60, 50, 1, 40, large_songs=50, networks=2, partitions=3,
                         edges_per_network=60)  # fmt: skip
    raced = list(bench["loading"].races(here, sizes))
    written = bench["loading"].write_large(here, sizes)
    steps = [*written, *bench["loading"].read_large(here, written)]
    assert [race.rows > 0 < race.wall_ratio for race in raced] == [True] * 3
    assert [step.rows for step in steps[::3]] == [50, 50]
    assert steps[1].rows == steps[4].rows == sum(info.edges for info in here.store.networks())
    assert steps[2].rows == 3 * 50
    found = report.Results(sizes, "1g", "Neo4j", raced, steps, report.Offline(1, 2, 60))
    page = "\n".join(report.report(found))
    assert "the import is 30.0 times as fast as bolt, with the export 20.0 times" in page
    assert all(f"| {step.what} | {step.rows:,} |" in page for step in steps)


@pytest.mark.neo4j
@pytest.mark.benchmark
def test_the_whole_benchmark_runs_and_the_import_makes_the_same_graph(
    bench, neo4j_server, tmp_path
):
    sizes = {"playlists": 5, "songs": 30, "edges": 20, "rounds": 1, "members": 30,
             "large-songs": 40, "networks": 1, "partitions": 2,
             "edges-per-network": 50}  # fmt: skip
    options = [f"--{name}={size}" for name, size in sizes.items()]
    bench["loading"].main([*options, f"--out={tmp_path / 'loading.md'}"])
    kept = json.loads((tmp_path / "loading.json").read_text("utf-8"))
    assert kept["offline"]["load"] > 0
    assert (tmp_path / "loading.md").read_text("utf-8").startswith("# Loading a Neo4j server")
