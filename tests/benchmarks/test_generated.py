"""Generated data folders: any number of spectrograms, the same each time, ready to be embedded."""

from __future__ import annotations

import importlib
from itertools import islice
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from songnet.sources.archive import SpectrogramArchive
from songnet.store import open_store


@pytest.fixture
def generated(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(Path(__file__).parents[2]))
    return importlib.import_module("benchmarks.generated")


def test_spectrograms_are_the_same_whatever_their_number(generated):
    few = np.concatenate(list(generated.spectrograms(3, seed=1)))
    many = np.concatenate(list(generated.spectrograms(300, seed=1)))
    assert few.shape == (3, 96, 216)
    assert many.shape == (300, 96, 216)
    assert few.dtype == np.uint8
    assert (many[:3] == few).all()
    assert len({picture.tobytes() for picture in many}) == 300
    assert (next(generated.spectrograms(3, seed=2)) != few).any()


def test_there_is_more_in_them_than_noise(generated):
    pixels = next(generated.spectrograms(50)).astype(float)
    pixels -= pixels.mean(axis=(1, 2), keepdims=True)
    power = np.abs(np.fft.rfft2(pixels)).reshape(50, -1) ** 2
    # Noise spreads over all of its ten thousand waves; a picture has one that stands out.
    assert (power.max(axis=1) / power.sum(axis=1)).min() > 100 / power.shape[1]


def test_a_song_has_so_many_clips(generated):
    songs = list(generated.sounds(7, clips=3))
    assert [len(song.pixels) for song in songs] == [3, 3, 1]
    assert {song.asked for song in songs} == {3}
    assert len({song.sha256 for song in songs}) == 3


def test_they_are_made_as_they_are_asked_for(generated):
    assert len(list(islice(generated.sounds(10**12), 3))) == 3


def test_a_folder_has_pixels_and_songs_and_can_be_enlarged(generated, tmp_path, monkeypatch):
    monkeypatch.setattr(generated, "SONGS_PER_BATCH", 4)
    for count in (7, 11):
        arguments = ["--spectrograms", count, "--out", tmp_path / "data", "--clips", 2]
        generated.main([str(argument) for argument in arguments])
    archive = SpectrogramArchive(tmp_path / "data" / "spectrograms")
    expected = np.concatenate(list(generated.spectrograms(11)))
    assert (archive.read(np.arange(11)) == expected).all()
    with open_store(f"ladybug:{tmp_path / 'data' / 'graph.lbug'}") as store:
        songs = store.songs()
    assert songs["id"].to_pylist() == sorted(set(archive.songs))
    assert dict(zip(archive.songs, archive.hashes, strict=True)) == dict(
        zip(songs["id"].to_pylist(), songs["sha256"].to_pylist(), strict=True)
    )


@pytest.mark.parametrize("option", ["--spectrograms", "--clips"])
def test_numbers_under_one_are_refused(generated, tmp_path, capsys, option):
    given = {"--spectrograms": "1", "--out": str(tmp_path), "--clips": "1", option: "0"}
    with pytest.raises(SystemExit):
        generated.main([text for pair in given.items() for text in pair])
    assert "at least 1" in capsys.readouterr().err
