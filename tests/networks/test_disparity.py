"""The disparity filter against the integral it comes from, edge by edge."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad

from songnet.errors import EmptyInputError, UsageError
from songnet.model import Memberships, SongNetwork
from songnet.networks import WEIGHTS, cooccurrence, disparity


@st.composite
def networks(draw):
    songs = draw(st.integers(2, 10))
    ends = st.integers(0, songs - 1)
    weights = st.integers(0, 50).map(float)
    edges = draw(st.lists(st.tuples(ends, ends, weights), min_size=1, max_size=30))
    return SongNetwork.from_edges([f"s{i}" for i in range(songs)], *zip(*edges, strict=True))


def significance(network, edge, end):
    """Equation 2 of the paper: 1 - (k - 1) ∫₀ᵖ (1 - x)^(k - 2) dx, by quadrature."""
    incident = (network.sources == end) | (network.targets == end)
    k, s = int(incident.sum()), float(network.weights[incident].sum())
    if k == 1 or not s:
        return 1.0
    share = float(network.weights[edge]) / s
    return 1 - (k - 1) * quad(lambda x: (1 - x) ** (k - 2), 0, share)[0]


def directly(network, alpha):
    return {
        (network.songs[source], network.songs[target]): weight
        for edge, (source, target, weight) in enumerate(
            zip(network.sources, network.targets, network.weights, strict=True)
        )
        if min(significance(network, edge, end) for end in (source, target)) < alpha
    }


def edges_of(network):
    ends = zip(network.songs[network.sources], network.songs[network.targets], strict=True)
    return dict(zip(ends, network.weights, strict=True))


@given(networks(), st.floats(0.001, 0.99).map(lambda alpha: round(alpha, 3) + 0.0003713))
def test_the_filter_keeps_what_the_paper_says(network, alpha):
    expected = directly(network, alpha)
    if not expected:
        with pytest.raises(EmptyInputError, match="raise --disparity"):
            disparity(network, alpha=alpha)
        return
    kept = disparity(network, alpha=alpha)
    assert edges_of(kept) == expected
    assert set(kept.sources) | set(kept.targets) == set(range(len(kept.songs)))


def star(weights, **options):
    """A hub `a` and as many songs that know it alone."""
    songs = ["a", *(f"b{i}" for i in range(len(weights)))]
    ends = range(1, len(songs))
    return SongNetwork.from_edges(songs, [0] * len(weights), ends, weights, **options)


def test_by_hand():
    # At the hub, k = 4 and s = 10: (1 - 0.7)^3 = 0.027 and (1 - 0.1)^3 = 0.729.
    network = star([7.0, 1.0, 1.0, 1.0])
    assert edges_of(disparity(network, alpha=0.05)) == {("a", "b0"): 7}
    assert disparity(network, alpha=0.74).edges == 4
    with pytest.raises(EmptyInputError):
        disparity(network, alpha=0.027)


@pytest.mark.parametrize("unit", [1e-3, 1e3])
def test_the_unit_of_the_weights_does_not_matter(unit):
    network = star([7.0 * unit, unit, unit, unit])
    assert edges_of(disparity(network)) == {("a", "b0"): 7 * unit}
    with pytest.raises(EmptyInputError):
        disparity(network, alpha=0.027)


def test_equal_weights_are_never_significant():
    # (1 - 1/k)^(k - 1) is over 1/e for every k.
    with pytest.raises(EmptyInputError, match="no edge of 'custom' is significant below 0.36"):
        disparity(star([3.0] * 50), alpha=0.36)


def test_an_only_edge_counts_at_its_other_end_alone():
    pair = SongNetwork.from_edges("ab", [0], [1], [9.0])
    with pytest.raises(EmptyInputError):
        disparity(pair, alpha=1.0)


def degrees(network):
    ends = np.concatenate([network.sources, network.targets])
    return dict(zip(network.songs, np.bincount(ends).tolist(), strict=True))


def test_hubs_lose_their_chance_neighbours_and_quiet_pairs_stay():
    """Ten hubs are in most lists, so next to everyone; five pairs meet in a few of their own."""
    random = np.random.default_rng(0)
    hubs = [f"hub{i}" for i in range(10)]
    lists = [
        [*random.choice(hubs, 8, replace=False), *(f"x{i}" for i in random.integers(0, 400, 4))]
        for _ in range(200)
    ]
    lists += [[f"pair{i}a", f"pair{i}b"] for i in range(5) for _ in range(6)]
    lists += [
        [f"pair{i}{end}", f"x{i + 7 * place}"]
        for i in range(5)
        for end in "ab"
        for place in range(8)
    ]
    rows = [(f"p{row}", song) for row, songs in enumerate(lists) for song in set(songs)]
    network = cooccurrence(Memberships.from_pairs(*zip(*rows, strict=True)))
    kept = disparity(network, alpha=0.05)
    assert {(f"pair{i}a", f"pair{i}b") for i in range(5)} <= edges_of(kept).keys()
    before, after = degrees(network), degrees(kept)
    assert min(before[hub] for hub in hubs) > 250
    assert max(after.get(hub, 0) for hub in hubs) < 30


def test_what_an_edge_knows_stays_and_the_level_is_recorded():
    network = star(
        [7.0, 1.0, 1.0, 1.0],
        name="mine",
        kind="playlists",
        attributes={"playlists": [7, 1, 1, 1]},
        params={"min_shared": 1},
    )
    kept = disparity(network, alpha=0.05, name="backbone")
    assert (kept.name, kept.kind) == ("backbone", "playlists")
    assert kept.attributes["playlists"].tolist() == [7]
    assert dict(kept.params) == {"min_shared": 1, "disparity": 0.05}
    assert disparity(network).name == "mine"
    assert disparity(network).params["disparity"] == 0.05


@pytest.mark.parametrize("alpha", [0.0, -0.1, 1.1, float("nan")])
def test_levels_out_of_range_are_refused(alpha):
    with pytest.raises(UsageError, match="--disparity must be above 0 and at most 1"):
        disparity(star([1.0, 2.0]), alpha=alpha)


@pytest.mark.parametrize("weight", WEIGHTS)
@pytest.mark.parametrize("alpha", [0.117, 0.217, 0.483])
def test_filtering_on_the_way_is_filtering_afterwards(weight, alpha):
    random = np.random.default_rng(1)
    rows = {(f"p{row}", f"s{song % 60}") for row in range(80) for song in random.zipf(1.4, 9)}
    memberships = Memberships.from_pairs(*zip(*rows, strict=True))
    options = {"weight": weight, "min_shared": 2 if weight == "pmi" else 1, "most_connected": 40}
    after = disparity(cooccurrence(memberships, **options), alpha=alpha)
    before = cooccurrence(memberships, disparity=alpha, **options)
    assert before.fingerprint == after.fingerprint
    assert dict(before.params) == dict(after.params)
