"""Leiden's objectives: their values, what they find, and the search for their resolutions."""

from __future__ import annotations

import itertools
import math

import igraph
import leidenalg
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from partition_cases import as_igraph, cliques, parts_inside, scattered_network

from songnet.errors import InputError, UsageError
from songnet.model import SongNetwork
from songnet.partitions import leiden, run

OWN = ["cpm", "rb", "significance"]
WITH_RESOLUTION = ["modularity", "cpm", "rb"]
seeds = st.integers(0, 10_000)


def term_by_term(objective, network, labels, resolution):
    """The definition, pair of songs by pair of songs."""
    songs = len(network.songs)
    weight = np.zeros((songs, songs))
    weight[network.sources, network.targets] = network.weights
    strength = (weight + weight.T).sum(axis=0)
    whole = weight.sum()
    total = 0.0
    for i, j in itertools.combinations(range(songs), 2):
        if labels[i] == labels[j]:
            expected = {"cpm": 1.0, "rb": strength[i] * strength[j] / (2 * whole)}[objective]
            total += weight[i, j] - resolution * expected
    if objective == "rb":  # a song's chance to meet itself
        total -= resolution * float((strength**2).sum()) / (4 * whole)
    return total / whole


@pytest.mark.parametrize("objective", ["cpm", "rb"])
@settings(max_examples=20)
@given(seed=seeds, resolution=st.sampled_from([0.1, 0.5, 1.0, 2.0]))
def test_the_value_is_that_of_the_definition(objective, seed, resolution):
    network = scattered_network(seed, songs=20, edges=40)
    found = leiden(network, objective=objective, resolution=resolution)
    expected = term_by_term(objective, network, found.labels, resolution)
    assert found.quality[objective] == pytest.approx(expected, abs=1e-9)
    assert dict(found.params) == {"objective": objective, "resolution": resolution}


@settings(max_examples=20)
@given(seed=seeds)
def test_the_values_are_leidenalgs(seed):
    network = scattered_network(seed, songs=30, edges=80)
    graph, whole = as_igraph(network), network.weights.sum()
    weighted = {"weights": "weight", "resolution_parameter": 0.7}
    for objective, kind, options in (
        ("rb", leidenalg.RBConfigurationVertexPartition, weighted),
        ("cpm", leidenalg.CPMVertexPartition, weighted),
    ):
        found = leiden(network, objective=objective, resolution=0.7)
        theirs = kind(graph, initial_membership=found.labels.tolist(), **options).quality()
        assert found.quality[objective] == pytest.approx(theirs / (2 * whole), abs=1e-9)
    found = leiden(network, objective="significance")
    theirs = leidenalg.SignificanceVertexPartition(graph, found.labels.tolist()).quality()
    assert found.quality["significance"] == pytest.approx(theirs, rel=1e-9, abs=1e-9)


def test_significance_by_hand():
    # Two triangles and a bridge: densities 1 against 7 edges of 15 pairs.
    network = cliques(2, 3, [(0, 1)])
    found = leiden(network, objective="significance")
    assert found.labels.tolist() == [0, 0, 0, 1, 1, 1]
    assert found.quality["significance"] == pytest.approx(6 * math.log(15 / 7))
    assert dict(found.params) == {"objective": "significance"}


def test_significance_minds_edges_and_not_their_weights():
    plain = cliques(4, 5, [(0, 1), (1, 2), (2, 3)])
    random = np.random.default_rng(0)
    ends = (plain.songs, plain.sources, plain.targets)
    heavy = SongNetwork.from_edges(*ends, random.random(plain.edges) + 0.01)
    light = SongNetwork.from_edges(
        plain.songs,
        np.append(plain.sources, 0),
        np.append(plain.targets, 19),
        np.append(plain.weights, 0.0),
    )
    expected = leiden(plain, objective="significance")
    for network in (heavy, light):
        found = leiden(network, objective="significance")
        assert found.fingerprint == expected.fingerprint
        assert found.quality["significance"] == expected.quality["significance"]


def test_the_resolution_limit_is_modularitys_alone():
    # In a long ring of small cliques modularity joins neighbours (Fortunato & Barthelemy 2007);
    # CPM between the densities of cliques and of pairs of them does not.
    ring = cliques(30, 5, [(i, (i + 1) % 30) for i in range(30)])
    assert leiden(ring).communities < 30
    for objective, options in (("cpm", {"resolution": 0.5}), ("significance", {})):
        found = leiden(ring, objective=objective, **options)
        assert found.labels.tolist() == [i // 5 for i in range(150)]


@settings(max_examples=15)
@given(seed=seeds)
def test_rb_is_modularity_with_a_resolution(seed):
    network = scattered_network(seed, songs=30, edges=70)
    ours = leiden(network, resolution=1.5)
    theirs = leiden(network, objective="rb", resolution=1.5)
    graph = as_igraph(network)
    values = [
        graph.modularity(found.labels.tolist(), weights="weight", resolution=1.5)
        for found in (ours, theirs)
    ]
    assert theirs.quality["rb"] == pytest.approx(values[1], abs=1e-9)
    # Two searches for the same: neither is far from the other.
    assert values[0] == pytest.approx(values[1], abs=0.03)


@pytest.mark.parametrize("objective", ["modularity", *OWN])
@settings(max_examples=25)
@given(seed=seeds)
def test_communities_are_connected(objective, seed):
    network = scattered_network(seed, songs=40, edges=60)
    found = leiden(network, objective=objective)
    assert parts_inside(network, found.labels) == [1] * found.communities


@pytest.mark.parametrize("objective", OWN)
def test_the_same_seed_gives_the_same_in_any_order(objective):
    network = scattered_network(1, songs=80, edges=300)
    expected = leiden(network, objective=objective, seed=2**32 - 1)
    order = np.random.default_rng(0).permutation(80)
    turned = SongNetwork.from_edges(
        network.songs[order],
        np.argsort(order)[network.targets],
        np.argsort(order)[network.sources],
        network.weights,
    )
    for again in (network, turned):
        found = leiden(again, objective=objective, seed=2**32 - 1)
        assert found.fingerprint == expected.fingerprint
        assert dict(found.quality) == dict(expected.quality)


@pytest.mark.parametrize("objective", OWN)
def test_networks_without_weight(objective):
    for network in (
        SongNetwork.from_edges(["a"], [], []),
        SongNetwork.from_edges("abc", [], []),
        SongNetwork.from_edges("abc", [0], [1], [0.0]),
    ):
        found = leiden(network, objective=objective)
        assert found.labels.tolist() == list(range(len(network.songs)))
        assert found.quality[objective] == 0


@pytest.mark.parametrize("objective", WITH_RESOLUTION)
@pytest.mark.parametrize("communities", [1, 2, 5, 12, 40])
def test_so_many_communities_as_asked_for(objective, communities):
    random = np.random.default_rng(3)
    path = np.arange(39)
    ends = random.integers(0, 40, (2, 80))
    network = SongNetwork.from_edges(
        [f"s{i:02d}" for i in range(40)],
        np.concatenate([path, ends[0]]),
        np.concatenate([path + 1, ends[1]]),
        np.concatenate([np.full(39, 1e-3), random.random(80)]),
    )
    found = leiden(network, objective=objective, communities=communities)
    assert found.communities == communities
    again = leiden(network, objective=objective, resolution=found.params["resolution"])
    assert again.fingerprint == found.fingerprint


def test_cpm_starts_at_the_density_whatever_the_unit():
    network = scattered_network(4, songs=30, edges=120)
    found = leiden(network, objective="cpm")
    assert found.params["resolution"] == pytest.approx(network.weights.sum() / (30 * 29 / 2))
    for unit in (1e-12, 1e12):
        scaled = SongNetwork.from_edges(
            network.songs, network.sources, network.targets, network.weights * unit
        )
        again = leiden(scaled, objective="cpm")
        assert again.fingerprint == found.fingerprint
        assert again.quality["cpm"] == pytest.approx(found.quality["cpm"])


@pytest.mark.parametrize("objective", ["cpm", "rb"])
def test_parts_are_not_joined_to_have_fewer(objective):
    two = SongNetwork.from_edges("abcdef", [0, 0, 1, 3, 3, 4], [1, 2, 2, 4, 5, 5], name="two")
    assert leiden(two, objective=objective, communities=2).labels.tolist() == [0, 0, 0, 1, 1, 1]
    with pytest.raises(InputError, match="'two' falls into 2 unconnected parts"):
        leiden(two, objective=objective, communities=1)


NETWORK = SongNetwork.from_edges("abc", [0, 1], [1, 2], name="mine")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"objective": "beauty"}, "--objective must be modularity, cpm, rb, significance: got 'be"),
        ({"objective": "significance", "resolution": 1.0}, "does not take --resolution"),
        ({"objective": "significance", "communities": 2}, "does not take --communities"),
        ({"objective": "cpm", "resolution": 0.0}, "--resolution must be a number above 0: got 0"),
        ({"objective": "rb", "resolution": math.nan}, "--resolution must be a number above 0"),
        ({"resolution": 1.0, "communities": 2}, "give --communities or --resolution, not both"),
        ({"layer_weight": 0.5}, "--layer-weight is for multiplex networks, and 'mine' has one"),
    ],
)
def test_bad_options_are_refused(options, message):
    with pytest.raises(UsageError, match=message):
        run("leiden", NETWORK, **options)


def test_the_library_that_did_it_is_named():
    assert set(leiden(NETWORK, objective="cpm").versions) == {"songnet", "igraph"}
    for objective in ("rb", "significance"):
        assert set(leiden(NETWORK, objective=objective).versions) == {"songnet", "leidenalg"}
    assert leiden(NETWORK).versions["igraph"] == igraph.__version__
