"""Comparing partitions over the songs they share."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest

from songnet.agreement import compare, contingency, scores
from songnet.errors import EmptyInputError, InputError
from songnet.model import Partition

STUDY = {
    "48x81": (
        [
            [128, 10, 3, 13, 156, 48, 85, 265, 153, 71, 74],
            [121, 15, 5, 3, 173, 15, 154, 145, 89, 90, 99],
            [30, 0, 0, 0, 17, 234, 4, 77, 191, 7, 13],
            [21, 3, 1, 4, 7, 96, 1, 58, 65, 4, 15],
        ],
        (),
    ),
    "168x108": ([[978, 15, 5, 4], [557, 4, 2, 5], [1171, 9, 2, 11]], ("communities",)),
    "12x15": ([[867, 16, 5, 4], [686, 4, 2, 6], [1153, 8, 2, 10]], ("communities",)),
    "72x72": ([[920, 16, 5, 4], [679, 4, 2, 5], [1107, 8, 2, 11]], ("communities",)),
}


def partition(name, labels, **options):
    """A partition from ``{song: label}``."""
    options = {"algorithm": "by hand", "on": "nothing", **options}
    return Partition.from_labels(list(labels), list(labels.values()), name=name, **options)


def test_a_pair_covers_the_songs_that_both_cover():
    a = partition("a", {"s1": 0, "s2": 0, "s3": 0, "s4": 1, "s5": 1, "s6": 2})
    b = partition("b", {"s2": 0, "s3": 1, "s4": 1, "s5": 1, "s9": 0})
    (pair,) = compare([a, b]).pairs
    assert (pair.a, pair.b, pair.songs, pair.only_a, pair.only_b) == ("a", "b", 4, 2, 1)
    assert pair.scores == scores(contingency([0, 0, 1, 1], [1, 0, 0, 0]))
    # Labels are those of the whole partitions: b's largest community, s3 s4 s5, is its 0.
    assert pair.confusion.rows == (0, 1)
    assert pair.confusion.columns == (0, 1)
    assert pair.confusion.cells == ((0, 0, 1), (0, 1, 1), (1, 0, 2))


def test_a_confusion_matrix_names_only_the_communities_that_are_shared():
    a = partition("a", {"s1": 0, "s2": 0, "s3": 0, "s4": 1, "s5": 1, "s6": 2})
    b = partition("b", {"s6": "x", "s4": "y"})
    (pair,) = compare([a, b]).pairs
    assert pair.confusion.rows == (1, 2)
    assert pair.confusion.cells == ((0, 0, 1), (1, 1, 1))


@pytest.mark.parametrize("same_songs", [True, False])
def test_scores_do_not_hang_on_further_songs(same_songs):
    random = np.random.default_rng(0)
    left, right = random.integers(0, 4, 50), random.integers(0, 6, 50)
    songs = [f"s{i:02d}" for i in range(50)]
    more = {} if same_songs else {"z": 99}
    a = partition("a", dict(zip(songs, left, strict=True)))
    b = partition("b", {**dict(zip(songs, right, strict=True)), **more})
    (pair,) = compare([a, b]).pairs
    assert pair.only_b == len(more)
    assert pair.scores.ami == pytest.approx(scores(contingency(left, right)).ami, abs=1e-12)
    assert sum(count for _, _, count in pair.confusion.cells) == pair.songs == 50


def test_pairs_come_in_the_order_given():
    names = ["zebra", "ant", "mole"]
    found = compare([partition(name, {"s1": 0, "s2": 1}) for name in names])
    assert [(pair.a, pair.b) for pair in found.pairs] == [
        ("zebra", "ant"),
        ("zebra", "mole"),
        ("ant", "mole"),
    ]
    assert [partition.name for partition in found.partitions] == names


@pytest.mark.parametrize(("matrix", "degenerate"), STUDY.values(), ids=STUDY)
def test_degenerate_partitions_of_the_original_study_are_named(matrix, degenerate):
    counts = np.array(matrix)
    rows, columns = (np.repeat(index.ravel(), counts.ravel()) for index in np.indices(counts.shape))
    songs = [f"s{i:04d}" for i in range(2763)]
    a = partition("clusters", dict(zip(songs, rows, strict=True)))
    b = partition("communities", dict(zip(songs, columns, strict=True)))
    (pair,) = compare([a, b]).pairs
    assert pair.degenerate == degenerate


def test_degenerate_is_judged_on_the_shared_songs():
    many = {f"s{i:02d}": int(i >= 20) for i in range(40)}
    a, b = partition("halves", many), partition("few", {f"s{i:02d}": i for i in range(20)})
    assert not a.degenerate
    assert compare([a, b]).pairs[0].degenerate == ("halves",)


def test_ninety_percent_is_not_yet_degenerate():
    ten = {f"s{i}": int(i == 9) for i in range(10)}
    assert compare([partition("a", ten), partition("b", ten)]).pairs[0].degenerate == ()


def test_the_table_has_a_row_per_pair():
    a, b = partition("a", {"s1": 0, "s2": 1, "s3": 1}), partition("b", {"s1": 0, "s2": 0, "s3": 1})
    found = compare([a, b, a])
    columns = ["nmi", "ami", "ari", "vi", "homogeneity", "completeness", "fmi"]
    assert list(found.table.columns) == ["a", "b", "songs", *columns]
    assert found.table["b"].tolist() == ["b", "a", "a"]
    assert found.table["ari"].tolist() == [pair.scores.ari for pair in found.pairs]


def test_the_json_is_the_schema():
    a = partition("a", {"s1": 0, "s2": 0, "s3": 1}, seed=3, quality={"modularity": 0.25})
    b = partition("b", {"s1": 0, "s2": 0, "s3": 1, "s4": 2}, algorithm="kmeans", on="cae")
    found = compare([a, b]).to_json()
    assert json.loads(json.dumps(found, allow_nan=False)) == {
        "schema": "songnet.partitions.compare/1",
        "partitions": [
            {
                "name": "a",
                "algorithm": "by hand",
                "on": "nothing",
                "songs": 3,
                "communities": 2,
                "seed": 3,
                "modularity": 0.25,
            },
            {
                "name": "b",
                "algorithm": "kmeans",
                "on": "cae",
                "songs": 4,
                "communities": 3,
                "seed": None,
                "modularity": None,
            },
        ],
        "pairs": [
            {
                "a": "a",
                "b": "b",
                "songs": 3,
                "nmi": 1.0,
                "ami": 1.0,
                "ari": 1.0,
                "vi": 0.0,
                "homogeneity": 1.0,
                "completeness": 1.0,
                "fmi": 1.0,
                "confusion": {"rows": [0, 1], "columns": [0, 1], "cells": [[0, 0, 2], [1, 1, 1]]},
            }
        ],
    }


def test_every_score_is_a_plain_number():
    a = partition("a", {"s1": 0, "s2": 0, "s3": 1, "s4": 1})
    b = partition("b", {"s1": 0, "s2": 1, "s3": 1, "s4": 1})
    (pair,) = compare([a, b]).to_json()["pairs"]
    for name in ("nmi", "ami", "ari", "vi", "homogeneity", "completeness", "fmi"):
        assert type(pair[name]) is float
        assert math.isfinite(pair[name])


@pytest.mark.parametrize(
    ("names", "message"),
    [([], "at least two partitions: there is none"), (["a"], "two partitions: there is only 'a'")],
)
def test_fewer_than_two_are_refused(names, message):
    with pytest.raises(InputError, match=message):
        compare([partition(name, {"s1": 0}) for name in names])


@pytest.mark.parametrize("songs", [{}, {"other": 0}])
def test_no_song_in_common_names_both(songs):
    a, b = partition("first", {"s1": 0, "s2": 0}), partition("second", songs)
    message = rf"'first' \(2 songs\) and 'second' \({len(songs)} songs\) have no song in common"
    with pytest.raises(EmptyInputError, match=message):
        compare([a, b])
    with pytest.raises(EmptyInputError, match="'second' .* and 'first'"):
        compare([b, a])


def test_pairs_that_share_no_song_are_named_and_the_others_scored():
    a, b = partition("a", {"s1": 0, "s2": 1}), partition("b", {"s1": 0, "s2": 0})
    c = partition("c", {"elsewhere": 0})
    found = compare([a, b, c])
    assert [(pair.a, pair.b) for pair in found.pairs] == [("a", "b")]
    assert found.apart == (("a", "c"), ("b", "c"))
