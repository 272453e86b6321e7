"""What the tests of faults share: a small world, and commands that run where something fails."""

from __future__ import annotations

import csv
import json
import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from songnet.sources.spectrograms import write_png
from songnet.store.neo4j import Neo4jStore

SONGS = 24
WITHOUT_UMAP = "import sys; sys.modules['umap'] = None"  # a report compiles it for half a minute
TINY = ("--filters", "4,2", "--pooling", "4,6", "--learning-rate", "0.01")


@dataclass(frozen=True)
class Done:
    """What a command did."""

    code: int
    out: str
    err: str


def write_lists(path: Path, lists: int = 8, songs: int = SONGS, length: int = 9) -> Path:
    """So many playlists; which songs each holds, only its number says."""
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["playlist_id", "playlist_name", "track_id", "track_name", "artist_name"])
        for number in range(lists):
            chosen = np.random.default_rng(number).choice(songs, length, replace=False)
            for song in chosen.tolist():
                name = f"file:taste{song % 2}/{song:02}.png"
                writer.writerow([f"p{number:05}", "List", name, f"Song {song}", "Artist"])
    return path


def write_sounds(folder: Path, songs: int = SONGS, seed: int = 0) -> Path:
    noise = np.random.default_rng(seed)
    for song in range(songs):
        pixels = noise.integers(0, 60, (96, 216), dtype=np.uint8)
        pixels[10 + song : 30 + song] += np.uint8(150)
        target = folder / f"taste{song % 2}" / f"{song:02}.png"
        target.parent.mkdir(parents=True, exist_ok=True)
        write_png(target, pixels)
    return folder


def environment(**more: str) -> dict[str, str]:
    """The process's own, without what songnet heeds."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SONGNET_")}
    return kept | more


class World:
    """A copy of the world, and commands in it."""

    def __init__(self, folder: Path, server: subprocess.Popen[str]) -> None:
        self.folder = folder
        self.data = folder / "songnet.data"
        self.server = server

    def start(
        self,
        *arguments: object,
        code: str = "",
        largest_file: int | None = None,
        bound: bool = False,
        out: str | Path = "",
        without: Sequence[str] = (),
        **more: str,
    ) -> int:
        """The process id of a command that has begun."""
        order = {
            "folder": str(self.folder),
            "arguments": [str(each) for each in arguments],
            "code": code,
            "largest_file": largest_file,
            "bound": bound,
            "out": str(out or self.folder.parent / "out"),
            "err": str(self.folder.parent / "err"),
            "environment": more,
            "without": list(without),
        }
        assert self.server.stdin
        self.server.stdin.write(json.dumps(order) + "\n")
        self.server.stdin.flush()
        return self._number()

    def end(self) -> Done:
        """What the command that was started did."""
        code = self._number()
        out, err = (self.folder.parent / name for name in ("out", "err"))
        said = out.read_text() if out.exists() else ""
        return Done(code, said, err.read_text())

    def run(self, *arguments: object, **named: object) -> Done:
        """A command, waited for; never with a traceback."""
        self.start(*arguments, **named)  # type: ignore[arg-type]
        done = self.end()
        assert "Traceback" not in done.err
        return done

    def fails(self, *arguments: object, **named: object) -> str:
        """The one line of a command that fails with exit code 1 and no result."""
        done = self.run(*arguments, **named)
        assert (done.code, done.out) == (1, ""), done.err
        lines = [line for line in done.err.splitlines() if line.startswith("songnet: ")]
        assert lines == done.err.splitlines()[-1:]
        return lines[0]

    def is_sound(self) -> bool:
        """Whether the store opens and is what it says, and no half-written file is about."""
        done = self.run("store", "check")
        assert done.code == 0, done.out
        return self.strays() == []

    def strays(self) -> list[str]:
        """Files and folders that no command should leave."""
        found = [path for path in self.folder.rglob("*") if _is_stray(path.name)]
        return sorted(str(path.relative_to(self.folder)) for path in found)

    def holds(self) -> object:
        """What the graph says of itself."""
        done = self.run("info", "--json")
        assert done.code == 0, done.err
        return json.loads(done.out)

    def _number(self) -> int:
        assert self.server.stdout
        return int(self.server.stdout.readline())


def graph_of(store: Neo4jStore) -> object:
    """What the graph on a server holds, by content."""
    edges = store.query("MATCH ()-[e]->() RETURN type(e) AS t, count(*) AS n ORDER BY t")
    nodes = store.query("MATCH (n) RETURN labels(n) AS l, count(*) AS n ORDER BY l")
    return (
        store.membership_table().to_pydict(),
        [(info.name, info.fingerprint) for info in store.networks()],
        [(info.name, store.partition(info.name).fingerprint) for info in store.partitions()],
        nodes.to_pylist(),
        edges.to_pylist(),
    )


def _is_stray(name: str) -> bool:
    hidden = name.startswith(".") and name != ".lock"
    return hidden or name.endswith((".part", ".tmp", ".copying", ".damaged"))
