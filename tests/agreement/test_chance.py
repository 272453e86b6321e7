"""What chance gives each score: by enumeration of all shuffles, and by drawing many."""

from __future__ import annotations

from dataclasses import asdict, fields
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from songnet.agreement import Scores, contingency, expected, scores

NAMES = [field.name for field in fields(Scores)]


def enumerated(a, b):
    """The mean of every score over all orders of `b`."""
    found = [asdict(scores(contingency(a, shuffled))) for shuffled in permutations(b)]
    return {name: sum(each[name] for each in found) / len(found) for name in NAMES}


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=6))
def test_it_is_the_mean_over_all_shuffles(songs):
    a, b = zip(*songs, strict=True)
    assert asdict(expected(contingency(a, b))) == pytest.approx(enumerated(a, b), abs=1e-9)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ([0], [0]),
        ([0, 0, 0, 0], [0, 0, 1, 1]),
        ([0, 0, 0, 0], [0, 0, 0, 0]),
        ([0, 1, 2, 3], [3, 2, 1, 0]),
        ([0, 1, 2, 3], [0, 0, 0, 0]),
        ([0, 0, 0, 1, 1, 1, 2], [0, 1, 1, 1, 1, 2, 2]),
    ],
)
def test_it_is_that_also_where_definitions_divide_by_zero(a, b):
    assert asdict(expected(contingency(a, b))) == pytest.approx(enumerated(a, b), abs=1e-12)


def test_it_is_the_mean_of_many_draws():
    random = np.random.default_rng(0)
    a, b = random.zipf(1.7, 400) % 12, random.zipf(1.5, 400) % 9
    drawn = [asdict(scores(contingency(a, random.permutation(b)))) for _ in range(400)]
    for name, exact in asdict(expected(contingency(a, b))).items():
        values = np.array([each[name] for each in drawn])
        assert abs(values.mean() - exact) <= 4 * values.std() / np.sqrt(len(values)) + 1e-12, name


def test_only_the_margins_count():
    random = np.random.default_rng(1)
    a, b = random.integers(0, 5, 60), random.integers(0, 4, 60)
    there, again = (expected(contingency(a, labels)) for labels in (b, np.sort(b)))
    assert asdict(there) == pytest.approx(asdict(again), abs=1e-12)
