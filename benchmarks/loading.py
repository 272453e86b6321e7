"""`python -m benchmarks.loading`: songnet's loading of a Neo4j server beside the plain loop.

On one server in one run: playlists, edges and community memberships by a loop of `UNWIND … MERGE`
and by songnet, in paired rounds; then a large graph written and read back by bolt, and the same
graph by Neo4j's offline import. The server is the benchmark's own and goes at the end.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, fields, replace
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa

from benchmarks import _loading_plain as plain
from benchmarks import _loading_world as worlds
from benchmarks._loading_measure import Measured, Race, measure, race, total
from benchmarks._loading_report import READING_HEAP, Large, Offline, Results, Sizes, report
from benchmarks._loading_server import WIPE, LocalServer, running, started
from benchmarks.timing import publish
from songnet.model import Ids
from songnet.store.neo4j import Neo4jStore
from songnet.store.neo4j_import import write_import

RESULTS = Path(__file__).parent / "results" / "loading.md"

# --- races ----------------------------------------------------------------------------------------


class Ground:
    """A server that is emptied before each contender, and songnet's store on it."""

    def __init__(self, server: LocalServer, store: Neo4jStore, driver: Any) -> None:
        self.server, self.store, self.driver = server, store, driver

    def timed(self, before: Callable[[], object], do: Callable[[], object]) -> Measured:
        """Empty the server, prepare it, and measure."""
        self.empty()
        before()
        return measure(self.server, do)

    def empty(self) -> None:
        """Take all away but constraints, indexes and the sign that the graph is songnet's."""
        with self.driver.session() as session:
            session.run(WIPE).consume()
        self.store.prepare()


@contextmanager
def ground(server: LocalServer) -> Iterator[Ground]:
    """The store and a plain driver on a running server."""
    import neo4j

    auth = (server.environment["NEO4J_USERNAME"], server.environment["NEO4J_PASSWORD"])
    options: dict[str, Any] = {"notifications_min_severity": "OFF"}
    with (
        Neo4jStore(server.uri, environment=server.environment) as store,
        neo4j.GraphDatabase.driver(server.uri, auth=auth, **options) as driver,
    ):
        yield Ground(server, store, driver)


def races(here: Ground, sizes: Sizes) -> Iterator[Race]:
    """Each kind of row by both ways, on an empty server or one that has the songs alone."""
    lists = worlds.lists(sizes.playlists, songs=sizes.songs)
    songs = worlds.song_ids(sizes.members)
    table = pa.table({"id": pa.array(songs, pa.string())})
    network, partition = worlds.network(songs, sizes.edges), worlds.partition(songs, 200)

    def nothing() -> None:
        pass

    def known() -> None:
        here.store.add_songs(table)

    yield race(
        "playlists and memberships",
        lists.memberships.num_rows,
        sizes.rounds,
        lambda: here.timed(nothing, lambda: plain.write_playlists(here.driver, lists)),
        lambda: here.timed(nothing, lambda: write_lists(here.store, lists)),
    )
    yield race(
        "edges of a network",
        network.edges,
        sizes.rounds,
        lambda: here.timed(known, lambda: plain.write_network(here.driver, network)),
        lambda: here.timed(known, lambda: here.store.write_network(network)),
    )
    yield race(
        "community memberships",
        len(partition.songs),
        sizes.rounds,
        lambda: here.timed(known, lambda: plain.write_partition(here.driver, partition)),
        lambda: here.timed(known, lambda: here.store.write_partition(partition)),
    )


def write_lists(store: Neo4jStore, lists: worlds.Lists) -> None:
    """Playlists as `songnet load-playlists` writes them."""
    for batch in lists.batches():
        store.add_playlists(batch.playlists, batch.songs, batch.memberships)


# --- the large graph ------------------------------------------------------------------------------


def write_large(here: Ground, sizes: Sizes) -> list[Large]:
    """Write songs, networks and partitions to an empty server."""
    here.empty()
    songs = worlds.song_ids(sizes.large_songs)
    table = pa.table({"id": pa.array(songs, pa.string())})
    took = measure(here.server, lambda: here.store.add_songs(table))
    edges, networks = _networks(here, songs, sizes)
    members = len(songs) * sizes.partitions
    return [
        Large("write songs", len(songs), took),
        Large("write edges", edges, networks),
        Large("write community memberships", members, _partitions(here, songs, sizes)),
    ]


def read_large(here: Ground, written: Sequence[Large]) -> list[Large]:
    """Read back what `write_large` wrote."""
    store = here.store
    took = [
        measure(here.server, store.songs),
        _all(here, store.edges, store.networks()),
        _all(here, store.partition, store.partitions()),
    ]
    return [
        Large(step.what.replace("write", "read"), step.rows, one)
        for step, one in zip(written, took, strict=True)
    ]


def _networks(here: Ground, songs: Ids, sizes: Sizes) -> tuple[int, Measured]:
    edges, took = 0, []
    for seed in range(sizes.networks):
        name = f"network-{seed}"
        network = worlds.network(songs, sizes.edges_per_network, name=name, seed=seed)
        edges += network.edges
        took.append(measure(here.server, partial(here.store.write_network, network)))
    return edges, total(took)


def _partitions(here: Ground, songs: Ids, sizes: Sizes) -> Measured:
    names = [f"partition-{seed}" for seed in range(sizes.partitions)]
    cuts = [worlds.partition(songs, 500, name=name, seed=n) for n, name in enumerate(names)]
    return total([measure(here.server, partial(here.store.write_partition, cut)) for cut in cuts])


def _all(here: Ground, read: Callable[[str], object], infos: Sequence[Any]) -> Measured:
    return total([measure(here.server, partial(read, info.name)) for info in infos])


def offline(here: Ground, bolt: float) -> Offline:
    """The graph on the server exported, and loaded again by Neo4j's import, then restarted.

    Raises
    ------
    RuntimeError
        Another graph than before.
    """
    before = contents(here.store)
    with tempfile.TemporaryDirectory(prefix="songnet-export-") as parent:
        folder = Path(parent) / "files"
        export = _seconds(lambda: write_import(here.store, folder))
        here.server.stop()
        load = _seconds(lambda: here.server.load(folder))
    server = started(here.server.home, here.server.heap)
    with ground(server) as after:
        after.store.prepare()
        if contents(after.store) != before:
            raise RuntimeError("the import made another graph")
    return Offline(export, load, bolt)


def contents(store: Neo4jStore) -> tuple[object, ...]:
    """What a graph holds: counts, and for each network and partition how many rows."""
    return (
        store.counts(),
        [
            (info.name, info.fingerprint, store.edges(info.name).num_rows)
            for info in store.networks()
        ],
        [(info.name, store.partition(info.name).fingerprint) for info in store.partitions()],
    )


def _seconds(do: Callable[[], object]) -> float:
    began = time.perf_counter()
    do()
    return time.perf_counter() - began


# --- all of it -----------------------------------------------------------------------------------


def run(sizes: Sizes, heap: str, *, races_only: bool = False) -> Results:
    """The races, then the large graph, on a server of its own with a smaller heap to read it."""
    with running(heap) as server:
        with ground(server) as here:
            found = Results(sizes, heap, here.store.health().version, list(races(here, sizes)))
            if races_only:
                return found
            written = write_large(here, sizes)
        server.stop()
        with ground(started(server.home, READING_HEAP)) as here:
            read = read_large(here, written)
            loaded = offline(here, sum(step.took.wall for step in written))
    return replace(found, large=[*written, *read], offline=loaded)


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, and keep the results."""
    parser = argparse.ArgumentParser("python -m benchmarks.loading", description=__doc__)
    parser.add_argument("--heap", default="1g", help="of the server")
    parser.add_argument("--out", type=Path, default=RESULTS, help="Markdown; JSON beside it")
    parser.add_argument("--races-only", action="store_true", help="not the large graph")
    for field in fields(Sizes):
        parser.add_argument(f"--{field.name.replace('_', '-')}", type=int, default=field.default)
    asked = parser.parse_args(arguments)
    sizes = Sizes(**{field.name: getattr(asked, field.name) for field in fields(Sizes)})
    found = run(sizes, asked.heap, races_only=asked.races_only)
    publish(report(found), asked.out)
    asked.out.with_suffix(".json").write_text(json.dumps(asdict(found), indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
