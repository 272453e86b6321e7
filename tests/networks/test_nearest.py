"""Nearest neighbours by cosine against sorting all of them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from songnet.errors import BadNameError, EmptyInputError, UsageError
from songnet.model import Vectors
from songnet.networks import SCALINGS, _cosine, from_neighbors, nearest

small = hnp.arrays(
    np.float32,
    st.tuples(st.integers(2, 12), st.integers(1, 4)),
    elements=st.integers(-2, 2).map(float),
)


def vectors(values, songs=None):
    values = np.asarray(values, np.float32)
    return Vectors.from_rows("enc", songs or [f"s{i:04d}" for i in range(len(values))], values)


def brute_force(values, k):
    """``{song: its k nearest, best first}``, ties to the smaller index."""
    values = np.asarray(values, np.float64)
    norms = np.linalg.norm(values, axis=1)
    directed = [i for i in range(len(values)) if norms[i]]
    cosine = {
        (i, j): round(float(values[i] @ values[j] / norms[i] / norms[j]), 8)
        for i in directed
        for j in directed
        if i != j
    }
    return {
        i: sorted((j for j in directed if j != i), key=lambda j, i=i: (-cosine[i, j], j))[:k]
        for i in directed
    }


def ranks_of(network):
    """``{song: its neighbours by rank}`` from both rank columns, indices of song ids."""
    found = {int(song[1:]): {} for song in network.songs}
    number = [int(song[1:]) for song in network.songs]
    ranks = network.attributes
    for edge in range(network.edges):
        source, target = number[network.sources[edge]], number[network.targets[edge]]
        if rank := ranks["rank_source"][edge]:
            found[source][rank] = target
        if rank := ranks["rank_target"][edge]:
            found[target][rank] = source
        assert ranks["rank_source"][edge] or ranks["rank_target"][edge]
    assert all(sorted(ranked) == list(range(1, len(ranked) + 1)) for ranked in found.values())
    return {song: [ranked[rank] for rank in sorted(ranked)] for song, ranked in found.items()}


@given(small, st.integers(1, 13))
def test_neighbours_are_what_sorting_gives(values, k):
    expected = brute_force(values, k)
    if len(expected) < 2:
        with pytest.raises(EmptyInputError, match="at least two songs"):
            nearest(vectors(values), k=k)
        return
    network = nearest(vectors(values), k=k)
    assert ranks_of(network) == expected
    assert (network.sources < network.targets).all()


@pytest.mark.parametrize("k", [1, 10])
def test_neighbours_of_real_looking_vectors(k):
    values = np.random.default_rng(0).normal(size=(300, 20))
    network = nearest(vectors(values), k=k)
    assert ranks_of(network) == brute_force(np.float32(values), k)


def test_similarity_is_the_cosine():
    values = np.random.default_rng(1).normal(size=(80, 7)).astype(np.float32)
    network = nearest(vectors(values), k=5)
    unit = values / np.linalg.norm(values.astype(np.float64), axis=1, keepdims=True)
    expected = (unit[network.sources] * unit[network.targets]).sum(axis=1)
    assert network.attributes["similarity"] == pytest.approx(expected, abs=1e-6)
    assert (network.weights == np.maximum(network.attributes["similarity"], 0)).all()


def test_opposite_songs_are_linked_without_weight():
    network = nearest(vectors([[1, 0], [-2, 0]]))
    assert network.attributes["similarity"].tolist() == [-1]
    assert network.weights.tolist() == [0]
    assert network.attributes["rank_source"].tolist() == [1]
    assert network.attributes["rank_target"].tolist() == [1]


def test_by_hand():
    # b is nearest to a and to c, a is nearest to b, c is nobody's.
    network = nearest(vectors([[1, 0], [1, 0.1], [0, 1]]), k=1)
    assert network.sources.tolist() == [0, 1]
    assert network.targets.tolist() == [1, 2]
    assert network.attributes["rank_source"].tolist() == [1, 0]
    assert network.attributes["rank_target"].tolist() == [1, 1]
    for rank in ("rank_source", "rank_target"):
        assert network.attributes[rank].dtype == np.int64
    assert (network.name, network.kind) == ("sound-enc", "sound")
    assert dict(network.params) == {"encoder": "enc", "k": 1, "scaling": "none"}


def test_equal_vectors_tie_and_go_by_id():
    # Values whose products round differently at every place in a block.
    row = np.random.default_rng(2).normal(size=33).astype(np.float32)
    network = nearest(vectors([row * scale for scale in (1, 3, 0.1, 7, 1e-20, 1e20)]), k=2)
    assert ranks_of(network) == {0: [1, 2], 1: [0, 2], **{song: [0, 1] for song in (2, 3, 4, 5)}}
    assert (network.attributes["similarity"] == 1).all()


def test_songs_with_a_zero_vector_are_left_out():
    network = nearest(vectors([[0, 0], [1, 0], [0, 0], [1, 1]]), k=3)
    assert network.songs.tolist() == ["s0001", "s0003"]
    assert network.edges == 1


@pytest.mark.parametrize("scaling", SCALINGS)
@pytest.mark.parametrize("block", [1, 100, 1000])
def test_blocks_change_nothing(monkeypatch, block, scaling):
    given = vectors(np.random.default_rng(3).normal(size=(50, 9)))
    whole = nearest(given, k=4, scaling=scaling)
    monkeypatch.setattr(_cosine, "BLOCK", block)
    pieces = nearest(given, k=4, scaling=scaling)
    assert pieces.fingerprint == whole.fingerprint
    assert ranks_of(pieces) == ranks_of(whole)


@pytest.mark.parametrize("scaling", SCALINGS)
def test_the_order_of_the_rows_does_not_matter(scaling):
    values = np.random.default_rng(4).normal(size=(40, 5)).astype(np.float32)
    songs = [f"s{i:04d}" for i in range(40)]
    order = np.random.default_rng(5).permutation(40)
    shuffled = vectors(values[order], [songs[i] for i in order])
    expected = nearest(vectors(values, songs), scaling=scaling)
    assert nearest(shuffled, scaling=scaling).fingerprint == expected.fingerprint


@pytest.mark.parametrize("scaling", SCALINGS)
def test_more_neighbours_than_songs_are_all_of_them(scaling):
    network = nearest(vectors([[1, 0], [1, 1], [0, 1]]), k=100, scaling=scaling)
    assert network.edges == 3


def test_another_name():
    assert nearest(vectors([[1], [2]]), name="alike").name == "alike"
    with pytest.raises(BadNameError, match="cannot name a network"):
        nearest(vectors([[1], [2]]), name="a like")


@pytest.mark.parametrize("k", [0, -3])
def test_fewer_than_one_neighbour_is_refused(k):
    with pytest.raises(UsageError, match=f"-k must be at least 1: got {k}"):
        nearest(vectors([[1], [2]]), k=k)


@pytest.mark.parametrize("values", [np.empty((0, 3)), [[1, 2, 3]], [[0, 0], [1, 0], [0, 0]]])
def test_nobody_to_be_near_to(values):
    known = int((np.abs(values) > 0).any(axis=1).sum())
    with pytest.raises(EmptyInputError, match=f"enc has {known} of {len(values)}"):
        nearest(vectors(values))


@given(small, st.integers(1, 5), st.randoms(use_true_random=False))
def test_a_network_is_made_again_from_its_directed_edges(values, k, random):
    try:
        network = nearest(vectors(values), k=k)
    except EmptyInputError:
        return
    forward, back = (network.attributes[key] for key in ("rank_source", "rank_target"))
    rows = [
        row
        for low, high, near, far, cosine in zip(
            network.sources,
            network.targets,
            forward,
            back,
            network.attributes["similarity"],
            strict=True,
        )
        for row in ((low, high, near, cosine), (high, low, far, cosine))
        if row[2]
    ]
    random.shuffle(rows)
    source, target, rank, similarity = zip(*rows, strict=True)
    again = from_neighbors(network.songs, source, target, rank, similarity, name=network.name)
    assert again.fingerprint == network.fingerprint
    for key, value in network.attributes.items():
        assert again.attributes[key].tolist() == value.tolist()
