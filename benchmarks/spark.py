"""`python -m benchmarks.spark INPUT`: what projection and communities cost on Spark, step by step.

    python -m benchmarks.spark mpd/data --memberships 649575 --work /tmp/spark

Spark writes down what every task took; this adds it up by what songnet was doing, per membership,
pair, edge or edge and round, and says what that makes of playlists ten and a hundred times the
Million Playlist Dataset. CPU time rather than wall time, because it does not depend on what else
the machine does.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from songnet import scale

# What the Million Playlist Dataset holds; its pairs are the sum of n(n-1)/2 over its playlists.
MPD_MEMBERSHIPS = 66_346_428
MPD_PAIRS = 3_440_000_000
RESULTS = Path(__file__).parent / "results" / "spark.md"
MEBI = 1 << 20


@dataclass
class Cost:
    """What tasks took: seconds of CPU and of an executor, bytes shuffled, written, spilled."""

    cpu: float = 0.0
    busy: float = 0.0
    shuffled: int = 0
    written: int = 0
    spilled: int = 0

    def add(self, metrics: Mapping[str, object]) -> None:
        """Count one task."""
        read = _Metrics(metrics)
        self.cpu += read("Executor CPU Time") / 1e9
        self.busy += read("Executor Run Time") / 1e3
        self.shuffled += read("Shuffle Write Metrics", "Shuffle Bytes Written")
        self.written += read("Output Metrics", "Bytes Written")
        self.spilled += read("Disk Bytes Spilled")


@dataclass(frozen=True)
class _Metrics:
    values: Mapping[str, object]

    def __call__(self, *path: str) -> int:
        value: object = self.values
        for key in path:
            value = value.get(key, 0) if isinstance(value, Mapping) else 0
        return value if isinstance(value, int) else 0


@dataclass
class Ledger:
    """The costs of a run, by what songnet was doing."""

    costs: dict[str, Cost] = field(default_factory=dict)

    @classmethod
    def of(cls, folder: Path) -> Ledger:
        """What the event logs in a folder say."""
        ledger, doing = cls(), dict[int, str]()
        for event in _events(folder):
            if event["Event"] == "SparkListenerJobStart":
                what = event.get("Properties", {}).get("spark.job.description", "the rest")
                doing |= dict.fromkeys(event["Stage IDs"], what)
            elif event["Event"] == "SparkListenerTaskEnd" and event.get("Task Metrics"):
                what = doing.get(event["Stage ID"], "the rest")
                ledger.costs.setdefault(what, Cost()).add(event["Task Metrics"])
        return ledger


def _events(folder: Path) -> Iterator[dict]:
    for path in sorted(each for each in folder.rglob("*") if each.is_file()):
        with path.open(encoding="utf-8", errors="replace") as file:
            yield from (json.loads(line) for line in file if line.startswith("{"))


def conf(log: Path) -> dict[str, str]:
    """Settings with which Spark writes an event log that can be read as it is."""
    log.mkdir(parents=True)
    return {
        "spark.eventLog.enabled": "true",
        "spark.eventLog.dir": log.absolute().as_uri(),
        "spark.eventLog.compress": "false",
        "spark.eventLog.rolling.enabled": "false",
    }


def measured(
    source: str, work: Path, master: str, options: scale.Options
) -> tuple[scale.Projected, scale.Cut, Ledger, Ledger]:
    """Both commands, each in a session of its own."""
    network, cut = work / "network", work / "cut"
    with scale.session(master, conf=conf(work / "log-project")) as spark:
        made = scale.project(spark, source, str(network), options=options)
    with scale.session(master, conf=conf(work / "log-communities")) as spark:
        found = scale.communities(spark, str(network), str(cut))
    ledgers = (Ledger.of(work / "log-project"), Ledger.of(work / "log-communities"))
    return made, found, *ledgers


def rows(
    made: scale.Projected, cut: scale.Cut, project: Ledger, communities: Ledger, memberships: int
) -> Iterator[tuple[str, str, int, Cost]]:
    """What was done, per what, how many of those, at what cost."""
    units = {
        "reading playlists": ("membership", memberships),
        "numbering songs": ("membership", memberships),
        "linking songs": ("pair", made.pairs),
        "writing edges": ("edge", made.edges),
    }
    for what, (unit, number) in units.items():
        yield what, unit, number, project.costs.get(what, Cost())
    turns = made.edges * int(cut.params["rounds"] or 1)
    units = {
        "reading the network": ("edge", made.edges),
        "propagating labels": ("edge and round", turns),
        "writing communities": ("edge", made.edges),
    }
    for what, (unit, number) in units.items():
        yield what, unit, number, communities.costs.get(what, Cost())


def report(table: list[tuple[str, str, int, Cost]], memberships: int) -> Iterator[str]:
    """The results as Markdown."""
    yield "| step | per | CPU s | CPU us each | shuffled MiB | bytes each | spilled MiB |"
    yield "|---|---|---:|---:|---:|---:|---:|"
    for what, unit, number, cost in table:
        each = max(number, 1)
        yield (
            f"| {what} | {unit} ({number:,}) | {cost.cpu:.1f} | {cost.cpu / each * 1e6:.2f} "
            f"| {cost.shuffled / MEBI:.1f} | {cost.shuffled / each:.1f} "
            f"| {cost.spilled / MEBI:.1f} |"
        )
    yield ""
    yield "| playlists | pairs | core hours to the network | shuffled, GiB |"
    yield "|---|---:|---:|---:|"
    for times in (1, 10, 100):
        hours, shuffled = _extrapolated(table, memberships, times)
        yield f"| {times}x MPD | {times * MPD_PAIRS:,} | {hours:,.1f} | {shuffled:,.0f} |"


def _extrapolated(
    table: list[tuple[str, str, int, Cost]], memberships: int, times: int
) -> tuple[float, float]:
    """Core hours and GiB shuffled, were all costs of `project` proportional."""
    seconds = shuffled = 0.0
    for _, unit, number, cost in table[:4]:
        grown = MPD_PAIRS / table[2][2] if unit == "pair" else MPD_MEMBERSHIPS / memberships
        seconds += cost.cpu * grown * times if number else 0
        shuffled += cost.shuffled * grown * times
    return seconds / 3600, shuffled / 2**30


def _arguments(given: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("source")
    parser.add_argument("--memberships", type=int, required=True, help="of INPUT")
    parser.add_argument("--work", type=Path, required=True, help="a folder that is not there yet")
    parser.add_argument("--master", default="local[2]")
    parser.add_argument("--min-shared", type=int, default=3)
    parser.add_argument("--top", type=int, default=100)
    parser.add_argument("--weight", default="count")
    return parser.parse_args(given)


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print and keep."""
    given = _arguments(arguments)
    options = scale.Options(given.weight, None, given.min_shared, None, given.top)
    made, cut, project, communities = measured(given.source, given.work, given.master, options)
    table = list(rows(made, cut, project, communities, given.memberships))
    head = (
        f"# What Spark takes\n\nMade by `python -m benchmarks.spark` on {given.master}: "
        f"{made.playlists:,} playlists, {given.memberships:,} memberships, {made.pairs:,} pairs, "
        f"{made.edges:,} edges kept ({given.weight}, at least {given.min_shared} shared, the "
        f"{given.top} heaviest of each song); {cut.params['rounds']} rounds of label propagation "
        f"to {cut.communities:,} communities, modularity {cut.modularity:.3f}.\n"
    )
    lines = [head, *report(table, given.memberships)]
    print("\n".join(lines))
    RESULTS.write_text("\n".join(lines) + "\n", "utf-8")


if __name__ == "__main__":
    main()
