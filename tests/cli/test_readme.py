"""What the README shows works as it stands there."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

import pytest

README = Path(__file__).parents[2] / "README.md"
SHORT = ["--epochs", "1"]
QUICK = ["--filters", "4,2", "--pooling", "4,6", "--encoder", "cae_12x15", "--epochs", "1"]


def section(title):
    text = README.read_text("utf-8")
    return re.search(rf"^## {title}\n(.*?)(?=^## )", text, re.MULTILINE | re.DOTALL)[1]


def commands(title):
    lines = re.findall(r"^    songnet (.*)$", section(title), re.MULTILINE)
    return [shlex.split(line, comments=True) for line in lines]


@pytest.fixture(scope="module")
def done(tmp_path_factory, write_world, run_in):
    """A folder where the README's commands for one's own music were run, with quick encoders."""
    folder = tmp_path_factory.mktemp("readme")
    lists, sounds = write_world(folder)
    places = {"~/lists": lists, "~/Music": sounds, "unknown.ogg": min(sounds.rglob("*.png"))}
    for command in commands("Your own music"):
        arguments = [places.get(word, word) for word in command]
        quick = QUICK if arguments == ["embed"] else SHORT if arguments[0] == "embed" else []
        run_in(folder, [*arguments, *quick])
    return folder


@pytest.fixture
def job(songnet, done, tmp_path):
    """The command line where they were run."""
    shutil.copytree(done, tmp_path, dirs_exist_ok=True)
    return songnet


def test_ones_own_music_the_queries_on_it_and_playlists_from_it(job, tmp_path):
    assert (tmp_path / "report.html").stat().st_size > 10_000
    for command in commands("The graph"):
        if command[0] == "query":
            assert job(*command).out
    first, second, *_ = (row["song"] for row in job("query", "popular-songs", "--json").json())
    words = {"bohemian rhapsody": first, "hotel california": second, "one more time": second}
    words["unknown.ogg"] = str(min((tmp_path / "sounds").rglob("*.png")))
    for command in commands("Playlists out"):
        assert job(*[words.get(word, word) for word in command]).out
    assert (tmp_path / "more.m3u8").read_text("utf-8").startswith("#EXTM3U")


def test_the_python_example(job, capsys):
    code = re.search(r"```python\n(.*?)```", README.read_text("utf-8"), re.DOTALL)[1]
    exec(compile(code, str(README), "exec"), {})  # noqa: S102 - the README is ours
    assert "leiden-playlists  kmeans-cae_12x15" in capsys.readouterr().out
    assert "leiden-playlists" in job("partitions", "list").out


def test_every_command_is_in_the_table(songnet):
    shown = set(re.findall(r"^  ([a-z][a-z-]+)  ", songnet("--help").out, re.MULTILINE))
    table = section("Commands")
    assert len(shown) == 19
    assert all(
        f"`{name}" in table or f" {name}`" in table or f", `{name}`" in table for name in shown
    )
