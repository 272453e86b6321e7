"""`python -m benchmarks.gds`: songnet beside Neo4j's Graph Data Science, on one graph in one run.

A server of the benchmark's own holds a generated network with planted communities and vectors of
the same songs (or, with --store, what a store holds, which is only read). Both begin with the graph
in the server and end with the result back from it. The server goes at the end, with its data.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from benchmarks import _gds_ours as ours
from benchmarks import _gds_quality as quality
from benchmarks._gds_races import STEPS, Clock, Contender, Measured, race
from benchmarks._gds_report import Result, report
from benchmarks._gds_server import NoServerError, Running, running
from benchmarks._gds_theirs import ALGORITHMS, Gds
from benchmarks._gds_world import ENCODER, World, generated, stored
from benchmarks._measure import forget_peak, peak_bytes
from benchmarks.timing import publish
from songnet.errors import SongnetError
from songnet.info import EncoderInfo
from songnet.store.neo4j import Neo4jStore

RESULTS = Path(__file__).parent / "results" / "gds.md"
K = 10
SEEDS = 10


@dataclass(frozen=True)
class Field:
    """The server with the world in it, and both ways to it."""

    world: World
    server: Running
    store: Neo4jStore
    gds: Gds

    def contenders(self, algorithm: str) -> list[Contender]:
        """Songnet's first, then GDS's, one for each set of options."""
        own = ours.contender(self.store, algorithm, k=self.gds.k, seeds=self.gds.seeds)
        return [own, *self.gds.contenders(algorithm)]

    def server_peak(self, contender: Contender) -> int:
        """The most memory, in bytes, that the server holds while one contender goes."""
        forget_peak(self.server.pid)
        contender.go(Clock())
        contender.clean()
        return peak_bytes(self.server.pid)

    def client_peak(self, algorithm: str) -> int:
        """The most memory, in bytes, of a Python that goes songnet's way."""
        return ours.peak_alone(
            self.store.uri,
            self.server.environment,
            algorithm,
            k=self.gds.k,
            seeds=self.gds.seeds,
        )

    def race(self, algorithm: str, *, rounds: int) -> list[Result]:
        """A line for each contender."""
        contenders = self.contenders(algorithm)
        held = [self.server_peak(contender) for contender in contenders]
        told = ALGORITHMS[algorithm].variants().values()
        estimates = [None, *(self.gds.estimate(algorithm, options) for options in told)]
        clients = [self.client_peak(algorithm), *[None] * len(told)]
        measured = race(contenders, rounds=rounds)
        judge = quality.judge(
            algorithm, self.world, k=self.gds.k, seeds=self.gds.seeds, ours=measured[0].found[-1]
        )
        return [
            _result(algorithm, one, judge(one.found[-1]), (client, server, estimate))
            for one, client, server, estimate in zip(
                measured, clients, held, estimates, strict=True
            )
        ]


def _result(
    algorithm: str,
    one: Measured,
    found: dict[str, float],
    memory: tuple[int | None, int, int | None],
) -> Result:
    client, server, estimate = memory
    return Result(
        algorithm=algorithm,
        contender=one.contender.name,
        options=one.contender.options,
        seconds={step: one.seconds[step] for step in STEPS},
        whole=one.whole,
        ratio=one.ratio,
        quality=found,
        same_again=all(quality.same(one.found[-1], other) for other in one.found[:-1]),
        client_mb=_megabytes(client),
        server_mb=server / 1e6,
        estimate_mb=_megabytes(estimate),
    )


def _megabytes(size: int | None) -> float | None:
    return None if size is None else size / 1e6


@contextmanager
def field(world: World, server: Running) -> Iterator[Field]:
    """A server that holds the world, and both ways to it."""
    with Neo4jStore(server.uri, environment=server.environment) as store, server.driver() as driver:
        fill(store, world)
        seeds = world.network.songs[:: max(len(world.network.songs) // SEEDS, 1)][:SEEDS]
        gds = Gds(
            driver,
            world.network.name,
            world.network.songs,
            embedded=world.vectors.songs,
            k=K,
            seeds=seeds,
        )
        yield Field(world, server, store, gds)


def fill(store: Neo4jStore, world: World) -> None:
    """Put songs, network and vectors into an empty store."""
    songs = sorted({*world.network.songs, *world.vectors.songs})
    store.add_songs(pa.table({"id": songs}))
    store.write_network(world.network)
    width = world.vectors.dimensions
    store.write_encoder(
        EncoderInfo(ENCODER, "custom", str(width), width, world.vectors.fingerprint, "2026-11-23")
    )
    store.write_vectors(world.vectors)


def measure(world: World, *, rounds: int) -> tuple[list[Result], dict[str, Any]]:
    """All races on one server, and what is to be said of the server."""
    with running() as server, field(world, server) as here:
        results = []
        for algorithm in ALGORITHMS:
            print(f"{algorithm} …", file=sys.stderr, flush=True)
            results += here.race(algorithm, rounds=rounds)
        versions = here.gds.ask("RETURN gds.version() AS gds")[0]["gds"]
        return results, {
            "gds": versions,
            "server": here.store.health().version,
            "projection_s": here.gds.projections(rounds),
        }


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, and keep the results."""
    asked = _arguments(arguments)
    if asked.store:
        world = stored(asked.store, asked.network, asked.encoder)
    else:
        world = generated(asked.songs, asked.edges)
    results, about = measure(world, rounds=asked.rounds)
    about |= {
        "songs": len(world.network.songs),
        "edges": world.network.edges,
        "vectors": list(world.vectors.values.shape),
        "of": asked.store and f"network {asked.network}, encoder {asked.encoder} of a store",
        "rounds": asked.rounds,
        "k": K,
        "seeds": SEEDS,
    }
    publish(report(results, about), asked.out)
    kept = {"about": about, "results": [asdict(result) for result in results]}
    asked.out.with_suffix(".json").write_text(json.dumps(kept, indent=1) + "\n", "utf-8")


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser("python -m benchmarks.gds", description=__doc__)
    parser.add_argument("--songs", type=int, default=20_000)
    parser.add_argument("--edges", type=int, default=600_000, help="how many are drawn")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--store", metavar="URI", help="take the graph from a store instead")
    parser.add_argument("--network", default="playlists", help="of the store")
    parser.add_argument("--encoder", default="cae_12x15", help="of the store")
    parser.add_argument("--out", type=Path, default=RESULTS, help="Markdown; JSON beside it")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    try:
        main()
    except (SongnetError, NoServerError) as error:
        sys.exit(f"benchmarks.gds: {error}")
