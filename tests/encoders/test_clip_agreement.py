"""Clips of one song against clips of others, by brute force."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from songnet.encoders import _blocks
from songnet.encoders.evaluation import clip_agreement
from songnet.errors import InputError


def world(counts, *, dimensions=6, spread=0.7, seed=0):
    """Clips around a centre per song: (ids, values), in no order."""
    random = np.random.default_rng(seed)
    songs = np.repeat(np.arange(len(counts)), counts)
    centres = random.normal(size=(len(counts), dimensions))
    values = centres[songs] + spread * random.normal(size=(len(songs), dimensions))
    order = random.permutation(len(songs))
    return [f"s{song}" for song in songs[order]], values[order].astype(np.float32)


def brute(songs, values):
    wide = values.astype(np.float64)
    wide /= np.linalg.norm(wide, axis=1, keepdims=True)
    cosines = wide @ wide.T
    within, between = {}, []
    for a, b in combinations(range(len(songs)), 2):
        if songs[a] == songs[b]:
            within.setdefault(songs[a], []).append(cosines[a, b])
        else:
            between.append(cosines[a, b])
    np.fill_diagonal(cosines, -np.inf)
    several = [row for row, song in enumerate(songs) if songs.count(song) > 1]
    found = [songs[cosines[row].argmax()] == songs[row] for row in several]
    chance = [(songs.count(songs[row]) - 1) / (len(songs) - 1) for row in several]
    means = [np.mean(pairs) for pairs in within.values()]
    return np.mean(means), np.mean(between), np.mean(found), np.mean(chance)


@pytest.mark.parametrize("counts", [[3] * 10, [1, 2, 5, 1, 3, 4, 1, 2]])
def test_it_is_what_all_pairs_say(counts, monkeypatch):
    songs, values = world(counts)
    for block in (_blocks.BLOCK, 20):
        monkeypatch.setattr(_blocks, "BLOCK", block)
        found = clip_agreement(songs, values)
        assert (found.songs, found.clips) == (len(counts), sum(counts))
        measured = (found.within, found.between, found.retrieval, found.chance)
        assert measured == pytest.approx(brute(songs, values), rel=1e-6)


def test_clips_that_are_one_sound_find_each_other():
    songs, values = world([2, 3, 4], spread=0)
    found = clip_agreement(songs, values)
    assert (found.within, found.retrieval) == (pytest.approx(1), 1)
    assert found.between < 1


def test_clips_that_have_nothing_of_their_song_find_it_by_chance():
    songs, values = world([2] * 300, dimensions=20)
    values = np.random.default_rng(1).normal(size=values.shape).astype(np.float32)
    found = clip_agreement(songs, values)
    assert found.within == pytest.approx(found.between, abs=0.06)
    assert found.chance == pytest.approx(1 / 599)
    assert found.retrieval < 0.02


def test_without_a_second_clip_there_is_nothing_to_agree():
    assert clip_agreement(["a", "b"], np.eye(2, dtype=np.float32)) is None
    assert clip_agreement([], np.empty((0, 4), np.float32)) is None


def test_a_silent_clip_agrees_with_nothing():
    values = np.array([[1, 0], [0, 0], [0, 1]], np.float32)
    assert clip_agreement(["a", "a", "b"], values) is None
    songs, given = world([3, 3, 2])
    more = clip_agreement([*songs, "s0"], np.concatenate([given, np.zeros((1, 6), np.float32)]))
    assert more == clip_agreement(songs, given)


def test_a_single_song_has_no_others():
    found = clip_agreement(["a"] * 3, world([3])[1])
    assert (found.between, found.retrieval, found.chance) == (None, 1, 1)


def test_the_order_of_clips_does_not_matter():
    songs, values = world([3, 2, 4, 1])
    order = np.random.default_rng(2).permutation(len(songs))
    turned = clip_agreement([songs[row] for row in order], values[order])
    found = clip_agreement(songs, values)
    assert turned.within == pytest.approx(found.within)
    assert turned.between == pytest.approx(found.between)
    assert turned.retrieval == found.retrieval


def test_a_sample_holds_whole_songs():
    songs, values = world([4] * 50)
    found = clip_agreement(songs, values, sample=90)
    assert (found.songs, found.clips) == (22, 88)
    assert found == clip_agreement(songs, values, sample=90)
    assert found != clip_agreement(songs, values, sample=90, seed=1)


def test_rows_that_do_not_fit_are_refused():
    with pytest.raises(InputError, match=r"shape \(3, d\): got \(2, 2\)"):
        clip_agreement(["a", "a", "b"], np.eye(2, dtype=np.float32))
