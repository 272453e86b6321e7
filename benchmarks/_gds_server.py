"""A Neo4j server with Graph Data Science of the benchmark's own, and what it holds of memory."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SCRIPT = Path(__file__).parents[1] / "scripts" / "neo4j"
MISSING = 3


class NoServerError(Exception):
    """Java, Maven or the jars cannot be had."""


@dataclass(frozen=True)
class Running:
    """A server that runs: how to reach it, and its process."""

    environment: Mapping[str, str]
    pid: int

    @property
    def uri(self) -> str:
        """Where it listens."""
        return self.environment["NEO4J_URI"]

    @contextmanager
    def driver(self) -> Iterator[Any]:
        """A driver that may do all."""
        import neo4j

        auth = (self.environment["NEO4J_USERNAME"], self.environment["NEO4J_PASSWORD"])
        with neo4j.GraphDatabase.driver(
            self.uri, auth=auth, notifications_min_severity="OFF"
        ) as driver:
            yield driver


@contextmanager
def running(heap: str = "4g") -> Iterator[Running]:
    """A new server, gone at the end with its data.

    Raises
    ------
    NoServerError
        It cannot be had on this machine.
    """
    with tempfile.TemporaryDirectory(prefix="songnet-gds-") as folder:
        home = str(Path(folder) / "home")
        options = ["--plugin", "gds", "--heap", heap, "--wait", "300"]
        started = _script("start", "--home", home, *options)
        if started.returncode == MISSING:
            raise NoServerError(started.stderr.strip().splitlines()[-1])
        if started.returncode:
            raise RuntimeError(started.stderr)
        environment = dict(line.split("=", 1) for line in started.stdout.splitlines())
        try:
            pid = int((Path(home) / "server.pid").read_text("utf-8"))
            yield Running(os.environ | environment, pid)
        finally:
            _script("stop", "--home", home)


def _script(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(SCRIPT), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)
