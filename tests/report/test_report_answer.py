"""The paragraph that answers the question says what the numbers say, and no more."""

from __future__ import annotations

import dataclasses

import pytest
import report_samples as samples

from songnet.info import EncoderInfo, NetworkInfo
from songnet.report._answer import CONVENTION, HEADLINES, MAKE_BOTH, answer, sides, strength
from songnet.report._compared import pairs

EVEN = [[100, 50], [50, 100]]
LOPSIDED = [[170, 10], [11, 1]]


def answered(*given, **changes):
    content = samples.content(comparison=samples.comparison(*given), **changes)
    return answer(content, pairs(content))


def cross(ami, counts=EVEN):
    return samples.pair("leiden-playlists", "kmeans-cae_12x15", counts, ami)


def second(ami, counts=EVEN):
    return samples.pair("leiden-playlists", "leiden-sound", counts, ami)


@pytest.mark.parametrize(
    ("ami", "word"),
    [(None, "unknown"), (-0.2, "no"), (0.0, "no"), (0.0499, "no"), (0.05, "weak"),
     (0.199, "weak"), (0.2, "moderate"), (0.499, "moderate"), (0.5, "strong"), (1.0, "strong")],
)  # fmt: skip
def test_words_for_scores(ami, word):
    assert strength(ami) == word


def test_the_convention_states_the_thresholds_in_force_and_what_is_not_tested():
    for score, word in ((0.05, "weak"), (0.2, "moderate"), (0.5, "strong")):
        assert f"from {score} {word}" in CONVENTION
        assert strength(score) == word
    assert "significance against nulls" in CONVENTION
    assert "not computed here" in CONVENTION


@pytest.mark.parametrize("ami", [0.01, 0.1, 0.3, 0.8])
def test_the_headline_follows_the_score(ami):
    assert answered(cross(ami)).headline == HEADLINES[strength(ami)]


def test_one_pair():
    text = answered(cross(0.31)).text
    assert text.startswith("1 pair of partitions sets playlists against sound. AMI")
    assert "0.310 (leiden-playlists with kmeans-cae_12x15, 300 songs)" in text
    assert "moderate agreement." in text
    assert "Agreement does not say why" in text


def test_several_pairs_have_a_median_and_both_ends():
    text = answered(cross(0.02), second(0.61), cross(0.12)).text
    assert "a median of 0.120, from 0.020 (leiden-playlists with kmeans-cae_12x15" in text
    assert "to 0.610 (leiden-playlists with leiden-sound" in text
    assert "weak agreement at the median, and from no to strong" in text


def test_pairs_of_one_kind_are_no_evidence_but_a_yardstick():
    own = samples.pair("kmeans-cae_12x15", "leiden-sound", EVEN, 0.93)
    with_own, without = answered(cross(0.01), own), answered(cross(0.01))
    assert with_own.headline == without.headline == HEADLINES["no"]
    assert "at a median AMI of 0.930 for those of the sound" in with_own.text
    assert "For comparison" not in without.text


def test_degenerate_pairs_are_set_aside_and_said_so():
    text = answered(cross(0.001, LOPSIDED), second(0.3)).text
    assert "2 pairs of partitions set playlists against sound; 1 of them cannot be read" in text
    assert "AMI (0 is chance, 1 is identical) is 0.300" in text


def test_only_degenerate_pairs_cannot_answer():
    given = answered(cross(0.9, LOPSIDED))
    assert given.headline == "These partitions cannot say."
    assert any("--resolution" in command for command in given.commands)
    assert "0.9" not in given.headline


def test_few_songs_are_said():
    assert "rests on 99 songs" in answered(cross(0.3, [[50, 0], [0, 49]])).text
    assert "rests on" not in answered(cross(0.3, [[50, 0], [0, 50]])).text


def test_nothing_asked_gives_the_commands():
    own = samples.pair("kmeans-cae_12x15", "leiden-sound", EVEN, 0.93)
    for given in (answered(), answered(own)):
        assert given.headline == "Not answered yet."
        assert given.commands == MAKE_BOTH


def test_vectors_from_playlists_are_no_sound():
    """And a model that hears, but was taught by playlists, is on neither side."""
    encoders = [
        EncoderInfo(name, name, "8", 8, "01" * 32, "x") for name in ("track2vec", "mp3tovec")
    ]
    networks = [
        NetworkInfo(f"near-{info.name}", "sound", 9, 9, "ef" * 32, "x", {"encoder": info.name})
        for info in encoders
    ]
    partitions = [
        samples.partition(f"cut-{on}", on, algorithm="kmeans")
        for on in ("track2vec", "mp3tovec", "near-track2vec", "near-mp3tovec")
    ]
    loaded = dataclasses.replace(
        samples.loaded(partitions=partitions), networks=networks, encoders=encoders
    )
    assert sides(samples.content(loaded=loaded, encoders=[])) == {
        "cut-track2vec": "playlists",
        "cut-near-track2vec": "playlists",
    }


def test_what_a_partition_was_made_of():
    imported = samples.partition("mine", "mine.csv", algorithm="imported")
    partitions = [*samples.loaded().partitions, imported]
    content = samples.content(loaded=samples.loaded(partitions=partitions))
    assert sides(content) == {
        "leiden-playlists": "playlists",
        "kmeans-cae_12x15": "sound",
        "leiden-sound": "sound",
    }
