"""Sixty commands killed at chance points: nothing is lost, doubled or half-written."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from torture.crash._child import Point
from torture.crash._report import Tally, write_report
from torture.crash._trial import Outcome, Plan

ROOT = Path(__file__).parents[2]
LIGHT = ("load-playlists", "load-audio", "link-playlists", "partitions-run", "store-migrate")
HEAVY = ("link-sound", "embed")


def crash(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    """The trials, in a process that has no threads to fork."""
    return subprocess.run(
        [sys.executable, "-m", "torture", "crash", *map(str, arguments)],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def only(names: tuple[str, ...]) -> list[str]:
    return [word for name in names for word in ("--command", name)]


def survived(done: subprocess.CompletedProcess[str], trials: int) -> None:
    """All trials were held, most kills met a living process, none did harm."""
    assert done.returncode == 0, done.stderr
    said = re.fullmatch(r"(\d+) trials, (\d+) kills that hit, 0 trials failed\n", done.stdout)
    assert said, done.stdout
    assert int(said[1]) == trials
    assert int(said[2]) > trials / 2


@pytest.mark.parametrize(("names", "trials"), [(LIGHT, 32), (HEAVY, 4)])
def test_killed_commands_on_the_embedded_store(
    names: tuple[str, ...], trials: int, tmp_path: Path
) -> None:
    given = ("--engine", "ladybug", "--trials", trials, "--out", tmp_path, *only(names))
    survived(crash(*given), trials)


@pytest.mark.neo4j
def test_killed_commands_on_a_server(neo4j_server: Mapping[str, str], tmp_path: Path) -> None:
    given = ("--engine", "neo4j", "--trials", 24, "--out", tmp_path, *only(LIGHT))
    survived(crash(*given, **neo4j_server), 24)


def test_a_trial_is_told_and_read_again() -> None:
    plan = Plan("neo4j", "link-sound", (Point(17, 0.25), Point(0, 0.001)), in_parts=True)
    assert Plan.read(str(plan)) == plan


def test_a_command_that_is_not_there_is_refused() -> None:
    done = crash("--command", "dance")
    assert done.returncode == 2
    assert "--command dance: allowed are load-playlists" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_page_tells_failures_as_they_are_replayed(tmp_path: Path) -> None:
    plan = Plan("ladybug", "embed", (Point(3, 0.0),))
    tally = Tally(seeds=[5])
    tally.add(Outcome(plan, 1, (), 1.0))
    tally.add(Outcome(plan, 1, ("lost: song/a", "lost: song/b"), 1.0))
    write_report(tally, tmp_path)
    page = (tmp_path / "crash.md").read_text()
    assert "2 trials, 2 kills that hit, 1 trials failed (seed 5)" in page
    assert "| ladybug | embed | 2 | 2 | 2 | 1 | 500.0 | 2 |" in page
    assert f"--replay {plan}`: lost: song/a; lost: song/b" in page


def test_trials_of_other_runs_are_counted_too(tmp_path: Path) -> None:
    plan = Plan("ladybug", "embed", (Point(3, 0.0),))
    for seed in (1, 2):
        tally = Tally(seeds=[seed])
        tally.add(Outcome(plan, seed, ("lost: song/a",) * (seed - 1), 1.5))
        write_report(tally, tmp_path / str(seed))
    both = Tally(seeds=[1])
    for seed in (1, 2):
        both.include(tmp_path / str(seed))
    write_report(both, tmp_path)
    page = (tmp_path / "crash.md").read_text()
    assert "2 trials, 3 kills that hit, 1 trials failed (seeds 1, 2)" in page
    assert "| ladybug | embed | 2 | 2 | 3 | 1 | 500.0 | 3 |" in page
    assert f"--replay {plan}`: lost: song/a" in page
