"""A password is nowhere but on its way to the server: not in words, files, graphs or processes."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from songnet.cli import main
from songnet.sources.spectrograms import write_png

CANARY = "canary-4711-p4ss"
LISTS, SOUNDS = "lists.csv", "sounds"
# What each command is given; one that is not named here is given nothing, and looked at as well.
GIVEN = {
    ("load-playlists",): (LISTS,),
    ("load-audio",): (SOUNDS, "--label-from-folder", "--workers", 2),
    ("link", "playlists"): (),
    ("embed",): ("--model", "track2vec", "--encoder", "e", "--dimensions", 8, "--min-count", 1,
                 "--epochs", 1),
    ("link", "sound"): ("--encoder", "e", "-k", 3),
    ("link", "multiplex"): ("--of", "playlists,sound-e"),
    ("link", "import"): ("network", "--name", "other"),
    ("identify",): (f"{SOUNDS}/a/0.png", "--encoder", "e"),
    ("diversity",): ("--encoder", "e"),
    ("query",): ("MATCH (s) RETURN s", "--json"),
    ("info",): ("--json",),
    ("copy",): ("SERVER", "copy.lbug"),
    ("export",): ("graph.graphml", "--playlists"),
    ("demo",): ("demo",),
    ("encoders", "list"): (),
    ("encoders", "show"): ("e",),
    ("encoders", "export"): ("e", "e.zip"),
    ("encoders", "import"): ("e.zip",),
    ("partitions", "run"): ("leiden", "--on", "playlists"),
    ("partitions", "list"): (),
    ("partitions", "show"): ("leiden-playlists",),
    ("partitions", "export"): ("leiden-playlists", "p.json"),
    ("partitions", "import"): ("p.json", "--name", "again"),
    ("partitions", "choose-k"): ("e",),
    ("partitions", "sweep"): ("playlists", "--steps", 2),
    ("partitions", "compare"): ("--json",),
    ("partitions", "drop"): ("again",),
    ("playlist", "generate"): ("song 1", "--length", 3, "--out", "list.json"),
    ("playlist", "evaluate"): (),
    ("report",): ("report.html",),
    ("study",): ("study.html",),
    ("remove", "playlist"): ("0",),
    ("remove", "song"): ("song:1",),
    ("remove", "encoder"): ("e",),
    ("remove", "network"): ("playlists",),
    ("remove", "partition"): ("leiden-playlists",),
    ("store", "check"): (),
    ("store", "migrate"): (),
    ("store", "style"): (),
    ("store", "favourites"): ("favourites.zip",),
}  # fmt: skip
# A day of work on a server, in its order, each with what `GIVEN` gives it. Reports, comparisons,
# exports and copies: tests/cli/test_neo4j_cli_trust.py.
DAY = (
    "load-playlists", "load-audio", "link playlists", "embed", "link sound", "link multiplex",
    "partitions run", "info", "query", "store check", "partitions export", "partitions import",
    "partitions show", "playlist generate", "encoders show", "diversity",
)  # fmt: skip


def leaves(group, path=()) -> Iterator[tuple[str, ...]]:
    for name, each in group.commands.items():
        if hasattr(each, "commands"):
            yield from leaves(each, (*path, name))
        else:
            yield (*path, name)


EVERY = list(leaves(main.command()))


def given_to(path: tuple[str, ...], server: str) -> list[object]:
    return [server if given == "SERVER" else given for given in (*path, *GIVEN.get(path, ()))]


@pytest.fixture
def world(tmp_path, monkeypatch):
    """A folder with lists and sounds to load."""
    monkeypatch.chdir(tmp_path)
    rows = [f"{n},list {n},song:{s},song {s}" for n in range(6) for s in range(12) if s % 6 != n]
    header = "playlist_id,playlist_name,track_id,track_name"
    (tmp_path / LISTS).write_text("\n".join([header, *rows]))
    for song in range(4):
        path = tmp_path / SOUNDS / "a" / f"{song}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        noise = np.random.default_rng(song)
        write_png(path, noise.integers(0, 255, (96, 216), dtype=np.uint8))
    return tmp_path


def held(folder: Path, secret: str) -> list[Path]:
    """The files that hold a secret, in their content or their name."""
    return [
        path
        for path in folder.rglob("*")
        if secret in str(path) or (path.is_file() and secret.encode() in path.read_bytes())
    ]


@contextmanager
def command_lines() -> Iterator[set[bytes]]:
    """Every command line that this machine shows meanwhile."""
    seen: set[bytes] = set()
    over = threading.Event()

    def look() -> None:
        while not over.wait(0.05):
            for path in Path("/proc").glob("[0-9]*/cmdline"):
                try:
                    seen.add(path.read_bytes())
                except OSError:
                    continue

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield seen
    finally:
        over.set()
        thread.join()


@pytest.fixture
def nobody():
    """The address of a server that is not there."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"bolt://127.0.0.1:{free.getsockname()[1]}"


def left_with(monkeypatch, capsys, *arguments: object) -> tuple[object, str]:
    """Run a command in this process: its exit code, and all it said."""
    capsys.readouterr()
    monkeypatch.setattr(sys, "argv", ["songnet", *map(str, arguments)])
    with pytest.raises(SystemExit) as left:
        main.run()
    return left.value.code, "".join(capsys.readouterr())


@pytest.fixture
def run(monkeypatch, capsys):
    """`left_with`, in an environment whose password is the canary."""
    for name in ("SONGNET_STORE", "SONGNET_DATA", "SONGNET_LABEL_PREFIX", "NEO4J_USERNAME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("NEO4J_PASSWORD", CANARY)
    return lambda *arguments: left_with(monkeypatch, capsys, *arguments)


def test_help_says_no_password(run, monkeypatch, nobody):
    monkeypatch.setenv("SONGNET_STORE", nobody)
    for path in EVERY:
        code, said = run(*path, "--help")
        assert code == 0
        assert "Usage" in said
        assert CANARY not in said


def test_commands_that_find_no_server_say_no_password(run, world, monkeypatch, nobody):
    monkeypatch.setenv("SONGNET_STORE", nobody)
    answers = {path: run(*given_to(path, nobody)) for path in EVERY if path[0] != "scale"}
    assert not [path for path, (_, said) in answers.items() if CANARY in said]
    reached = [path for path, (_, said) in answers.items() if "nothing listens there" in said]
    assert len(reached) > 25, {path: answers[path] for path in answers if path not in reached}
    assert held(world, CANARY) == []


ADDRESSES = [
    "bolt://neo4j:{}@127.0.0.1:1",
    "bolt://neo4j:{}",
    "bolt://:{}",
    "bolt://neo4j:{}%40h:7687",
    "bolt://neo4j:{}/x@127.0.0.1:1",
    "bolt://127.0.0.1:1?password={}",
    "bolt://127.0.0.1:1#{}",
    "bolt://[{}",
    "BOLT://neo4j:{}@127.0.0.1:1",
    "bolt:neo4j:{}@127.0.0.1:1",
    "bolt:/neo4j:{}@127.0.0.1:1",
    "neo4j:{}@127.0.0.1",
    " bolt://neo4j:{}@127.0.0.1:1",
    "http://neo4j:{}@127.0.0.1",
    "postgres://neo4j:{}@127.0.0.1",
]


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_password_in_an_address_is_neither_used_nor_repeated(run, world, monkeypatch, address):
    uri = address.format(CANARY)
    for arguments in (
        ("info", "--store", uri),
        ("--store", uri, "info"),
        ("copy", uri, "x.lbug"),
        ("store", "init", "--store", uri),
    ):
        code, said = run(*arguments)
        assert (code, said.count("\n")) == (1, 1), said
        assert CANARY not in said
    monkeypatch.setenv("SONGNET_STORE", uri)
    assert CANARY not in run("info")[1]
    monkeypatch.delenv("SONGNET_STORE")
    (world / "songnet.toml").write_text(f'store = "{uri}"\n')
    assert CANARY not in run("info")[1]
    (world / "songnet.toml").unlink()
    assert held(world, CANARY) == []


@pytest.mark.parametrize(
    "text",
    [
        'password = "{}"',
        'neo4j-password = "{}"',
        "password = {}",
        'store = {{uri = "bolt://h", password = "{}"}}',
        'store = ["bolt://h", "{}"]',
        '[neo4j]\npassword = "{}"',
        'store = "bolt://h" "{}"',
        '"{}',
    ],
)
def test_a_password_in_songnet_toml_is_refused_and_not_repeated(run, world, text):
    (world / "songnet.toml").write_text(text.format(CANARY))
    code, said = run("info")
    assert (code, said.count("\n")) == (1, 1), said
    assert "songnet.toml" in said
    assert CANARY not in said


CRASH = """
import sys, neo4j
from songnet.cli.main import run
class Boom(Exception):
    pass
def crash(uri, auth=None, **settings):
    kept = (uri, auth, settings)
    raise Boom("in mid-air")
neo4j.GraphDatabase.driver = crash
run()
"""
LOUD = """
import logging, sys
logging.basicConfig(level=logging.DEBUG)
from songnet.cli.main import run
run()
"""


def said_by(code: str, environment: dict[str, str], *arguments: str) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-X", "dev", "-X", "faulthandler", "-c", code, *arguments],
        env={**os.environ, **environment}, text=True, check=False,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    return done.returncode, done.stdout


def test_the_traceback_of_a_defect_shows_no_password(world, nobody):
    """Where songnet itself is wrong there is Python's traceback: with lines, without values."""
    code, said = said_by(CRASH, {"NEO4J_PASSWORD": CANARY, "SONGNET_STORE": nobody}, "info")
    assert code == 1
    assert "Traceback" in said
    assert "Boom: in mid-air" in said
    assert CANARY not in said


@pytest.mark.neo4j
def test_the_loudest_logs_show_no_password(world, neo4j_server):
    settings = {**neo4j_server, "SONGNET_STORE": neo4j_server["NEO4J_URI"]}
    code, said = said_by(LOUD, settings, "info")
    assert code == 0
    assert "DEBUG:neo4j" in said
    assert neo4j_server["NEO4J_PASSWORD"] not in said


@pytest.mark.neo4j
def test_a_day_of_work_leaves_no_password(
    world, neo4j_server, neo4j_store, monkeypatch, capsys, tmp_path
):
    """In words, files, the graph with all its provenance, or the command line of any process."""
    neo4j_store.close()
    secret = neo4j_server["NEO4J_PASSWORD"]
    for name, value in neo4j_server.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("SONGNET_STORE", neo4j_server["NEO4J_URI"])
    with command_lines() as seen:
        for name in DAY:
            path = tuple(name.split())
            arguments = given_to(path, neo4j_server["NEO4J_URI"])
            code, said = left_with(monkeypatch, capsys, *arguments)
            assert code == 0, (name, said)
            assert secret not in said
    assert not [line for line in seen if secret.encode() in line]
    assert len(seen) > 1
    assert held(tmp_path, secret) == []
    everything = (
        "MATCH (n) OPTIONAL MATCH (n)-[r]->() RETURN properties(n) AS n, properties(r) AS r"
    )
    assert secret not in left_with(monkeypatch, capsys, "query", everything, "--json")[1]
