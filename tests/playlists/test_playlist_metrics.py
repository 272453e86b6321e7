"""Metrics by hand, against scikit-learn, and by drawing at random."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from songnet.model import Memberships, Vectors
from songnet.playlists import Evidence
from songnet.playlists._bootstrap import intervals
from songnet.playlists._metrics import Judge, chance, clicks, ndcg, r_precision, recall


def hits(*ranks, length=500):
    """A list with hits at these ranks, the first being 1."""
    found = np.zeros(length, bool)
    found[np.array(ranks, int) - 1] = True
    return found


def test_r_precision_counts_the_first_as_many_as_are_hidden():
    assert r_precision(hits(1, 3, 5), 4) == 2 / 4
    assert r_precision(hits(5), 4) == 0
    assert r_precision(hits(1, 2), 2) == 1
    assert r_precision(hits(1, length=1), 3) == 1 / 3, "a short list misses the others"
    assert r_precision(hits(), 3) == 0


def test_ndcg_is_that_of_the_rules():
    # G of three: IDCG = 1 + 1/log2(3) + 1/log2(4) = 1 + 0.63093 + 0.5
    ideal = 1 + 1 / math.log2(3) + 0.5
    assert ndcg(hits(1), 3) == pytest.approx(1 / ideal)
    assert ndcg(hits(2, 4), 3) == pytest.approx((1 / math.log2(3) + 1 / math.log2(5)) / ideal)
    assert ndcg(hits(1, 2, 3), 3) == pytest.approx(1)
    assert ndcg(hits(), 3) == 0
    assert ndcg(hits(1, length=1), 1) == 1


@given(st.lists(st.booleans(), min_size=2, max_size=60), st.integers(0, 20))
def test_ndcg_is_that_of_scikit_learn(found, missed):
    from sklearn.metrics import ndcg_score

    relevant = sum(found) + missed
    if not relevant:
        return
    truth = np.array([*found, *[True] * missed], float)[None]
    order = -np.arange(truth.shape[1], dtype=float)[None]
    expected = ndcg_score(truth, order, k=len(found))
    if relevant <= len(found):
        assert ndcg(np.array(found), relevant) == pytest.approx(expected)


def test_more_than_500_hidden_songs_can_still_be_found_perfectly():
    assert ndcg(np.ones(500, bool), 800) == pytest.approx(1)
    assert r_precision(np.ones(500, bool), 800) == 500 / 800
    assert recall(np.ones(500, bool), 800) == 500 / 800


@pytest.mark.parametrize(
    ("rank", "expected"), [(1, 0), (10, 0), (11, 1), (20, 1), (21, 2), (500, 49)]
)
def test_clicks(rank, expected):
    assert clicks(hits(rank)) == expected
    assert clicks(hits(rank, 500)) == expected


def test_clicks_without_a_hit():
    assert clicks(hits()) == 51
    assert clicks(hits(length=0)) == 51


def test_recall():
    assert recall(hits(7, 450), 5) == 2 / 5


@pytest.mark.parametrize(("relevant", "candidates"), [(1, 8), (3, 40), (5, 700), (60, 900)])
def test_chance_is_what_random_order_scores(relevant, candidates):
    random = np.random.default_rng(0)
    drawn = [
        random.permutation(candidates)[:500] < relevant for _ in range(4_000)
    ]  # the first `relevant` songs are those to be found
    expected = chance(relevant, candidates)
    for measured, exact in (
        ([r_precision(each, relevant) for each in drawn], expected.r_precision),
        ([ndcg(each, relevant) for each in drawn], expected.ndcg),
        ([clicks(each) for each in drawn], expected.clicks),
    ):
        error = np.std(measured) / math.sqrt(len(measured))
        assert abs(np.mean(measured) - exact) <= 4 * error + 1e-12


@pytest.fixture
def judge():
    """Songs a in 4 lists of 4, b in 2 of them, c in 1 (with b), z in none."""
    lists = {"p1": "abc", "p2": "ab", "p3": "a", "p4": "a"}
    pairs = [(name, song) for name, songs in lists.items() for song in songs]
    vectors = Vectors.from_rows("ear", "abz", [[1, 0], [0, 2], [0, 0]])
    memberships = Memberships.from_pairs(*zip(*pairs, strict=True))
    return Judge.of(Evidence.of(memberships, vectors=vectors, songs="z"))


def test_diversity_is_the_distance_of_lists(judge):
    a, b, c, z = range(4)
    assert judge.diversity(np.array([a, b])) == pytest.approx(1 - 2 / math.sqrt(4 * 2))
    assert judge.diversity(np.array([b, c, z])) == pytest.approx(1 - (1 / math.sqrt(2)) / 3)
    assert judge.diversity_of_sound(np.array([a, b])) == pytest.approx(1)
    assert math.isnan(judge.diversity(np.array([a])))
    assert math.isnan(judge.diversity_of_sound(np.array([a, c, z]))), "one of them is heard"


def test_novelty_is_in_bits(judge):
    assert judge.novelty(np.array([0])) == 0
    assert judge.novelty(np.array([0, 1, 2])) == pytest.approx((0 + 1 + 2) / 3)
    assert judge.novelty(np.array([3])) == 2, "a song of no list counts as one of one"
    assert math.isnan(judge.novelty(np.array([], int)))


def test_popularity_bias_is_a_difference_of_percentiles(judge):
    # from the rarest: z 1/8, c 3/8, b 5/8, a 7/8
    assert judge.popularity_bias(np.array([0, 1]), np.array([2])) == pytest.approx(6 / 8 - 3 / 8)
    assert judge.popularity_bias(np.array([3]), np.array([0])) == pytest.approx(-6 / 8)
    assert math.isnan(judge.popularity_bias(np.array([], int), np.array([0])))


def by_artists(*artists):
    names = [f"s{place:02d}" for place in range(len(artists))]
    whole = Evidence.of(Memberships.from_pairs(["p"] * len(names), names))
    return Judge.of(whole, np.array(artists, object))


def test_an_artist_of_what_was_hidden_is_a_quarter_of_a_song():
    # 0 to 3 are hidden; of the first four 0 is one of them, 4 and 5 are by their artists.
    judge = by_artists("A", "B", "C", None, "b", "  B", "d", None, "C")
    hidden, ranked = np.arange(4), np.array([4, 0, 5, 7, 8])
    found = np.isin(ranked, hidden)
    assert r_precision(found, 4) == 1 / 4
    assert judge.r_precision_artist(found, ranked, hidden) == (1 + 0.25) / 4, "B counts once"
    ranked = np.array([8, 4, 6])
    none = np.zeros(3, bool)
    assert judge.r_precision_artist(none, ranked, hidden) == (0.25 + 0.25) / 4
    assert judge.r_precision_artist(none[:0], ranked[:0], hidden) == 0


def test_all_that_was_hidden_first_is_one_whatever_the_artists():
    judge = by_artists("A", "A", "B", "A")
    ranked = np.array([2, 0, 1, 3])
    assert judge.r_precision_artist(np.array([True, True, True, False]), ranked, ranked[:3]) == 1


def test_without_an_artist_there_is_nothing_to_say_of_artists():
    judge = by_artists(None, None, "A")
    assert math.isnan(judge.r_precision_artist(np.array([True]), np.array([0]), np.array([0, 1])))
    unknown = Judge.of(Evidence.of(Memberships.from_pairs(["p"], ["a"])))
    assert math.isnan(unknown.r_precision_artist(np.array([True]), np.array([0]), np.array([0])))


def test_songs_as_popular_have_one_percentile():
    memberships = Memberships.from_pairs(["p"] * 4, "abcd")
    assert Judge.of(Evidence.of(memberships)).percentiles.tolist() == [0.5] * 4


def test_intervals_are_those_of_the_bootstrap():
    random = np.random.default_rng(1)
    values = random.exponential(size=400)
    alone = np.arange(400)
    (low, high), again = (intervals({"x": values}, alone, seed=seed)["x"] for seed in (0, 0))
    assert (low, high) == again
    error = values.std() / 20
    assert low == pytest.approx(values.mean() - 1.96 * error, abs=0.3 * error)
    assert high == pytest.approx(values.mean() + 1.96 * error, abs=0.3 * error)


def test_what_is_drawn_together_is_less_sure():
    values = np.repeat(np.random.default_rng(2).random(50), 8)
    alone = intervals({"x": values}, np.arange(400), seed=0)["x"]
    together = intervals({"x": values}, np.repeat(np.arange(50), 8), seed=0)["x"]
    widths = [high - low for low, high in (alone, together)]
    assert widths[1] == pytest.approx(widths[0] * math.sqrt(8), rel=0.15)
    assert intervals({}, np.arange(3), seed=0) == {}


def test_blocks_change_nothing(monkeypatch):
    values, alone = np.random.default_rng(3).random(30), np.arange(30)
    whole = intervals({"x": values, "y": -values}, alone, seed=5)
    monkeypatch.setattr("songnet.playlists._bootstrap.BLOCK", 100)
    for name, ends in intervals({"x": values, "y": -values}, alone, seed=5).items():
        assert ends == pytest.approx(whole[name])
    assert whole["y"] == pytest.approx(tuple(-end for end in reversed(whole["x"])))
