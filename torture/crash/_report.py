"""The page of results: how many trials, how many kills hit, what failed, how long it took."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from torture.crash._trial import Outcome


@dataclass(frozen=True)
class Page:
    """What a page of results says beside its numbers.

    Attributes
    ----------
    name
        Of its files, and of the trials.
    title
        Its first line.
    header
        Of the table: where trials were held, the command, then numbers.
    hits
        What `Tally.summary` calls kills that met a living process.
    about
        What was done and what has to be true, in lines.
    options
        Those that `again` needs.
    """

    name: str
    title: str
    header: tuple[str, ...]
    hits: str
    about: str
    options: str


CRASH = Page(
    name="crash",
    title="Commands killed at chance points",
    header=("engine", "command", "trials", "kills", "kills that hit", "failures", "per 1,000", "s"),
    hits="kills that hit",
    about="""Every trial begins with a copy of a store that
holds results already. A command is killed (`SIGKILL`, with all its processes), a fourth
of them twice; most kills come while it writes, half of these in the last third. Then
the store must open, nothing that was there or acknowledged may be gone, doubled
or half-written, `songnet store check` must be content, the same command must end well,
and graph and data folder must be, bit by bit, those of a run that was never killed.
""",
    options="--trials 2000 --engine both --seed 0",
)


@dataclass
class Row:
    """What came of the trials of one command on one engine."""

    trials: int = 0
    kills: int = 0
    hits: int = 0
    failed: int = 0
    seconds: float = 0.0


@dataclass
class Tally:
    """What came of all trials, of one seed or more."""

    seeds: list[int]
    page: Page = CRASH
    rows: dict[tuple[str, str], Row] = field(default_factory=lambda: defaultdict(Row))
    failures: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)

    def add(self, outcome: Outcome) -> None:
        """Count a trial."""
        row = self.rows[outcome.plan.engine, outcome.plan.command]
        row.trials += 1
        row.kills += len(outcome.plan.points)
        row.hits += outcome.hits
        row.seconds += outcome.seconds
        if outcome.failures:
            row.failed += 1
            self.failures.append((str(outcome.plan), outcome.failures))

    def include(self, folder: Path) -> None:
        """Count the trials that the page's JSON in `folder` tells of."""
        kept = json.loads((folder / f"{self.page.name}.json").read_text("utf-8"))
        self.seeds = sorted({*self.seeds, *kept["seeds"]})
        for each in kept["rows"]:
            row = self.rows[each.pop("engine"), each.pop("command")]
            for name, value in each.items():
                setattr(row, name, getattr(row, name) + value)
        self.failures += [(each["replay"], tuple(each["failures"])) for each in kept["failures"]]

    def summary(self) -> str:
        """One line."""
        trials = sum(row.trials for row in self.rows.values())
        hits = sum(row.hits for row in self.rows.values())
        return f"{trials:,} trials, {hits:,} {self.page.hits}, {len(self.failures):,} trials failed"

    def kinds(self) -> Counter[str]:
        """How many trials failed in which way: the word before the colon."""
        return Counter(
            kind
            for _, failures in self.failures
            for kind in {failure.split(":")[0] for failure in failures}
        )


def write_report(tally: Tally, folder: Path) -> None:
    """Write the page and its JSON: ``crash.md`` and ``crash.json``, or as it is called."""
    folder.mkdir(parents=True, exist_ok=True)
    name = tally.page.name
    (folder / f"{name}.json").write_text(json.dumps(_as_json(tally), indent=2) + "\n", "utf-8")
    (folder / f"{name}.md").write_text("\n".join(_page(tally)) + "\n", "utf-8")


def _as_json(tally: Tally) -> dict[str, Any]:
    rows = [
        {"engine": engine, "command": command, **vars(row)}
        for (engine, command), row in tally.rows.items()
    ]
    failures = [{"replay": plan, "failures": list(said)} for plan, said in tally.failures]
    return {
        "schema": f"songnet.torture.{tally.page.name}/2",
        "seeds": tally.seeds,
        "rows": rows,
        "failures": failures,
    }


def _page(tally: Tally) -> Iterator[str]:
    page = tally.page
    yield f"# {page.title}\n"
    seeds = f"seed{'s' * (len(tally.seeds) > 1)} {', '.join(map(str, tally.seeds))}"
    yield f"{tally.summary()} ({seeds}). {page.about}"
    yield "| " + " | ".join(page.header) + " |"
    yield "|---|---|" + "---:|" * (len(page.header) - 2)
    for (engine, command), row in tally.rows.items():
        rate = f"{1000 * row.failed / row.trials:.1f}"
        numbers = (row.trials, row.kills, row.hits, row.failed, rate, f"{row.seconds:.0f}")
        yield f"| {engine} | {command} | " + " | ".join(map(str, numbers)) + " |"
    for kind, count in tally.kinds().most_common():
        yield f"\n- {kind}: {count} trials"
    for plan, failures in tally.failures:
        told = "; ".join(failures[:3])
        yield f"\n- `python -m torture {page.name} --replay {plan}`: {told}"
    yield f"\nAgain: `python -m torture {page.name} {page.options}`. What was"
    yield "found, and how it was mended: [found.md](found.md)."
