"""What the races gave: a page and a chart for each stage, and a page that sums them up."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks._measure import described, plain_ticks
from benchmarks.peers import embed
from benchmarks.peers.runner import Outcome, Run

RULES = (
    "Every contender runs in a new process of its own, in turns: one round that does not count, "
    "then {rounds} that do. Before the clock starts it has imported what it needs, done the same "
    "work on a tiny input (so that compiling and loading on first use do not count) and read the "
    "input. *wall* and *cpu* are medians of seconds; cpu is of all threads and children. The "
    "ratios are medians of the rounds' ratios to {ours}: above 1 is slower than songnet, below 1 "
    "faster. *memory* is the most that was held beyond what was held when the clock started. A "
    "contender is stopped after {seconds:g} s or {memory_gib:g} GiB. OpenMP's threads wait without "
    "spinning (`OMP_WAIT_POLICY=passive`), for everyone."
)


@dataclass(frozen=True)
class Result:
    """All of a stage's race."""

    stage: str
    title: str
    source: str
    threads: bool
    rounds: int
    limits: Mapping[str, float]
    machine: Mapping[str, Any]
    versions: Mapping[str, str]
    outcomes: Sequence[Outcome]
    notes: str = ""

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> Result:
        """What `dataclasses.asdict` made of one."""
        outcomes = [
            Outcome(**{**one, "runs": [Run(**run) for run in one["runs"]]})
            for one in told["outcomes"]
        ]
        return cls(**{**told, "outcomes": outcomes})

    def lines(self) -> list[Line]:
        """The contenders that finished."""
        runs = {outcome.contender: outcome.runs for outcome in self.outcomes}
        return [
            line(outcome, runs.get(outcome.rival, []))
            for outcome in self.outcomes
            if not outcome.failure and outcome.runs
        ]


@dataclass(frozen=True)
class Line:
    """A contender's medians; ratios are None where its rival did not finish."""

    outcome: Outcome
    wall: float
    cpu: float
    memory_mb: float
    wall_ratio: float | None
    cpu_ratio: float | None

    @property
    def peer(self) -> bool:
        """Whether it is not songnet's own."""
        return self.outcome.contender != self.outcome.rival


def line(outcome: Outcome, rival: Sequence[Run]) -> Line:
    """Medians of a contender, and of its ratios to its rival round by round."""
    runs = outcome.runs
    pairs = list(zip(runs, rival, strict=True)) if rival else []
    return Line(
        outcome,
        statistics.median(run.wall for run in runs),
        statistics.median(run.cpu for run in runs),
        statistics.median(run.peak for run in runs) / 1e6,
        statistics.median(a.wall / b.wall for a, b in pairs) if pairs else None,
        statistics.median(a.cpu / b.cpu for a, b in pairs) if pairs else None,
    )


# --- a stage --------------------------------------------------------------------------------------


def page(result: Result) -> Iterator[str]:
    """A stage's page, line by line."""
    ours = "songnet" if len(_rivals(result)) < 2 else "songnet's own of the same method"
    yield f"# {result.title}\n"
    yield f"{result.source}.\n"
    yield from _busy(result)
    yield f"![Ratios to songnet]({result.stage}.png)\n"
    yield from table(result)
    yield from _verdict(result)
    yield f"{result.notes}\n"
    yield RULES.format(rounds=result.rounds, ours=ours, **result.limits) + "\n"
    yield _made(result)


def _busy(result: Result) -> Iterator[str]:
    """A warning where other work held the cores already."""
    before, cores = result.machine["load_before"], result.machine["cores"]
    if before > cores / 2:
        yield (
            f"**Not to be relied on: the machine was busy with other work (load {before:g} on "
            f"{cores} cores) before the race began.** Contenders with threads suffer most.\n"
        )


def table(result: Result) -> Iterator[str]:
    """Figures and facts of all contenders; what did not finish says why."""
    lines = {each.outcome.contender: each for each in result.lines()}
    facts = list(dict.fromkeys(key for one in result.outcomes for key in one.facts))
    heads = ["", "wall s", "cpu s", "wall ratio", "cpu ratio", "memory MB", *facts, "note"]
    yield _row(heads)
    yield "|---" * len(heads) + "|"
    for outcome in result.outcomes:
        found = lines.get(outcome.contender)
        cells = _cells(found) if found else [outcome.failure, *[""] * 4]
        said = [outcome.facts.get(name, "") for name in facts]
        yield _row([outcome.contender, *cells, *said, outcome.note])
    yield ""


def _cells(one: Line) -> list[str]:
    ratios = ("" if ratio is None else f"{ratio:.2f}" for ratio in (one.wall_ratio, one.cpu_ratio))
    return [f"{one.wall:.2f}", f"{one.cpu:.2f}", *ratios, f"{one.memory_mb:,.0f}"]


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _rivals(result: Result) -> set[str]:
    return {outcome.rival for outcome in result.outcomes}


def _verdict(result: Result) -> Iterator[str]:
    """In which rows a peer wins, in wall or processor time or in memory."""
    lines = {each.outcome.contender: each for each in result.lines()}
    won = [text for each in lines.values() if (text := _won(each, lines))]
    yield f"**Where a peer wins:** {'; '.join(won) or 'nowhere'}.\n"


def _won(one: Line, lines: Mapping[str, Line]) -> str:
    ours = lines.get(one.outcome.rival)
    if not one.peer or ours is None:
        return ""
    better = {
        "wall": one.wall_ratio is not None and one.wall_ratio < 1,
        "cpu": one.cpu_ratio is not None and one.cpu_ratio < 1,
        "memory": one.memory_mb < ours.memory_mb,
    }
    named = [name for name, is_better in better.items() if is_better]
    return f"{one.outcome.contender} ({', '.join(named)})" if named else ""


def _made(result: Result) -> str:
    packages = ", ".join(f"{name} {number}" for name, number in result.versions.items())
    return (
        f"Made by `python -m benchmarks peers` ({described(dict(result.machine))}): {packages}.\n"
    )


# --- all stages -----------------------------------------------------------------------------------


def summary(results: Sequence[Result]) -> Iterator[str]:
    """A line for each peer, and links."""
    yield "# songnet beside its peers\n"
    yield (
        "The same input in the same run; each stage's page says how, what each does not do, and "
        "on what machine. Ratios above 1 are slower than songnet.\n"
    )
    yield "| stage | peer | wall ratio | cpu ratio | memory ratio |\n|---|---|---|---|---|"
    for result in results:
        lines = {each.outcome.contender: each for each in result.lines()}
        for outcome in result.outcomes:
            if outcome.contender != outcome.rival:
                yield _summed(result, outcome, lines)
    yield f"| [{embed.NAME}]({embed.PAGE}) | {embed.TITLE} | | | |"
    yield ""


def _summed(result: Result, outcome: Outcome, lines: Mapping[str, Line]) -> str:
    link = f"[{result.stage}]({result.stage}.md)"
    one, ours = lines.get(outcome.contender), lines.get(outcome.rival)
    if one is None or ours is None:
        return _row([link, outcome.contender, outcome.failure or "songnet's failed", "", ""])
    memory = f"{one.memory_mb / ours.memory_mb:.2f}" if ours.memory_mb else ""
    return _row([link, outcome.contender, *_cells(one)[2:4], memory])


# --- charts ---------------------------------------------------------------------------------------


def chart(result: Result, path: Path) -> None:
    """Bars of the ratios of wall and processor time; an arrow where a peer was stopped."""
    from matplotlib.figure import Figure

    peers = [one for one in result.outcomes if one.contender != one.rival]
    lines = {each.outcome.contender: each for each in result.lines()}
    figure = Figure(figsize=(8, 1.2 + 0.5 * len(peers)), layout="constrained")
    axes = figure.subplots()
    for place, outcome in enumerate(peers):
        _bars(axes, place, outcome, lines.get(outcome.contender))
    axes.axvline(1, color="black", linewidth=1)
    axes.set_yticks(range(len(peers)), [one.contender for one in peers])
    axes.set_ylim(len(peers) - 0.5, -0.5)
    axes.set_xscale("log")
    axes.set_xlim(*_reach(lines.values()))
    plain_ticks(axes.xaxis)
    axes.set_xlabel("times songnet's seconds: left of the line a peer is faster")
    figure.legend(handles=_keys(), loc="outside lower right", ncols=2, frameon=False)
    axes.set_title(result.title, loc="left")
    axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(path, dpi=110, metadata={"Software": None})


COLOURS = {"wall": "#31688e", "cpu": "#90b8d0"}


def _keys() -> list[Any]:
    from matplotlib.patches import Patch

    return [Patch(color=colour, label=name) for name, colour in COLOURS.items()]


def _bars(axes: Any, place: int, outcome: Outcome, one: Line | None) -> None:
    if one is None or one.wall_ratio is None or one.cpu_ratio is None:
        axes.annotate(outcome.failure[:60], (1, place), (4, -3), textcoords="offset points")
        return
    ratios = {"wall": one.wall_ratio, "cpu": one.cpu_ratio}
    for side, (name, ratio) in zip((-0.19, 0.19), ratios.items(), strict=True):
        axes.barh(place + side, ratio - 1, 0.36, left=1, color=COLOURS[name])
        right = ratio >= 1
        axes.annotate(
            f"{ratio:.2g}" if ratio < 100 else f"{ratio:.0f}",
            (ratio, place + side),
            (4 if right else -4, 0),
            textcoords="offset points",
            ha="left" if right else "right",
            va="center",
            fontsize=8,
        )


def _reach(lines: Iterable[Line]) -> tuple[float, float]:
    ratios = [ratio for one in lines for ratio in (one.wall_ratio, one.cpu_ratio) if ratio]
    return min([0.5, *(ratio / 2 for ratio in ratios)]), max(
        [2.0, *(ratio * 2 for ratio in ratios)]
    )
