"""Rewired memberships: what they keep, and that every configuration is as likely."""

from __future__ import annotations

import random
from collections import Counter
from itertools import chain, combinations, product

import igraph
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chisquare

from songnet.errors import UsageError
from songnet.model import Memberships
from songnet.networks import cooccurrence, rewired

lists = st.dictionaries(
    st.integers(0, 15), st.sets(st.sampled_from("abcdefghij"), min_size=1), min_size=1
)


def memberships(members):
    pairs = [(f"p{number:02d}", song) for number, songs in members.items() for song in songs]
    return Memberships.from_pairs(*zip(*pairs, strict=True))


def rows_of(who):
    return list(zip(who.playlist.tolist(), who.song.tolist(), strict=True))


@given(lists, st.integers(0, 99))
def test_lengths_and_popularities_stay_and_no_pair_repeats(members, seed):
    whole = memberships(members)
    chance = rewired(whole, seed=seed)
    assert chance.playlists is whole.playlists
    assert chance.songs is whole.songs
    for ends in ("playlist", "song"):
        before, after = getattr(whole, ends), getattr(chance, ends)
        assert np.bincount(after).tolist() == np.bincount(before).tolist()
        assert after.dtype == np.int64
    rows = rows_of(chance)
    assert rows == sorted(set(rows))


def big(size=300):
    draw = np.random.default_rng(0)
    return memberships({row: {f"s{i}" for i in draw.integers(0, 200, 12)} for row in range(size)})


def test_the_same_seed_gives_the_same_and_another_another():
    whole = big()
    assert rows_of(rewired(whole, seed=[7, 1])) == rows_of(rewired(whole, seed=[7, 1]))
    assert rows_of(rewired(whole, seed=[7, 1])) != rows_of(rewired(whole, seed=[7, 2]))


def test_igraphs_own_generator_is_given_back():
    random.seed(3)
    rewired(big(20), seed=0)
    drawn = igraph.Graph.Erdos_Renyi(20, m=30).get_edgelist()
    random.seed(3)
    assert igraph.Graph.Erdos_Renyi(20, m=30).get_edgelist() == drawn


def test_little_is_left_of_the_start():
    whole = big()
    start = set(rows_of(whole))
    kept = len(start & set(rows_of(rewired(whole, seed=0)))) / len(start)
    # Of rows drawn with these margins about a twentieth meet by chance.
    assert kept < 0.1
    assert len(start & set(rows_of(rewired(whole, seed=0, swaps_per_membership=1)))) > kept


def test_what_ties_songs_beyond_chance_is_gone():
    tastes = memberships(
        {
            row: {f"{'ab'[row % 2]}{i}" for i in np.random.default_rng(row).integers(0, 40, 9)}
            for row in range(120)
        }
    )

    def across(who):
        network = cooccurrence(who)
        first = np.array([song[0] for song in network.songs])
        mixed = first[network.sources] != first[network.targets]
        return network.weights[mixed].sum() / network.weights.sum()

    assert across(tastes) == 0
    assert 0.45 < across(rewired(tastes, seed=0)) < 0.55


def test_every_configuration_is_as_likely():
    members = {0: "abc", 1: "ab", 2: "cd", 3: "a"}
    whole, popularity = memberships(members), Counter("".join(members.values()))
    choices = [combinations("abcd", len(songs)) for songs in members.values()]
    possible = [each for each in product(*choices) if Counter(chain(*each)) == popularity]
    found = Counter()
    for number in range(2400):
        chance = rewired(whole, seed=[1, number])
        songs = [tuple(chance.songs[chance.song[chance.playlist == row]]) for row in range(4)]
        found[tuple(songs)] += 1
    assert len(possible) == 24
    assert set(found) == set(possible)
    assert chisquare([found[each] for each in possible]).pvalue > 0.01


@pytest.mark.parametrize("members", [{0: "a"}, {0: "abc"}, {0: "a", 1: "a"}])
def test_what_cannot_be_otherwise_stays(members):
    whole = memberships(members)
    assert rows_of(rewired(whole, seed=0)) == rows_of(whole)


def test_no_memberships_and_no_swaps():
    empty = Memberships.from_pairs([], [])
    assert rewired(empty, seed=0) is empty
    with pytest.raises(UsageError, match="at least 1: got 0"):
        rewired(big(2), seed=0, swaps_per_membership=0)
