"""No password anywhere: a canary goes through commands that fail and commands that succeed."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

pytestmark = pytest.mark.neo4j

CANARY = "canary-in-the-mine-4711"
# Commands one after the other in one process, each in an environment of its own.
SERIES = """
import json, os, sys
{act}
unchanged = dict(os.environ)
for changes, arguments in json.load(sys.stdin):
    os.environ.update(changes)
    sys.argv = ["songnet", *arguments]
    try:
        run()
        code = 0
    except SystemExit as left:
        code = left.code
    except Exception:
        sys.excepthook(*sys.exc_info())
        code = 1
    sys.stdout.flush()
    print("{end}", code, flush=True)
    os.environ.clear()
    os.environ.update(unchanged)
"""
END = "left with exit code"
RUN = "from songnet.cli.main import run"
OPEN = """
from songnet.store import open_store
def run():
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


Command = tuple[dict[str, str], Sequence[object]]


def watched(environment, folder: Path, act: str, *commands: Command) -> list[tuple[int, str]]:
    """Run commands in a process, look at its command line and those of its children.

    Of each command: its exit code, and all that it said.
    """
    given = json.dumps([(changes, [*map(str, words)]) for changes, words in commands])
    with subprocess.Popen(
        [sys.executable, "-c", SERIES.format(act=act, end=END)],
        env=environment, cwd=folder, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    ) as process:  # fmt: skip
        seen, said = "", None
        while said is None:
            seen += command_lines()
            try:
                said = process.communicate(given, timeout=0.1)[0]
            except subprocess.TimeoutExpired:
                given = None
    assert CANARY not in seen
    assert process.returncode == 0, said
    *outputs, last = re.split(rf"^{END} (\d+)\n", said, flags=re.MULTILINE)
    assert last == ""
    return [(int(code), text) for text, code in zip(outputs[::2], outputs[1::2], strict=True)]


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
    commands = (
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
    )
    done = watched(user, tmp_path, RUN, *(({}, words) for words in commands))
    for (code, said), command in zip(done, commands, strict=True):
        assert code == 0, (command, said)
        assert CANARY not in said
    assert held(tmp_path) == []


def failing(uri: str) -> list[Command]:
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
    commands = failing(user["SONGNET_STORE"])
    done = watched(user, tmp_path, RUN, *commands)
    for (code, said), command in zip(done, commands, strict=True):
        assert code == 1, (command, said)
        assert said.count("\n") == 1, said
        assert CANARY not in said
    assert held(tmp_path) == []


def test_no_password_in_tracebacks_of_scripts(user, tmp_path):
    """Python's own traceback shows messages, causes and contexts."""
    uri = user["SONGNET_STORE"]
    done = watched(
        user, tmp_path, OPEN,
        ({}, [uri]),
        ({"NEO4J_USERNAME": "nobody"}, [uri]),
        ({"NEO4J_PASSWORD": f"{CANARY}\udcff"}, [uri]),
        ({"NEO4J_USERNAME": f"{CANARY}\udcff"}, [uri]),
        ({"NEO4J_DATABASE": "nowhere"}, [uri]),
        ({}, ["bolt://127.0.0.1:1"]),
        ({}, [uri.replace("bolt", "neo4j+s")]),
        ({}, [uri.replace("bolt://", f"bolt://neo4j:{CANARY}@")]),
    )  # fmt: skip
    (code, said), *failed = done
    assert (code, CANARY in said) == (0, False), said
    for code, said in failed:
        assert code == 1
        assert "Traceback" in said
        assert CANARY not in said
