"""One song after the other, held against a plain loop."""

from __future__ import annotations

import numpy as np
import pytest

from songnet.errors import InputError, UsageError
from songnet.model import Vectors, object_array
from songnet.playlists import Evidence, Facts, Picking, Rules, sequence

SONGS = object_array(f"s{n:02}" for n in range(40))
VALUES = np.random.default_rng(3).normal(size=(40, 6)).astype(np.float32)
NOTHING_KNOWN = Facts(
    object_array([None] * 40), object_array([None] * 40), np.full(40, -1, np.int64),
    object_array([None] * 40),
)  # fmt: skip


def evidence(values=VALUES):
    return Evidence.of(vectors=Vectors("ear", SONGS, values))


def going_on(seeds, known=None, length=12, **options):
    known = known or evidence()
    picking = Picking(Rules(length=length), NOTHING_KNOWN, known.songs)
    for seed in seeds:
        picking.take(seed)
    return sequence(known, np.array(seeds), picking, **options)


@pytest.mark.parametrize("lookback", [1, 2, 3, 50])
@pytest.mark.parametrize("noise", [0.0, 0.4])
def test_each_is_the_nearest_to_the_mean_of_the_last(lookback, noise):
    unit = VALUES / np.linalg.norm(VALUES, axis=1, keepdims=True)
    drawn = np.random.default_rng(5)
    there = [4, 9]
    for step in going_on([4, 9], lookback=lookback, noise=noise, seed=5):
        target = unit[there[-lookback:]].mean(axis=0, dtype=np.float64)
        if noise:
            target = target + drawn.normal(0, noise * np.linalg.norm(target), 6)
        cosine = unit @ target / np.linalg.norm(target)
        cosine[there] = -2
        assert step.song == np.argmax(cosine)
        assert step.score == pytest.approx(cosine.max(), abs=1e-5)
        assert step.before == there[-1]
        there.append(step.song)
    assert len(there) == 12


def test_noise_is_drawn_from_the_seed_alone():
    same = [going_on([0], noise=0.8, seed=seed) for seed in (1, 1, 2)]
    assert same[0] == same[1] != same[2]


def test_without_noise_the_seed_changes_nothing():
    assert going_on([0], seed=1) == going_on([0], seed=2)


def test_songs_without_a_vector_are_passed_over():
    values = VALUES.copy()
    values[[1, 7, 20]] = 0
    known = evidence(values)
    steps = going_on([1, 0], known, length=40)
    assert len(steps) == 40 - 4
    assert not {step.song for step in steps} & {0, 1, 7, 20}
    assert steps[0].before == 0
    with pytest.raises(InputError, match="no seed has a vector"):
        going_on([1, 7], known)


def test_options_out_of_range_are_refused():
    with pytest.raises(UsageError, match="--lookback must be 1 or more: got 0"):
        going_on([0], lookback=0)
    for noise in (-1.0, np.nan, np.inf):
        with pytest.raises(UsageError, match="--noise must be 0 or more"):
            going_on([0], noise=noise)
