"""A graph of hostile texts, made by the command line, and the command line itself."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

import hostile_texts

from songnet.cli import main

MAKE = """
import sys
from songnet.cli import main
for asked in (
    ["load-playlists", sys.argv[1]],
    ["link", "playlists"],
    ["partitions", "run", "leiden", "--on", "playlists"],
    ["partitions", "run", "louvain", "--on", "playlists"],
):
    main.command()(asked, standalone_mode=False)
"""
OURS = ("SONGNET_STORE", "SONGNET_DATA", "SONGNET_LABEL_PREFIX")


@dataclass(frozen=True)
class Said:
    """What a command left behind."""

    code: int
    out: str
    err: str


@pytest.fixture
def command(monkeypatch, capsys):
    """Run a command as a process would; its exit code, if not 0, has to be said."""
    for name in OURS:
        monkeypatch.delenv(name, raising=False)

    def run(*arguments, code=0):
        capsys.readouterr()
        monkeypatch.setattr(sys, "argv", ["songnet", *map(str, arguments)])
        with pytest.raises(SystemExit) as left:
            main.run()
        said = Said(left.value.code, *capsys.readouterr())
        assert said.code == code, said.err
        return said

    return run


@pytest.fixture(scope="session")
def hostile_folder(tmp_path_factory):
    """A folder whose graph was made of hostile lists: loaded, linked, cut twice."""
    folder = tmp_path_factory.mktemp("hostile")
    lists = hostile_texts.playlists(folder / "lists.csv")
    environment = {key: value for key, value in os.environ.items() if key not in OURS}
    subprocess.run(
        [sys.executable, "-c", MAKE, lists], cwd=folder, env=environment, check=True,
        stdout=subprocess.DEVNULL,
    )  # fmt: skip
    return folder


@pytest.fixture
def hostile_world(command, hostile_folder, monkeypatch):
    """The command line in that folder."""
    monkeypatch.chdir(hostile_folder)
    return command
