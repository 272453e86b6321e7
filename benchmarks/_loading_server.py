"""A Neo4j server of the benchmark's own: started, measured, stopped, filled offline."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

SCRIPT = Path(__file__).parents[1] / "scripts" / "neo4j"
WIPE = "MATCH (n) CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 2000 ROWS"


@dataclass(frozen=True)
class LocalServer:
    """A server in a folder; `environment` says how to reach it while it runs."""

    home: Path
    heap: str
    environment: Mapping[str, str]

    @property
    def uri(self) -> str:
        """Where it listens."""
        return self.environment["NEO4J_URI"]

    @property
    def pid(self) -> int:
        """Its process."""
        return int((self.home / "server.pid").read_text("utf-8"))

    def cpu_seconds(self) -> float:
        """What it has used of the processor since it started."""
        fields = Path(f"/proc/{self.pid}/stat").read_text("utf-8").rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def stop(self) -> None:
        """Stop it; its data stay."""
        _script("stop", "--home", str(self.home))

    def load(self, folder: Path) -> None:
        """Run the ``import.sh`` of an export on the stopped server, in place of what it held."""
        admin = self.home / "neo4j-admin"
        admin.write_text(f'#!/bin/sh\nexec {sys.executable} {SCRIPT} admin --home {self.home} "$@"')
        admin.chmod(0o700)
        command = ["sh", str(folder / "import.sh"), "--overwrite-destination"]
        environment = os.environ | {"NEO4J_ADMIN": str(admin)}
        run = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        if run.returncode:
            raise RuntimeError(run.stdout + run.stderr)


def started(home: Path, heap: str) -> LocalServer:
    """Start the server of a folder, new or not."""
    said = _script("start", "--home", str(home), "--heap", heap, "--wait", "300")
    environment = dict(line.split("=", 1) for line in said.splitlines())
    return LocalServer(home, heap, os.environ | environment)


@contextmanager
def running(heap: str) -> Iterator[LocalServer]:
    """A new server, gone at the end with its data."""
    with tempfile.TemporaryDirectory(prefix="songnet-loading-") as folder:
        server = started(Path(folder) / "home", heap)
        try:
            yield server
        finally:
            server.stop()


def _script(*arguments: str) -> str:
    command = [sys.executable, str(SCRIPT), *arguments]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    if run.returncode:
        raise RuntimeError(run.stderr)
    return run.stdout
