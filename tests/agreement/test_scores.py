"""The scores against hand-computed values, exact chance, scikit-learn and igraph."""

from __future__ import annotations

import math
from dataclasses import asdict, fields
from fractions import Fraction
from itertools import pairwise, permutations

import igraph
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics

from songnet import agreement
from songnet.agreement import Scores, contingency, nmi_by, scores
from songnet.agreement import _expected as expected
from songnet.agreement._expected import expected_mutual_information

NAMES = [field.name for field in fields(Scores)]
SYMMETRIC = ["nmi", "ami", "ari", "vi", "fmi", "element_centric"]
LEARN = {
    "nmi": metrics.normalized_mutual_info_score,
    "ami": metrics.adjusted_mutual_info_score,
    "ari": metrics.adjusted_rand_score,
    "homogeneity": metrics.homogeneity_score,
    "completeness": metrics.completeness_score,
    "fmi": metrics.fowlkes_mallows_score,
}
NORMALIZERS = ["arithmetic", "geometric", "min", "max"]
IGRAPH = {"nmi": "nmi", "ari": "adjusted_rand", "vi": "vi"}
EDGES = {
    "one song": ([0], [0]),
    "one community each": ([0, 0, 0], [5, 5, 5]),
    "single songs each": ([0, 1, 2], [2, 0, 1]),
    "one community and single songs": ([0, 0, 0, 0], [0, 1, 2, 3]),
    "single songs and one community": ([0, 1, 2, 3], [0, 0, 0, 0]),
    "one community and two": ([0, 0, 0, 0], [0, 0, 1, 1]),
    "equal but for names": ([0, 0, 1, 2], ["b", "b", "a", "c"]),
    "independent": ([0, 0, 1, 1], [0, 1, 0, 1]),
    "a refinement": ([0, 0, 1, 1], [0, 0, 1, 2]),
    "no pair together in both": ([0, 0, 1, 1], [0, 1, 1, 2]),
    "two songs, two answers": ([0, 0], [0, 1]),
}


@st.composite
def two_labelings(draw, most=60):
    songs = draw(st.integers(1, most))
    labels = st.integers(0, draw(st.integers(0, songs)))
    other = st.integers(0, draw(st.integers(0, songs)))
    exactly = {"min_size": songs, "max_size": songs}
    return draw(st.lists(labels, **exactly)), draw(st.lists(other, **exactly))


def assert_as_elsewhere(a, b):
    found = scores(contingency(a, b))
    for name, theirs in LEARN.items():
        assert getattr(found, name) == pytest.approx(theirs(a, b), abs=1e-9), name
    normalized = nmi_by(contingency(a, b))
    for name in NORMALIZERS:
        theirs = metrics.normalized_mutual_info_score(a, b, average_method=name)
        assert normalized[name] == pytest.approx(theirs, abs=1e-9), name


def test_scores_by_hand():
    # Rows {0,1,2}, {3,4,5}; columns {0,1}, {2,3}, {4,5}: cells 2, 1, 1, 2 of 6 songs.
    a, b = [0, 0, 0, 1, 1, 1], [0, 0, 1, 1, 2, 2]
    found = scores(contingency(a, b))
    shared = 4 / 6 * math.log(2)
    entropies = math.log(2), math.log(3)
    assert found.nmi == pytest.approx(2 * shared / sum(entropies), abs=1e-12)
    assert found.homogeneity == pytest.approx(2 / 3, abs=1e-12)
    assert found.completeness == pytest.approx(shared / math.log(3), abs=1e-12)
    assert found.vi == pytest.approx(sum(entropies) - 2 * shared, abs=1e-12)
    # Four songs share their cell of 2 with a row of 3, two their cell of 1.
    assert found.element_centric == pytest.approx((4 * 2 / 3 + 2 * 1 / 3) / 6, abs=1e-12)
    # Pairs together: 2 in both, 6 in a, 3 in b, of 15; expected 6 * 3 / 15 = 1.2.
    assert found.ari == pytest.approx((2 - 1.2) / (4.5 - 1.2), abs=1e-12)
    assert found.fmi == pytest.approx(2 / math.sqrt(18), abs=1e-12)


def test_normalizers_by_hand():
    # The same songs: MI = 2/3 log 2, H = log 2 and log 3.
    found = nmi_by(contingency([0, 0, 0, 1, 1, 1], [0, 0, 1, 1, 2, 2]))
    shared, left, right = 2 / 3 * math.log(2), math.log(2), math.log(3)
    assert list(found) == [*NORMALIZERS, "joint"]
    assert found["geometric"] == pytest.approx(shared / math.sqrt(left * right), abs=1e-12)
    assert found["min"] == pytest.approx(2 / 3, abs=1e-12)
    assert found["max"] == pytest.approx(shared / right, abs=1e-12)
    assert found["joint"] == pytest.approx(shared / (left + right - shared), abs=1e-12)


@pytest.mark.parametrize(("songs", "communities"), [(18, 3), (29, 2)])
def test_one_community_says_exactly_nothing_whatever_the_rounding(songs, communities):
    one, some = np.zeros(songs, int), np.arange(songs) % communities
    for table in (contingency(one, some), contingency(some, one)):
        found, chance = scores(table), agreement.expected(table)
        assert {found.nmi, found.ami, found.ari, chance.nmi, *nmi_by(table).values()} == {0}


@given(two_labelings())
def test_normalizers_are_in_order(labelings):
    found = nmi_by(contingency(*labelings))
    falling = [found[name] for name in ("min", "geometric", "arithmetic", "max", "joint")]
    assert all(high >= low - 1e-12 for high, low in pairwise(falling))


@pytest.mark.parametrize(("a", "b"), EDGES.values(), ids=EDGES)
def test_edge_cases_are_as_in_scikit_learn(a, b):
    assert_as_elsewhere(a, b)


@given(two_labelings())
def test_random_labelings_are_as_in_scikit_learn(labelings):
    assert_as_elsewhere(*labelings)


@given(two_labelings())
def test_random_labelings_are_as_in_igraph(labelings):
    a, b = labelings
    found = scores(contingency(a, b))
    for name, method in IGRAPH.items():
        if name == "ari" and len(a) == 1:
            continue  # igraph refuses a single song
        theirs = igraph.compare_communities(a, b, method=method)
        if found.ari == 1 and math.isnan(theirs):
            continue  # where igraph divides zero by zero, our convention is scikit-learn's
        assert getattr(found, name) == pytest.approx(theirs, abs=1e-9), name


def test_a_big_table_is_as_in_scikit_learn():
    random = np.random.default_rng(0)
    a = random.zipf(1.5, 20_000) % 100
    b = np.where(random.random(20_000) < 0.3, a, random.zipf(1.3, 20_000) % 70)
    assert_as_elsewhere(a, b)


@given(two_labelings())
def test_each_score_alone_is_the_score_among_all(labelings):
    a, b = labelings
    together = asdict(scores(contingency(a, b)))
    for name in NAMES:
        assert getattr(agreement, name)(a, b) == pytest.approx(together[name], abs=1e-12), name


@given(two_labelings())
def test_the_symmetric_ones_are(labelings):
    a, b = labelings
    there, back = scores(contingency(a, b)), scores(contingency(b, a))
    for name in SYMMETRIC:
        assert getattr(there, name) == pytest.approx(getattr(back, name), abs=1e-12), name
    assert there.homogeneity == pytest.approx(back.completeness, abs=1e-12)


@given(two_labelings(), st.randoms())
def test_neither_names_nor_order_matter(labelings, random):
    a, b = labelings
    order = random.sample(range(len(a)), len(a))
    renamed = [f"label {-a[song]}" for song in order]
    there, again = scores(contingency(a, b)), scores(contingency(renamed, [b[i] for i in order]))
    for name in NAMES:
        assert getattr(there, name) == pytest.approx(getattr(again, name), abs=1e-12), name


@given(two_labelings())
def test_ranges(labelings):
    found = scores(contingency(*labelings))
    for name in ("nmi", "homogeneity", "completeness", "fmi", "element_centric"):
        assert 0 <= getattr(found, name) <= 1 + 1e-12, name
    assert found.ami <= 1 + 1e-9
    assert found.ari <= 1
    assert 0 <= found.vi <= math.log(len(labelings[0])) + 1e-12


@given(two_labelings(), st.data())
def test_vi_keeps_the_triangle(labelings, data):
    a, b = labelings
    c = data.draw(st.lists(st.integers(0, 5), min_size=len(a), max_size=len(a)))
    assert agreement.vi(a, c) <= agreement.vi(a, b) + agreement.vi(b, c) + 1e-9


@given(two_labelings())
def test_a_partition_agrees_with_itself(labelings):
    a, _ = labelings
    found = scores(contingency(a, [-label for label in a]))
    together = any(a.count(label) > 1 for label in a)
    best = dict.fromkeys(NAMES, 1.0) | {"vi": 0.0, "fmi": 1.0 if together else 0.0}
    assert asdict(found) == best


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ([0, 0, 1, 1, 2], [0, 1, 1, 1, 0]),
        ([0, 0, 0, 1, 1], [0, 1, 2, 0, 1]),
        ([0, 0, 0, 0, 0, 1], [0, 0, 1, 1, 2, 2]),
    ],
)
def test_expected_information_is_the_mean_over_all_shuffles(a, b):
    tables = [contingency(a, shuffled) for shuffled in permutations(b)]
    informations = [
        sum(
            count / len(a) * math.log(len(a) * count / (rows * columns))
            for count, rows, columns in zip(
                table.counts,
                table.row_sizes[table.rows],
                table.column_sizes[table.columns],
                strict=True,
            )
        )
        for table in tables
    ]
    found = expected_mutual_information(tables[0].row_sizes, tables[0].column_sizes)
    assert found == pytest.approx(sum(informations) / len(informations), abs=1e-12)


def exact_expectation(rows, columns):
    """The definition in whole-number probabilities, only the logarithms in floating point."""
    songs = sum(rows)
    return math.fsum(
        float(Fraction(math.comb(a, k) * math.comb(songs - a, b - k), math.comb(songs, b)))
        * k
        / songs
        * math.log(songs * k / (a * b))
        for a in rows
        for b in columns
        for k in range(max(1, a + b - songs), min(a, b) + 1)
    )


@settings(max_examples=25)
@given(st.lists(st.integers(1, 400), min_size=2, max_size=5), st.data())
def test_expected_information_is_exact_where_only_part_of_the_sum_is_made(rows, data):
    cuts = data.draw(st.sets(st.integers(1, sum(rows) - 1), min_size=1, max_size=5))
    columns = np.diff([0, *sorted(cuts), sum(rows)])
    found = expected_mutual_information(np.array(rows), columns)
    assert found == pytest.approx(exact_expectation(rows, columns.tolist()), abs=1e-12)


@pytest.mark.parametrize(
    ("rows", "columns", "terms"),
    # Where one sum is not undone before the next, sixty times sixty of them lose digits.
    [([50, 30, 20, 7, 3], [60, 25, 25], 40), (range(1, 60), range(1, 60), 1600)],
    ids=["few", "many"],
)
def test_expected_information_in_pieces_is_that_in_one(monkeypatch, rows, columns, terms):
    rows, columns = np.array(rows), np.array(columns)
    whole = expected_mutual_information(rows, columns)
    monkeypatch.setattr(expected, "TERMS", terms)
    assert expected_mutual_information(rows, columns) == pytest.approx(whole, abs=1e-14)


def test_chance_agreement_of_many_songs_is_about_zero():
    random = np.random.default_rng(1)
    a, b = random.integers(0, 3000, 200_000), random.integers(0, 40, 200_000)
    found = scores(contingency(a, b))
    assert abs(found.ami) < 1e-3
    assert abs(found.ari) < 1e-3
    assert found.nmi > 0.02


A_TABLE = [
    [128, 10, 3, 13, 156, 48, 85, 265, 153, 71, 74],
    [121, 15, 5, 3, 173, 15, 154, 145, 89, 90, 99],
    [30, 0, 0, 0, 17, 234, 4, 77, 191, 7, 13],
    [21, 3, 1, 4, 7, 96, 1, 58, 65, 4, 15],
]
B_TABLE = [[978, 15, 5, 4], [557, 4, 2, 5], [1171, 9, 2, 11]]
C_TABLE = [[867, 16, 5, 4], [686, 4, 2, 6], [1153, 8, 2, 10]]
AE_TABLE = [[920, 16, 5, 4], [679, 4, 2, 5], [1107, 8, 2, 11]]


def labels_of(matrix):
    """Two label arrays with this confusion matrix."""
    counts = np.array(matrix)
    rows, columns = np.indices(counts.shape)
    return np.repeat(rows.ravel(), counts.ravel()), np.repeat(columns.ravel(), counts.ravel())


@pytest.mark.parametrize(
    ("matrix", "nmi", "ami", "ari"),
    [
        (A_TABLE, 0.1195, 0.1166, 0.0583),
        (B_TABLE, 0.0024, 0.0005, 0.0002),
        (C_TABLE, 0.0034, 0.0015, 0.0006),
        (AE_TABLE, 0.0032, 0.0013, -0.0003),
    ],
    ids=["48x81", "168x108", "12x15", "72x72"],
)
def test_the_tables_of_the_original_study(matrix, nmi, ami, ari):
    table = contingency(*labels_of(matrix))
    found = scores(table)
    assert table.songs == 2763
    assert [found.nmi, found.ami, found.ari] == pytest.approx([nmi, ami, ari], abs=0.00005)
    assert_as_elsewhere(*labels_of(matrix))
