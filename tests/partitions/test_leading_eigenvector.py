"""The leading eigenvector method: against linear algebra, and how many communities it gives."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from partition_cases import as_igraph, ids, scattered_network

from songnet.agreement import ari
from songnet.errors import InputError, UsageError
from songnet.model import SongNetwork
from songnet.partitions import _leading_eigenvector, leading_eigenvector

seeds = st.integers(0, 10_000)


def in_one_part(seed, songs=40, edges=120):
    """A random network with all songs in one part."""
    random = np.random.default_rng(seed)
    path, ends = np.arange(songs - 1), random.integers(0, songs, (2, edges))
    left, right = np.concatenate([path, ends[0]]), np.concatenate([path + 1, ends[1]])
    return SongNetwork.from_edges(ids(songs), left, right, random.random(len(left)) + 0.1)


@settings(max_examples=25)
@given(seeds)
def test_the_first_cut_is_by_the_signs_of_the_leading_eigenvector(seed):
    network = in_one_part(seed)
    weight = np.zeros((40, 40))
    weight[network.sources, network.targets] = network.weights
    weight += weight.T
    strength = weight.sum(axis=0)
    values, vectors = np.linalg.eigh(weight - np.outer(strength, strength) / strength.sum())
    # Where two eigenvalues are close, or an entry nearly 0, libraries may differ.
    assume(values[-1] - values[-2] > 1e-3 and np.abs(vectors[:, -1]).min() > 1e-4)
    found = leading_eigenvector(network, communities=2)
    assert ari(found.labels, vectors[:, -1] > 0) == 1


@settings(max_examples=25)
@given(seeds)
def test_every_number_up_to_the_last_can_be_had(seed):
    network = scattered_network(seed, songs=30, edges=60)
    parts = len(as_igraph(network).connected_components())
    last = leading_eigenvector(network)
    found = {
        number: leading_eigenvector(network, communities=number)
        for number in range(parts, last.communities + 1)
    }
    assert [partition.communities for partition in found.values()] == list(found)
    assert found[last.communities].fingerprint == last.fingerprint
    # Each halves a community of the one before, to the good of modularity.
    for number in range(parts + 1, last.communities + 1):
        before, after = found[number - 1], found[number]
        pairs = np.unique(np.column_stack([before.labels, after.labels]), axis=0)
        assert len(pairs) == number
        assert after.quality["modularity"] > before.quality["modularity"] - 1e-9


def test_songs_that_stand_alone_use_up_no_tries():
    core = in_one_part(0)
    crowd = SongNetwork.from_edges(
        [*core.songs, *(f"z{i:03d}" for i in range(100))], core.sources, core.targets, core.weights
    )
    alone = leading_eigenvector(core)
    among = leading_eigenvector(crowd)
    assert among.labels[:40].tolist() == alone.labels.tolist()
    assert among.communities == alone.communities + 100
    assert leading_eigenvector(crowd, communities=102).communities == 102


def test_the_study_asked_for_three_and_ten():
    # Two parts: igraph's own number counts parts and vain tries too, so that it gives fewer.
    one, two = in_one_part(1, songs=120, edges=150), in_one_part(2, songs=20, edges=10)
    network = SongNetwork.from_edges(
        ids(140),
        np.concatenate([one.sources, two.sources + 120]),
        np.concatenate([one.targets, two.targets + 120]),
        np.concatenate([one.weights, two.weights]),
    )
    theirs = as_igraph(network).community_leading_eigenvector(clusters=10, weights="weight")
    assert len(theirs) < 10
    for communities in (3, 4, 10, 11):
        found = leading_eigenvector(network, communities=communities)
        assert found.communities == communities
        assert dict(found.params) == {"communities": communities}


def test_the_seed_is_noted_and_changes_nothing():
    network = in_one_part(5)
    first, second = (leading_eigenvector(network, seed=seed) for seed in (0, 2**32 - 1))
    assert first.fingerprint == second.fingerprint
    assert (first.seed, second.seed) == (0, 2**32 - 1)
    assert dict(first.params) == {}


@pytest.mark.parametrize("unit", [1e-12, 1e12])
def test_the_unit_of_the_weights_does_not_matter(unit):
    network = in_one_part(6)
    scaled = SongNetwork.from_edges(
        network.songs, network.sources, network.targets, network.weights * unit
    )
    assert leading_eigenvector(scaled).fingerprint == leading_eigenvector(network).fingerprint


def test_numbers_that_cannot_be_had_are_refused_with_the_nearest():
    network = SongNetwork.from_edges("abcdef", [0, 0, 1, 3, 3, 4], [1, 2, 2, 4, 5, 5], name="two")
    message = "joins none of the 2 unconnected parts of 'two': ask for 2 or more, got 1"
    with pytest.raises(InputError, match=message):
        leading_eigenvector(network, communities=1)
    message = "finds nothing more to cut in 'two' at 2 communities: ask for 2 to 2, got 5"
    with pytest.raises(InputError, match=message):
        leading_eigenvector(network, communities=5)
    with pytest.raises(UsageError, match="--communities must be at least 1: got 0"):
        leading_eigenvector(network, communities=0)


@pytest.fixture
def hard(monkeypatch):
    """A network that the solver fails at from the first start, and its message."""
    # Of sparse random networks one in some hundreds has eigenvalues that ARPACK does not reach.
    for seed in range(2000):
        random = np.random.default_rng(seed)
        songs = int(random.integers(5, 80))
        ends = random.integers(0, songs, (2, int(random.integers(songs // 2, songs))))
        network = SongNetwork.from_edges(ids(songs), *ends, name="hard")
        with monkeypatch.context() as once:
            once.setattr(_leading_eigenvector, "STARTS", 1)
            try:
                leading_eigenvector(network)
            except InputError as error:
                return network, str(error)
    pytest.fail("no network was found that the solver fails at")


def test_what_its_library_cannot_compute_is_one_line(hard):
    _, said = hard
    assert said.startswith("leading-eigenvector cannot compute the eigenvectors of 'hard'")
    assert "use leiden, or louvain" in said
    assert "\n" not in said


def test_where_the_solver_fails_it_starts_elsewhere(hard):
    network, _ = hard
    found = [leading_eigenvector(network, seed=seed).fingerprint for seed in (0, 1, 0)]
    assert len(set(found)) == 1
