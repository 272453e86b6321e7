"""Splits, order and memory: what is learnt from, and how it is read."""

from __future__ import annotations

import numpy as np
import pytest
from encoder_samples import numbered, spectrograms
from hypothesis import given
from hypothesis import strategies as st

from songnet.encoders import _data
from songnet.encoders._data import cached, check_rows, checked_pixels, shuffled, split
from songnet.errors import EmptyInputError, InputError
from songnet.model import object_array


@given(
    songs=st.integers(5, 40),
    clips=st.integers(1, 3),
    share=st.floats(0.01, 0.99),
    seed=st.integers(0, 2**32 - 1),
)
def test_no_song_stands_on_both_sides(songs, clips, share, seed):
    ids = object_array(f"s{song:02d}" for song in range(songs) for _ in range(clips))
    sides = split(ids, None, validation=share, seed=seed)
    both = np.concatenate([sides.training, sides.validation])
    assert np.array_equal(np.sort(both), np.arange(songs * clips))
    assert not set(ids[sides.training]) & set(ids[sides.validation])
    held = len(set(ids[sides.validation]))
    assert held == min(max(round(share * songs), 1), songs - 1)


@given(st.lists(st.sampled_from(["r1", "r2", "r3", "", None]), min_size=6, max_size=30))
def test_no_recording_stands_on_both_sides(groups):
    ids = object_array(f"s{song:02d}" for song in range(len(groups)))
    given_groups = np.array(groups, object)
    distinct = len({group for group in groups if group}) + sum(not group for group in groups)
    if distinct < 2:
        with pytest.raises(EmptyInputError, match="one recording"):
            split(ids, given_groups, validation=0.3, seed=1)
        return
    sides = split(ids, given_groups, validation=0.3, seed=1)
    assert sides.by == "recording"
    left = {group for group in given_groups[sides.training] if group}
    assert not left & set(given_groups[sides.validation])
    assert len(sides.training)
    assert len(sides.validation)


def test_a_group_that_bears_a_songs_name_is_not_that_song():
    ids = object_array(["a", "b", "c", "d", "e"])
    sides = [
        split(ids, np.array([None, "a", "b", "c", "d"], object), validation=0.2, seed=seed)
        for seed in range(40)
    ]
    assert {len(side.validation) for side in sides} == {1}  # five groups, not one chain


def test_the_split_is_seeded_and_varies():
    ids = object_array(f"s{song:02d}" for song in range(30))
    drawn = [tuple(split(ids, None, validation=0.2, seed=seed).validation) for seed in (0, 0, 1)]
    assert drawn[0] == drawn[1] != drawn[2]
    assert len(drawn[0]) == 6


def test_too_few_songs_are_refused():
    four = object_array(["a", "a", "a", "b", "c", "d"])
    with pytest.raises(EmptyInputError, match="at least 5 songs to learn from, got 4"):
        split(four, None, validation=0.2, seed=0)


def test_groups_must_fit():
    ids = object_array(["a", "a", "b", "c", "d", "e"])
    with pytest.raises(InputError, match="5 for 6"):
        split(ids, np.array(list("xxxyz"), object), validation=0.2, seed=0)
    with pytest.raises(InputError, match="'a' is in more than one group"):
        split(ids, np.array(list("xyzxyz"), object), validation=0.2, seed=0)


@given(st.integers(1, 60), st.integers(1, 70), st.integers(0, 5))
def test_every_row_is_drawn_once(count, buffer, seed):
    rows = np.sort(np.random.default_rng(seed).permutation(60)[:count])
    drawn = list(shuffled(rows, buffer, np.random.default_rng(seed)))
    assert np.array_equal(np.sort(np.concatenate(drawn)), rows)
    assert [len(held) for held in drawn[:-1]] == [buffer] * (len(drawn) - 1)


def test_draws_differ_from_each_other_but_not_from_seed_to_seed():
    def draws():
        random = np.random.default_rng(7)
        return [np.concatenate([*shuffled(np.arange(50), 8, random)]).tolist() for _ in range(2)]

    assert draws() == draws()
    first, second = draws()
    assert first != second != list(range(50))


def test_many_rows_are_dealt_in_blocks_of_neighbours(monkeypatch):
    monkeypatch.setattr(_data, "BLOCK_ROWS", 8)
    held = list(shuffled(np.arange(300), 40, np.random.default_rng(0)))
    for rows in held[:3]:
        assert all(len(set(range(start, start + 8)) & set(rows)) in (0, 8)
                   for start in range(0, 296, 8))  # fmt: skip
        assert rows.max() - rows.min() > 40
        assert not (np.diff(rows) > 0).all()


def test_small_sets_are_kept_in_memory_and_large_ones_are_not():
    source = numbered([1] * 300)
    held = cached(source)
    assert held is not source
    assert max(map(len, source.reads)) <= _data.BLOCK_ROWS
    source.reads.clear()
    rows = np.array([299, 0, 5])
    assert np.array_equal(held.read(rows), source.pixels[rows])
    assert not source.reads
    assert cached(source, limit=300 * 96 * 216 - 1) is source


def test_rows_must_be_in_order():
    source = spectrograms(songs=6, clips=2)
    check_rows(source)
    for rows in ([1, 0], [0, 0], [2, 1]):
        with pytest.raises(InputError, match="sorted by song, then clip"):
            check_rows(source.only(rows))
    with pytest.raises(EmptyInputError, match="load-audio"):
        check_rows(source.only([]))
    source.clips = source.clips[:-1]
    with pytest.raises(InputError, match="12 songs but 11 clips"):
        check_rows(source)


@pytest.mark.parametrize(
    "pixels",
    [np.zeros((2, 96, 216)), np.zeros((2, 96, 215), np.uint8), np.zeros((96, 216), np.uint8)],
)
def test_pixels_of_another_kind_are_refused(pixels):
    with pytest.raises(InputError, match="must be uint8 of shape"):
        checked_pixels(pixels)


def test_a_reader_that_gives_too_few_rows_is_refused():
    source = numbered([1] * 8)
    source.pixels = source.pixels[:0]
    source.read = lambda _: source.pixels
    with pytest.raises(InputError, match=r"shape \(8, 96, 216\): got uint8 \(0, 96, 216\)"):
        cached(source)
