"""Louvain and Leiden: the resolution, and the search for a number of communities."""

from __future__ import annotations

import random
import threading
from concurrent.futures import ThreadPoolExecutor

import igraph
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from songnet.errors import InputError, UsageError
from songnet.model import SongNetwork
from songnet.networks._igraph import seeded
from songnet.partitions import _leiden, _modular, leiden, louvain

both = pytest.mark.parametrize("algorithm", [leiden, louvain])


def scattered(seed=0, songs=60, edges=240):
    """A random network with all songs in one part."""
    generator = np.random.default_rng(seed)
    ends = generator.integers(0, songs, (2, edges))
    path = np.arange(songs - 1)
    left, right = np.concatenate([path, ends[0]]), np.concatenate([path + 1, ends[1]])
    return SongNetwork.from_edges([f"s{i:03d}" for i in range(songs)], left, right, name="net")


def two_parts():
    return SongNetwork.from_edges("abcdef", [0, 0, 1, 3, 3, 4], [1, 2, 2, 4, 5, 5], name="two")


def parts(graph):
    return len(graph.connected_components())


@settings(max_examples=40)
@given(st.integers(0, 10_000), st.sampled_from([0.3, 1.0, 3.0]))
def test_leidens_communities_are_connected(seed, resolution):
    network = scattered(seed, edges=60)
    found = leiden(network, resolution=resolution)
    graph = igraph.Graph(60, np.column_stack([network.sources, network.targets]))
    for label in range(found.communities):
        assert parts(graph.subgraph(np.flatnonzero(found.labels == label).tolist())) == 1


@pytest.mark.parametrize("objective", ["modularity", "cpm"])
def test_of_very_many_edges_leiden_is_repeated_a_few_times(monkeypatch, objective):
    network = scattered(songs=400, edges=2000)
    usual = leiden(network, objective=objective)
    monkeypatch.setattr(_leiden, "MANY_EDGES", network.edges - 1)
    bounded = leiden(network, objective=objective)
    assert "most_iterations" not in usual.params
    assert bounded.params["most_iterations"] == _leiden.MOST_ITERATIONS
    again = leiden(network, objective=objective)
    assert bounded.fingerprint == again.fingerprint
    assert 0 < usual.quality[objective] - bounded.quality[objective] < 0.03


@settings(max_examples=20)
@given(st.integers(0, 10_000))
def test_no_song_of_leiden_would_rather_be_elsewhere(seed):
    network = scattered(seed, songs=25, edges=50)
    found = leiden(network)
    for song in range(25):
        for label in range(found.communities):
            moved = found.labels.copy()
            moved[song] = label
            assert _modular.modularity(network, moved) <= found.quality["modularity"] + 1e-9


@both
def test_a_higher_resolution_gives_more_communities(algorithm):
    counts = [algorithm(scattered(), resolution=value).communities for value in (0.01, 1, 5, 1e6)]
    assert counts == sorted(counts)
    assert counts[0] == 1
    assert 1 < counts[1] < counts[2] < counts[3] == 60


@both
@pytest.mark.parametrize("communities", [1, 2, 3, 5, 8, 13, 60])
def test_so_many_communities_as_asked_for(algorithm, communities):
    network = scattered()
    found = algorithm(network, communities=communities)
    assert found.communities == communities
    assert found.params["communities"] == communities
    again = algorithm(network, resolution=found.params["resolution"])
    assert again.fingerprint == found.fingerprint


@both
def test_no_communities_asked_for_is_the_resolution_one(algorithm):
    assert dict(algorithm(scattered()).params) == {"resolution": 1.0}


@both
def test_the_usual_resolution_is_kept_where_it_gives_the_number(algorithm):
    usual = algorithm(scattered())
    found = algorithm(scattered(), communities=usual.communities)
    assert found.params["resolution"] == 1
    assert found.fingerprint == usual.fingerprint


@both
def test_fewer_communities_than_parts_cannot_be_had(algorithm):
    assert algorithm(two_parts(), communities=2).labels.tolist() == [0, 0, 0, 1, 1, 1]
    message = f"'two' falls into 2 unconnected parts, and {algorithm.__name__} joins none of them"
    with pytest.raises(InputError, match=f"{message}: ask for 2 to 6 communities, got 1"):
        algorithm(two_parts(), communities=1)


@both
def test_more_communities_than_songs_cannot_be_had(algorithm):
    with pytest.raises(InputError, match="'two' has 6 songs, too few for 7 .* ask for 2 to 6"):
        algorithm(two_parts(), communities=7)


@both
def test_the_nearest_numbers_are_named(algorithm):
    # Both triangles break at one resolution, so that there is nothing between two and six.
    with pytest.raises(InputError, match="the nearest it finds are 2 and 6"):
        algorithm(two_parts(), communities=4)


@both
def test_a_network_without_edges_has_one_answer(algorithm):
    network = SongNetwork.from_edges("abc", [], [])
    assert algorithm(network, communities=3).communities == 3
    with pytest.raises(InputError, match="3 unconnected parts"):
        algorithm(network, communities=2)


@both
@pytest.mark.parametrize("scale", [1e-6, 1e6])
def test_the_unit_of_the_weights_does_not_matter(algorithm, scale):
    network = scattered()
    scaled = SongNetwork.from_edges(
        network.songs, network.sources, network.targets, network.weights * scale
    )
    assert algorithm(scaled, communities=6).communities == 6


@both
@pytest.mark.parametrize("resolution", [0, -1, float("nan"), float("inf")])
def test_a_bad_resolution_is_refused(algorithm, resolution):
    with pytest.raises(UsageError, match="--resolution must be a number above 0"):
        algorithm(two_parts(), resolution=resolution)


@both
@pytest.mark.parametrize("communities", [0, -2, 2.5])
def test_a_bad_number_is_refused(algorithm, communities):
    with pytest.raises(UsageError, match="--communities must be"):
        algorithm(two_parts(), communities=communities)


@both
def test_a_resolution_and_a_number_contradict(algorithm):
    with pytest.raises(UsageError, match="--communities or --resolution, not both"):
        algorithm(two_parts(), communities=2, resolution=2.0)


def test_igraphs_generator_is_given_back():
    with seeded(1):
        pass
    random.seed(5)
    first = igraph.Graph.Erdos_Renyi(30, 0.5).get_edgelist()
    random.seed(5)
    assert igraph.Graph.Erdos_Renyi(30, 0.5).get_edgelist() == first


def test_igraphs_generator_is_given_back_after_an_error():
    with pytest.raises(ZeroDivisionError), seeded(1):
        _ = 1 / 0
    with seeded(1):
        pass


def test_a_run_leaves_pythons_generator_alone():
    random.seed(5)
    expected = random.random()
    random.seed(5)
    leiden(scattered())
    assert random.random() == expected


def test_threads_wait_for_each_other():
    entered = threading.Event()

    def other():
        with seeded(2):
            entered.set()

    with seeded(1):
        thread = threading.Thread(target=other)
        thread.start()
        assert not entered.wait(0.2)
    thread.join()
    assert entered.is_set()


def test_threads_find_what_they_find_alone():
    alone = [leiden(scattered(), seed=seed).fingerprint for seed in range(4)]
    with ThreadPoolExecutor(4) as pool:
        together = pool.map(lambda seed: leiden(scattered(), seed=seed).fingerprint, range(4))
        assert list(together) == alone
