"""`python -m benchmarks whole`: a user's whole work on slices of any number, on this machine.

    python -m benchmarks generate --playlists 1000000 --gz --out /data/mpd
    python -m benchmarks whole --slices /data/mpd --scratch /data/work

Every command runs in a process of its own: load, link, three partitions of the network, ten
partitions of all songs, and how far each kind agrees. What each took and said beforehand goes to
`benchmarks/results/whole.md`; what is there already is not run again.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv

from benchmarks._measure import Ran, StoppedError, compiled_once, described, machine, run_command
from songnet.store import GraphStore, open_store
from songnet.store.folder import DataFolder

RESULTS = Path(__file__).parent / "results" / "whole.md"
LIMIT = 3600.0
TEN = 10
GROUPS = 200
OFTEN = 5
LINK = ("--min-shared", "3", "--top", "350", "--memory-gib", "14")


@dataclass(frozen=True)
class Stage:
    """One command: what it took, what it said on the way, or why it failed."""

    name: str
    command: str
    wall: float = 0.0
    cpu: float = 0.0
    peak: int = 0
    said: Sequence[str] = ()
    failure: str = ""


def ten(store: GraphStore, folder: Path) -> list[Path]:
    """Ten partitions of all songs as files: artists in groups, and more and more songs astray."""
    songs = store.songs().select(["id", "artist"])
    artist = songs["artist"].combine_chunks().dictionary_encode().indices
    group = np.asarray(artist.fill_null(0).to_numpy(zero_copy_only=False), np.int64) % GROUPS
    draw = np.random.default_rng(0)
    paths = []
    for number in range(TEN):
        astray = draw.random(len(group)) < number / TEN
        labels = np.where(astray, draw.integers(0, GROUPS, len(group)), group)
        path = folder / f"groups-{number}.csv"
        pacsv.write_csv(pa.table({"song": songs["id"], "community": labels}), path)
        paths.append(path)
    return paths


def coverage(store: GraphStore, folder: DataFolder) -> dict[str, int]:
    """What the network holds of the songs that are in several playlists."""
    held = store.memberships()
    often = np.bincount(held.song, minlength=len(held.songs)) >= OFTEN
    network = folder.network("playlists")
    linked = set(network.songs)
    return {
        "playlists": len(held.playlists),
        "songs": len(held.songs),
        "memberships": len(held),
        "edges": network.edges,
        "songs linked": len(linked),
        "songs in 5 playlists or more": int(often.sum()),
        "of these linked": sum(song in linked for song in held.songs[often]),
    }


class Work:
    """The commands of one run, and what each took."""

    def __init__(self, scratch: Path, kept: Path) -> None:
        self.scratch = scratch
        self.kept = kept
        self.data = scratch / "data"
        self.stages = _done(kept)
        self.counts: dict[str, int] = {}
        self.machine = machine()
        self._environment = compiled_once(scratch / "compiled")

    def run(self, name: str, *command: str) -> bool:
        """Run a command of songnet's, note it, and say whether it went well; once is enough."""
        if any(stage.name == name for stage in self.stages):
            return True
        songnet = str(Path(sys.executable).with_name("songnet"))
        told = " ".join(("songnet", *command))
        full = [songnet, "--data", str(self.data), *command]
        print(f"{time.strftime('%H:%M:%S')} {told}", flush=True)
        try:
            ran = run_command(full, limit=LIMIT, folder=self.scratch, environment=self._environment)
        except StoppedError as error:
            self.stages.append(Stage(name, told, failure=str(error)))
        else:
            self.stages.append(_stage(name, told, ran, self.scratch / "messages"))
        print("  " + _row(self.stages[-1]), flush=True)
        self.keep()
        return not self.stages[-1].failure

    def keep(self) -> None:
        """Write down all that is known so far."""
        told = {
            "machine": self.machine,
            "counts": self.counts,
            "stages": [asdict(stage) for stage in self.stages],
        }
        self.kept.parent.mkdir(parents=True, exist_ok=True)
        self.kept.with_suffix(".json").write_text(json.dumps(told, indent=1) + "\n", "utf-8")
        self.kept.write_text("\n".join(report(told)) + "\n", "utf-8")


def _done(kept: Path) -> list[Stage]:
    """What an interrupted run had done."""
    path = kept.with_suffix(".json")
    if not path.exists():
        return []
    stages = [Stage(**one) for one in json.loads(path.read_text("utf-8"))["stages"]]
    return [stage for stage in stages if not stage.failure]


def _stage(name: str, told: str, ran: Ran, messages: Path) -> Stage:
    said = [*messages.read_text("utf-8", "replace").splitlines(), *ran.said.splitlines()[:6]]
    return Stage(name, told, ran.wall, ran.cpu, ran.peak, [line for line in said if line.strip()])


def everything(work: Work, slices: Path, link: Sequence[str]) -> None:
    """All stages, as far as those before them let them."""
    name = slices.name
    if not work.run("load", "load-playlists", str(slices)):
        return
    if not work.run("project", "link", "playlists", *link):
        return
    with open_store(f"ladybug:{work.data / 'graph.lbug'}") as store:
        work.counts = coverage(store, DataFolder(work.data))
        files = ten(store, work.scratch)
    cuts = ("leiden", "louvain", "infomap")
    for cut in cuts:
        trials = ["--trials", "1"] if cut == "infomap" else []
        work.run(cut, "partitions", "run", cut, "--on", "playlists", *trials)
    work.run("compare three", "partitions", "compare", *(f"{cut}-playlists" for cut in cuts))
    for path in files:
        work.run(f"import {path.stem}", "partitions", "import", str(path), "--name", path.stem)
    work.run("compare ten", "partitions", "compare", *(path.stem for path in files))
    work.stages = [_without(stage, str(slices), name) for stage in work.stages]
    work.keep()


def _without(stage: Stage, path: str, name: str) -> Stage:
    """A stage without the folders of this machine."""
    scratch = str(Path(path).parent)
    command = stage.command.replace(path, name).replace(scratch, ".")
    return Stage(**{**asdict(stage), "command": command})


def report(told: Mapping[str, Any]) -> Iterator[str]:
    """What was measured, as Markdown."""
    counts = told["counts"]
    yield "# The whole work at once\n"
    yield (
        f"`python -m benchmarks whole`, once. {described(told['machine'])}. The load's processor's "
        "time lacks that of the processes that read slices.\n"
    )
    if counts:
        yield ", ".join(f"{number:,} {what}" for what, number in counts.items()) + ".\n"
    yield "| stage | wall s | cpu s | peak GiB | |\n|---|---:|---:|---:|---|"
    for stage in (Stage(**one) for one in told["stages"]):
        yield f"| {stage.name} | {_row(stage)} |"
    yield "\nWhat the commands said:\n"
    for stage in (Stage(**one) for one in told["stages"]):
        yield f"    $ {stage.command}"
        yield from (f"    {line}" for line in stage.said)
        yield ""


def _row(stage: Stage) -> str:
    if stage.failure:
        return f" | | | {stage.failure}"
    return f"{stage.wall:,.0f} | {stage.cpu:,.0f} | {stage.peak / (1 << 30):.1f} | "


def main(given: Sequence[str] | None = None) -> None:
    """Run all stages."""
    parser = argparse.ArgumentParser("python -m benchmarks whole")
    parser.add_argument("--slices", type=Path, required=True, metavar="DIR")
    parser.add_argument("--scratch", type=Path, required=True, metavar="DIR")
    parser.add_argument("--out", type=Path, default=RESULTS, metavar="FILE.md")
    parser.add_argument("--link", default=" ".join(LINK), help="options of link playlists")
    asked = parser.parse_args(given)
    if not asked.slices.is_dir():
        parser.error(f"--slices must be a folder of slices: {asked.slices} is none")
    asked.scratch.mkdir(parents=True, exist_ok=True)
    everything(Work(asked.scratch, asked.out), asked.slices, asked.link.split())


if __name__ == "__main__":
    main()
