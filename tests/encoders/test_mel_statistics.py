"""The baseline: mel statistics and the means over clips."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from songnet.encoders.evaluation import mel_statistics, song_means
from songnet.errors import InputError


def test_they_are_the_mean_and_the_standard_deviation_of_each_band():
    pixels = np.random.default_rng(0).integers(0, 256, (5, 96, 216), dtype=np.uint8)
    found = mel_statistics(pixels)
    assert (found.shape, found.dtype) == ((5, 192), np.float32)
    np.testing.assert_allclose(found[:, :96], pixels.mean(axis=2), rtol=1e-6)
    np.testing.assert_allclose(found[:, 96:], pixels.std(axis=2), rtol=1e-6)


def test_a_steady_band_does_not_vary_and_a_switching_one_does():
    pixels = np.zeros((1, 96, 216), np.uint8)
    pixels[0, 3] = 255
    pixels[0, 7, ::2] = 255
    found = mel_statistics(pixels)[0]
    assert (found[3], found[96 + 3]) == (255, 0)
    assert (found[7], found[96 + 7]) == (127.5, 127.5)
    assert not np.delete(found, [3, 7, 96 + 7]).any()


def test_no_spectrograms_have_no_statistics():
    assert mel_statistics(np.empty((0, 96, 216), np.uint8)).shape == (0, 192)


@pytest.mark.parametrize(
    "pixels", [np.zeros((2, 95, 216), np.uint8), np.zeros((2, 96, 216), np.float32)]
)
def test_other_pictures_are_refused(pixels):
    with pytest.raises(InputError, match=r"uint8 of shape \('b', 96, 216\)"):
        mel_statistics(pixels)


def test_a_song_is_the_mean_of_its_clips():
    random = np.random.default_rng(0)
    songs = [f"s{number}" for number in random.integers(0, 9, 40)]
    values = random.normal(size=(40, 5)).astype(np.float32)
    ids, means = song_means(songs, values)
    expected = pd.DataFrame(values.astype(np.float64)).groupby(pd.Index(songs)).mean()
    assert ids.tolist() == expected.index.tolist()
    assert means.dtype == np.float32
    np.testing.assert_allclose(means, expected.to_numpy(), rtol=1e-6, atol=1e-7)


def test_a_song_of_one_clip_is_that_clip():
    values = np.array([[0.1, 0.2], [0.3, 0.4]], np.float32)
    ids, means = song_means(["b", "a"], values)
    assert ids.tolist() == ["a", "b"]
    np.testing.assert_array_equal(means, values[::-1])


@pytest.mark.parametrize("values", [np.zeros((3, 2)), np.zeros(2)])
def test_rows_that_do_not_fit_are_refused(values):
    with pytest.raises(InputError, match=r"shape \(2, d\)"):
        song_means(["a", "b"], values)
