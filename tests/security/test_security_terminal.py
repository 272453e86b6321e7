"""What strangers wrote never commands a terminal."""

from __future__ import annotations

import ast
import json
import os
import pty
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import hostile_texts
import pytest
from hypothesis import given
from hypothesis import strategies as st

from songnet.cli import common
from songnet.cli._terminal import printable

ASKED = "MATCH (s:Song) RETURN s.id AS id, s.title AS title, s.artist AS `artist` ORDER BY id"
DRAWN = """
import sys, time
from songnet.cli import common
common.QUIET_SECONDS = 0
with common.Progress() as progress:
    progress("lists " + sys.argv[1], 1, 2, "[link=x]" + sys.argv[1])
    time.sleep(0.3)
"""


def commands_in(text):
    return sorted(set(text) & hostile_texts.COMMANDS)


@given(st.text(st.characters(), max_size=30))
def test_any_text_is_shown_and_its_json_means_the_same(text):
    shown = printable(text)
    assert commands_in(shown) == []
    shown.encode("utf-8")
    assert json.loads(printable(json.dumps([text], ensure_ascii=False))) == [text]


def test_texts_of_any_script_stay_as_they_are():
    for text in ("Beyoncé — Déjà Vu", "مرحبا\u200f", "👩‍🎤", "東京\u3000事変", "a\tb\nc"):
        assert printable(text) == text


def test_no_command_of_a_hostile_graph_reaches_the_terminal(hostile_world):
    for asked in (
        ("query", ASKED),
        ("query", "MATCH (p:Playlist) RETURN p.name AS name"),
        ("info",),
        ("partitions", "show", "leiden-playlists"),
        ("partitions", "list"),
        ("playlist", "generate", "=cmd|'/C calc'!A00", "--length", "3"),
    ):
        said = hostile_world(*asked)
        assert commands_in(said.out + said.err) == []


def test_json_holds_every_letter(hostile_world):
    said = hostile_world("query", ASKED, "--json")
    assert commands_in(said.out) == []
    titles = {row["title"] for row in json.loads(said.out)}
    assert hostile_texts.ESCAPES.strip() in titles
    assert hostile_texts.TURNED in titles


def test_mistakes_are_repeated_without_their_commands(command, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    hostile = f"{hostile_texts.ESCAPES}{hostile_texts.TURNED}"
    (tmp_path / f"{hostile}.csv").write_text("no\n")
    for asked, code in (
        (("load-playlists", f"{hostile}.csv"), 1),
        (("load-playlists", f"not-there-{hostile}"), 1),
        (("partitions", "show", hostile), 1),
        (("query", f"RETURN '{hostile}' AS"), 1),
        (("query", hostile), 1),
        (("link", "playlists", f"--{hostile}"), 2),
        ((hostile,), 2),
    ):
        said = command(*asked, code=code)
        assert commands_in(said.out + said.err) == []


def drawn(*arguments):
    """What a program writes to a real terminal on its stderr."""
    ours, theirs = pty.openpty()
    with subprocess.Popen([sys.executable, *arguments], stderr=theirs) as process:
        os.close(theirs)
        said = b""
        with suppress(OSError):  # how Linux says that nobody has the other end any more
            while part := os.read(ours, 4096):
                said += part
    os.close(ours)
    assert process.returncode == 0, said
    return said


def test_progress_draws_texts_and_no_markup():
    """The escapes on the terminal are those that draw, never those of the text."""
    said = drawn("-c", DRAWN, hostile_texts.ESCAPES)
    assert b"\\u001b]0;owned\\u0007" in said
    assert b"[link=x]" in said
    for part in (b"\x1b]0;owned", b"\x1b[31mred", b"\xc2\x9b2J"):
        assert part not in said


@pytest.mark.parametrize(
    "path", sorted(Path(common.__file__).parent.glob("*.py")), ids=lambda path: path.name
)
def test_commands_print_through_one_door(path):
    """`tell`, `say` and what is built on them; the version and songnet's own style are no texts."""
    printed = [
        ast.unparse(node)
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call)
        and ast.unparse(node.func) in {"print", "typer.echo", "typer.secho", "sys.stdout.write"}
    ]
    allowed = {
        "common.py": ["typer.echo(printable(line))", "typer.echo(printable(message), err=True)"],
        "main.py": ["typer.echo(f'songnet {__version__}')"],
        "store.py": ["typer.echo(made(_prefix(context, label_prefix)), nl=False)"],
    }
    assert printed == allowed.get(path.name, [])
