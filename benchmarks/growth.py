"""`python -m benchmarks growth`: how time and memory grow with the number of playlists.

    python -m benchmarks growth                                   # 10,000 to 300,000 playlists
    python -m benchmarks growth --sizes 10000 30000 100000        # some sizes
    python -m benchmarks growth --sizes 1000000 --add             # one more, beside those kept

At each size all commands of a user's work run one after the other, each in a process of its own:
generate, load, link, three partitions, compare. Data of one size are removed before the next; a
small round before all does not count.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks._growth_report import chart, report
from benchmarks._measure import Ran, StoppedError, compiled_once, machine, run_command

RESULTS = Path(__file__).parent / "results" / "growth.md"
WARM_UP = 500
SIZES = (10_000, 30_000, 100_000, 300_000)
LIMIT = 900.0
LINK = ("--min-shared", "3", "--top", "20", "--memory-gib", "8")


@dataclass(frozen=True)
class Step:
    """A stage at one size: seconds, the processor's seconds, peak bytes; or why there is none."""

    stage: str
    playlists: int
    wall: float = 0.0
    cpu: float = 0.0
    peak: int = 0
    failure: str = ""


@dataclass
class Growth:
    """All that was measured; `counts` are what the graph held, by size."""

    machine: dict[str, Any]
    link: Sequence[str] = LINK
    steps: list[Step] = field(default_factory=list)
    counts: dict[int, dict[str, int]] = field(default_factory=dict)

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> Growth:
        """What `dataclasses.asdict` made of one."""
        counts = {int(size): found for size, found in told["counts"].items()}
        steps = [Step(**step) for step in told["steps"]]
        return cls(told["machine"], told["link"], steps, counts)

    def without(self, sizes: Iterable[int]) -> None:
        """Forget some sizes."""
        gone = set(sizes)
        self.steps = [step for step in self.steps if step.playlists not in gone]
        self.counts = {size: held for size, held in self.counts.items() if size not in gone}


def commands(playlists: int, folder: Path) -> dict[str, list[str]]:
    """What is run, by the name of its stage, in order; the first fails without the others."""
    slices, data = str(folder / "slices"), str(folder / "data")
    songnet = [str(Path(sys.executable).with_name("songnet")), "--data", data]
    cut = [*songnet, "partitions", "run"]
    generate = [sys.executable, "-m", "benchmarks", "generate", "--playlists", str(playlists)]
    return {
        "generate": [*generate, "--out", slices],
        "load": [*songnet, "load-playlists", slices],
        "project": [*songnet, "link", "playlists", *LINK],
        "leiden": [*cut, "leiden", "--on", "playlists"],
        "louvain": [*cut, "louvain", "--on", "playlists"],
        "infomap": [*cut, "infomap", "--on", "playlists", "--trials", "1"],
        "compare": [*songnet, "partitions", "compare", "--null", "none"],
    }


NEEDED = ("generate", "load", "project")


def measure(playlists: int, *, limit: float, scratch: Path) -> tuple[list[Step], dict[str, int]]:
    """All stages at one size, and how much the graph held; stages that cannot be had say why.

    Data are made in `scratch` and removed; compiled modules stay there.
    """
    environment = compiled_once(scratch / "compiled")
    with tempfile.TemporaryDirectory(dir=scratch) as folder:
        return _measured(
            playlists,
            Path(folder),
            partial(run_command, limit=limit, folder=Path(folder), environment=environment),
        )


def _measured(
    playlists: int, folder: Path, run: Callable[[Sequence[str]], Ran]
) -> tuple[list[Step], dict[str, int]]:
    steps = []
    for stage, command in commands(playlists, folder).items():
        step = _step(stage, playlists, command, run)
        steps.append(step)
        print(_told(step), file=sys.stderr, flush=True)
        if step.failure and stage in NEEDED:
            return steps, {}
    return steps, _counts(folder)


def _step(
    stage: str, playlists: int, command: Sequence[str], run: Callable[[Sequence[str]], Ran]
) -> Step:
    try:
        ran = run(command)
    except StoppedError as reason:
        return Step(stage, playlists, failure=str(reason))
    return Step(stage, playlists, ran.wall, ran.cpu, ran.peak)


def _told(step: Step) -> str:
    took = f"{step.wall:.1f} s, cpu {step.cpu:.1f} s, {step.peak / 1e6:,.0f} MB"
    return f"{step.playlists:,} playlists, {step.stage}: {step.failure or took}"


def _counts(folder: Path) -> dict[str, int]:
    """Memberships, songs, and the songs and edges of the network."""
    from songnet.store import open_store

    with open_store(str(folder / "data" / "graph.lbug")) as store:
        held = store.counts()
        (network,) = store.networks()
    return {
        "songs": held.songs,
        "memberships": held.memberships,
        "linked songs": network.songs,
        "edges": network.edges,
    }


def keep(growth: Growth, page: Path) -> None:
    """Figures, page and chart."""
    page.parent.mkdir(parents=True, exist_ok=True)
    page.with_suffix(".json").write_text(json.dumps(asdict(growth), indent=1) + "\n", "utf-8")
    page.write_text("\n".join(report(growth, page.with_suffix(".png").name)), "utf-8")
    chart(growth.steps, page.with_suffix(".png"))


def main(given: Sequence[str] | None = None) -> None:
    """Measure each size, and keep what there is after each."""
    asked = _arguments(given)
    growth = Growth(machine())
    figures = asked.out.with_suffix(".json")
    if asked.add and figures.exists():
        growth = Growth.from_json(json.loads(figures.read_text("utf-8")))
    growth.without(asked.sizes)
    with tempfile.TemporaryDirectory(prefix="songnet-growth-", dir=asked.scratch) as scratch:
        measure(WARM_UP, limit=asked.limit, scratch=Path(scratch))
        for playlists in sorted(asked.sizes):
            steps, counts = measure(playlists, limit=asked.limit, scratch=Path(scratch))
            growth.steps += steps
            growth.counts |= {playlists: counts} if counts else {}
            growth.machine = machine()
            keep(growth, asked.out)


def _arguments(given: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        "python -m benchmarks growth",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, metavar="N")
    parser.add_argument("--quick", action="store_const", dest="sizes", const=(1_000, 3_000))
    parser.add_argument("--add", action="store_true", help="to what is kept already")
    parser.add_argument("--limit", type=float, default=LIMIT, help="seconds for a stage")
    parser.add_argument("--scratch", type=Path, help="where data are made, and removed")
    parser.add_argument("--out", type=Path, default=RESULTS, help="Markdown; JSON, PNG beside it")
    return parser.parse_args(given)


if __name__ == "__main__":
    main()
