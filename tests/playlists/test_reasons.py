"""Reasons, counted by hand on a small world."""

from __future__ import annotations

import numpy as np
import pytest

from songnet.model import Memberships, Partition, SongNetwork, Vectors
from songnet.playlists import Between, Community, CommunityNames, Evidence, Grounds, Reason
from songnet.playlists._reasons import Reasoner, sentence

LISTS = {
    "p1": ["a", "b", "c"],
    "p2": ["a", "c"],
    "p3": ["b", "c"],
    "p4": ["c", "d"],
    "p5": ["d", "e"],
    "p6": ["x", "y"],
}
PAIRS = [(name, song) for name, songs in LISTS.items() for song in songs]
MEMBERSHIPS = Memberships.from_pairs(*zip(*PAIRS, strict=True))
PLAYLISTS = Grounds(playlists=True)
SOUND = Grounds(sound=True)
BOTH = Grounds(playlists=True, sound=True)


def reasoner(seeds="ab", grounds=PLAYLISTS, names=None, **more):
    evidence = Evidence.of(MEMBERSHIPS, **more)
    return evidence, Reasoner(evidence, evidence.places(seeds), grounds, names)


def reason(song, *arguments, **options):
    evidence, made = reasoner(*arguments, **options)
    return made.reason(int(evidence.places([song])[0]))


def test_shared_playlists_are_counted_the_most_first():
    found = reason("c")
    assert found.shared == (("a", 2), ("b", 2))
    assert found.playlists == 4
    assert found.via is None
    assert reason("c", "bd").shared == (("b", 2), ("d", 1))
    assert len(reason("c", "abde").shared) == 3


def test_a_song_in_no_playlist_with_a_seed_came_by_way_of_another():
    assert reason("d").shared == ()
    assert reason("d").via == "c"
    # From e it is two steps to c, which is no seed, and three to a seed.
    assert reason("e").via is None
    assert reason("e", "c").via == "d"
    assert reason("x").via is None


def test_of_several_ways_it_is_the_one_that_most_walks_take():
    lists = {"p": ["s", "m"], "q": ["s", "n", "o", "o2"], "r": ["m", "t"], "u": ["n", "t"]}
    pairs = [(name, song) for name, songs in lists.items() for song in songs]
    evidence = Evidence.of(Memberships.from_pairs(*zip(*pairs, strict=True)))
    made = Reasoner(evidence, evidence.places(["s"]), PLAYLISTS)
    assert made.reason(int(evidence.places(["t"])[0])).via == "m"


def vectors():
    return Vectors.from_rows("ear", list("abc"), [[1, 0], [0, 2], [3, 4]])


def test_the_most_similar_seed_and_its_cosine():
    assert reason("c", "ab", SOUND, vectors=vectors()).similar == ("b", 0.8)
    assert reason("d", "ab", SOUND, vectors=vectors()).similar is None
    assert reason("c", "d", SOUND, vectors=vectors()).similar is None
    assert reason("c").similar is None


def test_in_a_sequence_it_is_the_song_before():
    _, made = reasoner("b", SOUND, vectors=vectors())
    assert made.reason(2, before=0).similar == ("a", pytest.approx(0.6))
    # Sound alone walks nowhere.
    assert made.reason(3).via is None


def test_the_community_and_whether_a_seed_is_in_it():
    partition = Partition.from_labels(
        list("abcd"), [0, 0, 0, 1], name="cut", algorithm="none", on="playlists"
    )
    names = CommunityNames("cut", ["Pop", "Jazz"])
    assert reason("c", names=names, partition=partition).community == Community(
        "cut", 0, "Pop", has_seed=True
    )
    assert reason("d", names=names, partition=partition).community == Community(
        "cut", 1, "Jazz", has_seed=False
    )
    assert reason("e", names=names, partition=partition).community is None
    assert reason("c", partition=partition).community is None


def test_over_a_network_it_is_by_its_edges():
    network = SongNetwork.from_edges(
        ["a", "b", "c", "t"], [0, 1, 2, 0], [2, 2, 3, 1], [0.5, 2.0, 1.0, 1.0]
    )
    grounds = Grounds(network=True)
    found = reason("c", "ab", grounds, network=network)
    assert found.linked == (("b", 2.0), ("a", 0.5))
    assert found.via is None
    assert reason("t", "ab", grounds, network=network).via == "c"
    assert reason("x", "ab", grounds, network=network).via is None


@pytest.mark.parametrize(
    ("reason_", "grounds", "said"),
    [
        (Reason(shared=(("a", 2),)), PLAYLISTS, "shares playlists with A (2)"),
        (
            Reason(shared=(("a", 1200), ("b", 2), ("c", 1)), similar=("c", 0.914)),
            BOTH,
            "shares playlists with A (1,200), B (2) and C (1); sounds like C (0.91)",
        ),
        (Reason(shared=(("a", 2),), similar=("c", 0.9)), SOUND, "sounds like C (0.90)"),
        (
            Reason(via="d"),
            PLAYLISTS,
            "shares playlists with D, which shares some with a seed",
        ),
        (Reason(linked=(("a", 1.0), ("b", 0.5))), Grounds(network=True), "linked with A and B"),
        (Reason(via="d"), Grounds(network=True), "linked with a seed by way of D"),
        (
            Reason(between=Between("a", "b", 0.25), similar=("a", 0.5)),
            SOUND,
            "25% of the way to B; sounds like A (0.50)",
        ),
        (
            Reason(community=Community("cut", 0, "Pop", has_seed=True)),
            PLAYLISTS,
            "in a seed's community 'Pop'",
        ),
        (
            Reason(community=Community("cut", 0, "Pop", has_seed=False), playlists=1),
            PLAYLISTS,
            "in 1 playlist; nothing joins it with a seed",
        ),
        (Reason(playlists=1200), Grounds(), "in 1,200 playlists; nothing joins it with a seed"),
    ],
)
def test_a_reason_in_a_few_words(reason_, grounds, said):
    assert sentence(reason_, grounds, str.upper) == said


def test_nothing_is_its_own_way():
    evidence = Evidence.of(MEMBERSHIPS)
    made = Reasoner(evidence, evidence.places("a"), PLAYLISTS)
    for song in range(len(evidence)):
        found = made.reason(song)
        assert found.via not in (evidence.songs[song], "a")
        shares = (evidence.members[:, [song]].T @ evidence.members[:, [0]]).toarray()[0, 0]
        assert bool(found.shared) == bool(shares)
        assert np.isscalar(found.playlists)
