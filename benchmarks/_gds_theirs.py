"""Graph Data Science's way: the graph projected, worked on in the server, the result written."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from benchmarks._gds_races import Clock, Contender, Way
from benchmarks._gds_world import ENCODER
from songnet.model import Floats, Ids, Ints

GRAPH = "songs"
# What it writes into the store: a property of songs, a type of relationships.
RESULT = "theirs"
NEAR = "THEIRS"
PROJECT = """
MATCH (a:Song)-[e:SHARES_PLAYLISTS {network: $network}]->(b:Song)
WITH gds.graph.project($graph, a, b, {relationshipProperties: {weight: e.weight}},
  {undirectedRelationshipTypes: ['*'], readConcurrency: 2}) AS g
RETURN g.nodeCount AS songs, g.relationshipCount AS edges
"""
# Of all relationships of the type, whatever network they are of: only where there is but one.
PROJECT_ALL = """
CALL gds.graph.project($graph, 'Song',
  {SHARES_PLAYLISTS: {orientation: 'UNDIRECTED', properties: 'weight'}}, {readConcurrency: 2})
YIELD nodeCount, relationshipCount
RETURN nodeCount AS songs, relationshipCount AS edges
"""
PROJECT_VECTORS = """
MATCH (s:Song) WHERE s[$encoder] IS NOT NULL
WITH gds.graph.project($graph, s, null,
  {sourceNodeProperties: {vector: s[$encoder]}, targetNodeProperties: null}) AS g
RETURN g.nodeCount AS songs, g.relationshipCount AS edges
"""
DROP = "CALL gds.graph.drop($graph, false) YIELD graphName RETURN graphName"
RUN = """
OPTIONAL MATCH (s:Song) WHERE s.id IN $seeds
WITH collect(s) AS sources, $options AS options
WITH CASE size(sources) WHEN 0 THEN options ELSE options {{.*, sourceNodes: sources}} END AS given
CALL gds.{algorithm}.{mode}($graph, given) YIELD {said} RETURN {said}
"""
WRITE_LABELS = "CALL gds.graph.nodeProperties.write($graph, [$property]) YIELD propertiesWritten"
WRITE_NEAR = """
CALL gds.graph.relationship.write($graph, $type, 'similarity') YIELD relationshipsWritten
"""
STREAM = """
CALL gds.graph.nodeProperty.stream($graph, $property) YIELD nodeId, propertyValue
RETURN gds.util.asNode(nodeId).id AS song, propertyValue AS value
"""
STREAM_NEAR = """
CALL gds.graph.relationshipProperty.stream($graph, 'similarity', [$type])
YIELD sourceNodeId, targetNodeId, propertyValue
RETURN gds.util.asNode(sourceNodeId).id AS song, gds.util.asNode(targetNodeId).id AS other
ORDER BY song, propertyValue DESC, other
"""
FORGET_LABELS = """
MATCH (s:Song) WHERE s[$property] IS NOT NULL
CALL (s) { SET s[$property] = null } IN TRANSACTIONS
"""
FORGET_NEAR = f"MATCH (:Song)-[e:{NEAR}]->() CALL (e) {{ DELETE e }} IN TRANSACTIONS"
SIZE = "CALL gds.graph.list($graph) YIELD sizeInBytes AS bytes RETURN bytes"

Options = Mapping[str, Any]


@dataclass(frozen=True)
class Algorithm:
    """A procedure: its options, what it has beside the defaults, and what more to converge.

    Everything is weighted and with two threads.
    """

    name: str
    shared: Options
    converged: Options
    seeded: Options = field(default_factory=dict)

    def variants(self) -> dict[str, Options]:
        """Options by what they are called."""
        own = {"concurrency": 2, **self.shared}
        found: dict[str, Options] = {"defaults": own, "converged": {**own, **self.converged}}
        return found | ({"one thread, seeded": {**own, **self.seeded}} if self.seeded else {})


WEIGHTED = {"relationshipWeightProperty": "weight"}
ALGORITHMS: Mapping[str, Algorithm] = {
    "louvain": Algorithm(
        "louvain", WEIGHTED, {"maxLevels": 100, "maxIterations": 100, "tolerance": 1e-8}
    ),
    "leiden": Algorithm(
        "leiden",
        WEIGHTED | {"gamma": 1.0, "randomSeed": 0},
        {"maxLevels": 100, "tolerance": 1e-8},
    ),
    "label-propagation": Algorithm("labelPropagation", WEIGHTED, {"maxIterations": 1000}),
    "nearest": Algorithm(
        "knn",
        {"nodeProperties": {"vector": "COSINE"}},
        {"sampleRate": 1.0, "deltaThreshold": 0.0},
        # It takes a seed only with one thread.
        {"concurrency": 1, "randomSeed": 0},
    ),
    "pagerank": Algorithm(
        "pageRank",
        WEIGHTED | {"dampingFactor": 0.85, "scaler": "L1Norm"},
        {"maxIterations": 10_000, "tolerance": 1e-12},
    ),
}


@dataclass(frozen=True)
class Gds:
    """The procedures on one server, for one network and its songs."""

    driver: Any
    network: str
    songs: Ids
    embedded: Ids
    k: int
    seeds: Ids

    def ask(self, statement: str, **parameters: Any) -> list[Any]:
        """The records of a statement."""
        with self.driver.session(fetch_size=10_000) as session:
            return list(session.run(statement, graph=GRAPH, **parameters))

    def project(self, statement: str = PROJECT) -> tuple[int, int]:
        """Project the network; its songs and its directed edges, two for each of ours."""
        record = self.ask(statement, network=self.network, encoder=ENCODER)[0]
        return record["songs"], record["edges"]

    def drop(self) -> None:
        """Let go of the projection."""
        self.ask(DROP)

    def projections(self, rounds: int) -> dict[str, float]:
        """Median seconds of both ways to project the network, in turn."""
        taken: dict[str, list[float]] = {"cypher": [], "native": []}
        for _ in range(rounds):
            for name, statement in (("cypher", PROJECT), ("native", PROJECT_ALL)):
                clock = Clock()
                with clock.step("read"):
                    self.project(statement)
                self.drop()
                taken[name].append(clock.seconds["read"])
        return {name: statistics.median(seconds) for name, seconds in taken.items()}

    def run(
        self, algorithm: str, options: Options, *, mode: str = "mutate", said: str = "computeMillis"
    ) -> Any:
        """Run a procedure on the projection, and what it says of it."""
        procedure = ALGORITHMS[algorithm].name
        statement = RUN.format(algorithm=procedure, mode=mode, said=said)
        seeds = list(self.seeds) if algorithm == "pagerank" else []
        given = {**options, **self._result(algorithm)}
        return self.ask(statement, options=given, seeds=seeds)[0][said]

    def _result(self, algorithm: str) -> Options:
        if algorithm == "nearest":
            return {"mutateRelationshipType": NEAR, "mutateProperty": "similarity", "topK": self.k}
        return {"mutateProperty": RESULT}

    def estimate(self, algorithm: str, options: Options) -> int:
        """The bytes that projection and procedure take at most, by GDS's own account."""
        self.project(PROJECT_VECTORS if algorithm == "nearest" else PROJECT)
        own = self.run(algorithm, options, mode="mutate.estimate", said="bytesMax")
        held = self.ask(SIZE)[0]["bytes"]
        self.drop()
        return int(own + held)

    def contenders(self, algorithm: str) -> list[Contender]:
        """One for each set of options."""
        ways: Mapping[str, Callable[[str, Options], Way]] = {
            "nearest": self._neighbours,
            "pagerank": self._pagerank,
        }
        way = ways.get(algorithm, self._communities)
        return [
            Contender(f"GDS, {name}", _shown(options), *way(algorithm, options))
            for name, options in ALGORITHMS[algorithm].variants().items()
        ]

    def _communities(self, algorithm: str, options: Options) -> Way:
        def go(clock: Clock) -> Ints:
            with clock.step("read"):
                self.project()
            with clock.step("run"):
                self.run(algorithm, options)
            with clock.step("write"):
                self.ask(WRITE_LABELS, property=RESULT)
            return self._by_song().astype(np.int64)

        return go, self._clean(FORGET_LABELS)

    def _pagerank(self, algorithm: str, options: Options) -> Way:
        def go(clock: Clock) -> Floats:
            with clock.step("read"):
                self.project()
            with clock.step("run"):
                self.run(algorithm, options)
            with clock.step("write"):
                return self._by_song()

        return go, self.drop

    def _neighbours(self, algorithm: str, options: Options) -> Way:
        def go(clock: Clock) -> Ints:
            with clock.step("read"):
                self.project(PROJECT_VECTORS)
            with clock.step("run"):
                self.run(algorithm, options)
            with clock.step("write"):
                self.ask(WRITE_NEAR, type=NEAR)
            return self._near()

        return go, self._clean(FORGET_NEAR)

    def _clean(self, statement: str) -> Callable[[], None]:
        def clean() -> None:
            self.drop()
            self.ask(statement, property=RESULT)

        return clean

    def _by_song(self) -> Floats:
        """What the projection holds of each song, in the order of the network's songs."""
        values = {record["song"]: record["value"] for record in self.ask(STREAM, property=RESULT)}
        return np.array([values[song] for song in self.songs], np.float64)

    def _near(self) -> Ints:
        """Neighbours as indices into the songs that have vectors, int64 (n, k), -1 for none."""
        place = {song: number for number, song in enumerate(self.embedded)}
        found = np.full((len(place), self.k), -1, np.int64)
        taken = np.zeros(len(place), np.int64)
        for record in self.ask(STREAM_NEAR, type=NEAR):
            song = place[record["song"]]
            found[song, taken[song]] = place[record["other"]]
            taken[song] += 1
        return found


def _shown(options: Options) -> str:
    """Options as they are written in Cypher."""
    told = {key: value for key, value in options.items() if key not in WEIGHTED}
    return ", ".join(f"{key} {_text(value)}" for key, value in told.items())


def _text(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {one}" for key, one in value.items()) + "}"
    return str(value)
