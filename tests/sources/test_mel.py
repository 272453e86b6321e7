"""Spectrograms are Deej-AI's, which are librosa's."""

from __future__ import annotations

import librosa
import numpy as np
import pytest

from songnet.sources._mel import CLIP_SAMPLES, SAMPLE_RATE, mel_spectrogram

RNG = np.random.default_rng(7)
TIME = np.arange(CLIP_SAMPLES) / SAMPLE_RATE


def sine(hertz: float, peak: float = 0.5) -> np.ndarray:
    return (peak * np.sin(2 * np.pi * hertz * TIME)).astype(np.float32)


def noise(peak: float) -> np.ndarray:
    return RNG.normal(0, peak, CLIP_SAMPLES).astype(np.float32)


def by_librosa(samples: np.ndarray) -> np.ndarray:
    """The spectrogram from librosa alone, before the pixels are rounded."""
    power = librosa.feature.melspectrogram(
        y=samples, sr=22050, n_fft=2048, hop_length=512, n_mels=96, fmax=11025
    )
    decibels = librosa.power_to_db(power, ref=1024.0, top_db=80.0)
    return ((decibels + 80) * 255 / 80).clip(0, 255)


@pytest.mark.parametrize(
    "samples",
    [
        noise(0.1),
        noise(1.0),
        noise(1e-4),
        sine(440),
        sine(440, peak=1.0) + noise(0.001),
        sine(60) + sine(9000, 0.01),
        np.where(np.arange(CLIP_SAMPLES) == 50_000, 1, 0).astype(np.float32),
        np.zeros(CLIP_SAMPLES, np.float32),
    ],
    ids=["noise", "loud", "faint", "sine", "over 0 dB", "two", "click", "silence"],
)
def test_equals_librosa(samples):
    ours, theirs = mel_spectrogram(samples), by_librosa(samples)
    assert ours.shape == theirs.shape == (96, 216)
    assert ours.dtype == np.uint8
    # Half a grey of rounding, and what float32 sums in another order may differ by.
    assert np.abs(ours - theirs).max() <= 0.51


def test_a_longer_recording_is_cut_at_the_clip_not_transformed_and_then_cut():
    long = noise(0.1)
    assert np.array_equal(mel_spectrogram(np.concatenate([long, long])), mel_spectrogram(long))


def test_a_shorter_one_is_padded_with_silence():
    second = noise(0.1)[:SAMPLE_RATE]
    padded = np.zeros(CLIP_SAMPLES, np.float32)
    padded[:SAMPLE_RATE] = second
    spectrogram = mel_spectrogram(second)
    assert np.array_equal(spectrogram, mel_spectrogram(padded))
    # Frame f is centred on sample 512 f and 2,048 wide: from (22050 + 1024) / 512 on, nothing.
    assert spectrogram[:, :45].any(axis=0).all()
    assert not spectrogram[:, 46:].any()


@pytest.mark.parametrize("hertz", [110, 440, 1000, 4000, 10_000])
def test_a_tone_is_loudest_in_the_band_whose_centre_is_next_to_it(hertz):
    centres = librosa.mel_frequencies(98, fmin=0, fmax=11025)[1:-1]
    loudest = mel_spectrogram(sine(hertz, peak=0.05))[:, 100].argmax()
    assert abs(int(loudest) - int(np.abs(centres - hertz).argmin())) <= 1


def test_low_tones_are_in_low_rows():
    low, high = mel_spectrogram(sine(100, 0.05)), mel_spectrogram(sine(8000, 0.05))
    assert low[:, 100].argmax() < 5
    assert high[:, 100].argmax() > 80


def test_ten_times_the_amplitude_is_twenty_decibels():
    difference = (
        mel_spectrogram(sine(1000, 0.01)).astype(int).max()
        - mel_spectrogram(sine(1000, 0.001)).astype(int).max()
    )
    assert difference == pytest.approx(20 * 255 / 80, abs=1)


def test_no_more_than_eighty_decibels_below_the_loudest():
    tone = sine(440, peak=1.0)
    theirs = librosa.feature.melspectrogram(y=tone, sr=22050, n_fft=2048, hop_length=512, n_mels=96)
    over = 10 * np.log10(theirs.max() / 1024)
    assert over > 5
    assert mel_spectrogram(tone).min() == int(over * 255 / 80 + 0.5)


def test_an_empty_clip_is_black():
    assert not mel_spectrogram(np.zeros(0, np.float32)).any()
