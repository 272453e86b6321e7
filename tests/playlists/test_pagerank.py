"""Personalised PageRank is networkx's and igraph's, within the error that was asked for."""

from __future__ import annotations

import igraph
import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from songnet.errors import InputError, UsageError
from songnet.model import Memberships, SongNetwork
from songnet.playlists import (
    Evidence,
    network_walk,
    pagerank,
    personalized_pagerank,
    playlist_walk,
)


def random_network(seed: int, songs: int = 40, edges: int = 60) -> SongNetwork:
    """Sparse enough that some songs have no edge and there are several components."""
    draw = np.random.default_rng(seed)
    ends = draw.integers(0, songs, (2, edges))
    ids = [f"s{number:02}" for number in range(songs)]
    return SongNetwork.from_edges(ids, *ends, draw.random(edges) + 0.1)


def by_networkx(network: SongNetwork, seeds: dict[str, float], damping: float) -> np.ndarray:
    """networkx sends what dangles back to the seeds, as songnet does."""
    graph = nx.Graph()
    graph.add_nodes_from(network.songs)
    sources, targets = network.songs[network.sources], network.songs[network.targets]
    graph.add_weighted_edges_from(zip(sources, targets, network.weights, strict=True))
    found = nx.pagerank(
        graph, alpha=damping, personalization=seeds, dangling=seeds, tol=1e-14, max_iter=5000
    )
    return np.array([found[song] for song in network.songs])


@given(
    st.integers(0, 10_000),
    st.dictionaries(st.integers(0, 39), st.floats(0.01, 10), min_size=1, max_size=4),
    st.sampled_from([0.1, 0.5, 0.85, 0.97]),
)
def test_it_is_networkxs(seed, weights, damping):
    network = random_network(seed)
    seeds = {f"s{number:02}": weight for number, weight in weights.items()}
    found = personalized_pagerank(network, seeds, damping=damping, tolerance=1e-10)
    assert np.abs(found - by_networkx(network, seeds, damping)).sum() < 2e-10
    assert found.sum() == pytest.approx(1)
    assert (found >= 0).all()


def test_it_is_igraphs():
    network = random_network(5, edges=300)
    graph = igraph.Graph(
        len(network.songs), list(zip(network.sources, network.targets, strict=True))
    )
    reset = np.zeros(len(network.songs))
    reset[[3, 7]] = 1, 2
    exact = graph.personalized_pagerank(reset=reset.tolist(), weights=network.weights.tolist())
    found = personalized_pagerank(network, {"s03": 1, "s07": 2}, tolerance=1e-12)
    assert np.abs(found - exact).sum() < 1e-10


@given(st.integers(0, 1000), st.sampled_from([1e-2, 1e-4, 1e-6, 1e-8]))
def test_the_error_is_at_most_the_tolerance(seed, tolerance):
    network = random_network(seed)
    exact = by_networkx(network, {"s00": 1.0, "s11": 1.0}, 0.85)
    found = personalized_pagerank(network, {"s00": 1, "s11": 1}, tolerance=tolerance)
    assert np.abs(found - exact).sum() <= tolerance


def test_two_songs_by_hand():
    network = SongNetwork.from_edges(["a", "b"], [0], [1])
    # x_a = 0.15 + 0.85 x_b and x_b = 0.85 x_a
    found = personalized_pagerank(network, {"a": 1.0}, tolerance=1e-12)
    assert found == pytest.approx([0.15 / (1 - 0.85**2), 0.85 * 0.15 / (1 - 0.85**2)])


def test_many_sets_of_seeds_at_once_are_the_same_as_one_by_one():
    walk = network_walk(Evidence.of(network=random_network(2)).links)
    starts = np.random.default_rng(1).random((40, 7))
    together = pagerank(walk, starts)
    for column in range(7):
        alone = pagerank(walk, starts[:, column])
        assert together[:, column] == pytest.approx(alone, abs=1e-14)


def test_a_seed_without_links_keeps_the_walker():
    network = SongNetwork.from_edges(["a", "b", "c"], [0], [1])
    assert personalized_pagerank(network, {"c": 1.0}).tolist() == [0, 0, 1]


def test_without_damping_the_walker_stays_with_the_seeds():
    found = personalized_pagerank(random_network(1), {"s01": 1, "s02": 3}, damping=0)
    assert found[[1, 2]] == pytest.approx([0.25, 0.75])


def test_a_walk_within_communities_never_leaves_them():
    network = random_network(3, edges=200)
    communities = np.arange(40) % 3
    communities[::10] = -1
    walk = network_walk(Evidence.of(network=network).links, communities)
    start = np.zeros(40)
    start[1] = 1
    assert set(communities[pagerank(walk, start, tolerance=1e-9) > 0]) == {1}


LISTS = {"p": "abc", "q": "bcd", "r": "de", "s": "f"}


def memberships() -> Memberships:
    pairs = [(name, song) for name, songs in LISTS.items() for song in songs]
    return Memberships.from_pairs(*zip(*pairs, strict=True))


def test_a_walk_over_playlists_is_one_over_the_network_of_chances():
    evidence = Evidence.of(memberships())
    chance = np.zeros((6, 6))
    for songs in LISTS.values():
        places = [ord(song) - ord("a") for song in songs]
        chance[np.ix_(places, places)] += 1 / len(songs)
    chance /= chance.sum(axis=0)
    start = np.array([0.5, 0, 0, 0.5, 0, 0])
    exact = np.linalg.solve(np.eye(6) - 0.85 * chance, 0.15 * start)
    assert pagerank(playlist_walk(evidence.members), start, tolerance=1e-12) == pytest.approx(exact)


def test_over_playlists_within_communities_no_other_song_is_reached():
    evidence = Evidence.of(memberships())
    communities = np.array([0, 0, 1, 1, 1, -1])
    walk = playlist_walk(evidence.members, communities)
    found = pagerank(walk, np.array([1.0, 0, 0, 0, 0, 0]), tolerance=1e-9)
    assert (found > 0).tolist() == [True, True, False, False, False, False]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"damping": 1.0}, "--damping must be at least 0 and below 1: got 1.0"),
        ({"damping": -0.1}, "--damping must be at least 0"),
        ({"tolerance": 0}, "--tolerance must be above 0 and below 1: got 0"),
    ],
)
def test_options_out_of_range_are_refused(options, said):
    with pytest.raises(UsageError, match=said):
        personalized_pagerank(random_network(1), {"s01": 1}, **options)


@pytest.mark.parametrize("seeds", [{}, {"s01": 0}, {"s01": -1}, {"s01": float("nan")}])
def test_seeds_that_say_nothing_are_refused(seeds):
    with pytest.raises(UsageError, match="seeds need numbers above 0"):
        personalized_pagerank(random_network(1), seeds)


def test_a_seed_that_is_not_there_is_named():
    with pytest.raises(InputError, match="there is no song 'nobody'"):
        personalized_pagerank(random_network(1), {"s01": 1, "nobody": 1})
