"""Power cuts on a disk of our own, where the machine has one to give."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from torture.crash._child import AT_ITS_END
from torture.crash._report import Tally, write_report
from torture.crash._trial import Outcome, Plan
from torture.power._run import NOT_HERE, POWER

ROOT = Path(__file__).parents[2]


def power(*arguments: object) -> subprocess.CompletedProcess[str]:
    """The trials, in a process that has no threads to fork."""
    return subprocess.run(
        [sys.executable, "-m", "torture", "power", *map(str, arguments)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


def test_commands_cut_off_from_power(tmp_path: Path) -> None:
    """Skipped where there is no such disk, on any machine: none is a part of songnet."""
    given = ("--journal", "ordered", "--trials", 3, "--command", "first-load", "--out", tmp_path)
    done = power(*given)
    if done.returncode == NOT_HERE:
        pytest.skip(done.stderr.strip())
    assert done.returncode == 0, done.stderr
    said = re.fullmatch(r"3 trials, (\d+) cuts in mid-work, 0 trials failed\n", done.stdout)
    assert said, done.stdout
    assert "| ordered | first-load | 3 |" in (tmp_path / "power.md").read_text()
    assert str(tmp_path) not in Path("/proc/mounts").read_text()
    assert "songnet-power-" not in Path("/proc/mounts").read_text()


@pytest.mark.skipif(sys.platform != "linux", reason="there it says that it needs Linux")
def test_who_is_not_root_is_told_in_one_line(tmp_path: Path) -> None:
    code = (
        "import os, sys; os.geteuid = lambda: 1000; "
        "from torture.power import main; main(['--out', sys.argv[1]])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, tmp_path],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == NOT_HERE
    assert done.stderr == ("torture power needs root, to mount a disk of its own: run it as root\n")
    assert list(tmp_path.iterdir()) == []


def test_a_cut_at_the_end_is_told_and_read_again() -> None:
    plan = Plan("writeback", "embed", (AT_ITS_END,))
    assert str(plan) == "writeback:embed:-1+0.000000"
    assert Plan.read(str(plan)) == plan


def test_the_page_of_power_cuts_is_its_own(tmp_path: Path) -> None:
    tally = Tally(seeds=[5], page=POWER)
    plan = Plan("ordered", "embed", (AT_ITS_END,))
    tally.add(Outcome(plan, 0, ("ended: lost: song/a",), 1.0))
    write_report(tally, tmp_path)
    page = (tmp_path / "power.md").read_text()
    assert page.startswith("# Power cut at chance points\n")
    assert "1 trials, 0 cuts in mid-work, 1 trials failed (seed 5)" in page
    assert f"`python -m torture power --replay {plan}`: ended: lost: song/a" in page
    again = Tally(seeds=[5], page=POWER)
    again.include(tmp_path)
    assert again.summary() == tally.summary()
