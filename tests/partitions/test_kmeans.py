"""k-means: exactly so many communities, each song with the nearest mean."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.cluster import KMeans

from songnet.errors import InputError, UsageError
from songnet.model import Vectors
from songnet.partitions import kmeans


def vectors(values):
    return Vectors.from_rows("enc", [f"s{i:03d}" for i in range(len(values))], values)


def scattered(seed=0, songs=60):
    return vectors(np.random.default_rng(seed).normal(size=(songs, 5)))


def test_by_hand():
    found = kmeans(vectors([[0, 0], [0, 2], [10, 0], [10, 2], [10, 4]]), communities=2)
    assert found.labels.tolist() == [1, 1, 0, 0, 0]
    assert dict(found.quality) == {"inertia": pytest.approx(2 + 8)}
    assert dict(found.params) == {"communities": 2, "n_init": 10}
    assert found.name == "kmeans-enc"


@settings(max_examples=20)
@given(st.integers(0, 10_000), st.integers(1, 60))
def test_exactly_so_many_and_each_song_with_the_nearest_mean(seed, communities):
    given_vectors = scattered(seed)
    found = kmeans(given_vectors, communities=communities, n_init=2)
    assert found.communities == communities
    values = given_vectors.values.astype(np.float64)
    means = np.array([values[found.labels == label].mean(axis=0) for label in range(communities)])
    distances = ((values[:, None] - means) ** 2).sum(axis=2)
    assert found.quality["inertia"] == pytest.approx(
        distances[np.arange(60), found.labels].sum(), abs=1e-9
    )
    # Lloyd's algorithm stops where no song has a nearer mean, but for rounding.
    assert (distances[np.arange(60), found.labels] <= distances.min(axis=1) + 1e-3).all()


def test_inertia_is_scikit_learns():
    given_vectors = scattered()
    theirs = KMeans(n_clusters=5, n_init=10, random_state=0).fit(given_vectors.values)
    found = kmeans(given_vectors, communities=5)
    assert found.quality["inertia"] == pytest.approx(theirs.inertia_, rel=1e-5)


def test_more_starts_are_never_worse():
    few, many = (kmeans(scattered(), communities=9, n_init=n) for n in (1, 20))
    assert many.quality["inertia"] <= few.quality["inertia"] + 1e-9


def test_more_communities_than_songs_are_refused():
    with pytest.raises(InputError, match="'enc' has vectors of 3 songs, too few for 4 .* 1 to 3"):
        kmeans(vectors([[0], [1], [2]]), communities=4)


def test_more_communities_than_different_vectors_are_refused():
    same = vectors([[0, 1]] * 5 + [[1, 0]] * 5)
    assert kmeans(same, communities=2).labels.tolist() == [0] * 5 + [1] * 5
    with pytest.raises(InputError, match="only 2 different vectors, too few for 3 .* ask for 1 to"):
        kmeans(same, communities=3)


def test_large_values_are_taken_and_too_large_ones_refused():
    values = np.array([[9e14, 0], [9e14, 1], [-9e14, 0], [-9e14, 1]])
    assert kmeans(vectors(values), communities=2).labels.tolist() == [0, 0, 1, 1]
    with pytest.raises(InputError, match=r"'enc' hold values up to 9e\+20, whose squares overflow"):
        kmeans(vectors(values * 1e6), communities=2)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"communities": 0}, "--communities must be at least 1: got 0"),
        ({"communities": 2.0}, "--communities must be a whole number: got 2.0"),
        ({"communities": 2, "n_init": 0}, "--n-init must be at least 1: got 0"),
    ],
)
def test_bad_options_are_refused(options, message):
    with pytest.raises(UsageError, match=message):
        kmeans(scattered(), **options)
