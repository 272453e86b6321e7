"""`songnet export --neo4j-import`: from the embedded store into a server, under a prefix."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "scripts" / "neo4j"
MISSING = 3


@pytest.fixture
def world(songnet, playlists):
    """Playlists, a network and a partition in the default embedded store."""
    songnet("load-playlists", playlists)
    songnet("link", "playlists")
    songnet("partitions", "run", "leiden", "--on", "playlists")
    return songnet


def server(*arguments: str | Path) -> dict[str, str]:
    command = [sys.executable, str(SCRIPT), *map(str, arguments)]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    if run.returncode == MISSING and os.environ.get("CI") != "true":
        pytest.skip(f"no Neo4j server: {run.stderr.strip().splitlines()[-1]}")
    assert run.returncode == 0, run.stderr
    return dict(line.split("=", 1) for line in run.stdout.splitlines() if "=" in line)


@pytest.fixture
def home(tmp_path):
    """A server that was started once, and is not running."""
    path = tmp_path / "home"
    server("start", "--home", path, "--wait", "240")
    server("stop", "--home", path)
    yield path
    server("stop", "--home", path)


@pytest.mark.neo4j
def test_what_is_exported_under_a_prefix_is_there_after_the_printed_command(
    world, home, tmp_path, monkeypatch
):
    said = world("export", "--neo4j-import", "to load", "--label-prefix", "Acme").out
    assert "CONTAINS" in said
    command = said.strip().splitlines()[-1].partition("stopped: ")[2]
    assert command == "sh 'to load/import.sh'"
    admin = tmp_path / "neo4j-admin"
    words = [sys.executable, str(SCRIPT), "admin", "--home", str(home)]
    admin.write_text(f'#!/bin/sh\nexec {shlex.join(words)} "$@"\n')
    admin.chmod(0o755)
    monkeypatch.setenv("NEO4J_ADMIN", str(admin))
    more = ["neo4j", "--overwrite-destination", "--max-off-heap-memory=1g"]
    subprocess.run([*shlex.split(command), *more], check=True, capture_output=True)

    environment = server("start", "--home", home, "--wait", "240")
    for name in ("NEO4J_USERNAME", "NEO4J_PASSWORD"):
        monkeypatch.setenv(name, environment[name])
    expected = world("info", "--json").json()
    shown = world("partitions", "show", "leiden-playlists", "--json").json()
    monkeypatch.setenv("SONGNET_LABEL_PREFIX", "Acme")
    monkeypatch.setenv("SONGNET_STORE", environment["NEO4J_URI"])
    found = world("info", "--json").json()
    assert found | {"store": "", "engine": ""} == expected | {"store": "", "engine": ""}
    assert world("partitions", "show", "leiden-playlists", "--json").json() == shown
    again = world("export", "--neo4j-import", "again").out
    assert again.splitlines()[:-1] == said.splitlines()[:-1]
    options = Path("again/import.sh").read_text()
    assert options == Path("to load/import.sh").read_text()


def test_an_export_says_what_it_wrote(world):
    lines = world("export", "--neo4j-import", "files").out.splitlines()
    rows = {line.split()[1]: int(line.split()[2]) for line in lines[1:-1]}
    counts = world("info", "--json").json()
    assert rows["Song"] == counts["songs"]
    assert rows["Playlist"] == counts["playlists"]
    assert rows["CONTAINS"] == counts["memberships"]
    assert rows["SHARES_PLAYLISTS"] == counts["networks"]["playlists"]
    assert rows["Partition"] == rows["OF"] == 1
    assert {"README.txt", "import.sh", "Song.csv", "Song-header.csv"} <= {
        path.name for path in Path("files").iterdir()
    }


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("graph.graphml", "--neo4j-import", "files"),
        ("--neo4j-import", "files", "--playlists"),
        ("graph.graphml", "--label-prefix", "Acme"),
    ],
)
def test_a_file_and_an_import_are_one_or_the_other(songnet, arguments):
    assert "either FILE.graphml" in " ".join(songnet("export", *arguments, fails=2).err.split())


def test_the_other_formats_are_written_as_before(world):
    assert world("export", "graph.graphml", "--playlists").out == "wrote graph.graphml\n"


@pytest.mark.parametrize(
    ("where", "reason"),
    [("full", "is not empty"), ("full/file", "is a file"), ("no/place", "cannot be written"),
     ("/proc/import", "cannot be written")],
)  # fmt: skip
def test_a_place_that_will_not_do_is_said_in_one_line(world, where, reason):
    Path("full").mkdir()
    Path("full/file").touch()
    refused = world("export", "--neo4j-import", where, fails=1)
    assert reason in refused.err
    assert refused.err.count("\n") == 1
    assert refused.out == ""


def test_nothing_and_a_bad_prefix_are_said_in_one_line(world, songnet):
    bad = world("export", "--neo4j-import", "files", "--label-prefix", "Song`)", fails=1)
    assert "label prefix" in bad.err
    songnet("store", "init", "--store", "empty.lbug")
    empty = songnet("export", "--neo4j-import", "files", "--store", "empty.lbug", fails=1)
    assert "load songs first" in empty.err
    assert not Path("files").exists()
