"""A small world with everything in it, and commands that run where something fails."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from fault_world import TINY, World, environment, write_lists, write_sounds

FORKING = Path(__file__).with_name("forking.py")
MAKING = (
    ("load-playlists", "lists.csv"),
    ("load-audio", "sounds", "--label-from-folder", "--workers", "1"),
    ("link", "playlists"),
    ("embed", "--encoder", "tiny", "--epochs", "2", *TINY),
    ("partitions", "run", "leiden", "--on", "playlists"),
)
ALL = """
import sys
from songnet.cli.main import run
for line in sys.stdin.read().splitlines():
    sys.argv = ["songnet", *line.split("\\t")]
    try:
        run()
    except SystemExit as left:
        if left.code:
            raise
"""


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with playlists, sounds and a data folder of all that is made of them."""
    folder = tmp_path_factory.mktemp("faults")
    write_lists(folder / "lists.csv")
    write_sounds(folder / "sounds")
    lines = "\n".join("\t".join(command) for command in MAKING)
    done = subprocess.run(
        [sys.executable, "-c", ALL], input=lines, cwd=folder, text=True, capture_output=True,
        env=environment(), check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="session")
def forking() -> Iterator[subprocess.Popen[str]]:
    """The process whose children the commands are."""
    with subprocess.Popen(
        [sys.executable, FORKING], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        env=environment(),
    ) as process:  # fmt: skip
        yield process
        assert process.stdin
        process.stdin.close()


@pytest.fixture
def world(made: Path, tmp_path: Path, forking: subprocess.Popen[str]) -> World:
    """The whole world."""
    shutil.copytree(made, tmp_path / "world")
    return World(tmp_path / "world", forking)
