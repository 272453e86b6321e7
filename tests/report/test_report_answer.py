"""The paragraph that answers the question says what the numbers say, and no more."""

from __future__ import annotations

import dataclasses

import pytest
import report_samples as samples

from songnet.info import EncoderInfo, NetworkInfo
from songnet.report._answer import (
    CONVENTION,
    HEADLINES,
    MAKE_BOTH,
    answer,
    convention,
    middle_pair,
    sides,
    strength,
)
from songnet.report._compared import pairs

EVEN = [[100, 50], [50, 100]]
LOPSIDED = [[170, 10], [11, 1]]


def answered(*given, **changes):
    content = samples.content(comparison=samples.comparison(*given), **changes)
    return answer(content, pairs(content))


def said(*given, **changes):
    return " ".join(answered(*given, **changes).paragraphs)


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


def test_the_convention_states_the_thresholds_in_force():
    for score, word in ((0.05, "weak"), (0.2, "moderate"), (0.5, "strong")):
        assert f"from {score} {word}" in CONVENTION
        assert strength(score) == word


@pytest.mark.parametrize("ami", [0.01, 0.1, 0.3, 0.8])
def test_the_headline_follows_the_score(ami):
    assert answered(cross(ami)).headline == HEADLINES[strength(ami)]


def test_one_pair():
    text = said(cross(0.31))
    assert text.startswith("1 pair of partitions sets playlists against sound. AMI")
    assert "0.310 (leiden-playlists with kmeans-cae_12x15, 300 songs)" in text
    assert "moderate agreement." in text
    assert any(limit.startswith("Why the two agree") for limit in answered(cross(0.31)).limits)


def test_several_pairs_have_a_median_and_both_ends():
    text = said(cross(0.02), second(0.61), cross(0.12))
    assert "a median of 0.120, from 0.020 (leiden-playlists with kmeans-cae_12x15" in text
    assert "to 0.610 (leiden-playlists with leiden-sound" in text
    assert "weak agreement at the median, and from no to strong" in text


def test_pairs_of_one_kind_are_no_evidence_but_a_yardstick():
    own = samples.pair("kmeans-cae_12x15", "leiden-sound", EVEN, 0.93)
    with_own, without = answered(cross(0.01), own), answered(cross(0.01))
    assert with_own.headline == without.headline == HEADLINES["no"]
    assert "at a median AMI of 0.930 for those of the sound" in said(cross(0.01), own)
    assert "For comparison" not in said(cross(0.01))


def test_degenerate_pairs_are_set_aside_and_said_so():
    text = said(cross(0.001, LOPSIDED), second(0.3))
    assert "2 pairs of partitions set playlists against sound; 1 of them cannot be read" in text
    assert "AMI (0 is chance, 1 is identical) is 0.300" in text


def test_only_degenerate_pairs_cannot_answer():
    given = answered(cross(0.9, LOPSIDED))
    assert given.headline == "These partitions cannot say."
    assert any("--resolution" in command for command in given.commands)
    assert "0.9" not in given.headline


def test_few_songs_are_said():
    few, enough = cross(0.3, [[50, 0], [0, 49]]), cross(0.3, [[50, 0], [0, 50]])
    assert "rests on 99 songs" in " ".join(answered(few).limits)
    assert "rests on" not in " ".join(answered(enough).limits)


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


def held(ami=0.145, make=cross, **nulls):
    """A pair that was held against nulls: the p of each."""
    return samples.tested(make(ami), **{kind: samples.null(p) for kind, p in nulls.items()})


def test_the_effect_its_interval_and_its_p_are_stated():
    text = said(held(shuffle=0.01, artist=0.04))
    assert (
        "For it, the 95 % interval is 0.095 to 0.185, and p = 0.01 (the least that so many samples "
        "can give) against shuffled labels, which give 0.001 ± 0.004 and p = 0.04 against labels "
        "shuffled within each artist, which give 0.001 ± 0.004."
    ) in text
    assert "It survives shuffled labels and labels shuffled within each artist (p ≤ 0.05)." in text


def test_the_numbers_to_see_first_are_the_effect_and_each_p():
    figures = answered(held(shuffle=0.01, rewiring=0.2)).figures
    assert figures == [
        ("0.145", "AMI, 0 is chance and 1 identical"),
        ("p = 0.01", "against shuffled labels"),
        ("p = 0.2", "against playlists rewired"),
    ]


def test_of_several_pairs_the_survivors_are_counted_and_the_middle_one_stated():
    pairs = [held(0.1, shuffle=0.01), held(0.2, second, shuffle=0.6), held(shuffle=0.01)]
    text = said(*pairs)
    assert "For the pair in the middle (leiden-playlists with kmeans-cae_12x15, AMI 0.145)" in text
    assert "At p ≤ 0.05, 2 of 3 survive shuffled labels; one in 20 would by luck" in text


@pytest.mark.parametrize(
    ("nulls", "end"),
    [
        ({}, ""),
        ({"shuffle": 0.01}, " It is more than luck."),
        ({"shuffle": 0.01, "artist": 0.01}, " It is more than luck, and more than shared artists."),
        (
            {"shuffle": 0.01, "artist": 0.5},
            " It is more than luck, but nothing shows that it is more than shared artists.",
        ),
    ],
)
def test_the_headline_says_what_was_survived(nulls, end):
    assert answered(held(**nulls)).headline == HEADLINES["weak"] + end


def test_a_size_that_luck_gives_is_no_finding_however_large():
    assert answered(held(0.4, shuffle=0.3)).headline.startswith("Not that one could tell.")


def test_more_than_luck_may_still_be_next_to_nothing():
    assert answered(held(0.01, shuffle=0.01)).headline.startswith("Hardly. In this data there is")


def test_a_null_that_can_move_hardly_any_song_is_not_called_unbeaten():
    pair = samples.tested(
        cross(0.145), shuffle=samples.null(0.01), artist=samples.null(0.9, movable=0.0075)
    )
    given = answered(pair)
    assert given.headline == HEADLINES["weak"] + " It is more than luck."
    assert "does not survive" not in said(pair)
    (limit,) = [limit for limit in given.limits if "0.75 %" in limit]
    assert limit.startswith("Whether it survives labels shuffled within each artist")
    idle = "against labels shuffled within each artist, which can move hardly any song"
    assert ("p = 0.9", idle) in given.figures


def test_what_cannot_be_shown_names_the_missing_artist_null():
    missing = "Whether it is more than shared artists"
    assert any(limit.startswith(missing) for limit in answered(held(shuffle=0.01)).limits)
    both = answered(held(shuffle=0.01, artist=0.01)).limits
    assert not any(limit.startswith(missing) for limit in both)


def test_encoders_that_were_taught_by_playlists_are_named_as_circular():
    taught = EncoderInfo("mp3tovec_100", "mp3tovec", "100", 100, "01" * 32, "x")
    loaded = samples.loaded()
    with_it = dataclasses.replace(loaded, encoders=[*loaded.encoders, taught])
    (limit,) = [
        each for each in answered(cross(0.3), loaded=with_it).limits if "mp3tovec_100" in each
    ]
    assert "circular" in limit


def test_the_convention_says_what_was_computed():
    content = samples.content(comparison=samples.comparison(cross(0.3)))
    assert "No nulls were computed for this page" in convention(pairs(content))
    content = samples.content(comparison=samples.comparison(held(shuffle=0.01, album=0.2)))
    text = convention(pairs(content))
    assert "here shuffled labels and labels shuffled within each album, 99 samples each" in text
    assert "No nulls" not in text


def test_an_unknown_null_is_named_by_its_key():
    assert "against the null martian" in said(held(martian=0.2))


def test_the_middle_pair_of_an_even_number_is_the_lower_one():
    content = samples.content(
        comparison=samples.comparison(cross(0.4), cross(0.1), cross(0.3), cross(0.2))
    )
    assert middle_pair(pairs(content)).scores["ami"] == 0.2
