"""Folds: nothing of a recording on both sides, the same as scikit-learn's, in any order."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pytest
from evaluation_samples import Labelled
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.model_selection import StratifiedGroupKFold

from songnet.encoders.evaluation import make_folds
from songnet.errors import EmptyInputError, InputError, UsageError


@st.composite
def songs(draw):
    count = draw(st.integers(30, 70))
    labels = draw(st.lists(st.sampled_from("abcd"), min_size=count, max_size=count))
    groups = draw(
        st.lists(
            st.one_of(st.none(), st.integers(0, 25).map("r{}".format)),
            min_size=count,
            max_size=count,
        )
    )
    return [f"s{number:02d}" for number in range(count)], labels, groups


def spread(names, labels, groups):
    """Label -> its recordings, by hand."""
    found = defaultdict(set)
    for song, label, group in zip(names, labels, groups, strict=True):
        found[label].add(group or song)
    return found


def folds_or_none(names, labels, groups, **options):
    try:
        return make_folds(names, labels, groups, **options)
    except (EmptyInputError, InputError):
        return None


@settings(max_examples=40)
@given(songs(), st.integers(0, 2**32 - 1))
def test_no_recording_is_learnt_from_and_asked_about(world, seed):
    names, labels, groups = world
    folds = folds_or_none(*world, seed=seed, shuffles=2)
    if folds is None:
        return
    for _, known, asked in folds.splits():
        left = {groups[row] or names[row] for row in folds.rows[known]}
        right = {groups[row] or names[row] for row in folds.rows[asked]}
        assert not left & right
        assert len(known) + len(asked) == len(folds.rows)
        assert len({labels[row] for row in folds.rows[known]}) > 1


@settings(max_examples=40)
@given(songs())
def test_every_song_of_a_kept_class_is_asked_about_once_per_shuffle(world):
    _, labels, _ = world
    folds = folds_or_none(*world, shuffles=3)
    recordings = spread(*world)
    kept = {label for label, found in recordings.items() if len(found) >= 5}
    if folds is None:
        return
    assert folds.classes == tuple(sorted(kept))
    assert folds.left_out == {label: labels.count(label) for label in set(labels) - kept}
    assert folds.sizes == {label: labels.count(label) for label in sorted(kept)}
    assert [labels[row] for row in folds.rows] == [folds.classes[at] for at in folds.labels]
    asked = np.zeros((3, len(folds.rows)), int)
    for shuffle, _, rows in folds.splits():
        asked[shuffle, rows] += 1
    assert (asked == 1).all()


@settings(max_examples=30)
@given(songs(), st.randoms(use_true_random=False))
def test_the_order_of_the_songs_does_not_matter(world, random):
    folds = folds_or_none(*world, shuffles=2)
    rows = list(zip(*world, strict=True))
    random.shuffle(rows)
    turned = folds_or_none(*map(list, zip(*rows, strict=True)), shuffles=2)
    if folds is None:
        assert turned is None
        return
    names = [row[0] for row in rows]
    first = {world[0][row]: tuple(column) for row, column in zip(folds.rows, folds.fold.T)}  # noqa: B905
    second = {names[row]: tuple(column) for row, column in zip(turned.rows, turned.fold.T)}  # noqa: B905
    assert first == second


def test_they_are_those_of_scikit_learn_for_the_recorded_seeds():
    world = Labelled()
    folds = make_folds(world.songs, world.labels, world.groups, seed=3)
    assert folds.seeds == (15, 16, 17, 18, 19)
    for shuffle, seed in enumerate(folds.seeds):
        cutter = StratifiedGroupKFold(5, shuffle=True, random_state=seed)
        asked = [rows for _, rows in cutter.split(world.songs, world.labels, world.groups)]
        for number, rows in enumerate(asked):
            assert np.flatnonzero(folds.fold[shuffle] == number).tolist() == rows.tolist()


def test_seeds_are_other_shuffles_and_one_seed_is_always_the_same():
    world = Labelled()
    by_seed = [make_folds(world.songs, world.labels, world.groups, seed=seed) for seed in (0, 0, 1)]
    np.testing.assert_array_equal(by_seed[0].fold, by_seed[1].fold)
    assert not set(by_seed[0].seeds) & set(by_seed[2].seeds)
    assert (by_seed[0].fold != by_seed[2].fold).any()
    assert len({tuple(row) for row in by_seed[0].fold}) == 5


def test_seeds_stay_within_what_scikit_learn_takes():
    world = Labelled()
    folds = make_folds(world.songs, world.labels, world.groups, seed=2**32 - 1, shuffles=7)
    assert all(0 <= seed < 2**32 for seed in folds.seeds)
    assert len(set(folds.seeds)) == 7


@pytest.mark.parametrize("nothing", [None, "", float("nan")])
def test_a_song_without_a_recording_is_one_of_its_own(nothing):
    world = Labelled()
    alone = make_folds(world.songs, world.labels, [nothing] * len(world.songs))
    own = make_folds(world.songs, world.labels, world.songs)
    np.testing.assert_array_equal(alone.fold, own.fold)
    assert alone.groups.tolist() == list(range(len(world.songs)))


def test_a_recording_named_after_a_song_holds_that_song():
    world = Labelled()
    groups = [None] * len(world.songs)
    groups[7] = world.songs[3]
    folds = make_folds(world.songs, world.labels, groups)
    assert folds.groups[7] == folds.groups[3]
    assert len(set(folds.groups)) == len(world.songs) - 1


def test_a_label_on_four_recordings_is_left_out_and_one_on_five_is_not():
    songs = [f"s{number:02d}" for number in range(20)]
    labels = ["five"] * 6 + ["four"] * 7 + ["seven"] * 7
    groups = ["a", "a", "b", "c", "d", "e", "f", "f", "f", "f", "g", "h", "i"] + [None] * 7
    folds = make_folds(songs, labels, groups)
    assert folds.left_out == {"four": 7}
    assert folds.sizes == {"five": 6, "seven": 7}
    assert folds.rows.tolist() == [*range(6), *range(13, 20)]


def test_fewer_than_two_labels_are_nothing_to_tell_apart():
    songs = [f"s{number:02d}" for number in range(12)]
    with pytest.raises(EmptyInputError, match=r"5 recordings: 1 of 2 labels are"):
        make_folds(songs, ["a"] * 8 + ["b"] * 4, [None] * 12)
    with pytest.raises(EmptyInputError, match="0 of 0 labels"):
        make_folds([], [], [])


def test_recordings_that_leave_one_label_to_learn_from_are_refused():
    # Balance of the b's brings every recording with an a into one fold.
    sizes = [("a", 100, "big")]
    sizes += [("b", 50, f"b{number}") for number in range(4)]
    sizes += [(label, n, f"m{m}") for m in range(4) for label, n in (("a", 1), ("b", 5))]
    labels = [label for label, count, _ in sizes for _ in range(count)]
    groups = [group for _, count, group in sizes for _ in range(count)]
    with pytest.raises(InputError, match="too uneven"):
        make_folds([f"s{number:03d}" for number in range(len(labels))], labels, groups)


@pytest.mark.parametrize("missing", [None, "", float("nan")])
def test_songs_without_a_label_are_refused(missing):
    world = Labelled()
    labels = [missing, *world.labels[1:]]
    with pytest.raises(InputError, match="1 of 64 have none"):
        make_folds(world.songs, labels, world.groups)


def test_what_is_out_of_range_is_refused():
    world = Labelled()
    with pytest.raises(UsageError, match="--seed must be from 0"):
        make_folds(world.songs, world.labels, world.groups, seed=-1)
    with pytest.raises(UsageError, match="--seed must be from 0"):
        make_folds(world.songs, world.labels, world.groups, seed=2**32)
    with pytest.raises(UsageError, match="shuffles must be at least 1: got 0"):
        make_folds(world.songs, world.labels, world.groups, shuffles=0)
    with pytest.raises(InputError, match="one length: got 64, 64, 63"):
        make_folds(world.songs, world.labels, world.groups[1:])
