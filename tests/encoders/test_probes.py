"""The probes: against classifiers put together by hand, and on labels whose answer is known."""

from __future__ import annotations

from collections import Counter, defaultdict

import numpy as np
import pytest
from evaluation_samples import Labelled
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from songnet.encoders._probes import linear_predictions, nearest_votes, poll, standardised
from songnet.encoders.evaluation import make_folds


def folds_of(world, **options):
    return make_folds(world.songs, world.labels, world.groups, **options)


def voted(known, asked, labels, k):
    """One song's kNN answer, the slow way: (class, votes)."""
    mean, deviation = known.mean(0), known.std(0)
    left, right = (known - mean) / deviation, (asked - mean) / deviation
    cosines = left @ right / np.linalg.norm(left, axis=1) / np.linalg.norm(right)
    nearest = np.argsort(-cosines)[:k]
    votes, nearness = Counter(labels[nearest]), defaultdict(float)
    for row in nearest:
        nearness[labels[row]] += cosines[row]
    best = max(votes, key=lambda label: (votes[label], nearness[label]))
    return best, votes[best]


@pytest.mark.parametrize("k", [1, 5, 8])
def test_knn_is_the_vote_of_the_nearest_by_cosine(k):
    world = Labelled(classes=5, per_class=12)
    folds, values = folds_of(world, shuffles=2), world.vectors(spread=1.5).values
    found = nearest_votes(values, folds, k=k)
    exact = values.astype(np.float64)
    for shuffle, known, asked in folds.splits():
        for row in asked:
            expected = voted(exact[known], exact[row], folds.labels[known], k)
            assert (found.predicted[shuffle, row], found.votes[shuffle, row]) == expected


def test_knn_is_scikit_learns_wherever_there_is_no_tie():
    world = Labelled(classes=5, per_class=20)
    folds, values = folds_of(world), world.vectors(spread=1.5).values
    found = nearest_votes(values, folds)
    settled = 0
    for shuffle, known, asked in folds.splits():
        model = make_pipeline(StandardScaler(), KNeighborsClassifier(5, metric="cosine"))
        model.fit(values[known], folds.labels[known])
        shares = np.sort(model.predict_proba(values[asked]), axis=1)
        clear = shares[:, -1] > shares[:, -2]
        expected = model.predict(values[asked])
        assert (found.predicted[shuffle, asked] == expected)[clear].all()
        settled += clear.sum()
    assert settled > 0.7 * found.predicted.size


@pytest.mark.parametrize("dimensions", [3, 40])
def test_linear_is_a_logistic_regression_whose_penalty_knows_the_length(dimensions):
    world = Labelled(classes=4, per_class=20)
    folds = folds_of(world, shuffles=2)
    values = world.vectors(dimensions=dimensions, spread=2).values * 50 + 7
    expected = np.empty_like(folds.fold)
    for shuffle, known, asked in folds.splits():
        # Dividing vectors by L is the same as dividing C by L squared, here the dimensions.
        regression = LogisticRegression(C=3.0 / dimensions, tol=1e-8, max_iter=10_000)
        model = make_pipeline(StandardScaler(), regression)
        model.fit(values[known], folds.labels[known])
        expected[shuffle, asked] = model.predict(values[asked])
    assert (linear_predictions(values, folds) == expected).mean() > 0.99


def test_turning_long_vectors_onto_their_components_loses_nothing():
    world = Labelled(classes=3, per_class=20)
    folds = folds_of(world, shuffles=2)
    values = world.vectors(dimensions=900, spread=6).values
    expected = np.empty_like(folds.fold)
    for shuffle, known, asked in folds.splits():
        regression = LogisticRegression(C=3.0 / 900, tol=1e-8, max_iter=10_000)
        model = make_pipeline(StandardScaler(), regression)
        model.fit(values[known], folds.labels[known])
        expected[shuffle, asked] = model.predict(values[asked])
    found = linear_predictions(values, folds)
    assert (found == expected).mean() > 0.99
    assert 0.4 < (found == folds.labels).mean() < 1  # something to get wrong


def test_more_songs_and_dimensions_than_components_still_tell_labels_apart():
    world = Labelled(classes=2, per_class=340)
    folds = folds_of(world, shuffles=1)
    values = world.vectors(dimensions=560, spread=2).values
    assert (linear_predictions(values, folds) == folds.labels).mean() > 0.98


@pytest.mark.parametrize("probe", ["knn", "linear"])
def test_classes_far_apart_are_all_told_apart(probe):
    world = Labelled()
    folds, values = folds_of(world), world.vectors(spread=0.01).values
    assert (answers(probe, values, folds) == folds.labels).all()


@pytest.mark.parametrize("probe", ["knn", "linear"])
def test_vectors_that_know_nothing_answer_by_chance(probe):
    world = Labelled(classes=4, per_class=100)
    folds = folds_of(world, shuffles=1)
    right = answers(probe, world.noise().values, folds) == folds.labels
    deviation = np.sqrt(0.25 * 0.75 / right.size)
    assert abs(right.mean() - 0.25) < 4 * deviation


@pytest.mark.parametrize("probe", ["knn", "linear"])
@pytest.mark.parametrize("dimensions", [4, 600])
def test_vectors_that_are_all_equal_say_nothing_and_nothing_breaks(probe, dimensions):
    world = Labelled()
    folds = folds_of(world, shuffles=1)
    found = answers(probe, np.full((64, dimensions), 3.7, np.float32), folds)
    assert (found == folds.labels).mean() < 0.6


@pytest.mark.parametrize("probe", ["knn", "linear"])
def test_scale_and_offset_of_a_dimension_do_not_matter(probe):
    world = Labelled()
    folds, values = folds_of(world, shuffles=2), world.vectors(spread=1.5).values
    stretched = (values * 2.0 ** np.arange(12) + 100).astype(np.float32)
    same = answers(probe, values, folds) == answers(probe, stretched, folds)
    assert same.mean() > 0.99


def test_a_set_of_the_size_of_esc_10_converges():
    world = Labelled(classes=10, per_class=40)
    folds = folds_of(world, shuffles=1)
    values = world.vectors(dimensions=5184, spread=12).values
    assert (linear_predictions(values, folds) == folds.labels).mean() > 0.5


def answers(probe, values, folds):
    if probe == "knn":
        return nearest_votes(values, folds).predicted
    return linear_predictions(values, folds)


def test_the_more_similar_decide_a_tie():
    labels = np.array([[0, 1, 1, 0, 2], [2, 2, 1, 1, 0], [1, 1, 1, 0, 0]])
    cosines = np.array(
        [[0.9, 0.8, 0.8, 0.6, 0.5], [0.9, 0.1, 0.6, 0.5, 0.4], [0.1] * 3 + [0.9] * 2]
    )
    predicted, votes = poll(labels, cosines, 3)
    assert predicted.tolist() == [1, 1, 1]
    assert votes.tolist() == [2, 2, 3]


@given(hnp.arrays(np.int64, (7, 5), elements=st.integers(0, 3)))
def test_nothing_beats_the_most_votes(labels):
    cosines = np.linspace(1, -1, 35).reshape(7, 5)
    predicted, votes = poll(labels, cosines, 4)
    for row, answer, count in zip(labels, predicted, votes, strict=True):
        tally = Counter(row.tolist())
        assert tally[answer] == count == max(tally.values())


def test_standardising_knows_only_the_songs_learnt_from():
    known = np.array([[1, 5], [3, 5]], np.float32)
    learnt, asked = standardised(known, np.array([[5, 6]], np.float32))
    assert learnt.tolist() == [[-1, 0], [1, 0]]
    assert asked.tolist() == [[3, 1]]
