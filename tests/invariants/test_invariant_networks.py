"""What a change of the lists must do to the network, whatever the lists are.

That the network is what counting gives is in tests/networks/test_cooccurrence.py.
"""

from __future__ import annotations

import pytest
from graph_strategies import edges_of, lists, memberships, pairs_of, vectors
from hypothesis import given, settings
from hypothesis import strategies as st

from songnet.errors import EmptyInputError
from songnet.model import Vectors
from songnet.networks import SCALINGS, WEIGHTS, cooccurrence, nearest

few = settings(max_examples=40)


def network_of(found, **options):
    return cooccurrence(memberships(pairs_of(found)), **options)


@few
@given(lists, st.integers(1, 3))
def test_a_stricter_condition_leaves_a_part(found, least):
    loose = edges_of(network_of(found))
    assert edges_of(network_of(found, top=least)).items() <= loose.items()
    if any(count > least for count in loose.values()):
        strict = edges_of(network_of(found, min_shared=least + 1))
        assert strict == {pair: count for pair, count in loose.items() if count > least}


@few
@given(lists, st.sets(st.sampled_from(["s00", "s03", "s05", "x"]), min_size=2))
def test_one_more_list_adds_one_to_its_own_pairs_alone(found, members):
    before = edges_of(network_of(found))
    after = edges_of(network_of({**found, 99: members}))
    raised = {pair for pair in after if after[pair] != before.get(pair, 0)}
    assert raised == {(a, b) for a in members for b in members if a < b}
    assert all(after[pair] == before.get(pair, 0) + 1 for pair in raised)


@few
@given(lists)
def test_every_list_twice_doubles_counts_and_leaves_cosines(found):
    twice = {**found, **{100 + number: members for number, members in found.items()}}
    once = {weight: edges_of(network_of(found, weight=weight)) for weight in WEIGHTS[:3]}
    both = {weight: edges_of(network_of(twice, weight=weight)) for weight in WEIGHTS[:3]}
    for weight, factor in (("count", 2), ("newman", 2), ("cosine", 1)):
        expected = {pair: factor * value for pair, value in once[weight].items()}
        assert both[weight] == pytest.approx(expected)


@few
@given(lists, st.sampled_from(["count", "newman", "cosine"]))
def test_two_worlds_apart_do_not_touch(found, weight):
    """PMI is another matter: it knows how many playlists there are."""
    other = {50 + number: {f"z{song}" for song in members} for number, members in found.items()}
    whole = edges_of(network_of({**found, **other}, weight=weight))
    alone = edges_of(network_of(found, weight=weight))
    there = edges_of(network_of(other, weight=weight))
    assert whole == {**alone, **there}


@few
@given(lists, st.sampled_from(WEIGHTS), st.integers(3, 8), st.randoms(use_true_random=False))
def test_neither_order_nor_repeats_nor_names_of_lists_matter(found, weight, longest, random):
    pairs = pairs_of(found)
    options = {"weight": weight, "top": 3, "max_length": longest}
    renamed = [(f"q{-int(name[1:])}", song) for name, song in (*pairs, *pairs[::2])]
    random.shuffle(renamed)
    assert outcome(renamed, options) == outcome(pairs, options)


def outcome(pairs, options):
    """The network's fingerprint, or that no edge was left."""
    try:
        return cooccurrence(memberships(pairs), **options).fingerprint
    except EmptyInputError as error:
        return str(error)


@few
@given(vectors(), st.integers(1, 4), st.sampled_from(SCALINGS), st.randoms(use_true_random=False))
def test_neither_order_nor_length_of_vectors_matters(found, k, scaling, random):
    rows = list(range(len(found.songs)))
    random.shuffle(rows)
    lengths = [2.0 ** random.randint(-3, 3) for _ in rows]
    other = Vectors.from_rows(
        "enc", found.songs[rows], found.values[rows] * [[length] for length in lengths]
    )
    straight, turned = (nearest(each, k=k, scaling=scaling) for each in (found, other))
    assert turned.fingerprint == straight.fingerprint
