"""Races: contenders in turns, each time in a new process, stopped where they take too much."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from benchmarks._measure import POLL, StoppedError, compiled_once, held_by_all, stop
from benchmarks.peers.child import BEGAN, FOUND, MEASURED
from benchmarks.peers.stage import Arrays, Contender, Facts, Stage

ROUNDS = 3
# For imports, warming up, reading and handing back, which no clock counts.
AROUND = 300.0
# Threads of OpenMP that wait by spinning cost ten times the work where other work holds a core.
WAITING = {"OMP_WAIT_POLICY": "passive"}
# Every library that has threads heeds one of these.
ONE_THREAD = dict.fromkeys(
    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS",
     "POLARS_MAX_THREADS", "RAYON_NUM_THREADS"),
    "1",
)  # fmt: skip


@dataclass(frozen=True)
class Limits:
    """What a contender may take: seconds by its clock, and GiB beyond what it held before."""

    seconds: float
    memory_gib: float


@dataclass(frozen=True)
class Run:
    """A contender, once.

    Attributes
    ----------
    wall, cpu
        Seconds on the clock, and of the processor: all threads and children.
    peak
        The most bytes it held, with its children, beyond what it held before.
    digest
        SHA-256 of what it found.
    """

    wall: float
    cpu: float
    peak: int
    digest: str


@dataclass
class Outcome:
    """A contender over all rounds; `failure` says why there are none, in a few words."""

    contender: str
    rival: str
    note: str
    runs: list[Run] = field(default_factory=list)
    failure: str = ""
    facts: Facts = field(default_factory=dict)


@dataclass(frozen=True)
class Course:
    """Where a stage is raced: folders of the input, of a tiny one, and for results."""

    reference: str
    source: Path
    tiny: Path
    out: Path
    limits: Limits

    def results(self, contender: Contender) -> Path:
        """What a contender's last run handed back."""
        return self.out / "".join(letter if letter.isalnum() else "-" for letter in contender.name)


def race(stage: Stage, course: Course, *, rounds: int = ROUNDS) -> list[Outcome]:
    """All contenders in turns; the first round does not count.

    One that a library is missing for, that fails or takes too much is out, and says so.
    """
    outcomes = [_entered(contender) for contender in stage.contenders]
    for turn in range(rounds + 1):
        for contender, outcome in zip(stage.contenders, outcomes, strict=True):
            if outcome.failure:
                continue
            try:
                run = once(course, contender)
            except StoppedError as reason:
                outcome.failure, outcome.runs = str(reason), []
                continue
            outcome.runs += [run] if turn else []
            _tell(stage, contender, turn, run)
    _judge(stage, course, outcomes)
    return outcomes


def _entered(contender: Contender) -> Outcome:
    outcome = Outcome(contender.name, contender.rival, contender.note)
    if missing := contender.missing():
        outcome.failure = f"left out: {', '.join(missing)} is not installed"
    return outcome


def _tell(stage: Stage, contender: Contender, turn: int, run: Run) -> None:
    what = f"round {turn}" if turn else "warm-up"
    print(
        f"{stage.name}, {what}: {contender.name} {run.wall:.2f} s, cpu {run.cpu:.2f} s, "
        f"{run.peak / 1e6:,.0f} MB",
        file=sys.stderr,
        flush=True,
    )


def _judge(stage: Stage, course: Course, outcomes: Sequence[Outcome]) -> None:
    """Facts of what was found: the stage's, and whether it is found again."""
    finished = {
        outcome.contender: outcome for outcome in outcomes if outcome.runs and not outcome.failure
    }
    found = {name: read_found(course.results(stage.contender(name))) for name in finished}
    for name, facts in stage.judge(course.source, found).items():
        finished[name].facts.update(facts)
    for name, outcome in finished.items():
        outcome.facts["same every run"] = _yes(len({run.digest for run in outcome.runs}) == 1)
        if stage.threads:
            outcome.facts["same with one thread"] = _alone(course, stage.contender(name), outcome)


def _alone(course: Course, contender: Contender, outcome: Outcome) -> str:
    try:
        alone = once(course, contender, environment=ONE_THREAD)
    except StoppedError as reason:
        return str(reason)
    return _yes(alone.digest in {run.digest for run in outcome.runs})


def _yes(answer: bool) -> str:
    return "yes" if answer else "no"


def read_found(folder: Path) -> Arrays:
    """What a contender handed back."""
    with np.load(folder / FOUND) as file:
        return {name: file[name] for name in file.files}


def once(
    course: Course, contender: Contender, *, environment: Mapping[str, str] | None = None
) -> Run:
    """A contender in a new process.

    Raises
    ------
    StoppedError
        It took too much, and was stopped, or failed.
    """
    out = course.results(contender)
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    folders = [str(folder) for folder in (course.source, course.tiny, out)]
    with (out / "said").open("wb") as said:
        process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.peers.child", course.reference, contender.name,
             *folders],
            env=compiled_once(course.out / "compiled") | WAITING | dict(environment or {}),
            stdout=said,
            stderr=said,
            start_new_session=True,
        )  # fmt: skip
        held = _watched(process, out / BEGAN, course.limits)
    if process.returncode:
        raise StoppedError(f"failed: {_last_line(out / 'said')}")
    told = json.loads((out / MEASURED).read_text("utf-8"))
    peak = max(told["peak"], held - told["held"])
    return Run(told["wall"], told["cpu"], peak, told["digest"])


def _watched(process: subprocess.Popen[bytes], began: Path, limits: Limits) -> int:
    """Wait for a child; the most bytes that it and its children held while the clock ran."""
    watch = _Watch(limits)
    while process.poll() is None:
        if reason := watch.look(held_by_all(process.pid) if began.exists() else None):
            stop(process)
            raise StoppedError(reason)
        time.sleep(POLL)
    return watch.most


class _Watch:
    """Knows since when a child is in which phase: getting ready, by the clock, handing back."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.since = time.monotonic()
        self.by_clock = False
        self.before = self.most = 0

    def look(self, held: int | None) -> str:
        """Why the child must stop, or nothing; `held` are bytes, None while no clock runs."""
        now = time.monotonic()
        if self.by_clock != (held is not None):
            self.by_clock, self.since = held is not None, now
            self.before = self.before or held or 0
        self.most = max(self.most, held or 0)
        if self.most - self.before > self.limits.memory_gib * (1 << 30):
            return f"over {self.limits.memory_gib:g} GiB"
        allowed = self.limits.seconds if self.by_clock else AROUND
        if now - self.since <= allowed:
            return ""
        return f"over {allowed:g} s" if self.by_clock else f"no clock for {allowed:g} s"


def _last_line(path: Path) -> str:
    lines = path.read_text("utf-8", "replace").strip().splitlines()
    return lines[-1] if lines else "without a word"
