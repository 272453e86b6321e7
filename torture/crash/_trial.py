"""One trial: a command is killed, what is left is judged, and the command is run again."""

from __future__ import annotations

import os
import random
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from torture.crash._child import AT_ITS_END, Ended, Point, asked, run
from torture.crash._fingerprint import Fingerprint
from torture.crash._judge import left_by_kill, unlike
from torture.crash._sites import Site
from torture.crash._world import OLDER, Command

AT_THE_START = 0.2  # the share of kills that look at the clock alone
AT_ONCE = 0.3  # of the others, those that come exactly before a statement
TWICE = 0.25  # the share of trials whose second run is killed too


@dataclass(frozen=True)
class Rehearsed:
    """A command that was let be, after its preparation: what all trials are held against."""

    command: Command
    before: Fingerprint
    after: Fingerprint
    moments: tuple[float, ...]
    seconds: float


@dataclass(frozen=True)
class Plan:
    """What a trial does.

    Attributes
    ----------
    engine
        Which engine the store is on.
    command
        The name of the command.
    points
        Where its first run is killed, and where the next ones are.
    in_parts
        Whether a server is written to in several transactions.
    """

    engine: str
    command: str
    points: tuple[Point, ...]
    in_parts: bool = False

    def __str__(self) -> str:
        points = ",".join(f"{point.moment}+{point.delay:.6f}" for point in self.points)
        return f"{self.engine}:{self.command}:{points}{':parts' if self.in_parts else ''}"

    @classmethod
    def read(cls, text: str) -> Plan:
        """What `str` gave; `ValueError` for anything else."""
        engine, command, points, *rest = text.split(":")
        pairs = [point.split("+") for point in points.split(",")]
        found = tuple(Point(int(moment), float(delay)) for moment, delay in pairs)
        return cls(engine, command, found, rest == ["parts"])


@dataclass(frozen=True)
class Outcome:
    """What came of a trial: `hits` of its kills met a living process."""

    plan: Plan
    hits: int
    failures: tuple[str, ...]
    seconds: float


class Bench:
    """Where trials on one engine take place.

    Parameters
    ----------
    site
        The engine's.
    folder
        For everything; a trial's data folder is in it.
    """

    def __init__(self, site: Site, folder: Path) -> None:
        self.site = site
        self.folder = folder / site.engine
        self.data = self.folder / "disk" / "data"
        self.acknowledged = self.folder / "acknowledged"
        self.folder.mkdir(parents=True, exist_ok=True)

    def rehearse(self, command: Command) -> Rehearsed:
        """Prepare a command's store, keep it, and let the command be."""
        self.site.begin(self.data)
        for step in command.before:
            self.must(step)
        # Kept first: to look at a graph of an older schema brings it to today's.
        self.site.keep(self.data, command.name)
        before = self.looked_at()[0] if command.before else {}
        self.site.put_back(command.name, self.data)
        ended = self.songnet(command.arguments)
        _check(ended, command.arguments)
        return Rehearsed(command, before, self.fingerprint(), ended.moments, ended.seconds)

    def must(self, step: Sequence[str]) -> None:
        """Do a step of a preparation."""
        if tuple(step) == (OLDER,):
            ended = run(lambda: self.site.make_older(self.data) or 0, self.folder / "older.log")
        else:
            ended = self.songnet(step)
        _check(ended, step)

    def songnet(
        self, arguments: Sequence[str], point: Point | None = None, *, in_parts: bool = False
    ) -> Ended:
        """Run a command in a child, killed at `point` if there is one."""
        self.acknowledged.unlink(missing_ok=True)

        def work() -> int:
            return _main(arguments, dict(self.site.environment(self.data)), in_parts=in_parts)

        log = self.folder / "command.log"
        cut = self.site.cut if point else None
        return run(work, log, point=point, acknowledged=self.acknowledged, cut=cut)

    def fingerprint(self) -> Fingerprint:
        """What store and folder hold, and that the store finds nothing amiss."""
        found, findings = self.looked_at()
        if findings:
            raise RuntimeError(f"amiss: {findings[0]}")
        return found

    def looked_at(self) -> tuple[Fingerprint, list[str]]:
        """What store and folder hold, and what the store finds amiss."""
        answer = asked(lambda: _look(dict(self.site.environment(self.data))), self.folder)
        return answer[0], answer[1]


def _check(ended: Ended, step: Sequence[str]) -> None:
    if ended.code:
        raise RuntimeError(f"songnet {' '.join(step)} failed:\n{ended.said}")


def _main(arguments: Sequence[str], environment: dict[str, str], *, in_parts: bool) -> int:
    """The command line, in this process."""
    from songnet.cli.main import run as songnet
    from torture.crash._moments import write_in_parts

    os.environ.update(environment)
    sys.argv = ["songnet", *arguments]
    if in_parts:
        write_in_parts()
    try:
        songnet()
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else 0


def _look(environment: dict[str, str]) -> Any:
    from songnet.errors import OldSchemaError
    from songnet.store import open_store
    from songnet.store.folder import DataFolder
    from songnet.workflows.check import check
    from songnet.workflows.workspace import Workspace
    from torture.crash._fingerprint import fingerprint_of

    os.environ.update(environment)
    data = Path(environment["SONGNET_DATA"])
    try:
        with open_store(environment["SONGNET_STORE"]) as store:
            findings = check(Workspace(store, DataFolder(data))).findings
            return fingerprint_of(store, data), findings
    except OldSchemaError:  # a server's graph that has not been migrated yet: nothing reads it
        return {}, []


def drawn(rehearsed: Rehearsed, engine: str, draw: random.Random, *, ended: float = 0.0) -> Plan:
    """A plan by chance: most kills come where the command writes, half of these to its end.

    `ended` is the share of those that come when it has ended.
    """
    points = [_point(rehearsed, draw, ended)]
    if draw.random() < TWICE:
        points.append(_point(rehearsed, draw, ended))
    in_parts = engine == "neo4j" and draw.random() < 0.5
    return Plan(engine, rehearsed.command.name, tuple(points), in_parts)


def _point(rehearsed: Rehearsed, draw: random.Random, ended: float) -> Point:
    if ended and draw.random() < ended:
        return AT_ITS_END
    moments, seconds = rehearsed.moments, rehearsed.seconds
    if not moments or draw.random() < AT_THE_START:
        return Point(0, draw.uniform(0.001, seconds))
    last = len(moments)
    moment = draw.randint(1, last) if draw.random() < 0.5 else draw.randint(2 * last // 3 + 1, last)
    if draw.random() < AT_ONCE:
        return Point(moment, 0.0)
    next_one = moments[moment] if moment < last else seconds
    return Point(moment, draw.uniform(0.0001, max(0.001, next_one - moments[moment - 1])))


def tried(bench: Bench, rehearsed: Rehearsed, plan: Plan) -> Outcome:
    """Carry out a plan."""
    import time

    began = time.monotonic()
    hits, failures = 0, list[str]()
    bench.site.put_back(plan.command, bench.data)
    try:
        for point in plan.points:
            killed = bench.songnet(rehearsed.command.arguments, point, in_parts=plan.in_parts)
            hits += killed.killed
            if not killed.killed and killed.code and not rehearsed.command.once:
                failures.append(f"run: ended with {killed.code}: {_last(killed.said)}")
            bench.site.settle()
            failures += _left(bench, rehearsed, plan, whole=not killed.killed)
        failures += _completed(bench, rehearsed, plan)
    except RuntimeError as error:
        failures.append(f"open: {error}")
    return Outcome(plan, hits, tuple(failures), time.monotonic() - began)


def _left(bench: Bench, rehearsed: Rehearsed, plan: Plan, *, whole: bool) -> list[str]:
    """What is wrong with what is left, which is to be all where the command ended well."""
    acknowledged = (
        bench.acknowledged.read_text().split("\n")[:-1] if (bench.acknowledged.exists()) else []
    )
    found, findings = bench.looked_at()
    if whole:
        return [f"ended: {each}" for each in (*findings, *unlike(rehearsed.after, found))]
    return left_by_kill(
        rehearsed, found, acknowledged=acknowledged, findings=findings, in_parts=plan.in_parts
    )


def _completed(bench: Bench, rehearsed: Rehearsed, plan: Plan) -> list[str]:
    ended = bench.songnet(rehearsed.command.arguments, in_parts=plan.in_parts)
    if ended.code and not rehearsed.command.once:
        return [f"again: ended with {ended.code}: {_last(ended.said)}"]
    found, findings = bench.looked_at()
    return [f"again: amiss: {finding}" for finding in findings] + unlike(rehearsed.after, found)


def _last(said: str) -> str:
    lines = [line for line in said.splitlines() if line.strip()]
    return lines[-1] if lines else "no word"
