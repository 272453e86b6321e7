"""A small world of playlists and sounds, and the command line to drive it."""

from __future__ import annotations

import csv
import json
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from songnet.cli import main
from songnet.sources.spectrograms import write_png

SONGS = 24


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
    path = tmp_path / "lists.csv"
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
    folder = tmp_path / "sounds"
    noise = np.random.default_rng(0)
    for song in range(SONGS):
        pixels = noise.integers(0, 60, (96, 216), dtype=np.uint8)
        low = 10 if song < 12 else 60
        pixels[low : low + 20] += np.uint8(150)
        target = folder / f"taste{song // 12}" / f"{song:02}.png"
        target.parent.mkdir(parents=True, exist_ok=True)
        write_png(target, pixels)
    return folder


@pytest.fixture
def loaded(songnet, playlists, sounds):
    """The world, loaded and linked."""
    songnet("load-playlists", playlists)
    songnet("load-audio", sounds, "--label-from-folder", "--workers", "1")
    songnet("link", "playlists")
    return songnet


@pytest.fixture
def embedded(loaded):
    """The world with vectors of a small encoder."""
    loaded(
        "embed", "--filters", "4,2", "--pooling", "4,6", "--encoder", "tiny", "--epochs", "2",
        "--learning-rate", "0.01",
    )  # fmt: skip
    return loaded
