"""Groups against random groups, near-duplicates, silence."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from songnet import diversity
from songnet.diversity import _chance
from songnet.diversity._chance import Chance
from songnet.errors import UsageError
from songnet.model import Vectors
from songnet.networks import _cosine


def random_vectors(songs, dimensions, seed=0):
    return np.random.default_rng(seed).normal(size=(songs, dimensions)).astype(np.float32)


# --- random groups ------------------------------------------------------------------------------


def test_random_groups_of_two_score_as_all_pairs_do():
    values = random_vectors(30, 4)
    pairs = [diversity.scores(values[list(pair)]) for pair in itertools.combinations(range(30), 2)]
    vendi, distance, rank = Chance.of(values, [2]).at(2)
    for expected, key in ((vendi, "vendi"), (distance, "mean_distance"), (rank, "effective_rank")):
        all_of_them = [getattr(pair, key) for pair in pairs]
        low, high = np.percentile(all_of_them, [5, 95])
        error = np.std(all_of_them) / np.sqrt(99)
        assert expected.mean == pytest.approx(np.mean(all_of_them), abs=4 * error)
        assert low - 0.2 < expected.low < expected.mean < expected.high < high + 0.2


def test_a_random_group_of_all_songs_is_all_songs():
    values = random_vectors(20, 5)
    whole = diversity.scores(values)
    vendi, distance, _ = Chance.of(values, [20]).at(20)
    assert (vendi.mean, vendi.low, vendi.high) == pytest.approx([whole.vendi] * 3)
    assert distance.mean == pytest.approx(whole.mean_distance)


def test_draws_hang_on_the_seed_and_the_size_alone():
    values = random_vectors(40, 5)
    one = Chance.of(values, [3, 10, 25], seed=4)
    assert Chance.of(values, [10, 10], seed=4).at(10) == one.at(10)
    assert Chance.of(values, [10], seed=5).at(10) != one.at(10)


def test_between_sizes_that_are_drawn_scores_are_interpolated():
    values = random_vectors(400, 20)
    sizes = range(2, 200)
    every = Chance.of(values, [10, 30, 70, 150])
    some = Chance.of(values, sizes)
    assert 15 < len(some.sizes) <= 24
    assert (some.sizes[0], some.sizes[-1]) == (2, 199)
    for size in (10, 30, 70, 150):
        assert some.at(size)[0].mean == pytest.approx(every.at(size)[0].mean, rel=0.03)


def test_what_takes_long_is_drawn_less_often(monkeypatch):
    assert Chance.of(random_vectors(50, 4), [10]).samples.tolist() == [99]
    monkeypatch.setattr(_chance, "WORK", 1)
    assert Chance.of(random_vectors(50, 4), [10]).samples.tolist() == [19]


def test_groups_from_the_most_to_the_least_diverse():
    random = np.random.default_rng(0)
    values = random_vectors(200, 10)
    values[150:180] = values[150] + 0.05 * random.normal(size=(30, 10))
    groups = [np.arange(150, 180), np.arange(0, 60, 2), np.arange(180, 199), np.array([3])]
    ranked, chance = diversity.rank_groups(values, groups, seed=1)
    assert [group.number for group in ranked][-1] == 0
    assert {group.number for group in ranked} == {0, 1, 2}
    for group in ranked:
        rows = groups[group.number]
        assert group.songs == len(rows)
        assert group.scores == diversity.scores(values[rows])
        assert (group.vendi, group.mean_distance, group.effective_rank) == chance.at(len(rows))
        assert group.relative == group.scores.vendi / group.vendi.mean
    narrow = ranked[-1]
    assert narrow.scores.vendi < narrow.vendi.low
    assert ranked[0].relative > 0.9
    assert narrow.relative < 0.5


def test_the_order_of_songs_in_a_group_does_not_matter():
    values = random_vectors(50, 6)
    rows = np.array([4, 40, 7, 22, 31])
    one, other = (diversity.rank_groups(values, [order])[0] for order in (rows, rows[::-1]))
    assert one == other


def test_no_group_at_all():
    ranked, chance = diversity.rank_groups(random_vectors(5, 3), [np.array([1])])
    assert ranked == []
    assert len(chance.sizes) == 0


# --- near-duplicates ----------------------------------------------------------------------------


def by_hand(vectors, cosine):
    wide = np.asarray(vectors.values, np.float64)
    found = []
    for i, j in itertools.combinations(range(len(wide)), 2):
        lengths = np.linalg.norm(wide[i]) * np.linalg.norm(wide[j])
        if lengths and wide[i] @ wide[j] / lengths >= cosine:
            found.append((-wide[i] @ wide[j] / lengths, vectors.songs[i], vectors.songs[j]))
    return sorted(found)


@pytest.mark.parametrize("block", [1, 100, 1 << 24])
@pytest.mark.parametrize("cosine", [0.2, 0.6, 0.9])
def test_pairs_that_are_nearly_the_same(monkeypatch, block, cosine):
    monkeypatch.setattr(_cosine, "BLOCK", block)
    values = random_vectors(40, 4)
    values[7] = 0
    vectors = Vectors.from_rows("enc", [f"s{i:02}" for i in range(40)], values)
    pairs = by_hand(vectors, cosine)
    found = diversity.near_duplicates(vectors, cosine=cosine, top=5)
    assert found.pairs == len(pairs) >= 5
    assert found.songs == len({song for _, *both in pairs for song in both})
    nearest = [(first, second) for _, first, second in pairs[:5]]
    assert list(zip(found.first, found.second, strict=True)) == nearest
    assert found.cosines == pytest.approx([-pair[0] for pair in pairs[:5]], abs=1e-8)


def test_copies_are_all_there_and_tie_by_id():
    values = np.concatenate([np.eye(3), np.eye(3) * 5, np.eye(3)]).astype(np.float32)
    vectors = Vectors.from_rows("enc", "abcdefghi", values)
    found = diversity.near_duplicates(vectors, top=4)
    assert (found.pairs, found.songs) == (9, 9)
    assert found.cosines.tolist() == [1, 1, 1, 1]
    pairs = list(zip(found.first, found.second, strict=True))
    assert pairs == [("a", "d"), ("a", "g"), ("b", "e"), ("b", "h")]


def test_nothing_is_near():
    found = diversity.near_duplicates(Vectors.from_rows("enc", "ab", [[1.0, 0.0], [0.0, 1.0]]))
    assert (found.pairs, found.songs, len(found.cosines)) == (0, 0, 0)
    zero = diversity.near_duplicates(Vectors.from_rows("enc", "ab", np.zeros((2, 3))))
    assert zero.pairs == 0


@pytest.mark.parametrize("cosine", [0, -0.1, 1.01, float("nan")])
def test_a_cosine_out_of_range_is_refused(cosine):
    vectors = Vectors.from_rows("enc", "ab", [[1.0, 0.0], [0.0, 1.0]])
    with pytest.raises(UsageError, match="above 0 and at most 1"):
        diversity.near_duplicates(vectors, cosine=cosine)


# --- silence ------------------------------------------------------------------------------------


def test_silent_and_nearly_silent_clips():
    clips = np.zeros((6, 96, 216), np.uint8)
    clips[1, 50, 7] = 200  # one click
    clips[2, :, :108] = 255  # half of it
    clips[3, :, :107] = 255  # a little less than half
    clips[4] = 63  # -60.2 dB throughout
    clips[5, 3, :] = 64  # -59.9 dB throughout
    found = diversity.loudness(clips)
    assert found.silent.tolist() == [True, False, False, False, False, False]
    assert found.nearly_silent.tolist() == [False, True, False, True, True, False]
    assert found.peak[[0, 2]].tolist() == [-80, 0]
    assert found.peak[5] == pytest.approx(-80 + 64 * 80 / 255)
    assert found.empty[[0, 1, 2, 4]] == pytest.approx([1, 215 / 216, 0.5, 0])


def test_no_clips():
    found = diversity.loudness(np.empty((0, 96, 216), np.uint8))
    assert len(found.silent) == len(found.nearly_silent) == 0
