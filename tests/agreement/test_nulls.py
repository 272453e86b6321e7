"""Shuffles: exact means, uniform p under the null, power, and what artists alone can do."""

from __future__ import annotations

import json
from dataclasses import asdict, fields, replace
from itertools import permutations, product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from songnet.agreement import Null, Scores, contingency, expected, null_scores, scores, shuffled
from songnet.agreement import _nulls as nulls
from songnet.errors import InputError, UsageError

NAMES = [field.name for field in fields(Scores)]
ARTISTS, SONGS_EACH = 40, 4


def by_artists(seed):
    """Two labelings that agree on whole artists and on nothing inside of them."""
    random = np.random.default_rng([7, seed])
    artist = np.repeat(np.arange(ARTISTS), SONGS_EACH)
    home = random.integers(0, 4, ARTISTS)[artist]
    a, b = (
        np.where(random.random(len(artist)) < 0.6, home, random.integers(0, 4, len(artist)))
        for _ in range(2)
    )
    return a, b, artist


def planted(seed, *, share):
    """Two labelings that are alike for a share of songs, whoever their artist."""
    random = np.random.default_rng([8, seed])
    a, other = random.integers(0, 4, 160), random.integers(0, 4, 160)
    return a, np.where(random.random(160) < share, a, other), random.integers(0, 40, 160)


def p_values(draw, trials, *, grouped):
    found = []
    for trial in range(trials):
        a, b, groups = draw(trial)
        null = shuffled(a, b, groups if grouped else None, samples=19, seed=trial)
        found.append({name: null.scores[name].p for name in NAMES})
    return {name: np.array([each[name] for each in found]) for name in NAMES}


def assert_uniform(p):
    counts = np.bincount(np.rint(p * 20).astype(int), minlength=21)[1:]
    assert stats.chisquare(counts).pvalue > 1e-3, counts


def test_p_is_uniform_where_labels_are_independent():
    found = p_values(lambda trial: planted(trial, share=0.0), 600, grouped=False)
    for name in ("ami", "vi", "element_centric"):
        assert_uniform(found[name])


def test_p_within_artists_is_uniform_where_agreement_is_made_of_artists_alone():
    found = p_values(by_artists, 600, grouped=True)
    for name in ("ami", "vi", "element_centric"):
        assert_uniform(found[name])


def test_the_plain_shuffle_takes_shared_artists_for_agreement():
    found = p_values(by_artists, 40, grouped=False)
    assert (found["ami"] == 0.05).mean() > 0.9


@pytest.mark.parametrize("grouped", [False, True])
def test_planted_agreement_is_found_also_within_artists(grouped):
    found = p_values(lambda trial: planted(trial, share=0.4), 30, grouped=grouped)
    for name in NAMES:
        assert (found[name] == 0.05).mean() > 0.9, name


def test_many_shuffles_have_the_exact_mean():
    a, b, _ = planted(0, share=0.3)
    null = shuffled(a, b, samples=600)
    for name, exact in asdict(expected(contingency(a, b))).items():
        score = null.scores[name]
        assert abs(score.mean - exact) <= 4 * score.sd / np.sqrt(600) + 1e-12, name


def test_shuffles_within_groups_have_the_mean_over_all_of_them():
    a, b = [0, 1, 1, 0, 1, 0, 2, 0], [0, 1, 0, 1, 0, 0, 1, 0]
    groups = ["x", "x", "x", "y", "y", None, "z", ""]
    every = []
    for first, second in product(permutations(b[:3]), permutations(b[3:5])):
        every.append(asdict(scores(contingency(a, [*first, *second, *b[5:]]))))
    null = shuffled(a, b, groups, samples=1500)
    for name in NAMES:
        exact = np.mean([each[name] for each in every])
        score = null.scores[name]
        assert abs(score.mean - exact) <= 4 * score.sd / np.sqrt(1500) + 1e-12, name
    # Songs 5 and 7 have no artist, song 6 is the only one of hers.
    assert null.movable == 5 / 8


@given(
    st.lists(
        st.tuples(st.integers(0, 3), st.integers(0, 3), st.sampled_from(["x", "y", "z", None, ""])),
        min_size=1,
        max_size=40,
    )
)
def test_a_shuffle_stays_in_its_group_and_moves_no_one_without(songs):
    a, b = (np.array([song[side] for song in songs]) for side in (0, 1))
    groups = np.array([song[2] or None for song in songs], dtype=object)
    shuffle = nulls._Shuffle(a, b, nulls.group_codes(groups, len(songs)))
    drawn = shuffle.draw([0, 0])
    for name in ("x", "y", "z"):
        mine = groups == name
        assert sorted(drawn[mine]) == sorted(b[mine])
    alone = np.array([group is None for group in groups])
    assert (drawn[alone] == b[alone]).all()
    free = [
        len({*a[groups == group]}) > 1 and len({*b[groups == group]}) > 1 if group else False
        for group in groups
    ]
    assert shuffle.movable == sum(free) / len(songs)


def test_groups_are_texts_or_numbers():
    a, b, artist = planted(0, share=0.2)
    texts = np.array([f"artist {number}" if number else "" for number in artist], dtype=object)
    by_text = shuffled(a, b, texts, samples=9)
    assert shuffled(a, b, np.where(artist, artist, -1), samples=9) == by_text
    assert shuffled(a, b, np.where(artist, artist, np.nan), samples=9) == by_text


@pytest.mark.parametrize(
    "groups",
    [
        [0, 7, 0, -1],
        [0.0, 7.0, 0.0, np.nan],
        ["x", "y", "x", ""],
        np.array(["x", "y", "x", None], dtype=object),
    ],
    ids=["whole", "float", "text", "object"],
)
def test_groups_are_numbered_as_they_come_and_no_group_is_minus_one(groups):
    assert nulls.group_codes(groups, 4).tolist() == [0, 1, 0, -1]


def test_where_no_song_can_move_every_shuffle_is_what_was_observed():
    a, b, _ = planted(0, share=0.3)
    null = shuffled(a, b, np.arange(len(a)), samples=9)
    assert null.movable == 0
    assert {(score.p, score.z, score.sd) for score in null.scores.values()} == {(1.0, None, 0.0)}
    assert null.scores["ami"].mean == scores(contingency(a, b)).ami
    assert shuffled([0, 0], [0, 1], samples=2).movable == 0
    assert shuffled([0, 1], [0, 1], [None, None], samples=2).movable == 0


def test_the_same_seed_gives_the_same_and_another_another():
    a, b, artist = planted(0, share=0.1)
    first = shuffled(a, b, artist, samples=9, seed=3)
    assert shuffled(a, b, artist, samples=9, seed=3) == first
    assert shuffled(a, b, artist, samples=9, seed=4) != first


def test_z_p_and_percentiles_by_hand():
    def score(value):
        return Scores(**dict.fromkeys(NAMES, value))

    found = null_scores(score(0.5), [score(value) for value in (0.1, 0.3, 0.5, 0.7)])
    assert found["ami"].p == 3 / 5
    assert found["vi"].p == 4 / 5
    assert found["ami"].mean == pytest.approx(0.4)
    assert found["ami"].sd == pytest.approx(np.sqrt(0.2 / 3))
    assert found["ami"].z == pytest.approx(0.1 / np.sqrt(0.2 / 3))
    assert (found["ami"].low, found["ami"].high) == pytest.approx((0.115, 0.685))
    alone = null_scores(score(0.5), [score(0.1)])["ami"]
    assert (alone.sd, alone.z, alone.p) == (0, None, 0.5)


def test_it_can_be_kept_as_json():
    a, b, artist = planted(0, share=0.1)
    null = shuffled(a, b, artist, samples=5, seed=2)
    text = json.dumps(null.to_json(), allow_nan=False)
    assert Null.from_json(json.loads(text)) == null
    made_anew = replace(null, movable=None, rewired="leiden")
    assert Null.from_json(json.loads(json.dumps(made_anew.to_json()))) == made_anew
    assert list(null.to_json()) == ["samples", "seed", "movable", "rewired", *NAMES]
    with pytest.raises(InputError, match="no null distribution"):
        Null.from_json({"samples": 5})
    with pytest.raises(InputError, match="no null distribution"):
        Null.from_json(null.to_json() | {"ami": {"mean": 0}})


def test_bad_input():
    with pytest.raises(InputError, match=r"groups must be one per song, shape \(2,\): got \(3,\)"):
        shuffled([0, 1], [0, 1], ["x", "y", "z"])
    with pytest.raises(UsageError, match="--samples must be at least 1: got 0"):
        shuffled([0, 1], [0, 1], samples=0)
    with pytest.raises(InputError, match="as many labels"):
        shuffled([0, 1], [0, 1, 1])
