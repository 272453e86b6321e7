"""Diversity against the definitions, closed cases and other ways to compute it."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from songnet import diversity
from songnet.diversity import _scores
from songnet.errors import InputError


def random_vectors(songs, dimensions, seed=0):
    return np.random.default_rng(seed).normal(size=(songs, dimensions)).astype(np.float32)


def unit(values):
    wide = np.asarray(values, np.float64)
    return wide / np.linalg.norm(wide, axis=1, keepdims=True)


def exp_entropy(shares):
    return math.exp(-sum(share * math.log(share) for share in shares if share > 1e-12))


def by_definition(values):
    """Vendi score, mean distance, effective rank: the long way."""
    rows = unit(values)
    eigen = np.linalg.eigvals(rows @ rows.T / len(rows)).real
    distances = [1 - a @ b for a, b in itertools.combinations(rows, 2)]
    singular = np.linalg.svd(rows, compute_uv=False)
    return exp_entropy(eigen), float(np.mean(distances)), exp_entropy(singular / singular.sum())


def as_tuple(found):
    return found.vendi, found.mean_distance, found.effective_rank


@pytest.mark.parametrize("shape", [(2, 1), (2, 7), (12, 5), (5, 12), (30, 30), (60, 3)])
def test_as_defined(shape):
    values = random_vectors(*shape)
    found = diversity.scores(values)
    assert as_tuple(found) == pytest.approx(by_definition(values), rel=1e-6)
    assert diversity.vendi_score(values) == found.vendi
    assert diversity.mean_distance(values) == found.mean_distance
    assert diversity.effective_rank(values) == found.effective_rank


def test_songs_that_have_nothing_in_common():
    # Cosines are all 0: the kernel is the identity.
    assert as_tuple(diversity.scores(np.eye(6, 9, dtype=np.float32))) == pytest.approx((6, 1, 6))


def test_equal_songs():
    same = np.tile(np.float32([3, 4, 12]), (50, 1))
    assert as_tuple(diversity.scores(same)) == pytest.approx((1, 0, 1), abs=1e-6)


def test_two_songs_by_hand():
    # Cosine 0.6: eigenvalues of the kernel / 2 are 0.8 and 0.2.
    values = np.float32([[1, 0], [3, 4]])
    vendi = math.exp(-0.8 * math.log(0.8) - 0.2 * math.log(0.2))
    roots = np.sqrt([0.8, 0.2])
    rank = exp_entropy(roots / roots.sum())
    assert as_tuple(diversity.scores(values)) == pytest.approx((vendi, 0.4, rank), rel=1e-6)


def test_opposite_songs():
    values = np.float32([[1, 1], [-2, -2]])
    assert as_tuple(diversity.scores(values)) == pytest.approx((1, 2, 1))


def test_groups_of_equal_songs():
    # Friedman & Dieng: the score is the exponential of the entropy of the shares of what differs.
    values = np.eye(4, dtype=np.float32)[[0] * 8 + [1] * 4 + [2] * 2 + [3] * 2]
    assert diversity.vendi_score(values) == pytest.approx(exp_entropy([0.5, 0.25, 0.125, 0.125]))


@given(
    arrays.arrays(
        np.float32,
        st.tuples(st.integers(2, 12), st.integers(1, 12)),
        elements=st.floats(-100, 100, width=32).filter(lambda x: x == 0 or abs(x) > 1e-3),
    ).filter(lambda values: (values != 0).any(axis=1).all())
)
def test_bounds_and_invariances(values):
    songs, dimensions = values.shape
    found = diversity.scores(values)
    assert 1 - 1e-9 <= found.vendi <= min(songs, dimensions) + 1e-6
    assert found.vendi <= found.effective_rank + 1e-6 <= min(songs, dimensions) + 1e-5
    assert -1e-6 <= found.mean_distance <= songs / (songs - 1) + 1e-6
    longer = values * np.float32(4)
    assert as_tuple(diversity.scores(longer)) == pytest.approx(as_tuple(found), abs=1e-4)
    turned = values[::-1]
    assert as_tuple(diversity.scores(turned)) == pytest.approx(as_tuple(found), abs=1e-4)
    twice = np.concatenate([values, values])
    assert diversity.vendi_score(twice) == pytest.approx(found.vendi, abs=1e-4)


@pytest.mark.parametrize("block", [1, 7, 1000])
@pytest.mark.parametrize("shape", [(9, 40), (40, 9)])
def test_the_size_of_blocks_does_not_matter(monkeypatch, block, shape):
    values = random_vectors(*shape)
    whole = as_tuple(diversity.scores(values))
    monkeypatch.setattr(_scores, "BLOCK", block)
    assert as_tuple(diversity.scores(values)) == pytest.approx(whole)


def test_of_very_many_songs_with_very_long_vectors_some_are_drawn(monkeypatch):
    monkeypatch.setattr(_scores, "MOST", 10)
    values = random_vectors(40, 30)
    one, same, other = (diversity.scores(values, seed=seed) for seed in (0, 0, 1))
    assert one == same
    assert one.vendi != other.vendi
    assert one.vendi <= 10
    assert one.mean_distance == other.mean_distance == pytest.approx(by_definition(values)[1])
    # Short vectors need no draw.
    short = random_vectors(40, 8)
    assert as_tuple(diversity.scores(short)) == pytest.approx(by_definition(short), rel=1e-6)


def test_what_has_no_diversity_is_refused():
    with pytest.raises(InputError, match="two songs or more: got 1"):
        diversity.scores(np.ones((1, 3), np.float32))
    values = np.float32([[1, 0], [0, 0], [0, 1]])
    with pytest.raises(InputError, match="1 of 3 vectors are zero and point nowhere"):
        diversity.vendi_score(values)
    assert diversity.has_direction(values).tolist() == [True, False, True]
