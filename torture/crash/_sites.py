"""Where a trial takes place: a copy of a prepared store, on either engine."""

from __future__ import annotations

import json
import os
import shutil
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol


class Site(Protocol):
    """A store that can be put back to how it was."""

    engine: str

    @property
    def cut(self) -> Callable[[], None] | None:
        """What is done while a command stands still at its point; None: it is killed at once."""

    def begin(self, data: Path) -> None:
        """An empty store, and `data` its folder."""

    def keep(self, data: Path, name: str) -> None:
        """Keep the store and its folder as `name`."""

    def put_back(self, name: str, data: Path) -> None:
        """Make the store and `data` what was kept as `name`."""

    def settle(self) -> None:
        """Bring the site to where it can be looked at: nothing of a killed client is under way."""

    def environment(self, data: Path) -> Mapping[str, str]:
        """What a command is told of the store."""

    def make_older(self, data: Path) -> None:
        """Make the graph one of schema 1, in this process."""


class Embedded:
    """A file in the data folder."""

    engine = "ladybug"
    cut = None

    def __init__(self, kept: Path) -> None:
        self._kept = kept / self.engine

    def begin(self, data: Path) -> None:
        """An empty folder."""
        shutil.rmtree(data, ignore_errors=True)
        data.mkdir(parents=True)

    def keep(self, data: Path, name: str) -> None:
        """A copy of the folder."""
        shutil.copytree(data, self._kept / name)

    def put_back(self, name: str, data: Path) -> None:
        """The copy, copied."""
        shutil.rmtree(data, ignore_errors=True)
        shutil.copytree(self._kept / name, data)

    def settle(self) -> None:
        """Nothing outlives the process."""

    def environment(self, data: Path) -> Mapping[str, str]:
        """The folder alone: the graph is in it."""
        return within(data)

    def make_older(self, data: Path) -> None:
        """Another number on the node that bears it."""
        make_file_older(data)


def within(data: Path) -> dict[str, str]:
    """What a command is told of a folder that holds its graph."""
    return {"SONGNET_DATA": str(data), "SONGNET_STORE": f"ladybug:{data / 'graph.lbug'}"}


def make_file_older(data: Path) -> None:
    """Put another number on the node of such a graph that bears it, in this process."""
    from songnet.store import open_store

    with open_store(str(data / "graph.lbug")) as store:
        store.query("MATCH (s:SongnetStore) DELETE s", write=True)
        store.query("CREATE (:SongnetStore {schema: 1})", write=True)


class Server:
    """A Neo4j server that is wiped and filled again; the data folder is copied as above."""

    engine = "neo4j"
    cut = None

    def __init__(self, kept: Path, server: Mapping[str, str]) -> None:
        self._kept = kept / self.engine
        self._server = dict(server)

    def begin(self, data: Path) -> None:
        """An empty folder and an empty database."""
        shutil.rmtree(data, ignore_errors=True)
        data.mkdir(parents=True)
        self._in_child(wipe)

    def keep(self, data: Path, name: str) -> None:
        """A copy of the folder, and the graph as JSON."""
        shutil.copytree(data, self._kept / name)
        target = self._kept / f"{name}.json"
        self._in_child(lambda driver: target.write_text(json.dumps(dumped(driver))))

    def put_back(self, name: str, data: Path) -> None:
        """The database wiped and filled, the folder copied."""
        shutil.rmtree(data, ignore_errors=True)
        shutil.copytree(self._kept / name, data)
        graph = json.loads((self._kept / f"{name}.json").read_text())
        self._in_child(lambda driver: (wipe(driver), fill(driver, graph)))

    def settle(self) -> None:
        """Until the server knows that the client is gone: it rolls back what was open."""
        self._in_child(_wait_for_none)

    def environment(self, data: Path) -> Mapping[str, str]:
        """How to reach the server, and the folder."""
        names = ("NEO4J_USERNAME", "NEO4J_PASSWORD")
        reached = {name: self._server[name] for name in names if name in self._server}
        return {**reached, "SONGNET_STORE": self._server["NEO4J_URI"], "SONGNET_DATA": str(data)}

    def make_older(self, data: Path) -> None:
        """Another number, and without an index that schema 2 brought."""
        del data
        with self._driver() as driver:
            driver.execute_query("MATCH (s:SongnetStore) SET s.schema = 1")

    def _driver(self) -> Any:
        import neo4j

        auth = (self._server["NEO4J_USERNAME"], self._server["NEO4J_PASSWORD"])
        return neo4j.GraphDatabase.driver(self._server["NEO4J_URI"], auth=auth)

    def _in_child(self, work: Callable[[Any], object]) -> None:
        """The driver has threads, and the parent must have none."""
        child = os.fork()
        if not child:
            code = 1
            try:
                with self._driver() as driver:
                    work(driver)
                code = 0
            finally:
                if code:
                    sys.excepthook(*sys.exc_info())  # type: ignore[arg-type]
                os._exit(code)
        if os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]):
            raise RuntimeError("the server could not be put back")


def wipe(driver: Any) -> None:
    """Take away nodes, edges and indexes of vectors; constraints stay."""
    driver.execute_query("MATCH (n) DETACH DELETE n")
    for record in driver.execute_query("SHOW VECTOR INDEXES YIELD name").records:
        driver.execute_query(f"DROP INDEX `{record['name']}` IF EXISTS")


def dumped(driver: Any) -> dict[str, Any]:
    """All nodes and edges, and how the indexes of vectors are made."""
    nodes = driver.execute_query(
        "MATCH (n) RETURN elementId(n) AS id, labels(n)[0] AS label, properties(n) AS properties"
    )
    edges = driver.execute_query(
        "MATCH (a)-[e]->(b) RETURN elementId(a) AS a, elementId(b) AS b, type(e) AS type, "
        "properties(e) AS properties"
    )
    made = driver.execute_query(
        "SHOW INDEXES YIELD type, createStatement WHERE type = 'VECTOR' RETURN createStatement"
    )
    return {
        "nodes": [record.data() for record in nodes.records],
        "edges": [record.data() for record in edges.records],
        "indexes": [record["createStatement"] for record in made.records],
    }


def fill(driver: Any, graph: Mapping[str, Any]) -> None:
    """Make again what `dumped` gave."""
    for label in sorted({node["label"] for node in graph["nodes"]}):
        rows = [node for node in graph["nodes"] if node["label"] == label]
        driver.execute_query(
            f"UNWIND $rows AS row CREATE (n:`{label}`:Crash {{crash: row.id}}) "
            "SET n += row.properties",
            rows=rows,
        )
    driver.execute_query("CREATE INDEX crash IF NOT EXISTS FOR (n:Crash) ON (n.crash)")
    driver.execute_query("CALL db.awaitIndexes()")
    for kind in sorted({edge["type"] for edge in graph["edges"]}):
        rows = [edge for edge in graph["edges"] if edge["type"] == kind]
        driver.execute_query(
            "UNWIND $rows AS row MATCH (a:Crash {crash: row.a}) MATCH (b:Crash {crash: row.b}) "
            f"CREATE (a)-[e:`{kind}`]->(b) SET e = row.properties",
            rows=rows,
        )
    driver.execute_query("MATCH (n:Crash) REMOVE n:Crash, n.crash")
    for statement in graph["indexes"]:
        driver.execute_query(statement)


def _wait_for_none(driver: Any) -> None:
    """Until no transaction but the one that asks is there."""
    others = "SHOW TRANSACTIONS YIELD * WHERE NOT currentQuery STARTS WITH 'SHOW' RETURN *"
    for _ in range(600):
        left = driver.execute_query(others).records
        if not left:
            return
        time.sleep(0.02)
    told = {key: str(value) for key, value in left[0].data().items() if value}
    raise RuntimeError(f"a transaction of a killed client stays on the server: {told}")
