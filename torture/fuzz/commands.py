"""The command line itself, in a process of its own, on one hostile input per reader."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from torture.corpus import corpus
from torture.fuzz.items import one
from torture.fuzz.judge import LONGEST_MESSAGE
from torture.fuzz.readers import must

SECONDS = 600
WORLD = "playlist_id,track_id\np,a\np,b\n"


@dataclass(frozen=True)
class Trial:
    """A command, in which ``{}`` is the input, and which input of which reader it meets."""

    command: tuple[str, ...]
    reader: str
    what: str


TRIALS: Sequence[Trial] = (
    *(
        Trial(("load-playlists", "{}"), reader, what)
        for reader, what in (
            *(("mpd", "a deep list"), ("mpd", "a pipe"), ("mpd", "a bomb of spaces")),
            *(("csv", "commas alone"), ("m3u", "a live stream"), ("xspf", "a billion laughs")),
            *(("archives", "encrypted"), ("archives", "a bomb of spaces")),
        )
    ),
    *(
        Trial(("load-audio", "{}"), reader, what)
        for reader, what in (
            *(("pictures", "60000 x 60000"), ("pictures", "a bomb of text")),
            *(("picture-zips", "a bomb"), ("audio", "768001 Hz"), ("audio", "64 channels")),
        )
    ),
    Trial(("load-audio", ".", "--labels", "{}"), "labels", "a link to /dev/zero"),
    Trial(("partitions", "import", "{}", "--name", "p"), "partitions", "deep JSON"),
    Trial(("partitions", "import", "{}", "--name", "p"), "partitions", "p.csv a pipe"),
    Trial(("link", "import", "{}"), "networks", "facts that are deep"),
    Trial(("link", "import", "{}"), "networks", "a folder of traps"),
    Trial(("encoders", "import", "{}"), "encoders", "pickled"),
    Trial(("encoders", "import", "{}"), "encoders", "a bomb of weights"),
    Trial(("query", "find-songs", "--param", "limit=" + "9" * 400), "names", "name 0"),
    Trial(("query", "RETURN " + "(" * 3_000 + "1" + ")" * 3_000), "names", "name 0"),
    Trial(("query", "COPY (MATCH (s:Song) RETURN s.id) TO 'outside.csv'"), "names", "name 0"),
    Trial(("query", "MATCH (n) DETACH DELETE n"), "names", "name 0"),
    Trial(("--data", "data", "partitions", "run", "leiden", "--name", "../x"), "names", "name 0"),
    Trial(("info",), "settings", "deep lists"),
)


def tried() -> list[dict[str, Any]]:
    """Every trial: its command, input, exit code and what it said, each checked."""
    with tempfile.TemporaryDirectory(prefix="songnet-commands-") as place:
        world = made_world(Path(place))
        return [one_trial(trial, world) for trial in TRIALS]


def made_world(folder: Path) -> Path:
    """A folder with a small graph, for `one_trial`."""
    done = _songnet(folder, one("world.csv", WORLD).write(folder), ("load-playlists", "{}"))
    must(not done.returncode, done.stderr)
    return folder


def one_trial(trial: Trial, world: Path) -> dict[str, Any]:
    """Run a command in a folder of its own beside the world's data; `AssertionError` if it fails.

    It must leave with 1 or 2, say in one line why (and one for whatever it skipped), and leave no
    file behind.
    """
    item = corpus(trial.reader)[trial.what]
    with tempfile.TemporaryDirectory(dir=world) as place:
        folder = Path(place)
        given = item.write(folder)
        before = sorted(folder.rglob("*"))
        done = _songnet(folder, given, trial.command, data=world / "songnet.data")
        left = sorted(folder.rglob("*"))
    shown = " ".join(word if len(word) < 60 else f"{word[:24]}…" for word in trial.command)
    said = done.stderr.strip().splitlines()
    place = f"songnet {shown} on {trial.what}"
    must(done.returncode in {1, 2}, f"{place} left with {done.returncode}: {done.stderr[-300:]}")
    must("Traceback" not in done.stderr, f"{place}: {done.stderr[-600:]}")
    told, line = said[:-1], said[-1]
    must(all(each.startswith("skipped ") for each in told), f"{place} said {said}")
    for each in said:
        must(each.isprintable() and len(each) < LONGEST_MESSAGE, f"{place} said {each!a}")
    must(left == before, f"{place} made or removed files")
    line = line.replace(str(given), "FILE").replace(str(world), "")
    return {"command": f"songnet {shown}", "input": f"{trial.reader}: {trial.what}",
            "code": done.returncode, "said": line}  # fmt: skip


def _songnet(
    folder: Path, given: Path, command: Sequence[str], data: Path | None = None
) -> subprocess.CompletedProcess[str]:
    words = [word.replace("{}", str(given)) for word in command]
    environment: Mapping[str, str] = {"SONGNET_DATA": str(data)} if data else {}
    return subprocess.run(
        [sys.executable, "-m", "songnet.cli.main", *words],
        cwd=folder,
        env={**_environment(), **environment},
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
        stdin=subprocess.DEVNULL,
    )


def _environment() -> dict[str, str]:
    import os

    kept = {key: value for key, value in os.environ.items() if not key.startswith("SONGNET_")}
    return {**kept, "PYTHONPATH": str(Path(__file__).resolve().parents[2])}
