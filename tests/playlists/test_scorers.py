"""What each method says of songs, by hand and against plain loops."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from songnet.errors import EmptyInputError, InputError, StateError, UsageError
from songnet.model import Memberships, Partition, SongNetwork, Vectors
from songnet.playlists import METHODS, NOTHING, Evidence, Options, available, best, find
from songnet.playlists._blend import blended, reciprocal_ranks

LISTS = {"p1": "abc", "p2": "abd", "p3": "cde", "p4": "e"}
ANGLES = {"a": 0, "b": 10, "c": 90, "d": 60, "z": 5}


def memberships(lists=LISTS):
    pairs = [(name, song) for name, songs in lists.items() for song in songs]
    return Memberships.from_pairs(*zip(*pairs, strict=True))


def vectors(angles=ANGLES):
    turned = np.radians(list(angles.values()))
    return Vectors.from_rows("ear", list(angles), np.c_[np.cos(turned), np.sin(turned)] * 3)


@pytest.fixture
def evidence():
    """Songs a to e in lists, f in a network only, z with sound only, nothing known of y."""
    network = SongNetwork.from_edges("abf", [0, 1], [1, 2], [1, 2])
    partition = Partition.from_labels("abce", [0, 0, 1, 1], name="x", algorithm="hand", on="x")
    return Evidence.of(
        memberships(), vectors=vectors(), network=network, partition=partition, songs=["y"]
    )


def said(evidence, method, *seeds, **options):
    """Scores by song, those that nothing speaks for left out."""
    scores = find(method).make(evidence, Options(**options))([evidence.places(seeds)])[0]
    return {song: score for song, score in zip(evidence.songs, scores, strict=True)
            if score > NOTHING}  # fmt: skip


# --- evidence -------------------------------------------------------------------------------------


def test_evidence_is_of_all_songs(evidence):
    assert "".join(evidence.songs) == "abcdefyz"
    assert evidence.popularity.tolist() == [2, 2, 2, 2, 2, 0, 0, 0]
    assert evidence.lengths.tolist() == [3, 3, 3, 1]
    assert "".join(evidence.songs[evidence.heard]) == "abcdz"
    assert np.linalg.norm(evidence.directions, axis=1) == pytest.approx([1, 1, 1, 1, 0, 0, 0, 1])
    assert evidence.links.toarray()[:2, :2].tolist() == [[0, 1], [1, 0]]
    assert evidence.communities.tolist() == [0, 0, 1, -1, 1, -1, -1, -1]
    assert available(evidence) == {"playlists", "sound", "network", "communities"}


def test_evidence_of_nothing_is_refused():
    with pytest.raises(EmptyInputError, match="nothing to recommend by"):
        Evidence.of()


def test_a_song_that_is_not_there_is_named(evidence):
    assert evidence.places(["z", "a"]).tolist() == [7, 0]
    with pytest.raises(InputError, match="no song 'q'"):
        evidence.places(["a", "q"])


def test_a_zero_vector_is_not_heard():
    silent = Vectors.from_rows("ear", ["a", "b"], [[0, 0], [0, 2]])
    assert Evidence.of(vectors=silent).heard.tolist() == [False, True]


# --- methods --------------------------------------------------------------------------------------


def test_neighbours_by_hand(evidence):
    # Every song is in two lists: the cosine is half the number of shared ones.
    assert said(evidence, "neighbours", "a") == pytest.approx({"a": 1, "b": 1, "c": 0.5, "d": 0.5})
    both = said(evidence, "neighbours", "a", "e")
    assert both == pytest.approx({"a": 0.5, "b": 0.5, "c": 0.5, "d": 0.5, "e": 0.5})


@given(st.lists(st.text("abcdefgh", min_size=1, max_size=6), min_size=1, max_size=8), st.data())
def test_neighbours_are_cosines_of_playlists(lists, data):
    known = Evidence.of(memberships({f"p{place}": songs for place, songs in enumerate(lists)}))
    seeds = data.draw(st.lists(st.sampled_from(list(known.songs)), min_size=1, unique=True))
    found = said(known, "neighbours", *seeds)
    held = {song: {place for place, songs in enumerate(lists) if song in songs}
            for song in known.songs}  # fmt: skip
    for song in known.songs:
        cosines = [len(held[song] & held[seed]) / np.sqrt(len(held[song]) * len(held[seed]))
                   for seed in seeds]  # fmt: skip
        assert found.get(song, 0) == pytest.approx(np.mean(cosines))


def test_neighbours_by_playlists_add_up_the_lists_that_are_alike(evidence):
    found = said(evidence, "neighbours-playlists", "a", "b")
    # p1 and p2 hold both and are equally alike.
    assert found["a"] == found["b"] == pytest.approx(found["c"] + found["d"])
    assert "e" not in found


def test_a_list_with_both_seeds_counts_more_than_two_with_one():
    lists = {"both": "abx", "one": "acy", "two": "bdy"}
    found = said(Evidence.of(memberships(lists)), "neighbours-playlists", "a", "b")
    assert found["x"] > found["y"] / 2
    walked = said(Evidence.of(memberships(lists)), "pagerank", "a", "b", penalty=0)
    assert walked["x"] > walked["c"]


def test_walks_reach_songs_two_lists_away(evidence):
    walked = said(evidence, "pagerank", "a")
    assert set(walked) == set("abcde")
    assert walked["b"] > walked["c"] > walked["e"]


def test_a_seed_that_no_list_holds_is_walked_from_all_the_same(evidence):
    assert set(said(evidence, "pagerank", "z")) == {"z"}


def test_walks_along_a_network_stay_within_it_and_within_communities(evidence):
    assert set(said(evidence, "pagerank-network", "a")) == set("abf")
    assert set(said(evidence, "pagerank-communities", "a")) == set("ab")


def test_a_penalty_takes_from_popular_songs():
    lists = {f"p{place}": "xh" for place in range(5)} | {"q": "xr", "q2": "xr"}
    known = Evidence.of(memberships(lists))
    free, fined = (said(known, "pagerank", "x", penalty=penalty) for penalty in (0, 1))
    assert free["h"] > free["r"]
    assert fined["h"] / fined["r"] < free["h"] / free["r"]


def test_sound_is_the_cosine_with_the_mean_direction(evidence):
    found = said(evidence, "sound", "a", "b")
    assert found["z"] == pytest.approx(1, abs=1e-6)
    assert found["d"] == pytest.approx(np.cos(np.radians(55)), abs=1e-6)
    assert set(found) == set("abcdz")
    assert not said(evidence, "sound", "e")


def test_popularity_is_the_same_for_all_and_random_for_the_same_seeds(evidence):
    assert said(evidence, "popularity", "a") == said(evidence, "popularity", "e")
    drawn = said(evidence, "random", "a", seed=4)
    assert drawn == said(evidence, "random", "a", seed=4)
    assert drawn != said(evidence, "random", "b", seed=4)
    assert drawn != said(evidence, "random", "a", seed=5)


def test_random_is_the_same_in_any_batch(evidence):
    scorer = find("random").make(evidence)
    seeds = [evidence.places([song]) for song in "abc"]
    alone = [scorer([each])[0].tolist() for each in seeds]
    assert scorer(seeds).tolist() == alone


# --- both -----------------------------------------------------------------------------------------


def test_ranks_are_reciprocal_and_ties_share_the_best():
    found = reciprocal_ranks(np.array([0.5, NOTHING, 2.0, 0.5, -1.0]))
    assert found == pytest.approx([1 / 62, 0, 1 / 61, 1 / 62, 1 / 64])


def test_a_blend_of_one_is_that_one(evidence):
    for weight, method in ((0, "pagerank"), (1, "sound")):
        scores = find("blend").make(evidence, Options(weight=weight))([evidence.places("a")])[0]
        alone = find(method).make(evidence)([evidence.places("a")])[0]
        assert best(scores, 9).tolist() == best(alone, 9).tolist()


def test_a_blend_recommends_what_either_knows(evidence):
    found = said(evidence, "blend", "a")
    assert set(found) == set("abcdez")
    assert blended(np.array([NOTHING]), np.array([NOTHING]), 0.5).tolist() == [NOTHING]


# --- the best -------------------------------------------------------------------------------------


@given(st.lists(st.sampled_from([NOTHING, -1.0, 0.0, 0.5, 1.0]), min_size=1), st.integers(1, 9))
def test_the_best_come_first_and_ties_go_to_the_smaller_place(scores, k):
    found = best(np.array(scores), k).tolist()
    wanted = [place for place in range(len(scores)) if scores[place] > NOTHING]
    assert found == sorted(wanted, key=lambda place: (-scores[place], place))[:k]


# --- bad input ------------------------------------------------------------------------------------


def test_a_method_that_lacks_evidence_says_what_to_do():
    known = Evidence.of(vectors=vectors())
    with pytest.raises(StateError, match="pagerank needs playlists: load .* load-playlists"):
        find("pagerank").make(known)
    with pytest.raises(StateError, match="sound: make vectors with 'songnet embed'"):
        find("sound").make(Evidence.of(memberships()))
    assert find("blend").lacks(Evidence.of(songs=["a"])) == ["playlists", "sound"]


def test_an_unknown_method_is_refused_with_those_there_are():
    with pytest.raises(UsageError, match="no method 'magic': use one of pagerank, .*random"):
        find("magic")


@pytest.mark.parametrize("option", [{"weight": 1.5}, {"penalty": -1}, {"damping": 1}])
def test_options_out_of_range_are_named(option):
    with pytest.raises(UsageError, match=f"--{next(iter(option))} must be"):
        Options(**option)


def test_every_method_says_what_it_does():
    for name, method in METHODS.items():
        assert method.name == name
        assert method.title
