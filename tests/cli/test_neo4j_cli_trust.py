"""No password anywhere: a canary goes through commands that fail and commands that succeed."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.neo4j

CANARY = "canary-in-the-mine-4711"
RUN = "from songnet.cli.main import run; run()"
OPEN = """
import sys
from songnet.store import open_store
with open_store(sys.argv[1]) as store:
    print(store.counts())
"""
LOUD = {"PYTHONFAULTHANDLER": "1"}


@pytest.fixture
def user(neo4j_server, neo4j_store) -> Iterator[dict[str, str]]:
    """The environment of a user whose password is the canary."""
    import neo4j

    auth = (neo4j_server["NEO4J_USERNAME"], neo4j_server["NEO4J_PASSWORD"])
    with neo4j.GraphDatabase.driver(neo4j_server["NEO4J_URI"], auth=auth) as driver:

        def admin(text, **parameters):
            driver.execute_query(text, parameters, database_="system")

        admin(
            "CREATE OR REPLACE USER miner SET PASSWORD $secret CHANGE NOT REQUIRED", secret=CANARY
        )
        yield {
            **os.environ,
            **LOUD,
            "NEO4J_USERNAME": "miner",
            "NEO4J_PASSWORD": CANARY,
            "SONGNET_STORE": neo4j_server["NEO4J_URI"],
        }
        admin("DROP USER miner")


def watched(environment, folder: Path, code: str, *arguments: object) -> tuple[int, str]:
    """Run a process, look at its command line and those of its children; exit code, all it said."""
    command = [sys.executable, "-c", code, *map(str, arguments)]
    with subprocess.Popen(
        command, env=environment, cwd=folder, text=True, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    ) as process:  # fmt: skip
        seen = ""
        while process.poll() is None:
            seen += command_lines()
            time.sleep(0.1)
        said = process.communicate()[0]
    assert CANARY not in seen
    return process.returncode, said


def command_lines() -> str:
    """Every command line of this machine, as far as it shows them."""
    lines = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            lines.append(path.read_bytes().decode("utf-8", "replace"))
        except OSError:
            continue
    return "\n".join(lines)


def held(folder: Path) -> list[Path]:
    """The files that hold the canary, in their content or their name."""
    return [
        path
        for path in folder.rglob("*")
        if CANARY in str(path) or (path.is_file() and CANARY.encode() in path.read_bytes())
    ]


def test_no_password_in_what_succeeds(user, playlists, tmp_path):
    for command in (
        ("load-playlists", playlists),
        ("link", "playlists"),
        ("partitions", "run", "leiden", "--on", "playlists"),
        ("partitions", "run", "louvain", "--on", "playlists"),
        ("info", "--json"),
        ("store", "check"),
        ("query", "MATCH (n) RETURN n", "--json"),
        ("partitions", "compare", "--json"),
        ("report", "report.html"),
        ("export", "graph.graphml", "--playlists"),
        ("copy", user["SONGNET_STORE"], "copy.lbug"),
    ):
        code, said = watched(user, tmp_path, RUN, *command)
        assert code == 0, said
        assert CANARY not in said
    assert held(tmp_path) == []


def failing(uri: str) -> list[tuple[dict[str, str], tuple[object, ...]]]:
    """Environments and commands that fail, each in its own way."""
    host = uri.partition("://")[2]
    with_password = f"bolt://neo4j:{CANARY}@{host}"
    return [
        ({"NEO4J_USERNAME": "nobody"}, ("info",)),
        ({"NEO4J_DATABASE": "nowhere"}, ("info",)),
        ({"NEO4J_DATABASE": "system"}, ("info",)),
        ({}, ("query", "RETURN (")),
        ({}, ("query", "RETURN $password")),
        ({}, ("query", "CREATE (:X)")),
        ({}, ("link", "playlists")),
        ({}, ("info", "--store", "bolt://127.0.0.1:1")),
        ({}, ("info", "--store", f"bolt+s://{host}")),
        ({}, ("info", "--store", with_password)),
        ({}, ("copy", with_password, "x.lbug")),
        ({}, ("copy", "x.lbug", f"neo4j+s://{CANARY}@{host}")),
        ({"SONGNET_STORE": with_password}, ("info",)),
        ({"SONGNET_STORE": f"{uri}?password={CANARY}"}, ("info",)),
        ({"SONGNET_STORE": f"http://neo4j:{CANARY}@{host}"}, ("info",)),
    ]


def test_no_password_in_what_fails(user, tmp_path):
    for changes, command in failing(user["SONGNET_STORE"]):
        code, said = said_by({**user, **changes}, tmp_path, RUN, *command)
        assert code == 1, (command, said)
        assert said.count("\n") == 1, said
        assert CANARY not in said
    assert held(tmp_path) == []


def said_by(environment, folder: Path, code: str, *arguments: object) -> tuple[int, str]:
    """As `watched` for commands that are themselves given the canary, against all advice."""
    done = subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        env=environment, cwd=folder, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        check=False,
    )  # fmt: skip
    return done.returncode, done.stdout


def test_no_password_in_tracebacks_of_scripts(user, tmp_path):
    """Python's own traceback shows messages, causes and contexts."""
    uri = user["SONGNET_STORE"]
    code, said = watched(user, tmp_path, OPEN, uri)
    assert (code, CANARY in said) == (0, False), said
    for changes, store in (
        ({"NEO4J_USERNAME": "nobody"}, uri),
        ({"NEO4J_PASSWORD": f"{CANARY}\udcff"}, uri),
        ({"NEO4J_USERNAME": f"{CANARY}\udcff"}, uri),
        ({"NEO4J_DATABASE": "nowhere"}, uri),
        ({}, "bolt://127.0.0.1:1"),
        ({}, uri.replace("bolt", "neo4j+s")),
        ({}, uri.replace("bolt://", f"bolt://neo4j:{CANARY}@")),
    ):
        environment = {**user, **changes}
        code, said = said_by(environment, tmp_path, OPEN, store)
        assert code == 1
        assert "Traceback" in said
        assert CANARY not in said
