"""Comparing partitions over the songs they share."""

from __future__ import annotations

import json
import math
from dataclasses import asdict, replace

import numpy as np
import pytest

from songnet.agreement import (
    SharedSongs,
    compare,
    contingency,
    expected,
    scores,
    shuffled,
    subsampled,
)
from songnet.agreement import ami as agreement_ami
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


SAME = {
    "nmi": 1.0,
    "ami": 1.0,
    "ari": 1.0,
    "vi": 0.0,
    "homogeneity": 1.0,
    "completeness": 1.0,
    "fmi": 1.0,
    "element_centric": 1.0,
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
    columns += ["element_centric"]
    assert list(found.table.columns) == ["a", "b", "songs", *columns]
    assert found.table["b"].tolist() == ["b", "a", "a"]
    assert found.table["ari"].tolist() == [pair.scores.ari for pair in found.pairs]


def test_the_json_is_the_schema():
    a = partition("a", {"s1": 0, "s2": 0, "s3": 1}, seed=3, quality={"modularity": 0.25})
    b = partition("b", {"s1": 0, "s2": 0, "s3": 1, "s4": 2}, algorithm="kmeans", on="cae")
    found = compare([a, b]).to_json()
    whole = {"precision": 1.0, "recall": 1.0, "jaccard": 1.0}
    matches = [
        {"label": 0, "match": 0, "songs": 2, "shared": 2, **whole},
        {"label": 1, "match": 1, "songs": 1, "shared": 1, **whole},
    ]
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
                "only_a": 0,
                "only_b": 1,
                **SAME,
                "nmi_by": dict.fromkeys(["arithmetic", "geometric", "min", "max", "joint"], 1.0),
                "chance": asdict(expected(contingency([0, 0, 1], [0, 0, 1]))),
                "null": {},
                "interval": None,
                "confusion": {"rows": [0, 1], "columns": [0, 1], "cells": [[0, 0, 2], [1, 1, 1]]},
                "order": {"rows": [0, 1], "columns": [0, 1]},
                "residuals": [
                    [0, 0, pytest.approx((2 - 4 / 3) / math.sqrt(4 / 3))],
                    [1, 1, pytest.approx((1 - 1 / 3) / math.sqrt(1 / 3))],
                ],
                "matches": {"a": matches, "b": matches},
            }
        ],
        "matrix": {
            "score": "ami",
            "names": ["a", "b"],
            "values": [[1.0, 1.0], [1.0, 1.0]],
            "order": [0, 1],
            "merges": [[0.0, 1.0, 0.0, 2.0]],
        },
        "notes": [],
    }


def test_the_json_has_nulls_and_the_interval_where_there_are_any():
    labels = [0, 0, 1, 1, 2, 2], [0, 1, 1, 1, 2, 2]
    a, b = (
        partition(name, {f"s{song}": label for song, label in enumerate(side)})
        for name, side in zip("ab", labels, strict=True)
    )
    found = compare([a, b])
    null, interval = shuffled(*labels, samples=3), subsampled(*labels, samples=3)
    pair = replace(found.pairs[0], nulls={"labels": null}, interval=interval)
    data = replace(found, pairs=(pair,)).to_json()["pairs"][0]
    assert data["null"] == {"labels": null.to_json()}
    assert data["interval"] == interval.to_json()


def test_every_score_is_a_plain_number():
    a = partition("a", {"s1": 0, "s2": 0, "s3": 1, "s4": 1})
    b = partition("b", {"s1": 0, "s2": 1, "s3": 1, "s4": 1})
    (pair,) = compare([a, b]).to_json()["pairs"]
    for name in SAME:
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


def test_the_matrix_has_every_two_and_puts_those_that_agree_together():
    random = np.random.default_rng(0)
    songs = [f"s{i:03}" for i in range(200)]
    first, second = random.integers(0, 4, 200), random.integers(0, 4, 200)
    near = [np.where(random.random(200) < 0.9, labels, 0) for labels in (first, second)]
    cuts = [
        partition(name, dict(zip(songs, labels, strict=True)))
        for name, labels in zip("abcd", [first, second, *near], strict=True)
    ]
    found = compare(cuts).matrix
    assert found.names == ("a", "b", "c", "d")
    assert np.array_equal(found.values, found.values.T)
    assert found.values[0, 2] == agreement_ami(first, near[0])
    order = [found.names[place] for place in found.order]
    assert {frozenset(order[:2]), frozenset(order[2:])} == {frozenset("ac"), frozenset("bd")}


def test_partitions_that_share_no_song_leave_a_hole_in_the_matrix():
    a, b = partition("a", {"s1": 0, "s2": 1}), partition("b", {"s1": 0, "s2": 1})
    found = compare([a, partition("c", {"elsewhere": 0}), b]).matrix
    assert found.to_json()["values"] == [[1, None, 1], [None, 1, None], [1, None, 1]]
    # Sharing no song counts as agreeing no better than chance.
    assert found.merges[:, 2].tolist() == [0, 1]
    assert sorted(found.order.tolist()) == [0, 1, 2]
    assert abs(found.order.tolist().index(0) - found.order.tolist().index(2)) == 1


def test_songs_are_shared_whichever_way_round_and_found_once():
    a = partition("a", {"s1": 0, "s2": 1, "s3": 1})
    b = partition("b", {"s2": 0, "s3": 1, "s9": 1})
    same = partition("same", {"s1": 5, "s2": 5, "s3": 6})
    shared = SharedSongs([a, b, same])
    left, right = shared.of(0, 1)
    assert [a.songs[left].tolist(), b.songs[right].tolist()] == [["s2", "s3"]] * 2
    assert shared.of(2, 1)[0] is left
    assert shared.of(1, 0)[0] is right
    assert shared.of(0, 2) == (slice(None), slice(None))
