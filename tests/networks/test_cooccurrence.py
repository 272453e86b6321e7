"""The network of shared playlists against counting pair by pair."""

from __future__ import annotations

import math
import tracemalloc
from collections import Counter
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from songnet.errors import BadNameError, EmptyInputError, MemoryRefusedError, UsageError
from songnet.model import Memberships
from songnet.networks import (
    WEIGHTS,
    _cooccurrence,
    _estimate,
    _incidence,
    _projection,
    cooccurrence,
)
from songnet.progress import silent

songs = st.sampled_from([f"s{i}" for i in range(9)])
playlists = st.dictionaries(
    st.integers(0, 12), st.sets(songs, min_size=1, max_size=7), min_size=1, max_size=12
)
options = st.fixed_dictionaries(
    {},
    optional={
        "min_shared": st.integers(1, 4),
        "most_connected": st.integers(2, 9),
        "top": st.integers(1, 4),
        "max_length": st.integers(2, 7),
        "weight": st.sampled_from(WEIGHTS),
    },
)


def memberships(lists):
    pairs = [(f"p{number}", song) for number, members in lists.items() for song in members]
    return Memberships.from_pairs(*zip(*pairs, strict=True))


def brute_force(
    lists, *, weight="count", min_shared=1, most_connected=None, top=None, max_length=None
):
    """``{(smaller song, larger song): (shared playlists, weight)}``, counted pair by pair."""
    lists = {
        number: members
        for number, members in lists.items()
        if max_length is None or len(members) <= max_length
    }
    shared = Counter(
        pair for members in lists.values() for pair in combinations(sorted(members), 2)
    )
    weigh = {"count": lambda pair: shared[pair], **formulas(lists, shared)}[weight]
    edges = {pair: (count, weigh(pair)) for pair, count in shared.items() if count >= min_shared}
    edges = {pair: edge for pair, edge in edges.items() if edge[1] > 0}
    if most_connected is not None:
        degree = Counter(song for pair in edges for song in pair)
        kept = sorted(degree, key=lambda song: (-degree[song], song))[:most_connected]
        edges = {pair: edge for pair, edge in edges.items() if set(pair) <= set(kept)}
    return edges if top is None else strongest(edges, top)


def formulas(lists, shared):
    """What an edge weighs, straight from the definitions."""
    times = Counter(song for members in lists.values() for song in members)

    def newman(pair):
        return sum(1 / (len(members) - 1) for members in lists.values() if set(pair) <= members)

    def cosine(pair):
        return shared[pair] / math.sqrt(times[pair[0]] * times[pair[1]])

    def pmi(pair):
        together, *alone = (
            count / len(lists) for count in (shared[pair], *(times[song] for song in pair))
        )
        information = math.log(together / math.prod(alone))
        return information if information > 1e-12 else 0

    return {"newman": newman, "cosine": cosine, "pmi": pmi}


def strongest(edges, top):
    """The `top` heaviest of each song; weights that differ by rounding tie."""
    kept = set()
    for song in {song for pair in edges for song in pair}:
        own = [
            (-round(weight, 9), *set(pair) - {song}, pair)
            for pair, (_, weight) in edges.items()
            if song in pair
        ]
        kept |= {pair for _, _, pair in sorted(own)[:top]}
    return {pair: edges[pair] for pair in kept}


def edges_of(network):
    return {
        (network.songs[source], network.songs[target]): count
        for source, target, count in zip(
            network.sources, network.targets, network.attributes["playlists"], strict=True
        )
    }


def counts(edges):
    return {pair: count for pair, (count, _) in edges.items()}


def weights_of(network):
    pairs = zip(network.songs[network.sources], network.songs[network.targets], strict=True)
    return dict(zip(pairs, network.weights.tolist(), strict=True))


def assert_canonical(network):
    assert network.songs.tolist() == sorted(network.songs)
    assert (network.sources < network.targets).all()
    assert np.lexsort((network.targets, network.sources)).tolist() == list(range(network.edges))
    assert set(network.sources) | set(network.targets) == set(range(len(network.songs)))
    assert network.sources.dtype == network.targets.dtype == np.int64
    assert network.attributes["playlists"].dtype == np.int64
    assert network.weights.dtype == np.float64


@given(playlists, options)
def test_the_network_is_what_counting_gives(lists, options):
    expected = brute_force(lists, **options)
    if not expected:
        with pytest.raises(EmptyInputError, match="loosen these options"):
            cooccurrence(memberships(lists), **options)
        return
    network = cooccurrence(memberships(lists), **options)
    assert edges_of(network) == counts(expected)
    assert weights_of(network) == pytest.approx(
        {pair: weight for pair, (_, weight) in expected.items()}
    )
    assert_canonical(network)


@pytest.mark.parametrize("block", [1, 5, 17])
@pytest.mark.parametrize("top", [None, 2])
@pytest.mark.parametrize("weight", WEIGHTS)
def test_blocks_change_nothing(monkeypatch, block, top, weight):
    random = np.random.default_rng(0)
    lists = {number: {f"s{i}" for i in random.integers(0, 30, 8)} for number in range(40)}
    options = {"min_shared": 2, "most_connected": 25, "top": top, "weight": weight}
    whole = cooccurrence(memberships(lists), **options)
    monkeypatch.setattr(_incidence, "BLOCK", block)
    pieces = cooccurrence(memberships(lists), **options)
    assert pieces.fingerprint == whole.fingerprint
    assert edges_of(pieces) == counts(brute_force(lists, **options))


def test_by_hand():
    lists = {1: {"a", "b", "c"}, 2: {"a", "b"}, 3: {"c", "d"}, 4: {"e"}}
    network = cooccurrence(memberships(lists))
    expected = {("a", "b"): 2, ("a", "c"): 1, ("b", "c"): 1, ("c", "d"): 1}
    assert edges_of(network) == expected
    assert (network.name, network.kind) == ("playlists", "playlists")
    assert dict(network.params) == {"weight": "count", "min_shared": 1}


def test_equally_connected_songs_are_kept_by_id():
    lists = {number: set(pair) for number, pair in enumerate(["ad", "bd", "cd", "ab", "ce"])}
    # d has three edges; a, b and c two each.
    network = cooccurrence(memberships(lists), most_connected=2)
    assert edges_of(network) == {("a", "d"): 1}


def test_equally_strong_edges_are_kept_by_id():
    lists = {number: set(pair) for number, pair in enumerate(["ab", "ac", "ad", "cd", "cd"])}
    # a's own choice is b; c and d choose each other; b has but a.
    assert edges_of(cooccurrence(memberships(lists), top=1)) == {("a", "b"): 1, ("c", "d"): 2}


def test_more_edges_than_a_song_has_are_all_of_them():
    lists = {number: set(pair) for number, pair in enumerate(["ab", "ac", "ad", "cd", "cd"])}
    every = cooccurrence(memberships(lists))
    assert cooccurrence(memberships(lists), top=9).fingerprint == every.fingerprint


def test_the_options_are_recorded():
    lists = {1: {"a", "b"}, 2: {"a", "b"}}
    options = {"min_shared": 2, "top": 3, "max_length": 9, "weight": "cosine", "k_core": 1}
    network = cooccurrence(memberships(lists), name="mine", **options)
    assert network.name == "mine"
    assert dict(network.params) == options


@given(playlists, st.randoms())
def test_the_order_of_the_memberships_does_not_matter(lists, random):
    pairs = [(f"p{number}", song) for number, members in lists.items() for song in members]
    if not brute_force(lists):
        return
    straight = cooccurrence(Memberships.from_pairs(*zip(*pairs, strict=True)))
    random.shuffle(pairs)
    shuffled = cooccurrence(Memberships.from_pairs(*zip(*pairs, strict=True)))
    assert shuffled.fingerprint == straight.fingerprint


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"min_shared": 0}, "--min-shared must be at least 1: got 0"),
        ({"top": 0}, "--top must be at least 1: got 0"),
        ({"max_length": 1}, "--max-length must be at least 2: got 1"),
        ({"most_connected": 1}, "--most-connected must be at least 2: got 1"),
        ({"k_core": 0}, "--k-core must be at least 1: got 0"),
        ({"disparity": 0.0}, "--disparity must be above 0 and at most 1: got 0"),
        ({"disparity": 1.5}, "--disparity must be above 0 and at most 1: got 1.5"),
        ({"disparity": float("nan")}, "--disparity must be above 0 and at most 1: got nan"),
        ({"weight": "jaccard"}, "no weight 'jaccard': use one of count, newman, cosine, pmi"),
        ({"memory_gib": 0}, "--memory-gib must be above 0: got 0"),
        ({"memory_gib": float("nan")}, "--memory-gib must be above 0: got nan"),
    ],
)
def test_options_out_of_range_are_refused(options, message):
    with pytest.raises(UsageError, match=message):
        cooccurrence(memberships({1: {"a", "b"}}), **options)


def test_a_bad_name_is_refused():
    with pytest.raises(BadNameError, match="'Mine' cannot name a network"):
        cooccurrence(memberships({1: {"a", "b"}}), name="Mine")


def test_no_memberships():
    with pytest.raises(EmptyInputError, match="songnet load-playlists"):
        cooccurrence(Memberships.from_pairs([], []))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"min_shared": 2}, "^with --min-shared 2 no two"),
        ({"max_length": 2}, "^with --max-length 2, --min-shared 1 no two"),
    ],
)
def test_a_network_without_edges_says_which_options_did_it(options, message):
    with pytest.raises(EmptyInputError, match=message):
        cooccurrence(memberships({1: {"a", "b", "c"}}), **options)


LONG = {1: {f"s{i:04d}" for i in range(6000)}}  # 18 million edges, 0.9 GiB


def test_too_many_edges_are_refused_before_the_work():
    tracemalloc.start()
    try:
        with pytest.raises(MemoryRefusedError) as refused:
            cooccurrence(memberships(LONG), memory_gib=0.6)
        assert tracemalloc.get_traced_memory()[1] < 512 << 20
    finally:
        tracemalloc.stop()
    for flag in ("--min-shared", "--top", "--max-length", "--memory-gib", "17,997,000"):
        assert flag in str(refused.value)


@pytest.mark.parametrize("options", [{"top": 1}, {"min_shared": 2}, {"max_length": 100}])
def test_what_the_message_names_makes_it_fit(options):
    lists = {**LONG, 2: {"s0000", "s0001"}}
    network = cooccurrence(memberships(lists), memory_gib=0.3, **options)
    assert ("s0000", "s0001") in edges_of(network)


def test_edges_beyond_the_estimate_are_refused_on_the_way(monkeypatch):
    lists = {1: {f"s{i:03d}" for i in range(200)}}
    monkeypatch.setattr(_estimate, "_bytes", lambda *_, **__: 0)
    monkeypatch.setattr(_incidence, "BLOCK", 4000)
    kept = []
    monkeypatch.setattr(_cooccurrence, "in_order", lambda *given, **_: kept.append(given))
    with pytest.raises(MemoryRefusedError, match="--memory-gib"):
        cooccurrence(memberships(lists), memory_gib=0.0005)
    assert not kept


@pytest.mark.parametrize("top", [None, 3])
@pytest.mark.parametrize("min_shared", [1, 2])
def test_the_sample_estimates_the_number_of_edges(monkeypatch, min_shared, top):
    random = np.random.default_rng(0)
    lists = {number: {f"s{i}" for i in random.zipf(1.5, 30) % 300} for number in range(100)}
    table = _incidence.incidence(memberships(lists), min_shared, None)
    made = _projection.Projection(table, "count", min_shared, silent)
    edges = cooccurrence(memberships(lists), min_shared=min_shared, top=top).edges
    exact = _estimate.sampled(made, top)
    monkeypatch.setattr(_estimate, "SAMPLE", 60)
    rough = _estimate.sampled(made, top)
    if top is None:
        assert exact == edges
    assert edges <= exact <= 2 * edges
    assert 0.6 * exact < rough < 1.7 * exact
