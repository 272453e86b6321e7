"""Gaussian mixtures: what BIC chooses, what it is, and what cannot be had."""

import math

import numpy as np
import pytest
from scipy.stats import multivariate_normal
from sklearn.datasets import make_blobs
from sklearn.mixture import GaussianMixture

from songnet.agreement import ari
from songnet.errors import InputError, UsageError
from songnet.model import Vectors
from songnet.partitions import kmeans, mixture
from songnet.partitions._gaussian import COVARIANCES, best, fit, fits, parameters
from songnet.partitions._reduced import reduce


def vectors(values):
    return Vectors.from_rows("enc", [f"s{i:05}" for i in range(len(values))], values)


def blobs(number=4, per=60, dimensions=10, apart=6.0, seed=0):
    random = np.random.default_rng(seed)
    truth = np.repeat(np.arange(number), per)
    return random.normal(size=(len(truth), dimensions)) + apart * np.eye(number, dimensions)[
        truth
    ], truth


def test_bic_finds_separated_blobs_and_their_shape():
    values, truth = blobs()
    found = mixture(vectors(values))
    assert ari(found.labels, truth) == 1
    assert (found.params["communities"], found.params["covariance"]) == (4, "spherical")


def test_one_cloud_is_one_community():
    values = np.random.default_rng(0).normal(size=(200, 6))
    assert mixture(vectors(values), most=5).communities == 1


def test_stretched_clouds_are_told_apart_where_kmeans_fails():
    values, truth = make_blobs(300, random_state=170)
    values = values @ np.array([[0.6, -0.63], [-0.4, 0.85]])
    found = mixture(vectors(values))
    assert ari(found.labels, truth) > 0.98
    assert ari(kmeans(vectors(values), communities=3).labels, truth) < 0.8
    assert found.params["covariance"] in {"tied", "full"}


@pytest.mark.parametrize("covariance", COVARIANCES)
def test_what_is_given_is_kept(covariance):
    values, truth = blobs()
    asked = {"communities": 4, "covariance": covariance, "dimensions": 5, "most": 7, "n_init": 2}
    found = mixture(vectors(values), **asked)
    assert dict(found.params) == asked
    assert ari(found.labels, truth) == 1


def test_no_more_than_the_most_are_tried():
    assert mixture(vectors(blobs()[0]), most=3).communities == 3


def test_the_chosen_model_has_the_lowest_bic_of_all():
    data = vectors(blobs(seed=3, apart=3.0)[0])
    found = mixture(data, most=6)
    others = [
        mixture(data, communities=number, covariance=covariance).quality["bic"]
        for number in range(1, 7)
        for covariance in COVARIANCES
    ]
    assert found.quality["bic"] == min(others)


def test_bic_by_hand_for_one_ball():
    values = np.random.default_rng(1).normal(size=(50, 3)) * 7 + 100
    found = mixture(vectors(values), communities=1, covariance="spherical", dimensions=3)
    rows = values.astype(np.float32).astype(float)
    variance = float(rows.var(axis=0).mean())
    likelihood = multivariate_normal(rows.mean(axis=0), variance * np.eye(3)).logpdf(rows).sum()
    assert found.quality["log_likelihood"] == pytest.approx(likelihood, rel=1e-4)
    assert found.quality["bic"] == pytest.approx(-2 * likelihood + 4 * math.log(50), rel=1e-4)
    assert found.quality["kept_variance"] == pytest.approx(1)


@pytest.mark.parametrize("covariance", COVARIANCES)
@pytest.mark.parametrize("communities", [1, 3])
def test_bic_and_parameters_are_scikit_learns(covariance, communities):
    values = blobs(3, dimensions=4)[0]
    values /= math.sqrt(values.var(axis=0).mean())
    found = fit(values, communities, covariance, n_init=2, seed=5)
    theirs = GaussianMixture(communities, covariance_type=covariance, n_init=2, random_state=5).fit(
        values
    )
    assert found.bic == pytest.approx(theirs.bic(values))
    assert parameters(communities, 4, covariance) == theirs._n_parameters()


def test_the_unit_does_not_matter():
    values = blobs(apart=4.0)[0]
    one, thousand = (mixture(vectors(values * unit), most=5) for unit in (1, 1000))
    assert one.labels.tolist() == thousand.labels.tolist()
    shift = 2 * values.shape[0] * one.params["dimensions"] * math.log(1000)
    assert thousand.quality["bic"] - one.quality["bic"] == pytest.approx(shift, rel=1e-4)


def test_a_component_that_collapses_is_passed_over():
    random = np.random.default_rng(0)
    # Twelve songs that are the same: a Gaussian around them has no bound.
    values = np.concatenate([random.normal(size=(60, 2)), np.full((12, 2), 9.0)])
    tried = list(fits(values, [2], ["full"], n_init=3, seed=0))
    assert [each.sound for each in tried] == [False]
    assert tried[0].filled
    assert best(tried) is None
    assert all(each.bic > tried[0].bic for each in fits(values, [2], ["tied"], n_init=3, seed=0))


@pytest.mark.parametrize("songs", [1, 2, 30])
def test_equal_vectors_are_one_community(songs):
    found = mixture(vectors(np.ones((songs, 4))))
    assert found.communities == 1
    assert all(math.isfinite(value) for value in found.quality.values())


@pytest.mark.parametrize("scale", [1e-30, 1e30])
def test_very_small_and_very_large_numbers(scale):
    values, truth = blobs(2)
    assert ari(mixture(vectors(values * scale), communities=2).labels, truth) == 1


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"communities": 31}, InputError, "of 30 songs, too few for 31 communities"),
        ({"communities": 3}, InputError, "leaves some communities of 'enc' without a song"),
        ({"dimensions": 5}, InputError, "ask for --dimensions 1 to 4"),
        ({"covariance": "round"}, UsageError, "--covariance must be full, tied, diag or spherical"),
        ({"communities": 0}, UsageError, "--communities must be at least 1"),
        ({"dimensions": 0}, UsageError, "--dimensions must be at least 1"),
        ({"n_init": 0}, UsageError, "--n-init must be at least 1"),
        ({"most": 0}, UsageError, "--most must be at least 1"),
    ],
)
def test_what_cannot_be_had_is_refused(options, error, message):
    with pytest.raises(error, match=message):
        mixture(vectors(np.ones((30, 4))), **options)


# --- principal components -----------------------------------------------------------------------


@pytest.mark.parametrize(("songs", "width"), [(40, 6), (300, 40), (1200, 100)])
def test_components_are_those_of_the_singular_value_decomposition(songs, width):
    random = np.random.default_rng(0)
    values = (random.normal(size=(songs, width)) * 0.7 ** np.arange(width) * 50).astype(np.float32)
    found = reduce(vectors(values))
    centred = values.astype(float) - values.mean(axis=0, dtype=float)
    left, lengths, _ = np.linalg.svd(centred, full_matrices=False)
    shares = lengths**2 / (lengths**2).sum()
    assert found.kept == pytest.approx(shares[: found.dimensions].sum(), rel=1e-4)
    theirs = left * lengths
    for column in range(found.dimensions):
        same = abs(found.values[:, column] @ theirs[:, column]) / lengths[column] ** 2
        assert same == pytest.approx(1, abs=1e-3)
    allowed = min(16, songs // 10)
    assert found.dimensions <= allowed
    assert found.kept >= 0.99 or found.dimensions == allowed
    assert shares[: found.dimensions - 1].sum() < 0.99


def test_dead_dimensions_are_dropped_and_small_ones_are_not():
    values = np.random.default_rng(0).normal(size=(100, 4)) * [10, 3, 3, 1e-6]
    assert reduce(vectors(values)).dimensions == 3
    assert reduce(vectors(values[:29])).dimensions == 2


def test_of_many_equal_components_sixteen_are_enough():
    found = reduce(vectors(np.random.default_rng(0).normal(size=(400, 40))))
    assert found.dimensions == 16
    assert found.kept < 0.99


def test_all_components_hold_the_variance_once():
    for seed in range(20):
        values = np.random.default_rng(seed).normal(size=(30, 5))
        assert 1 - 1e-6 < reduce(vectors(values), 5).kept <= 1
