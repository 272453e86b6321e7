"""What a local Neo4j server keeps in its folder: password, ports, process id."""

from __future__ import annotations

import contextlib
import fcntl
import json
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path


class ServerError(Exception):
    """One line for a person: what went wrong and what to do."""


@dataclass(frozen=True)
class Options:
    """How a server is run: its heap, lines of its neo4j.conf, its plugins."""

    heap: str = "1g"
    settings: dict[str, str] = field(default_factory=dict)
    plugins: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class State:
    """What a home remembers of its server."""

    line: str
    bolt: int
    http: int
    options: Options = field(default_factory=Options)


@dataclass(frozen=True)
class Home:
    """The folder of one server: its data, configuration, logs, password and process id."""

    path: Path

    @property
    def password_file(self) -> Path:
        """Readable by its owner alone; one line."""
        return self.path / "password"

    @property
    def pid_file(self) -> Path:
        """The process id of the server that was started last."""
        return self.path / "server.pid"

    @property
    def state_file(self) -> Path:
        """Release line and ports, as JSON."""
        return self.path / "server.json"

    @property
    def log(self) -> Path:
        """What the server prints."""
        return self.path / "logs" / "console.log"

    def state(self) -> State | None:
        """What was written at the last start; None for a new home."""
        try:
            kept = json.loads(self.state_file.read_text("utf-8"))
            return State(**kept | {"options": Options(**kept.get("options", {}))})
        except FileNotFoundError:
            return None
        except (ValueError, TypeError, AttributeError) as error:
            raise ServerError(f"{self.state_file} cannot be read: remove it ({error})") from error

    def password(self) -> str:
        """The password of user neo4j."""
        return self.password_file.read_text("utf-8").strip()

    def pid(self) -> int | None:
        """The process id of this home's running server; a stale file counts for nothing."""
        try:
            pid = int(self.pid_file.read_text("utf-8"))
        except (FileNotFoundError, ValueError):
            return None
        return pid if f"--home-dir={self.path}" in command_line(pid) else None

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """One start or stop at a time."""
        with (self.path / "lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield


def command_line(pid: int) -> list[str]:
    """The arguments of a running process; empty if there is none (or only its remains)."""
    if Path("/proc/self/cmdline").exists():
        try:
            return Path(f"/proc/{pid}/cmdline").read_text("utf-8", "replace").split("\0")
        except OSError:
            return []
    run = subprocess.run(
        ["ps", "-ww", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return run.stdout.split()


def write_whole(path: Path, text: str) -> None:
    """Write so that a reader sees the old file or the new one."""
    temporary = path.with_name(path.name + ".new")
    temporary.write_text(text, "utf-8")
    temporary.replace(path)
