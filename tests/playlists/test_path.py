"""The way between waypoints is smooth, in sound and in the graph."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from songnet.errors import InputError, StateError, UsageError
from songnet.model import Memberships, Vectors, object_array
from songnet.playlists import METHODS, NOTHING, Evidence, Facts, Options, Picking, Rules, path
from songnet.playlists._methods import path_scorer
from songnet.playlists._path import between, great_circle


def ids(count):
    return object_array(f"s{n:03}" for n in range(count))


def facts(count):
    none = object_array([None] * count)
    return Facts(none, none, np.full(count, -1, np.int64), none)


def heard(values, memberships=None):
    vectors = Vectors("ear", ids(len(values)), np.asarray(values, np.float32))
    return Evidence.of(memberships, vectors=vectors)


def chain(songs=60, width=6):
    """Playlists along a line: each holds songs that are near each other."""
    pairs = [(f"p{at:03}", f"s{n:03}") for at in range(songs - width + 1)
             for n in range(at, at + width)]  # fmt: skip
    return Memberships.from_pairs(*zip(*pairs, strict=True))


def way(evidence, waypoints, length, **options):
    picking = Picking(Rules(length=length), facts(len(evidence)), evidence.songs)
    for song in waypoints:
        picking.take(song)
    return path(path_scorer(evidence, Options(**options)), np.array(waypoints), picking)


@given(st.floats(0, 1), st.floats(0.01, 3.1))
def test_the_great_circle_turns_evenly(fraction, angle):
    start, end = np.array([1.0, 0, 0]), np.array([np.cos(angle), np.sin(angle), 0])
    found = great_circle(start, end, fraction)
    turned = [np.cos(fraction * angle), np.sin(fraction * angle), 0]
    assert found == pytest.approx(turned, abs=1e-6)


def test_between_opposites_and_equals_there_is_still_a_direction():
    one = np.array([1.0, 0])
    assert great_circle(one, one, 0.3).tolist() == [1, 0]
    assert great_circle(one, -one, 0.3).tolist() == [1, 0]
    assert great_circle(one, -one, 0.7).tolist() == [-1, 0]


def test_through_sound_it_is_smooth_and_leads_from_one_to_the_other():
    drawn = np.random.default_rng(0)
    values = drawn.normal(size=(600, 8))
    evidence = heard(values)
    (steps,) = way(evidence, [0, 1], 22)
    songs = [0, *(step.song for step in steps), 1]
    unit = evidence.directions.astype(np.float64)
    beside = np.mean([unit[a] @ unit[b] for a, b in pairwise(songs)])
    pairs = drawn.integers(0, 600, (2000, 2))
    chance = (unit[pairs[:, 0]] * unit[pairs[:, 1]]).sum(axis=1)
    assert beside > chance.mean() + 1.5 * chance.std()
    nearer = unit[songs] @ (unit[1] - unit[0])
    assert np.corrcoef(np.arange(len(songs)), nearer)[0, 1] > 0.9
    assert [step.fraction for step in steps] == pytest.approx(np.arange(1, 21) / 21)


def test_songs_on_the_way_itself_are_found_in_their_order():
    angle = np.linspace(0, 2, 41)
    evidence = heard(np.column_stack([np.cos(angle), np.sin(angle)]))
    (steps,) = way(evidence, [0, 40], 9)
    # Seven between: at eighths of forty.
    assert [step.song for step in steps] == [5, 10, 15, 20, 25, 30, 35]


def test_through_playlists_it_begins_among_the_likes_of_one_and_ends_among_those_of_the_other():
    evidence = Evidence.of(chain())
    (steps,) = way(evidence, [20, 32], 14)
    songs = [step.song for step in steps]
    assert songs == sorted(songs)
    assert np.mean(songs[:4]) < 26 < np.mean(songs[-4:])
    assert abs(np.mean(songs) - 26) < 5


@given(st.floats(0.05, 0.95), st.integers(5, 40))
def test_where_walks_thin_out_evenly_a_song_at_a_fraction_is_at_that_fraction(fraction, steps):
    at = np.arange(steps + 1)
    found = between((np.exp(-0.7 * at), np.exp(-0.7 * (steps - at))), fraction)
    assert abs(int(np.argmax(found)) - fraction * steps) <= 0.5 + 1e-9


def test_who_is_met_from_one_end_alone_comes_after_who_is_met_from_both():
    start, end = np.array([0.5, 0.2, 0.0, 0.3, 0.0]), np.array([0.0, 0.2, 0.5, 0.0, 0.0])
    found = between((start, end), 0.5)
    assert np.argmax(found) == 1
    assert (found > NOTHING).tolist() == [True, True, True, True, False]


def test_both_are_blended_by_weight():
    angle = np.linspace(0, 2, 60)
    circle = np.column_stack([np.cos(angle), np.sin(angle)])[::-1]
    evidence = heard(circle, chain())
    by_sound, by_both, by_graph = (
        [step.song for step in way(evidence, [10, 50], 12, weight=weight)[0]]
        for weight in (1.0, 0.5, 0.0)
    )
    assert by_sound == [step.song for step in way(heard(circle), [10, 50], 12)[0]]
    assert by_graph == [step.song for step in way(Evidence.of(chain()), [10, 50], 12)[0]]
    assert by_both not in (by_sound, by_graph)


def test_songs_are_spread_over_the_gaps():
    evidence = heard(np.random.default_rng(4).normal(size=(200, 5)))
    gaps = way(evidence, [0, 1, 2, 3], 12)
    assert [len(gap) for gap in gaps] == [3, 3, 2]
    assert {(step.left, step.right) for step in gaps[1]} == {(1, 2)}


def test_a_waypoint_without_a_vector_goes_by_the_graph():
    values = np.random.default_rng(5).normal(size=(60, 4))
    values[30] = 0
    evidence = heard(values, chain())
    first, second = way(evidence, [10, 30, 50], 11)
    assert first
    assert second
    assert np.mean([step.song for step in second]) > np.mean([step.song for step in first])


def test_what_cannot_be_a_way_is_refused():
    values = np.random.default_rng(6).normal(size=(20, 4))
    values[3] = 0
    evidence = heard(values)
    with pytest.raises(UsageError, match="a path needs two seeds or more"):
        way(evidence, [1], 5)
    with pytest.raises(InputError, match="nothing is known of the seed 's003'"):
        way(evidence, [1, 3], 5)
    with pytest.raises(StateError, match="the method path needs playlists or sound"):
        METHODS["path"].make(Evidence.of(songs=["a", "b"]))


@pytest.mark.parametrize("seeds", [[7], [7, 50], [3, 20, 40], list(range(0, 60, 3))])
def test_the_scorer_takes_the_best_of_points_along_the_way(seeds):
    evidence = heard(np.random.default_rng(7).normal(size=(60, 4)), chain())
    scorer = METHODS["path"].make(evidence)
    found = scorer([np.array(seeds)])[0]
    last = len(seeds) - 1
    points = np.linspace(0, last, 8 if last else 1)
    if len(seeds) >= 8:
        points = np.round(points)
    walks = scorer.walks(np.array(seeds))
    expected = np.full(60, NOTHING)
    for point in points:
        left, right = int(point), min(int(np.ceil(point)), last)
        ends = (seeds[left], seeds[right])
        fit = scorer.at(ends, (walks[left], walks[right]), point - left)
        expected = np.maximum(expected, fit)
    assert found == pytest.approx(expected)


def test_each_set_of_seeds_is_scored_for_itself():
    evidence = heard(np.random.default_rng(8).normal(size=(60, 4)), chain())
    scorer = METHODS["path"].make(evidence)
    sets = [np.array([1, 2]), np.array([30]), np.array([5, 9, 40])]
    together = scorer(sets)
    for row, seeds in zip(together, sets, strict=True):
        assert row == pytest.approx(scorer([seeds])[0])
