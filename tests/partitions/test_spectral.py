"""Spectral clustering: shapes, unconnected parts, large inputs, limits."""

import numpy as np
import pytest
from sklearn.cluster import SpectralClustering
from sklearn.datasets import make_circles, make_moons

from songnet.agreement import ari
from songnet.errors import InputError, MemoryRefusedError, UsageError
from songnet.model import Vectors
from songnet.partitions import kmeans, spectral
from songnet.partitions._spectral import DENSE, memory


def vectors(values):
    return Vectors.from_rows("enc", [f"s{i:05}" for i in range(len(values))], values)


def clouds(number, per, apart, seed=0, dimensions=5):
    random = np.random.default_rng(seed)
    truth = np.repeat(np.arange(number), per)
    values = (
        random.normal(size=(len(truth), dimensions)) + apart * np.eye(number, dimensions)[truth]
    )
    return values, truth


@pytest.mark.parametrize(
    "shapes",
    [
        make_moons(300, noise=0.05, random_state=0),
        make_circles(400, noise=0.04, factor=0.5, random_state=0),
    ],
    ids=["moons", "circles"],
)
def test_shapes_that_kmeans_cannot_tell_apart(shapes):
    values, truth = shapes
    assert ari(spectral(vectors(values), communities=2).labels, truth) == 1
    assert ari(kmeans(vectors(values), communities=2).labels, truth) < 0.5


@pytest.mark.parametrize("per", [100, DENSE])
def test_unconnected_parts_are_the_communities(per):
    # More songs than are solved at once: ARPACK alone misses repeated eigenvectors.
    values, truth = clouds(4, per, apart=60)
    found = spectral(vectors(values), communities=4)
    assert ari(found.labels, truth) == 1
    assert found.quality["normalized_cut"] == 0


def test_a_part_is_cut_where_more_communities_are_asked_for():
    values, truth = clouds(4, 400, apart=6.0)
    values[truth >= 2] += 500
    found = spectral(vectors(values), communities=4, neighbors=15)
    assert ari(found.labels, truth) > 0.99


@pytest.mark.parametrize("songs_each", [60, 400])
def test_it_agrees_with_scikit_learn(songs_each):
    values, truth = clouds(3, songs_each, apart=4.5, seed=1)
    found = spectral(vectors(values), communities=3)
    theirs = SpectralClustering(
        3, affinity="nearest_neighbors", n_neighbors=11, random_state=0
    ).fit_predict(values)  # it counts a song as its own neighbour
    assert ari(found.labels, theirs) > 0.97
    assert ari(found.labels, truth) > 0.97


def test_the_normalized_cut_by_hand():
    # A path of four songs; neighbours: 0-1, 1-0, 2-1, 3-2, so weights 1, 1/2, 1/2.
    found = spectral(vectors([[0.0], [1.0], [2.1], [3.3]]), communities=2, neighbors=1)
    assert found.labels.tolist() == [0, 0, 1, 1]
    assert found.quality["normalized_cut"] == pytest.approx(0.5 / 2.5 + 0.5 / 1.5)


def test_every_song_a_community():
    values = np.random.default_rng(0).normal(size=(6, 2))
    assert spectral(vectors(values), communities=6, neighbors=3).communities == 6


def test_more_parts_than_communities_are_refused():
    values, _ = clouds(4, 50, apart=100)
    with pytest.raises(InputError, match=r"4 unconnected parts: ask for --communities 4 or more"):
        spectral(vectors(values), communities=3)


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"communities": 31}, InputError, "of 30 songs, too few for 31 communities"),
        ({"communities": 2, "neighbors": 30}, InputError, "ask for --neighbors 1 to 29"),
        ({"communities": 0}, UsageError, "--communities must be at least 1"),
        ({"communities": 2, "neighbors": 0}, UsageError, "--neighbors must be at least 1"),
    ],
)
def test_what_cannot_be_had_is_refused(options, error, message):
    with pytest.raises(error, match=message):
        spectral(vectors(np.random.default_rng(0).normal(size=(30, 3))), **options)


def test_too_much_memory_is_refused_before_the_work():
    values = np.zeros((30_000, 1))
    with pytest.raises(
        MemoryRefusedError, match=r"would need .* GiB, allowed are 4: ask for fewer"
    ):
        spectral(vectors(values), communities=10_000)
    assert memory(28_000, 10, 10) < 2**30
