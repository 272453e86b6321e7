"""The answer of a study: what it says for which scores."""

from __future__ import annotations

from dataclasses import replace

import pytest

from songnet.workflows._study_result import Effect, Score, Study, answer, survivors

SCORE = Score(
    sound="leiden-sound-listener",
    playlists="leiden-playlists",
    clusters=4,
    communities=5,
    songs=300,
    nmi=0.2,
    chance=0.05,
    ami=0.15,
    ari=0.1,
    element_centric=0.3,
    p={"shuffle": 0.005, "artist": 0.02, "album": 0.6},
    movable={"shuffle": 1.0, "artist": 0.4, "album": 0.3},
    degenerate=False,
)
STUDY = Study(
    network="playlists",
    listening="listener",
    seed=0,
    samples=199,
    rewirings=19,
    own=[],
    scores=[SCORE],
    modularity=[],
    assortativity=[
        Effect("listener", "Songs that share a playlist", 0.31, 0.28, 0.01, 3.0, 0.01, 0.2),
        Effect("other", "Songs that share a playlist", 0.9, 0.1, 0.01, 80.0, 0.01, 2.0),
    ],
)


def with_score(**changes):
    return replace(STUDY, scores=[replace(SCORE, **changes)])


def test_the_answer_names_effect_p_and_nulls():
    text = " ".join(answer(STUDY).paragraphs)
    assert "AMI of 0.150" in text
    assert "p = 0.005 against shuffled labels," in text
    assert "within each artist (which can move 40% of the songs)" in text
    assert (
        "It survives shuffled labels and labels shuffled within each artist, and does not survive "
        "labels shuffled within each album."
    ) in text
    assert "0.310, where rewired playlists give 0.280, +0.20 standard deviations" in text
    assert "0.900" not in text


def test_what_artists_or_albums_explain_is_in_the_headline():
    assert answer(STUDY).headline.startswith(
        "Yes, a little; but nothing shows that it is more than shared albums."
    )
    both = with_score(p={"shuffle": 0.005, "artist": 0.2, "album": 0.6})
    assert "shared artists and albums" in answer(both).headline
    neither = with_score(p={"shuffle": 0.005, "artist": 0.01})
    assert answer(neither).headline == "Yes, a little."


@pytest.mark.parametrize(
    ("ami", "headline"),
    [(0.01, "No, or so little"), (0.3, "Yes, to some extent"), (0.7, "Yes, largely")],
)
def test_the_headline_follows_the_effect(ami, headline):
    assert answer(with_score(ami=ami)).headline.startswith(headline)


def test_what_no_null_leaves_standing_is_chance():
    found = answer(with_score(ami=0.3, p={"shuffle": 0.4, "rewiring": 0.6}))
    assert found.headline == "No: what there is, chance gives as well."
    assert "survives" not in found.paragraphs[0]


def test_a_degenerate_pair_cannot_say():
    assert "cannot say" in answer(with_score(degenerate=True)).headline


def test_without_the_pair_the_reason_is_given():
    missing = replace(STUDY, scores=[], refused={"leiden-playlists": "has no songs"})
    found = answer(missing)
    assert "cannot say" in found.headline
    assert "has no songs" in " ".join(found.paragraphs)


def test_survivors_at_a_false_discovery_rate():
    # Sorted p against 0.05 i / 5: 0.01 0.02 0.03 0.04 0.05; the third is the last below its line.
    values = [0.001, 0.019, 0.029, 0.6, 0.051]
    scores = [replace(SCORE, p={"shuffle": p}) for p in values]
    assert survivors(scores) == {"shuffle": 3}
    crumbs = [replace(SCORE, p={"shuffle": 0.001}, degenerate=True)]
    assert survivors(crumbs) == {}


def test_json_is_plain_and_whole():
    found = STUDY.to_json()
    assert found["schema"] == "songnet.study/1"
    assert found["scores"][0]["ami"] == 0.15
    assert found["answer"]["headline"].startswith("Yes, a little")
    assert found["survived"] == {"shuffle": 1, "artist": 1, "album": 0}
