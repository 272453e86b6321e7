"""A small world of playlists and sounds, and the command line to drive it."""

from __future__ import annotations

import csv
import json
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from songnet.cli import main
from songnet.sources.spectrograms import write_png

SONGS = 24
DATA = "songnet.data"


@dataclass
class Result:
    """What a command did."""

    code: int
    out: str
    err: str

    def json(self):
        return json.loads(self.out)


@pytest.fixture
def songnet(monkeypatch, capsys, tmp_path):
    """Runs a command in an empty folder, as a process would."""
    monkeypatch.chdir(tmp_path)
    for name in ("SONGNET_STORE", "SONGNET_DATA"):
        monkeypatch.delenv(name, raising=False)

    def run(*arguments, fails=0):
        capsys.readouterr()
        monkeypatch.setattr(sys, "argv", ["songnet", *map(str, arguments)])
        with pytest.raises(SystemExit) as left:
            main.run()
        out, err = capsys.readouterr()
        assert "Traceback" not in err
        assert left.value.code == fails, err
        return Result(left.value.code, out, err)

    return run


@pytest.fixture
def playlists(tmp_path) -> Path:
    """Two tastes of twelve songs each, four lists per taste, one song that bridges them."""
    return write_playlists(tmp_path / "lists.csv")


def write_playlists(path: Path) -> Path:
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["playlist_id", "playlist_name", "track_id", "track_name", "artist_name"])
        for number in range(8):
            taste = number % 2
            members = [
                song for song in range(SONGS) if song // 12 == taste and song % 4 != number // 2
            ]
            for song in [*members, 0]:
                id_ = f"file:taste{taste if song else 0}/{song:02}.png"
                artist = f"Artist {song // 12}"
                writer.writerow([f"list{number}", f"List {number}", id_, f"Song {song}", artist])
    return path


@pytest.fixture
def sounds(tmp_path) -> Path:
    """Spectrograms: the first taste is bright below, the second above."""
    return write_sounds(tmp_path / "sounds")


def write_sounds(folder: Path) -> Path:
    noise = np.random.default_rng(0)
    for song in range(SONGS):
        pixels = noise.integers(0, 60, (96, 216), dtype=np.uint8)
        low = 10 if song < 12 else 60
        pixels[low : low + 20] += np.uint8(150)
        target = folder / f"taste{song // 12}" / f"{song:02}.png"
        target.parent.mkdir(parents=True, exist_ok=True)
        write_png(target, pixels)
    return folder


@pytest.fixture(scope="session")
def run_in():
    """Runs commands in a folder, before any test is there to watch what they say."""
    return _run_in


@pytest.fixture(scope="session")
def write_world():
    """Writes the world's lists and sounds into a folder; where they are."""
    return lambda folder: (write_playlists(folder / "lists.csv"), write_sounds(folder / "sounds"))


def _run_in(folder: Path, *commands: Sequence[str | Path]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        for name in ("SONGNET_STORE", "SONGNET_DATA"):
            patch.delenv(name, raising=False)
        for command in commands:
            patch.setattr(sys, "argv", ["songnet", *map(str, command)])
            with pytest.raises(SystemExit) as left:
                main.run()
            assert left.value.code == 0, command


@pytest.fixture(scope="session")
def loaded_data(tmp_path_factory, write_world) -> Path:
    """The data folder of the world, loaded and linked; tests work on copies."""
    folder = tmp_path_factory.mktemp("loaded")
    lists, sounds = write_world(folder)
    _run_in(
        folder,
        ["load-playlists", lists],
        ["load-audio", sounds, "--label-from-folder", "--workers", "1"],
        ["link", "playlists"],
    )
    return folder / DATA


@pytest.fixture(scope="session")
def embedded_data(tmp_path_factory, loaded_data) -> Path:
    """The same with vectors of a small encoder."""
    folder = tmp_path_factory.mktemp("embedded")
    shutil.copytree(loaded_data, folder / DATA)
    _run_in(
        folder,
        [
            "embed", "--filters", "4,2", "--pooling", "4,6", "--encoder", "tiny", "--epochs", "2",
            "--learning-rate", "0.01",
        ],
    )  # fmt: skip
    return folder / DATA


@pytest.fixture
def loaded(songnet, playlists, sounds, loaded_data, tmp_path):
    """The world, loaded and linked."""
    shutil.copytree(loaded_data, tmp_path / DATA)
    return songnet


@pytest.fixture
def embedded(loaded, embedded_data, tmp_path):
    """The world with vectors of a small encoder."""
    shutil.copytree(embedded_data, tmp_path / DATA, dirs_exist_ok=True)
    return loaded
