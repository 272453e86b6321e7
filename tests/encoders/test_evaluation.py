"""`evaluate` from end to end: answers that are known, baselines, the JSON."""

from __future__ import annotations

import json

import numpy as np
import pytest
from evaluation_samples import Labelled

from songnet.encoders.evaluation import evaluate, geometry, make_folds, paired_gain
from songnet.errors import EmptyInputError, InputError, UsageError
from songnet.model import Vectors


@pytest.fixture(scope="module")
def drawn():
    """The world, mel statistics and candidates, drawn before any test draws from the world too."""
    world = Labelled()
    mel = world.mel()
    candidates = [
        world.vectors("clear", spread=0.01),
        world.noise("noise"),
        Vectors.from_rows("same", world.songs, mel),
    ]
    return world, mel, candidates


@pytest.fixture(scope="module")
def world(drawn):
    return drawn[0]


@pytest.fixture(scope="module")
def mel(drawn):
    return drawn[1]


@pytest.fixture(scope="module")
def found(drawn):
    world, mel, candidates = drawn
    return evaluate(candidates, world.labels, world.groups, mel)


def measured(evaluation, name):
    return {encoder.name: encoder for encoder in evaluation.encoders}[name]


def test_labels_that_vectors_show_clearly_are_all_found(found):
    clear = measured(found, "clear")
    assert clear.knn.accuracy == clear.linear.accuracy == 1
    assert clear.knn.shuffles == (1.0,) * 5
    assert set(clear.knn.recall.values()) == {1.0}
    assert clear.knn.confusion == tuple((number, number, 16 * 5) for number in range(4))
    assert clear.knn_gain.low > 0


def test_noise_is_near_chance_and_loses_to_the_baseline(found):
    noise = measured(found, "noise")
    assert noise.knn.accuracy < 0.5
    assert noise.knn_gain.high < 0


def test_the_baseline_itself_gains_exactly_nothing(found):
    same = measured(found, "same")
    assert same.knn.accuracy == found.mel_statistics.knn.accuracy
    for gain in (same.knn_gain, same.linear_gain):
        assert (gain.mean, gain.low, gain.high) == (0.0, 0.0, 0.0)
    assert found.mel_statistics.knn_gain is None


def test_two_encoders_that_know_nothing_do_not_differ(world):
    nothing = world.noise(dimensions=192).values
    evaluation = evaluate([world.noise("noise")], world.labels, world.groups, nothing)
    gain = evaluation.encoders[0].knn_gain
    assert gain.low < 0 < gain.high
    assert abs(gain.mean) < 0.15


def test_the_gain_is_the_difference_of_the_accuracies(found):
    baseline = found.mel_statistics
    for encoder in found.encoders:
        difference = encoder.knn.accuracy - baseline.knn.accuracy
        assert encoder.knn_gain.mean == pytest.approx(difference)
        assert encoder.knn_gain.low <= encoder.knn_gain.mean <= encoder.knn_gain.high
        difference = encoder.linear.accuracy - baseline.linear.accuracy
        assert encoder.linear_gain.mean == pytest.approx(difference)


def test_the_gain_is_paired_fold_by_fold(found, world):
    noise, baseline = measured(found, "noise"), found.mel_statistics
    folds = make_folds(world.songs, world.labels, world.groups)
    assert paired_gain(noise.knn.right, baseline.knn.right, folds) == noise.knn_gain


def test_recall_and_confusion_are_counts_of_the_same_answers(found):
    for probe in (measured(found, "noise").knn, found.mel_statistics.linear):
        cells = np.zeros((4, 4), int)
        for row, column, count in probe.confusion:
            cells[row, column] = count
        assert cells.sum(axis=1).tolist() == [16 * 5] * 4
        assert np.trace(cells) / cells.sum() == pytest.approx(probe.accuracy)
        recalls = np.diag(cells) / cells.sum(axis=1)
        assert list(probe.recall.values()) == pytest.approx(recalls.tolist())
        assert probe.right.mean() == pytest.approx(probe.accuracy)
        assert np.mean(probe.shuffles) == pytest.approx(probe.accuracy)


def test_the_majority_is_the_share_of_the_largest_class():
    world = Labelled(classes=2)
    labels = ["more"] * 20 + ["less"] * 12
    evaluation = evaluate([world.vectors()], labels, [None] * 32, world.mel(), shuffles=1)
    assert evaluation.majority == 20 / 32
    assert evaluation.classes == {"less": 12, "more": 20}
    assert evaluation.recordings == 32


def test_what_else_is_evaluated_changes_nothing(found, world, mel):
    again = Vectors.from_rows("same", world.songs, mel)
    alone = evaluate([again], world.labels, world.groups, mel)
    assert alone.encoders[0] == measured(found, "same")
    assert alone.mel_statistics == found.mel_statistics


def test_the_same_seed_gives_the_same_and_another_does_not(world, mel):
    vectors = world.vectors(spread=1.5)

    def once(seed):
        return evaluate([vectors], world.labels, world.groups, mel, seed=seed).to_json()

    assert once(0) == once(0)
    assert once(0)["encoders"][0]["knn_by_shuffle"] != once(1)["encoders"][0]["knn_by_shuffle"]


def test_the_order_of_the_rows_does_not_matter(world):
    rows = world.random.normal(size=(64, 12)).astype(np.float32)
    order = world.random.permutation(64)
    turned = Vectors.from_rows("some", [world.songs[row] for row in order], rows[order])
    straight = Vectors.from_rows("some", world.songs, rows)
    arguments = (world.labels, world.groups, world.mel())
    assert evaluate([turned], *arguments).to_json() == evaluate([straight], *arguments).to_json()


def test_what_labels_and_recordings_are_called_does_not_matter(world, mel):
    vectors = world.vectors(spread=1.5)
    plain = evaluate([vectors], world.labels, world.groups, mel)
    labels = [label.replace("class", "genre") for label in world.labels]
    groups = [f"take {group}" for group in world.groups]
    named = evaluate([vectors], labels, groups, mel)
    assert named.encoders[0].knn.shuffles == plain.encoders[0].knn.shuffles
    assert named.encoders[0].knn_gain == plain.encoders[0].knn_gain


def test_only_songs_of_classes_on_five_recordings_take_part(world, mel):
    labels = ["rare", "rare", *world.labels[2:]]
    vectors = world.vectors(spread=1.5)
    evaluation = evaluate([vectors], labels, world.groups, mel, shuffles=2)
    assert evaluation.left_out == {"rare": 2}
    assert evaluation.songs.tolist() == world.songs[2:]
    rest = Vectors("near", vectors.songs[2:], vectors.values[2:])
    without = evaluate([rest], labels[2:], world.groups[2:], mel[2:], shuffles=2)
    assert without.encoders[0] == evaluation.encoders[0]
    assert evaluation.encoders[0].geometry == geometry(rest)


def test_the_json_is_as_agreed(found):
    document = json.loads(json.dumps(found.to_json(), allow_nan=False))
    assert document["schema"] == "songnet.encoders.evaluate/1"
    assert (document["on"], document["songs"], document["classes"]) == ("label", 64, 4)
    assert document["seeds"] == [0, 1, 2, 3, 4]
    names = [encoder["name"] for encoder in document["encoders"]]
    assert names == ["clear", "noise", "same"]
    for encoder, there in zip(document["encoders"], found.encoders, strict=True):
        assert encoder["dimensions"] == there.dimensions
        assert encoder["knn"] == there.knn.accuracy
        assert encoder["linear"] == there.linear.accuracy
        assert set(encoder["knn_gain"]) == {"mean", "low", "high"}
        assert encoder["effective_rank"] == there.geometry.effective_rank
        assert encoder["hubness"] == there.geometry.hubness
    baselines = document["baselines"]
    assert baselines["majority"] == 0.25
    assert baselines["mel_statistics"]["knn"] == found.mel_statistics.knn.accuracy
    assert baselines["mel_statistics"]["linear"] == found.mel_statistics.linear.accuracy
    assert baselines["mel_statistics"]["dimensions"] == 192
    assert "knn_gain" not in baselines["mel_statistics"]
    assert document["class_sizes"] == {f"class {number}": 16 for number in range(4)}
    assert (document["recordings"], document["left_out"]) == (32, {})


def test_examples_are_of_the_same_songs_for_all(found):
    shown = {tuple(example.song for example in encoder.examples) for encoder in found.encoders}
    assert len(shown) == 1
    (first, *_) = measured(found, "clear").to_json()["examples"]
    assert set(first) == {"song", "similar"}
    assert len(first["similar"]) == 5
    assert set(first["similar"][0]) == {"song", "cosine"}


def test_progress_counts_every_step(world, mel):
    seen = []
    evaluate(
        [world.noise("a"), world.noise("b")],
        world.labels,
        world.groups,
        mel,
        shuffles=1,
        on_progress=lambda done, total: seen.append((done, total)),
    )
    assert seen == [(done, 9) for done in range(1, 10)]


def test_what_does_not_fit_is_refused(world, mel):
    near, arguments = world.vectors(), (world.labels, world.groups)
    fewer = Vectors("fewer", near.songs[1:], near.values[1:])
    with pytest.raises(EmptyInputError, match="give the vectors of an encoder"):
        evaluate([], *arguments, mel)
    with pytest.raises(InputError, match=r"those of 'near' \(64\) and 'fewer' \(63\) differ"):
        evaluate([near, fewer], *arguments, mel)
    with pytest.raises(InputError, match="once each: near came twice"):
        evaluate([near, near], *arguments, mel)
    with pytest.raises(InputError, match=r"vectors need shape \(64, d\)"):
        evaluate([near], *arguments, mel[1:])
    with pytest.raises(InputError, match="one length"):
        evaluate([near], world.labels[1:], world.groups, mel)
    with pytest.raises(InputError, match="found NaN"):
        evaluate([near], *arguments, np.full_like(mel, np.nan))
    with pytest.raises(UsageError, match="--seed"):
        evaluate([near], *arguments, mel, seed=-1)
