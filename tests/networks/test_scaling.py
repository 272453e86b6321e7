"""Scaled neighbours against the papers' formulas, in exact arithmetic and pair by pair."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from songnet.errors import EmptyInputError, UsageError
from songnet.model import Vectors
from songnet.networks import SCALINGS, _proximity, hubs, nearest
from songnet.networks._cosine import Directions, norms
from songnet.networks._proximity import MutualProximity

SCALED = ["mutual-proximity", "local-scaling"]
small = hnp.arrays(
    np.float32,
    st.tuples(st.integers(2, 12), st.integers(1, 4)),
    elements=st.integers(-2, 2).map(float),
)


@st.composite
def generic(draw):
    """Vectors of which no two pairs are as far apart, but some are zero and some are the same."""
    songs = draw(st.integers(2, 14))
    rng = np.random.default_rng([draw(st.integers(0, 10_000)), songs])
    values = rng.normal(size=(songs, draw(st.integers(2, 6)))) + draw(st.sampled_from([0, 1]))
    for _ in range(draw(st.integers(0, 6))):
        values[draw(st.integers(0, songs - 1))] = values[draw(st.integers(0, songs - 1))]
    values[draw(st.lists(st.integers(0, songs - 1), max_size=3))] = 0
    return np.float32(values)


def vectors(values):
    return Vectors.from_rows("enc", [f"s{i:04}" for i in range(len(values))], values)


def hubby(songs=500):
    """Gaussian in 100 dimensions and off the middle, so that songs near the mean are hubs."""
    return np.random.default_rng([0, songs]).normal(size=(songs, 100)) + 0.5


def cosines(values):
    """``{(i, j): cosine}`` of all songs with a direction, exact fractions of 9 decimals."""
    values = np.asarray(values, np.float64)
    lengths = np.linalg.norm(values, axis=1)
    there = [i for i in range(len(values)) if lengths[i]]
    return there, {
        (i, j): Fraction(round(1e9 * float(values[i] @ values[j] / lengths[i] / lengths[j])), 10**9)
        for i in there
        for j in there
        if i != j
    }


def mutual_proximity(there, cosine, _k):
    """P(X > d_xy) P(Y > d_yx), each P a share of the others."""

    def farther(x, y):
        count = sum(cosine[x, j] < cosine[x, y] for j in there if j != x)
        return Fraction(count, len(there) - 1)

    return {(x, y): farther(x, y) * farther(y, x) for x, y in cosine}


def local_scaling(there, cosine, k):
    """d² / (r_x r_y), negative: exp() of it is the similarity, and has its order."""
    reach = {
        x: max(sorted(1 - cosine[x, j] for j in there if j != x)[k - 1], Fraction(1, 10**9))
        for x in there
    }
    return {(x, y): -((1 - cosine[x, y]) ** 2) / (reach[x] * reach[y]) for x, y in cosine}


FORMULAS = {"mutual-proximity": mutual_proximity, "local-scaling": local_scaling}


def brute_force(values, k, scaling):
    """``{song: its k nearest, best first}``, ties to the higher cosine, then the smaller index."""
    there, cosine = cosines(values)
    k = min(k, len(there) - 1)
    score = FORMULAS[scaling](there, cosine, k)
    return {
        x: sorted((y for y in there if y != x), key=lambda y: (-score[x, y], -cosine[x, y], y))[:k]
        for x in there
    }


def ranked(network):
    """``{song: its neighbours by rank}``, indices of song ids."""
    number = [int(song[1:]) for song in network.songs]
    found = {song: {} for song in number}
    columns = (network.sources, network.targets, network.attributes["rank_source"],
               network.attributes["rank_target"])  # fmt: skip
    for low, high, forward, back in zip(*columns, strict=True):
        if forward:
            found[number[low]][forward] = number[high]
        if back:
            found[number[high]][back] = number[low]
    return {song: [near[rank] for rank in sorted(near)] for song, near in found.items()}


def check(values, k, scaling):
    if np.any(values, axis=1).sum() < 2:
        with pytest.raises(EmptyInputError, match="at least two songs"):
            nearest(vectors(values), k=k, scaling=scaling)
        return
    network = nearest(vectors(values), k=k, scaling=scaling)
    assert ranked(network) == brute_force(values, k, scaling)


@given(small, st.integers(1, 13))
def test_mutual_proximity_where_songs_are_the_same_opposite_or_at_right_angles(values, k):
    check(values, k, "mutual-proximity")


@pytest.mark.parametrize("scaling", SCALED)
@given(values=generic(), k=st.integers(1, 13))
def test_neighbours_are_those_of_the_formula(values, k, scaling):
    check(values, k, scaling)


@pytest.mark.parametrize("scaling", SCALED)
def test_neighbours_of_a_hubby_set_are_those_of_the_formula(scaling):
    check(np.float32(hubby(80)), 7, scaling)


def test_mutual_proximity_by_hand():
    # On a circle at 0, 10, 25 and 100 degrees. Of the three others, farther from a than b, c, d
    # are 2, 1, 0; from b than a, c, d 2, 1, 0; from c than b, a, d 2, 1, 0; from d than c, b, a
    # 2, 1, 0. So a: b 4, c 1, d 0; b: a 4, c 2, d 0; c: b 2, a 1, d 0; d: all 0, c the nearest.
    angle = np.radians([0, 10, 25, 100])
    network = nearest(
        vectors(np.column_stack([np.cos(angle), np.sin(angle)])), k=1, scaling="mutual-proximity"
    )
    assert ranked(network) == {0: [1], 1: [0], 2: [1], 3: [2]}


def test_local_scaling_by_hand():
    # Nearest to c (25 degrees) is b (10), but b reaches only to a (5) for its nearest; d (45)
    # reaches to c. With d = 1 - cos: c to b .0341 / √(.0341 * .0038), c to d .0603 / √(.0341 *
    # .0603), so c prefers d.
    angle = np.radians([5, 10, 25, 45])
    values = vectors(np.column_stack([np.cos(angle), np.sin(angle)]))
    assert ranked(nearest(values, k=1))[2] == [1]
    assert ranked(nearest(values, k=1, scaling="local-scaling"))[2] == [3]


@pytest.mark.parametrize("scaling", SCALED)
def test_weight_and_similarity_stay_the_cosine(scaling):
    values = np.random.default_rng([0, 1]).normal(size=(40, 5)).astype(np.float32)
    network = nearest(vectors(values), k=4, scaling=scaling)
    unit = values / np.linalg.norm(values.astype(np.float64), axis=1, keepdims=True)
    expected = (unit[network.sources] * unit[network.targets]).sum(axis=1)
    assert network.attributes["similarity"] == pytest.approx(expected, abs=1e-6)
    assert (network.weights == np.maximum(network.attributes["similarity"], 0)).all()


def test_a_network_says_how_it_was_scaled_and_is_another_one():
    given = vectors(hubby(100))
    made = {scaling: nearest(given, scaling=scaling) for scaling in SCALINGS}
    assert len({network.fingerprint for network in made.values()}) == len(SCALINGS)
    for scaling, network in made.items():
        assert dict(network.params) == {"encoder": "enc", "k": 10, "scaling": scaling}
        assert network.name == "sound-enc"


@pytest.mark.parametrize("scaling", SCALED)
def test_hubs_go(scaling):
    given = vectors(hubby())
    before, after = hubs(nearest(given)), hubs(nearest(given, scaling=scaling))
    assert before.hubness > 1.5
    assert after.hubness < before.hubness / 2
    assert after.occurrence < before.occurrence * 2 / 3


@given(small)
def test_mutual_proximity_is_mutual(values):
    values = values[np.any(values, axis=1)]
    if len(values) < 2:
        return
    directions = Directions(values, norms(values))
    measure = MutualProximity.of(directions)
    ((_, cosine),) = directions.blocks()
    proximity = np.full(cosine.shape, -1.0)
    for song, row in enumerate(cosine):
        near, proximity[song, near] = both = measure._down_to(song, row, len(measure.ranks) - 2)
        assert len(both[0]) == len(values) - 1
    assert (proximity == proximity.T).all()


@pytest.mark.parametrize("scaling", SCALED)
def test_what_songs_are_called_does_not_matter(scaling):
    values = hubby(60)
    order = np.random.default_rng([0, 2]).permutation(60)
    straight = ranked(nearest(vectors(values), k=5, scaling=scaling))
    renamed = ranked(nearest(vectors(values[order]), k=5, scaling=scaling))
    assert straight == {
        int(order[song]): [int(order[other]) for other in near] for song, near in renamed.items()
    }


@pytest.mark.parametrize("scaling", SCALED)
def test_songs_that_are_all_the_same_go_by_id(scaling):
    network = nearest(vectors(np.ones((6, 3))), k=2, scaling=scaling)
    assert ranked(network) == {0: [1, 2], 1: [0, 2], **{song: [0, 1] for song in range(2, 6)}}


def test_among_songs_that_have_twins_the_nearer_are_nearer():
    # Every song of either clump reaches nowhere for its two nearest; song 0 still tells them apart.
    angle = np.radians([0, 40, 40, 40, 20, 20, 20])
    values = np.column_stack([np.cos(angle), np.sin(angle)])
    found = ranked(nearest(vectors(values), k=2, scaling="local-scaling"))
    assert found[0] == [4, 5]
    assert found[1] == [2, 3]


@pytest.mark.parametrize("scaling", SCALED)
def test_songs_with_a_zero_vector_are_left_out_and_count_for_nobody(scaling):
    values = hubby(30)
    with_silence = np.concatenate([values, np.zeros((3, 100))])
    network = nearest(vectors(with_silence), k=3, scaling=scaling)
    assert network.fingerprint == nearest(vectors(values), k=3, scaling=scaling).fingerprint


@pytest.mark.parametrize("scaling", SCALED)
def test_two_songs_are_each_others_only_neighbour(scaling):
    network = nearest(vectors([[1, 0], [-1, 0.1]]), scaling=scaling)
    assert ranked(network) == {0: [1], 1: [0]}


def test_no_such_scaling():
    with pytest.raises(UsageError, match="'global'.*none, mutual-proximity, local-scaling"):
        nearest(vectors([[1], [2]]), scaling="global")


# --- distributions that are kept in part ------------------------------------------------------


@given(st.integers(1, 5_000), st.integers(2, 500))
def test_ranks_are_kept_from_the_first_to_the_last(others, most):
    ranks = _proximity._kept(others, most)
    assert (np.diff(ranks) > 0).all()
    assert (ranks[0], ranks[-1]) == (1, others)
    assert len(ranks) == others if others <= most else len(ranks) <= most


def few_marks(monkeypatch, number):
    monkeypatch.setattr(_proximity, "MARKS", 0)
    monkeypatch.setattr(_proximity, "FEWEST_MARKS", number)


def test_between_the_ranks_that_are_kept_the_others_are_interpolated(monkeypatch):
    few_marks(monkeypatch, 12)
    values = np.float32(hubby(90))
    unit = values / np.linalg.norm(values.astype(np.float64), axis=1, keepdims=True)
    cosine = np.round(unit.astype(np.float64) @ unit.T.astype(np.float64), 9)
    np.fill_diagonal(cosine, -np.inf)
    kept = _proximity._kept(89, 12)
    falling = -np.sort(-cosine, axis=1)[:, kept - 1]
    farther = np.array(
        [
            89 - np.interp(-row, -marks, kept, right=np.inf)
            for row, marks in zip(cosine, falling, strict=True)
        ]
    )
    proximity = farther * farther.T
    np.fill_diagonal(proximity, -np.inf)
    expected = np.argsort(-proximity, axis=1, kind="stable")[:, :6].tolist()
    found = ranked(nearest(vectors(values), k=6, scaling="mutual-proximity"))
    assert list(found.values()) == expected


def test_few_ranks_do_nearly_as_well_as_all(monkeypatch):
    given = vectors(hubby())
    exact = nearest(given, scaling="mutual-proximity")
    few_marks(monkeypatch, 100)
    rough = nearest(given, scaling="mutual-proximity")
    exactly, roughly = ranked(exact), ranked(rough)
    same = [len(set(exactly[song]) & set(near)) / 10 for song, near in roughly.items()]
    assert np.mean(same) > 0.97
    assert math.isclose(hubs(rough).hubness, hubs(exact).hubness, abs_tol=0.1)


def test_songs_of_the_same_sound_are_bisected_between_the_ranks_that_are_kept(monkeypatch):
    few_marks(monkeypatch, 5)
    values = np.repeat(hubby(6), 7, axis=0)
    found = ranked(nearest(vectors(values), k=6, scaling="mutual-proximity"))
    for song, near in found.items():
        clump = range(song // 7 * 7, song // 7 * 7 + 7)
        assert near == [other for other in clump if other != song]


def test_a_cosine_that_came_out_above_all_that_were_kept_is_the_nearest():
    # Two blocks may round the cosine of the same two songs to neighbouring numbers.
    marks = np.array([[0.5, 0.5, 0.25, -np.inf]] * 4)
    measure = MutualProximity(marks, np.array([1, 2, 3, 4]))
    farther = measure._farther(np.array([0, 0, 0]), np.array([0.500000001, 0.5, 0.249999999]))
    assert farther.tolist() == [1, 1, 0]
