"""Methods are told apart where it is known who has to win."""

from __future__ import annotations

import numpy as np
import pytest

from songnet.errors import EmptyInputError, InputError
from songnet.model import Memberships, SongNetwork, Vectors
from songnet.playlists import METHODS, Contender, Evidence, evaluate, hide

SONGS = 40


def two_tastes(playlists=40, length=12, seed=0):
    """Half of the lists draw from one half of the songs, the others from the other."""
    random = np.random.default_rng(seed)
    pairs = []
    for number in range(playlists):
        chosen = random.choice(SONGS // 2, length, replace=False) + SONGS // 2 * (number % 2)
        pairs += [(f"p{number:02d}", f"s{song:02d}") for song in chosen]
    return Memberships.from_pairs(*zip(*pairs, strict=True))


def hidden(memberships, scenario="half"):
    """Folds, the order of songs in their lists drawn by lot."""
    places = np.random.default_rng(7).permutation(len(memberships))
    return hide(memberships, scenario, positions=places)


def by_taste():
    """Vectors that know the taste of every song, and nothing else."""
    names = [f"s{song:02d}" for song in range(SONGS)]
    taste = np.eye(2)[np.arange(SONGS) // (SONGS // 2)]
    return Vectors.from_rows("ear", names, taste + 0.1)


def asking(memberships, *names, vectors=None, network=None, songs=()):
    """Contenders who know nothing of what is hidden; and the whole."""
    whole = Evidence.of(memberships, vectors=vectors, songs=songs)

    def contenders(fold):
        evidence = Evidence.of(fold.training, vectors=vectors, network=network, songs=whole.songs)
        return [Contender(name, METHODS[name], evidence) for name in names]

    return contenders, whole


def scores(found):
    return {score.name: score for score in found.methods}


def test_who_knows_taste_beats_who_does_not():
    memberships = two_tastes()
    names = ("random", "popularity", "neighbours", "pagerank", "sound")
    found = evaluate(hidden(memberships), *asking(memberships, *names, vectors=by_taste()))
    by_name = scores(found)
    best = {name: by_name[name].means["r_precision"] for name in names}
    # Of 34 songs that are not shown 14 are of the taste, 6 of them hidden: 6/14 by taste alone.
    assert best["neighbours"] == pytest.approx(6 / 14, abs=0.1)
    assert best["sound"] == pytest.approx(6 / 14, abs=0.1)
    assert best["random"] == pytest.approx(6 / 34, abs=0.06)
    assert found.challenge.chance.r_precision == pytest.approx(6 / 34)
    assert by_name["neighbours"].ci["r_precision"][0] > by_name["popularity"].ci["r_precision"][1]
    assert [score.name for score in found.methods] == sorted(
        names, key=lambda name: (-best[name], name)
    )
    assert all(0 <= score.means["recall"] <= 1 for score in found.methods)
    assert by_name["popularity"].means["recall"] == 1, "there are fewer than 500 songs"


def test_differences_are_from_the_best_baseline():
    memberships = two_tastes()
    names = ("popularity", "random", "neighbours", "pagerank")
    found = evaluate(hide(memberships), *asking(memberships, *names))
    by_name = scores(found)
    assert {gap.baseline for gap in found.differences} == {"neighbours"}
    assert {gap.name for gap in found.differences} == {"popularity", "random", "pagerank"}
    for gap in found.differences:
        own, base = by_name[gap.name], by_name["neighbours"]
        for measure, value in gap.means.items():
            assert value == pytest.approx(own.means[measure] - base.means[measure])
            assert gap.ci[measure][0] <= value <= gap.ci[measure][1]
    gap = next(gap for gap in found.differences if gap.name == "popularity")
    assert gap.ci["r_precision"][1] < 0
    assert gap.ci["clicks"][0] > 0


def test_facts_of_the_challenge_by_hand():
    lists = {"p1": "abcd", "p2": "abce", "p3": "xyz"}
    pairs = [(name, song) for name, songs in lists.items() for song in songs]
    memberships = Memberships.from_pairs(*zip(*pairs, strict=True))
    found = evaluate(hide(memberships), *asking(memberships, "neighbours", songs=["nowhere"]))
    asked = found.challenge
    assert (asked.playlists, asked.folds, asked.shown_songs, asked.hidden_songs) == (3, 3, 6, 5)
    # p1 loses c and d, p2 c and e, p3 z; of these only c is in another playlist, and can be
    # come by from a and b.
    assert asked.known == asked.reachable == 2 / 5
    assert asked.distinct == 2, "a and b are shown of p1 and of p2"
    assert asked.candidates == pytest.approx((9 - 2) * 3 / 3)
    only = found.methods[0]
    # c is all that anybody can find of p1 and p2, among e or d: by cosine both score 1/√2.
    assert only.means["r_precision"] == pytest.approx((1 / 2 + 1 / 2 + 0) / 3)
    assert only.means["clicks"] == pytest.approx((0 + 0 + 51) / 3)
    assert only.coverage == 3 / 9, "c, d and e are recommended, of nine songs"


def test_what_is_known_and_what_can_be_reached_differ():
    lists = {"p1": "ab", "p2": "bc", "p3": "dz", "p4": "z", "p5": "mn"}
    pairs = [(name, song) for name, songs in lists.items() for song in songs]
    memberships = Memberships.from_pairs(*zip(*pairs, strict=True))
    folds = hide(memberships, playlists=4)
    asked = evaluate(folds, *asking(memberships, "random")).challenge
    # p1 loses b, which p2 has (but not with a); p2 c, p3 z, which p4 has, p5 n.
    assert asked.known == 2 / 4
    assert asked.reachable == 0


def test_batches_are_of_no_account(monkeypatch):
    memberships = two_tastes(playlists=20)
    names = ("pagerank", "neighbours-playlists", "random")
    one = evaluate(hide(memberships), *asking(memberships, *names))
    monkeypatch.setattr("songnet.playlists._evaluation.MOST_SCORES", SONGS * 2)
    two = evaluate(hide(memberships), *asking(memberships, *names))
    for a, b in zip(one.methods, two.methods, strict=True):
        assert (a.name, a.means, a.ci, a.coverage) == (b.name, b.means, b.ci, b.coverage)


def test_cold_songs_are_found_by_sound_alone():
    memberships = two_tastes()
    names = ("pagerank", "neighbours", "popularity", "random", "sound", "blend")
    folds = hide(memberships, "cold")
    found = evaluate(folds, *asking(memberships, *names, vectors=by_taste()))
    assert set(scores(found)) == {"random", "sound", "blend"}
    assert set(found.left_out) == {"pagerank", "neighbours", "popularity"}
    assert "in no playlist" in found.left_out["pagerank"]
    asked = found.challenge
    assert (asked.known, asked.reachable, asked.candidates) == (1, 0, SONGS / 5)
    sound = scores(found)["sound"]
    assert sound.means["r_precision"] > 1.5 * asked.chance.r_precision
    gap = next(gap for gap in found.differences if gap.name == "sound")
    assert gap.baseline == "chance"
    assert gap.means["r_precision"] == pytest.approx(
        sound.means["r_precision"] - asked.chance.r_precision
    )
    assert gap.ci["r_precision"][0] > 0
    assert sound.means["novelty"] is not None


def test_artists_that_are_right_are_seen_by_the_judge_alone():
    memberships = two_tastes(playlists=10)
    contenders, whole = asking(memberships, "random", "neighbours")
    asked = (contenders, whole)
    without = evaluate(hidden(memberships), *asked)
    assert all(score.means["r_precision_artist"] is None for score in without.methods)
    artists = np.array([f"artist {int(song[1:]) % 20}" for song in whole.songs], object)
    known = evaluate(hidden(memberships), *asked, artists=artists)
    for score, blind in zip(known.methods, without.methods, strict=True):
        assert score.means["r_precision"] == blind.means["r_precision"]
        assert score.means["r_precision"] <= score.means["r_precision_artist"] <= 1
    # Of the wrong half half of the artists are right, which is where lists drawn by lot have songs.
    random = scores(known)["random"].means
    assert random["r_precision_artist"] > random["r_precision"] + 0.05
    with pytest.raises(InputError, match="one artist for each of"):
        evaluate(hidden(memberships), *asked, artists=artists[1:])


def test_a_network_that_knows_cold_songs_can_be_walked():
    memberships = two_tastes(playlists=10)
    names = [f"s{song:02d}" for song in range(SONGS)]
    ring = SongNetwork.from_edges(names, range(SONGS - 1), range(1, SONGS))
    folds = hide(memberships, "cold")
    found = evaluate(folds, *asking(memberships, "pagerank-network", network=ring, songs=names))
    assert set(scores(found)) == {"pagerank-network"}
    without = SongNetwork.from_edges(["q"], [], [])
    asked = asking(memberships, "pagerank-network", network=without, songs=["q"])
    with pytest.raises(EmptyInputError, match="of pagerank-network none knows songs"):
        evaluate(folds, *asked)


def test_evidence_over_other_songs_is_refused():
    memberships = two_tastes(playlists=10)
    contenders, _ = asking(memberships, "random")
    _, whole = asking(memberships, "random", songs=["another"])
    with pytest.raises(InputError, match="evidence of random must be over the same 40 songs"):
        evaluate(hide(memberships), contenders, whole)


def test_progress_is_told():
    memberships, told = two_tastes(playlists=10), []
    folds = hide(memberships)
    evaluate(
        folds,
        *asking(memberships, "random", "popularity"),
        on_progress=lambda *step: told.append(step),
    )
    assert told[0] == (0, 10, "random")
    assert told[-1] == (10, 10, "")
    assert [done for done, _, _ in told] == sorted(done for done, _, _ in told)


def test_json_is_plain():
    import json

    memberships = two_tastes(playlists=10)
    found = evaluate(hide(memberships), *asking(memberships, "neighbours", "random"))
    plain = json.loads(json.dumps(found.to_json(), allow_nan=False))
    assert plain["methods"][0]["name"] == "neighbours"
    assert plain["methods"][0]["diversity_sound"] is None, "without vectors"
    assert set(plain["methods"][0]["ci"]) == {"r_precision", "ndcg", "clicks"}
    assert plain["differences"][0]["from"] == "neighbours"
    assert plain["left_out"] == []
    json.dumps(found.challenge.to_json(), allow_nan=False)
