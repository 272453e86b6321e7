"""A server that a test may configure, stop or kill, and `songnet` as a process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

SCRIPT = Path(__file__).parents[2] / "scripts" / "neo4j"
NAMES = ("NEO4J_USERNAME", "NEO4J_PASSWORD")


@dataclass(frozen=True)
class OwnServer:
    """A Neo4j server of one module's own."""

    home: Path

    def start(self, *settings: str) -> dict[str, str]:
        """Start it with these lines of neo4j.conf, or as it was; how to reach it."""
        options = [part for setting in settings for part in ("--set", setting)]
        done = self._script("start", "--wait", "240", *options)
        assert done.returncode == 0, done.stderr
        return dict(line.split("=", 1) for line in done.stdout.splitlines())

    def start_command(self) -> list[object]:
        """What starts it as it was."""
        return [sys.executable, SCRIPT, "start", "--home", self.home, "--wait", "240"]

    def stop(self) -> None:
        """Stop it if it runs."""
        assert self._script("stop").returncode == 0

    def _script(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, SCRIPT, *arguments, "--home", self.home]
        return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def own_neo4j(
    neo4j_server: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[OwnServer]:
    """A server of this module's own, not yet started; skipped where there can be none."""
    server = OwnServer(tmp_path_factory.mktemp("own") / "home")
    yield server
    server.stop()


Songnet = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def songnet_process(tmp_path: Path) -> Iterator[Songnet]:
    """Starts `songnet` as a process of its own, in an empty folder, on the store it is given."""
    started: list[subprocess.Popen[str]] = []

    def start(
        server: Mapping[str, str], *arguments: object, code: str = "", **environment: str
    ) -> subprocess.Popen[str]:
        text = f"{code}\nfrom songnet.cli.main import run\nrun()"
        given = {name: server[name] for name in NAMES if name in server}
        kept = {name: value for name, value in os.environ.items() if name not in NAMES}
        process = subprocess.Popen(
            [sys.executable, "-c", text, *map(str, arguments)],
            env={**kept, "SONGNET_STORE": server["NEO4J_URI"], **given, **environment},
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def finished(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    """Exit code, stdout and stderr of a process, once it has ended."""
    out, err = process.communicate(timeout=300)
    return process.returncode, out, err


@pytest.fixture
def songnet_run(songnet_process: Songnet) -> Callable[..., tuple[int, str, str]]:
    """As `songnet_process`, waited for: exit code, stdout, stderr."""
    return lambda *arguments, **named: finished(songnet_process(*arguments, **named))


@pytest.fixture
def songnet_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str, str]]:
    """As `songnet_run`, but in this process: for what no other process has a part in."""
    from songnet.cli import main

    def run(server: Mapping[str, str], *arguments: object) -> tuple[int, str, str]:
        monkeypatch.chdir(tmp_path)
        monkeypatch.setenv("SONGNET_STORE", server["NEO4J_URI"])
        for name in NAMES:
            monkeypatch.setenv(name, server[name])
        monkeypatch.setattr(sys, "argv", ["songnet", *map(str, arguments)])
        capfd.readouterr()
        with pytest.raises(SystemExit) as left:
            main.run()
        return left.value.code, *capfd.readouterr()

    return run


def canonical(server: Mapping[str, str]) -> list[str]:
    """Everything in the database but times, one line per node and edge, sorted."""
    import neo4j

    def line(row: Mapping[str, Any]) -> str:
        return json.dumps(row, sort_keys=True, default=str)

    auth = (server["NEO4J_USERNAME"], server["NEO4J_PASSWORD"])
    with neo4j.GraphDatabase.driver(server["NEO4J_URI"], auth=auth) as driver:
        nodes = driver.execute_query(
            "MATCH (n) RETURN labels(n) AS labels, n {.*, created_at: null} AS properties"
        )
        edges = driver.execute_query(
            "MATCH (a)-[e]->(b) RETURN coalesce(a.id, a.name) AS source, type(e) AS type, "
            "coalesce(b.id, b.name) AS target, properties(e) AS properties"
        )
        return sorted(line(record.data()) for record in [*nodes.records, *edges.records])


@pytest.fixture
def graph_of() -> Callable[[Mapping[str, str]], list[str]]:
    """Everything in a server's database, as sorted lines."""
    return canonical
