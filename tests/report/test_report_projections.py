"""Two dimensions out of many: against the singular value decomposition, and repeatable."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from songnet.errors import EmptyInputError, StateError
from songnet.model import Vectors
from songnet.report import projections
from songnet.report.projections import has_umap, pca, tsne, umap

needs_umap = pytest.mark.skipif(not has_umap(), reason="umap-learn is not installed")


def vectors(values):
    return Vectors.from_rows("cae", [f"s{n:05}" for n in range(len(values))], values)


@pytest.fixture
def cloud():
    rng = np.random.default_rng(5)
    return vectors(rng.normal(size=(40, 7)) * [9, 5, 1, 1, 1, 1, 1] + 3)


@pytest.fixture
def blobs():
    rng = np.random.default_rng(6)
    centres = np.repeat(np.eye(3, 60) * 30, 30, axis=0)
    return vectors(centres + rng.normal(size=(90, 60)))


def test_pca_is_the_singular_value_decomposition(cloud):
    centred = cloud.values.astype(float) - cloud.values.astype(float).mean(0)
    left, singular, _ = np.linalg.svd(centred, full_matrices=False)
    points, explained = pca(cloud)
    assert points.shape == (40, 2)
    assert points.dtype == np.float64
    np.testing.assert_allclose(np.abs(points), np.abs(left[:, :2] * singular[:2]), atol=1e-6)
    np.testing.assert_allclose(explained, singular[:2] ** 2 / (singular**2).sum(), rtol=1e-6)


def test_pca_repeats_itself(cloud):
    np.testing.assert_array_equal(pca(cloud)[0], pca(cloud)[0])


@pytest.mark.parametrize("values", [np.ones((5, 3)), np.ones((1, 3)), np.zeros((1, 1))])
def test_vectors_that_do_not_vary_fall_on_one_point(values):
    points, explained = pca(vectors(values))
    assert not points.any()
    assert explained == (0, 0)
    assert not tsne(vectors(values))[0].any()


def test_vectors_on_a_line_have_a_second_axis_of_nought():
    points, explained = pca(vectors(np.array([[1.0], [2.0], [6.0]])))
    np.testing.assert_allclose(np.abs(points[:, 0] - points[0, 0]), [0, 1, 5])
    assert not points[:, 1].any()
    assert explained == (1, 0)


@pytest.mark.parametrize("project", [pca, tsne])
@pytest.mark.parametrize("shape", [(0, 3), (3, 0)])
def test_no_vectors_are_refused(project, shape):
    with pytest.raises(EmptyInputError, match="songnet embed"):
        project(vectors(np.zeros(shape)))


def test_tsne_keeps_neighbours(blobs):
    points, rows = tsne(blobs, seed=1)
    assert points.shape == (90, 2)
    assert points.dtype == np.float64
    np.testing.assert_array_equal(rows, np.arange(90))
    distances = np.linalg.norm(points[:, None] - points[None], axis=2)
    np.fill_diagonal(distances, np.inf)
    np.testing.assert_array_equal(distances.argmin(1) // 30, np.arange(90) // 30)


def test_tsne_repeats_itself_by_seed(blobs):
    first, again = tsne(blobs, seed=1)[0], tsne(blobs, seed=1)[0]
    np.testing.assert_array_equal(first, again)


@pytest.mark.parametrize("songs", [1, 2, 3, 4, 5, 8])
def test_tsne_of_a_handful(songs):
    points, rows = tsne(vectors(np.random.default_rng(0).normal(size=(songs, 3))))
    assert points.shape == (songs, 2)
    assert np.isfinite(points).all()
    assert len(np.unique(points.round(9), axis=0)) == songs
    assert len(rows) == songs


def test_tsne_samples_by_seed_above_the_limit(blobs):
    points, rows = tsne(blobs, seed=3, limit=20)
    assert len(points) == len(rows) == 20
    assert (np.diff(rows) > 0).all()
    np.testing.assert_array_equal(rows, tsne(blobs, seed=3, limit=20)[1])
    assert rows.tolist() != tsne(blobs, seed=4, limit=20)[1].tolist()


def test_tsne_of_a_sample_is_tsne_of_those_songs(blobs):
    points, rows = tsne(blobs, seed=3, limit=20)
    own = Vectors.from_rows("cae", blobs.songs[rows], blobs.values[rows])
    np.testing.assert_array_equal(points, tsne(own, seed=3)[0])


@needs_umap
def test_umap_keeps_neighbours_and_repeats_itself(blobs):
    points, rows = umap(blobs, seed=1)
    assert points.shape == (90, 2)
    assert points.dtype == np.float64
    np.testing.assert_array_equal(rows, np.arange(90))
    distances = np.linalg.norm(points[:, None] - points[None], axis=2)
    np.fill_diagonal(distances, np.inf)
    np.testing.assert_array_equal(distances.argmin(1) // 30, np.arange(90) // 30)
    np.testing.assert_array_equal(points, umap(blobs, seed=1)[0])


@needs_umap
@pytest.mark.parametrize("songs", [1, 3, 4, 5, 8, 31])
def test_umap_of_a_handful(songs):
    points, rows = umap(vectors(np.random.default_rng(0).normal(size=(songs, 3))))
    assert points.shape == (songs, 2)
    assert np.isfinite(points).all()
    assert len(rows) == songs


@needs_umap
@pytest.mark.parametrize("shape", [(0, 3), (3, 0)])
def test_umap_of_no_vectors_is_refused(shape):
    with pytest.raises(EmptyInputError, match="songnet embed"):
        umap(vectors(np.zeros(shape)))


@needs_umap
def test_umap_samples_the_same_songs_as_tsne(blobs):
    points, rows = umap(blobs, seed=3, limit=20)
    assert len(points) == 20
    np.testing.assert_array_equal(rows, tsne(blobs, seed=3, limit=20)[1])


@needs_umap
def test_umap_is_loaded_in_silence_and_without_tensorflow():
    program = (
        "import sys; from songnet.report import projections; projections._umap();"
        "print('umap.umap_' in sys.modules, 'tensorflow' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert (done.stdout, done.stderr) == ("True False\n", "")


def test_without_umap_the_way_to_it_is_named(cloud, monkeypatch):
    monkeypatch.setattr(projections, "find_spec", lambda _: None)
    assert not has_umap()
    with pytest.raises(StateError, match=r"songnet\[umap\]"):
        umap(cloud)
