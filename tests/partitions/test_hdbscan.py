"""HDBSCAN: shapes, noise, and no cluster at all."""

import numpy as np
import pytest
from sklearn.cluster import HDBSCAN
from sklearn.datasets import make_moons

from songnet.agreement import ari
from songnet.errors import InputError, UsageError
from songnet.model import Vectors
from songnet.partitions import hdbscan, kmeans
from songnet.partitions._reduced import reduce


def vectors(values):
    return Vectors.from_rows("enc", [f"s{i:05}" for i in range(len(values))], values)


def test_two_moons():
    values, truth = make_moons(300, noise=0.05, random_state=0)
    found = hdbscan(vectors(values), min_size=8)
    assert found.params["noise"] == 0
    assert ari(found.labels, truth) == 1
    assert ari(kmeans(vectors(values), communities=2).labels, truth) < 0.4


def test_songs_in_between_are_left_out():
    random = np.random.default_rng(0)
    clouds = np.repeat([[0.0, 0], [20, 0], [0, 20]], 40, axis=0) + random.normal(size=(120, 2))
    strays = np.array([[100.0, -100], [300, 300], [-200, 5]])
    found = hdbscan(vectors(np.concatenate([clouds, strays])), min_size=10)
    assert found.params["noise"] == 123 - len(found.songs)
    assert found.quality["coverage"] == len(found.songs) / 123
    assert not {"s00120", "s00121", "s00122"} & set(found.songs)
    assert ari(found.labels, [int(song[1:]) // 40 for song in found.songs]) == 1


@pytest.mark.parametrize("min_size", [2, 5, 20])
def test_the_clusters_are_scikit_learns(min_size):
    values = np.random.default_rng(min_size).normal(size=(150, 3)).astype(np.float32)
    values[:60] += 5
    theirs = HDBSCAN(min_cluster_size=min_size, copy=True).fit(values.astype(float))
    found = hdbscan(vectors(values), min_size=min_size)
    kept = theirs.labels_ >= 0
    assert found.songs.tolist() == [f"s{i:05}" for i in np.flatnonzero(kept)]
    assert ari(found.labels, theirs.labels_[kept]) == 1
    assert found.quality["probability"] == pytest.approx(theirs.probabilities_[kept].mean())


def test_components_are_used_where_asked_for():
    random = np.random.default_rng(0)
    values = random.normal(size=(200, 60)) * 0.5
    values[:, 0] += np.repeat([-40, 40], 100)
    found = hdbscan(vectors(values), min_size=10, dimensions=1)
    assert found.params["dimensions"] == 1
    assert found.quality["kept_variance"] > 0.9
    alone = hdbscan(vectors(reduce(vectors(values), 1).values), min_size=10)
    assert found.quality["probability"] == pytest.approx(alone.quality["probability"], abs=1e-3)
    assert ari(found.labels, [int(song[1:]) // 100 for song in found.songs]) == 1


@pytest.mark.parametrize("songs", [1, 4, 60])
def test_nothing_but_noise_names_the_option(songs):
    values = np.random.default_rng(0).normal(size=(songs, 8))
    with pytest.raises(InputError, match="are noise with --min-size 50: give a smaller --min-size"):
        hdbscan(vectors(values), min_size=50)


@pytest.mark.parametrize("min_size", [0, 1, 2.5])
def test_a_bad_size_is_refused(min_size):
    with pytest.raises(UsageError, match="--min-size must be"):
        hdbscan(vectors(np.eye(4)), min_size=min_size)
