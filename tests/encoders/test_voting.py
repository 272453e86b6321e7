"""Votes on unknown songs, and how often they are right."""

from __future__ import annotations

import numpy as np
import pytest
from evaluation_samples import Labelled

from songnet.encoders._probes import nearest_votes
from songnet.encoders.evaluation import evaluate, make_folds, vote, vote_accuracy
from songnet.errors import EmptyInputError, InputError, UsageError
from songnet.model import Vectors


def compass():
    """Songs on a circle around the origin; standardising keeps every direction."""
    angles = np.radians([0, 10, 20, 90, 100, 180, 190, 270, 280, 350, 260, 170])
    points = np.column_stack([np.cos(angles), np.sin(angles)])
    labels = ["east", "east", "east", "north", "north", "west", "west", "south", "south", "east",
              "south", "west"]  # fmt: skip
    return Vectors.from_rows("compass", [f"s{row:02d}" for row in range(12)], points), labels


def test_the_nearest_songs_vote():
    vectors, labels = compass()
    found = vote([1.0, 0.3], vectors, labels)
    assert [neighbor.song for neighbor in found.neighbors[:4]] == ["s02", "s01", "s00", "s09"]
    assert [neighbor.label for neighbor in found.neighbors] == ["east"] * 4 + ["north"]
    assert (found.label, found.confidence) == ("east", 0.8)
    assert found.shares == {"east": 0.8, "north": 0.2}
    cosines = [neighbor.cosine for neighbor in found.neighbors]
    assert cosines == sorted(cosines, reverse=True)


def test_cosines_are_those_of_standardised_vectors():
    world = Labelled()
    vectors = world.vectors(spread=1.0)
    wide = vectors.values.astype(np.float64) * np.arange(1, 13) + 5
    stretched = Vectors.from_rows("near", world.songs, wide)
    mean, deviation = wide.mean(0), wide.std(0)
    query = wide[4] + 0.1
    known, asked = (wide - mean) / deviation, (query - mean) / deviation
    cosines = known @ asked / np.linalg.norm(known, axis=1) / np.linalg.norm(asked)
    expected = np.argsort(-cosines)[:5]
    found = vote(query, stretched, world.labels)
    assert [neighbor.song for neighbor in found.neighbors] == [world.songs[r] for r in expected]
    measured = [neighbor.cosine for neighbor in found.neighbors]
    assert measured == pytest.approx(cosines[expected], abs=1e-5)


def test_the_nearer_label_wins_a_tie():
    vectors, labels = compass()
    for degrees, nearer in ((50, "east"), (62, "north")):
        point = [np.cos(np.radians(degrees)), np.sin(np.radians(degrees))]
        tied = vote(point, vectors, labels, k=4)
        assert tied.shares == {"east": 0.5, "north": 0.5}
        assert tied.label == tied.neighbors[0].label == nearer
        assert tied.confidence == 0.5


def test_fewer_songs_than_voters_all_vote():
    vectors = Vectors.from_rows("few", ["a", "b"], [[1.0, 2.0], [3.0, 1.0]])
    found = vote([3, 1], vectors, ["x", "y"], k=5)
    assert len(found.neighbors) == 2
    assert (found.label, found.confidence) == ("y", 0.5)


def test_one_labelled_song_is_all_there_is_to_say():
    vectors = Vectors.from_rows("few", ["a"], [[1.0, 2.0]])
    assert vote([3, 1], vectors, ["x"]).label == "x"


@pytest.mark.parametrize("query", [[1.0], [[1.0, 2.0]], [1.0, np.nan], [np.inf, 0.0]])
def test_a_query_that_does_not_fit_is_refused(query):
    vectors, labels = compass()
    with pytest.raises(InputError, match="'compass' is 2 finite numbers: got shape"):
        vote(query, vectors, labels)


def test_voters_that_do_not_fit_are_refused():
    vectors, labels = compass()
    with pytest.raises(UsageError, match="-k must be at least 1: got 0"):
        vote([0, 1], vectors, labels, k=0)
    with pytest.raises(InputError, match="11 for 12 songs"):
        vote([0, 1], vectors, labels[1:])
    with pytest.raises(InputError, match="1 of 12 have none"):
        vote([0, 1], vectors, ["", *labels[1:]])
    with pytest.raises(EmptyInputError, match="no labelled songs"):
        vote([0, 1], Vectors.from_rows("none", [], np.empty((0, 2))), [])


def test_what_is_measured_is_what_votes():
    """Each song's vote from the other folds alone gives the measured accuracy and calibration."""
    world = Labelled(classes=4, per_class=12)
    vectors = world.vectors(spread=1.5)
    folds = make_folds(world.songs, world.labels, world.groups, shuffles=2)
    ended = []
    for _, known, asked in folds.splits():
        voters = Vectors("near", vectors.songs[known], vectors.values[known])
        labels = [world.labels[row] for row in known]
        for row in asked:
            found = vote(vectors.values[row], voters, labels)
            ended.append((found.confidence, found.label == world.labels[row]))
    measured = vote_accuracy(vectors, world.labels, world.groups, shuffles=2)
    assert measured.accuracy == pytest.approx(np.mean([right for _, right in ended]))
    for level in measured.levels:
        outcomes = [right for confidence, right in ended if confidence == level.confidence]
        assert (level.votes, level.right) == (len(outcomes), sum(outcomes))
    assert [level.confidence for level in measured.levels] == [0.2, 0.4, 0.6, 0.8, 1.0]
    assert sum(level.votes for level in measured.levels) == 2 * measured.songs


def test_it_is_the_accuracy_that_evaluate_reports():
    world = Labelled()
    vectors = world.vectors(spread=1.5)
    found = vote_accuracy(vectors, world.labels, world.groups, seed=2)
    evaluation = evaluate([vectors], world.labels, world.groups, world.mel(), seed=2)
    assert found.accuracy == pytest.approx(evaluation.encoders[0].knn.accuracy)
    assert found.seeds == evaluation.seeds
    assert found.classes == evaluation.classes
    assert found.songs == len(evaluation.songs)


def test_sure_votes_are_right_more_often():
    world = Labelled(classes=5, per_class=30)
    found = vote_accuracy(world.vectors(spread=1.6), world.labels, world.groups)
    low, high = found.levels[1], found.levels[-1]
    assert low.votes > 20
    assert high.votes > 20
    assert high.accuracy > low.accuracy + 0.2


def test_a_level_that_never_came_up_has_no_accuracy():
    world = Labelled(classes=2)
    found = vote_accuracy(world.vectors(spread=0.01), world.labels, world.groups)
    assert found.accuracy == 1
    assert [level.accuracy for level in found.levels] == [None, None, None, None, 1.0]


def test_more_voters_make_more_levels():
    world = Labelled()
    vectors = world.vectors(spread=1.5)
    found = vote_accuracy(vectors, world.labels, world.groups, k=3)
    assert [level.confidence for level in found.levels] == pytest.approx([1 / 3, 2 / 3, 1])
    folds = make_folds(world.songs, world.labels, world.groups)
    expected = nearest_votes(vectors.values, folds, k=3).predicted == folds.labels
    assert found.accuracy == pytest.approx(expected.mean())


def test_labels_on_too_few_recordings_are_named():
    world = Labelled()
    labels = ["rare", "rare", *world.labels[2:]]
    found = vote_accuracy(world.vectors(), labels, world.groups)
    assert found.left_out == {"rare": 2}
    assert "rare" not in found.classes
    assert found.songs == 62
