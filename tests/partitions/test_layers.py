"""Multiplex networks cut by Leiden and Infomap: the layer weight means what it says."""

from __future__ import annotations

import itertools

import infomap as infomap_package
import leidenalg
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from partition_cases import as_igraph, ids, igraphs_modularity, parts_inside

from songnet.agreement import ari
from songnet.errors import EmptyInputError, InputError, UsageError
from songnet.model import SongNetwork
from songnet.networks import layers, modularity, multiplex
from songnet.partitions import ALGORITHMS, infomap, leiden, run
from songnet.partitions._layers import Layer, weighted
from songnet.partitions._multilayer import flows, most_flow

SONGS = 96
FIRST, SECOND = np.arange(SONGS) % 4, np.arange(SONGS) // 32
LEIDENS = [{"objective": objective} for objective in ("modularity", "rb", "cpm")]
CUTS = [pytest.param(leiden, options, id=options["objective"]) for options in LEIDENS]
CUTS.append(pytest.param(infomap, {}, id="infomap"))
every_cut = pytest.mark.parametrize(("cut", "options"), CUTS)
seeds = st.integers(0, 10_000)


def planted(blocks, *, seed=0, unit=1.0, name="layer", inside=0.6, outside=0.03):
    """A network with these communities (-1: of none), its weights around `unit`."""
    random = np.random.default_rng(seed)
    left, right = np.triu_indices(len(blocks), 1)
    together = (blocks[left] == blocks[right]) & (blocks[left] >= 0)
    likely = np.where(together, inside, outside)
    kept = random.random(len(left)) < likely
    weights = (0.5 + random.random(kept.sum())) * unit
    return SongNetwork.from_edges(ids(len(blocks)), left[kept], right[kept], weights, name=name)


def crossed(unit=1.0):
    """Two layers with communities that cross: FIRST in playlists, SECOND in sound."""
    lists = planted(FIRST, seed=1, unit=unit, name="lists")
    return multiplex([lists, planted(SECOND, seed=2, name="sound")])


def scattered(seed, songs=20):
    random = np.random.default_rng(seed)
    return multiplex(
        [
            SongNetwork.from_edges(
                ids(songs), *random.integers(0, songs, (2, 40)), random.random(40) * unit, name=name
            )
            for name, unit in (("one", 50.0), ("two", 0.2))
        ]
    )


# --- what the weight means ------------------------------------------------------------------------


@every_cut
@pytest.mark.parametrize("unit", [1e-4, 1.0, 1e4])
def test_at_the_ends_one_layer_alone_counts(cut, options, unit):
    both = crossed(unit)
    assert ari(cut(both, layer_weight=0, **options).labels, FIRST) == 1
    assert ari(cut(both, layer_weight=1, **options).labels, SECOND) == 1


@every_cut
def test_at_the_ends_it_is_the_partition_of_that_layer(cut, options):
    both = crossed()
    for weight, layer in enumerate(layers(both)):
        alone = cut(layer, **options)
        found = cut(both, layer_weight=weight, **options)
        assert ari(found.labels, alone.labels) == 1
        assert found.quality[f"modularity_{weight + 1}"] == pytest.approx(
            alone.quality["modularity"]
        )
        if cut is infomap:
            assert found.quality["codelength"] == pytest.approx(alone.quality["codelength"])


@every_cut
def test_in_between_both_structures_are_found(cut, options):
    # Of four groups each layer knows two, and has but noise for the others' songs.
    groups = np.arange(SONGS) % 4
    knows = [groups < 2, groups >= 2]
    both = multiplex(
        [
            planted(np.where(known, groups, -1), seed=seed, unit=unit, name=name)
            for known, seed, unit, name in zip(
                knows, (1, 2), (50.0, 0.1), ("one", "two"), strict=True
            )
        ]
    )
    for weight, known in zip((0, 1), knows, strict=True):
        labels = cut(both, layer_weight=weight, **options).labels
        assert ari(labels[known], groups[known]) > 0.9
        assert ari(labels, groups) < 0.9
    for weight in (0.4, 0.5, 0.6):
        assert ari(cut(both, layer_weight=weight, **options).labels, groups) > 0.95


@pytest.mark.parametrize(("cut", "options"), CUTS[:3])
def test_what_two_layers_share_neither_need_show_alone(cut, options):
    # Each layer is too noisy to show all four communities; together they do.
    hidden = np.arange(SONGS) % 4
    noisy = [
        planted(hidden, seed=seed, unit=unit, name=name, inside=0.27, outside=0.06)
        for seed, unit, name in ((5, 30.0, "one"), (6, 0.1, "two"))
    ]
    both = multiplex(noisy)
    together, *alone = (
        ari(cut(both, layer_weight=weight, **options).labels, hidden) for weight in (0.5, 0, 1)
    )
    assert together > max(alone)


@every_cut
def test_a_larger_weight_never_serves_the_first_layer_better(cut, options):
    both = crossed()
    found = [cut(both, layer_weight=weight, **options) for weight in (0, 0.25, 0.5, 0.75, 1)]
    first = [partition.quality["modularity_1"] for partition in found]
    second = [partition.quality["modularity_2"] for partition in found]
    assert all(a >= b - 0.02 for a, b in itertools.pairwise(first))
    assert all(a <= b + 0.02 for a, b in itertools.pairwise(second))
    assert first[0] > first[-1] + 0.3
    assert second[-1] > second[0] + 0.3


@every_cut
def test_the_unit_of_a_layer_does_not_matter(cut, options):
    # Powers of two, so that not even rounding differs.
    expected = cut(crossed(), layer_weight=0.25, **options)
    for unit in (2.0**-20, 2.0**20):
        found = cut(crossed(unit), layer_weight=0.25, **options)
        assert found.fingerprint == expected.fingerprint


# --- what is recorded -----------------------------------------------------------------------------


@every_cut
def test_it_says_how_it_was_made(cut, options):
    both = crossed()
    found = cut(both, **options)
    assert found.on == "multiplex"
    assert found.params["layer_weight"] == 0.5
    assert found.quality["modularity"] == pytest.approx(igraphs_modularity(both, found.labels))
    for place, layer in enumerate(layers(both), 1):
        assert found.quality[f"modularity_{place}"] == pytest.approx(
            igraphs_modularity(layer, found.labels)
        )
    again = cut(both, layer_weight=np.float64(0.5), **options)
    assert again.fingerprint == found.fingerprint


@settings(max_examples=15)
@given(seed=seeds, weight=st.sampled_from([0.1, 0.5, 0.8]))
def test_rb_is_the_weighted_mean_over_the_layers(seed, weight):
    both = scattered(seed)
    found = leiden(both, objective="rb", layer_weight=weight, resolution=0.8)
    first, second = (modularity(layer, found.labels, resolution=0.8) for layer in layers(both))
    assert found.quality["rb"] == pytest.approx((1 - weight) * first + weight * second)


@settings(max_examples=15)
@given(seed=seeds, weight=st.sampled_from([0.1, 0.5, 0.8]))
def test_cpm_is_leidenalgs_over_the_layers(seed, weight):
    both = scattered(seed)
    found = leiden(both, objective="cpm", layer_weight=weight, resolution=1.5)
    pairs = 20 * 19 / 2
    total = 0.0
    for layer, share in zip(layers(both), (1 - weight, weight), strict=True):
        graph = as_igraph(layer)
        scaled = (layer.weights / layer.weights.sum()).tolist()
        partition = leidenalg.CPMVertexPartition(
            graph, found.labels.tolist(), weights=scaled, resolution_parameter=1.5 / pairs
        )
        total += share * partition.quality() / 2
    assert found.quality["cpm"] == pytest.approx(total, abs=1e-9)


@settings(max_examples=15)
@given(seed=seeds)
def test_no_song_of_leiden_would_rather_be_elsewhere(seed):
    both = scattered(seed)
    found = leiden(both, layer_weight=0.3)

    def value(labels):
        first, second = (modularity(layer, labels) for layer in layers(both))
        return 0.7 * first + 0.3 * second

    best = value(found.labels)
    for song in range(20):
        for label in range(found.communities):
            moved = found.labels.copy()
            moved[song] = label
            assert value(moved) <= best + 1e-9


@settings(max_examples=20)
@given(seed=seeds, objective=st.sampled_from(["modularity", "rb", "cpm"]))
def test_leidens_communities_are_connected_over_the_layers_together(seed, objective):
    both = scattered(seed, songs=40)
    found = leiden(both, objective=objective)
    assert parts_inside(both, found.labels) == [1] * found.communities


@every_cut
def test_the_order_of_the_input_does_not_matter(cut, options):
    both = scattered(3)
    order = np.random.default_rng(0).permutation(20)
    turned = multiplex(
        [
            SongNetwork.from_edges(
                layer.songs[order],
                np.argsort(order)[layer.targets],
                np.argsort(order)[layer.sources],
                layer.weights,
                name=layer.name,
            )
            for layer in layers(both)
        ]
    )
    assert turned.fingerprint == both.fingerprint
    assert cut(turned, **options).fingerprint == cut(both, **options).fingerprint


@every_cut
def test_songs_of_one_layer_alone_are_cut_too(cut, options):
    triangle = [0, 0, 1], [1, 2, 2]
    both = multiplex(
        [
            SongNetwork.from_edges("abc", *triangle, name="one"),
            SongNetwork.from_edges("xyz", *triangle, name="two"),
        ]
    )
    assert cut(both, **options).labels.tolist() == [0, 0, 0, 1, 1, 1]
    # A layer that does not count ties nothing.
    assert cut(both, layer_weight=0, **options).labels.tolist() == [0, 0, 0, 1, 2, 3]


@pytest.mark.parametrize(("cut", "options"), CUTS[:3])
@pytest.mark.parametrize("communities", [1, 3, 7, SONGS])
def test_so_many_communities_as_asked_for(cut, options, communities):
    found = cut(crossed(), communities=communities, layer_weight=0.3, **options)
    assert found.communities == communities


# --- the walk over layers -------------------------------------------------------------------------


@settings(max_examples=20)
@given(seed=seeds, weight=st.sampled_from([0.1, 0.5, 0.8]))
def test_the_walk_is_balanced_and_spends_its_time_as_the_weight_says(seed, weight):
    steps = flows(weighted(scattered(seed), weight), 0.15)
    frequency = steps[:, 4]
    assert frequency.sum() == pytest.approx(1)
    for layer, share in ((0, 1 - weight), (1, weight)):
        assert frequency[steps[:, 0] == layer].sum() == pytest.approx(share)
    out, into = (
        np.bincount((steps[:, c] * 100 + steps[:, c + 1]).astype(int), frequency, 200)
        for c in (0, 2)
    )
    assert out == pytest.approx(into, abs=1e-12)


def test_without_relaxing_the_walk_stays_in_its_layer():
    both = scattered(0)
    steps = flows(weighted(both, 0.5), 0.0)
    assert (steps[:, 0] == steps[:, 2]).all()
    relaxed = flows(weighted(both, 0.5), 1.0)
    assert (relaxed[:, 0] != relaxed[:, 2]).any()


def test_the_steps_from_a_song_follow_its_weights():
    # a is tied to b in both layers, to c in the second alone.
    one = SongNetwork.from_edges("abc", [0], [1], name="one")
    two = SongNetwork.from_edges("abc", [0, 0], [1, 2], [1.0, 3.0], name="two")
    steps = flows((Layer(one, 0.5), Layer(two, 0.5)), 0.2)
    from_first = {
        (int(row[2]), int(row[3])): row[4] for row in steps if row[0] == 0 and row[1] == 0
    }
    whole = sum(from_first.values())
    # a has the strength 1/4 in either layer; of the second's 1/16 leads to b and 3/16 to c.
    assert {key: value / whole for key, value in from_first.items()} == pytest.approx(
        {(0, 1): 0.8 + 0.2 * 0.5, (1, 1): 0.2 * 0.125, (1, 2): 0.2 * 0.375}
    )


def test_infomap_of_one_layer_by_its_own_flow_is_infomap():
    # The walk of one layer, given as frequencies, has the code length of the undirected network.
    network = planted(FIRST, seed=3)
    walked = infomap_package.Network()
    walked.add_multilayer_links(flows((Layer(network, 1.0),), 0.15))
    options = infomap_package.Options(two_level=True, silent=True, flow_model="rawdir")
    result = walked.run(options=options, seed=1)
    assert result.codelength == pytest.approx(infomap(network).quality["codelength"])


def test_a_song_goes_where_it_is_met_most():
    song, module = np.array([0, 0, 1, 1, 2]), np.array([1, 2, 2, 1, 1])
    labels = most_flow(song, module, np.array([0.1, 0.2, 0.15, 0.15, 0.4]), 4)
    assert labels[:3].tolist() == [2, 1, 1]
    assert labels[3] not in labels[:3]
    one = most_flow(np.arange(3), np.zeros(3, int), np.ones(3), 3)
    assert one.tolist() == [0, 0, 0]


# --- what is refused ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "algorithm",
    [name for name, each in ALGORITHMS.items() if each.input == "network" and not each.layers],
)
def test_other_algorithms_refuse_layers(algorithm):
    message = f"{algorithm} cuts one layer, and 'multiplex' is .*: use infomap or leiden, or one"
    with pytest.raises(UsageError, match=f"{message} of its layers, lists or sound"):
        run(algorithm, crossed())


@pytest.mark.parametrize("algorithm", ["leiden", "infomap"])
@pytest.mark.parametrize("weight", [-0.1, 1.1, float("nan")])
def test_a_weight_that_is_no_share_is_refused(algorithm, weight):
    with pytest.raises(UsageError, match="--layer-weight must be from 0 .* to 1 "):
        run(algorithm, crossed(), layer_weight=weight)


@pytest.mark.parametrize("algorithm", ["leiden", "infomap"])
def test_a_weight_needs_layers(algorithm):
    with pytest.raises(UsageError, match="'lists' has one layer"):
        run(algorithm, layers(crossed())[0], layer_weight=0.5)


def test_significance_is_of_one_layer():
    with pytest.raises(UsageError, match="significance is of one layer"):
        leiden(crossed(), objective="significance")


def test_too_few_communities_are_refused():
    apart = [SongNetwork.from_edges("abcd", [0, 2], [1, 3], name=name) for name in ("x", "y")]
    with pytest.raises(InputError, match="'multiplex' falls into 2 unconnected parts"):
        leiden(multiplex(apart), communities=1)


def test_a_multiplex_network_without_songs_is_refused():
    empty = SongNetwork.from_edges(
        [],
        [],
        [],
        kind="multiplex",
        attributes={"layer_1": [], "layer_2": []},
        params={"layers": "a,b"},
        name="none",
    )
    for cut in (leiden, infomap):
        with pytest.raises(EmptyInputError, match="'none' holds no songs"):
            cut(empty)
