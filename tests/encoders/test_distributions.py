"""Densities against scipy, divergences against closed forms and sampling, draws by statistics."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import stats

from songnet.encoders import _keras
from songnet.encoders.distributions import (
    COVARIANCES,
    SCALE_FLOOR,
    IndependentBernoulli,
    IndependentNormal,
    MultivariateNormal,
    parameter_count,
)
from songnet.errors import InputError, UsageError

KEY = [3, 14]
DRAWS = 40_000
# A statistic that is normal is further from its mean than this once in 30 million times.
SIGMAS = 5.5


@pytest.fixture(scope="module")
def tf():
    return _keras.load()[1]


def parameters(rows, dimensions, covariance, seed=0, scale=1.0):
    shape = (rows, parameter_count(dimensions, covariance))
    return np.random.default_rng(seed).normal(0, scale, shape)


def normal(values, dimensions, covariance):
    tf = _keras.load()[1]
    return MultivariateNormal.from_parameters(
        tf.constant(values), dimensions, covariance=covariance
    )


def random_normal(rows, dimensions, covariance, seed=0):
    return normal(parameters(rows, dimensions, covariance, seed), dimensions, covariance)


def kl_by_numpy(one, other):
    """By inverse and determinant of the covariances, a row at a time."""
    found = []
    for mean, cov, to_mean, to_cov in zip(
        one.mean.numpy(), one.covariance.numpy(), other.mean.numpy(), other.covariance.numpy(),
        strict=True,
    ):  # fmt: skip
        inverse, away = np.linalg.inv(to_cov), to_mean - mean
        logs = np.linalg.slogdet(to_cov)[1] - np.linalg.slogdet(cov)[1]
        found.append(0.5 * (np.trace(inverse @ cov) + away @ inverse @ away - len(mean) + logs))
    return np.array(found)


def test_how_many_parameters_there_are():
    assert parameter_count(16, "diagonal") == 32
    assert parameter_count(16, "full") == 16 + 136
    assert parameter_count(1, "full") == parameter_count(1, "diagonal") == 2
    with pytest.raises(UsageError, match="'banded': allowed are diagonal, full"):
        parameter_count(3, "banded")


def test_another_number_of_parameters_is_refused():
    with pytest.raises(InputError, match="3 dimensions with full covariance has 9 .* got 6"):
        normal(np.zeros((2, 6)), 3, "full")


def test_every_parameter_has_its_place_in_the_factor():
    values = np.arange(1.0, 15.0)[None]  # 4 means, 4 on the diagonal, 6 below
    made = normal(values, 4, "full")
    factor = made.factor.numpy()[0]
    assert made.mean.numpy()[0].tolist() == [1, 2, 3, 4]
    softplus = np.log1p(np.exp(np.arange(5.0, 9.0)))
    np.testing.assert_allclose(np.diag(factor), softplus + SCALE_FLOOR, rtol=1e-12)
    assert sorted(factor[np.tril_indices(4, -1)]) == [9, 10, 11, 12, 13, 14]
    assert not factor[np.triu_indices(4, 1)].any()


@given(st.integers(1, 9), st.integers(1, 3))
@settings(deadline=None, max_examples=20)
def test_a_full_covariance_is_one_whatever_the_size(dimensions, rows):
    made = random_normal(rows, dimensions, "full", seed=dimensions)
    factor, covariance = made.factor.numpy(), made.covariance.numpy()
    assert factor.shape == covariance.shape == (rows, dimensions, dimensions)
    np.testing.assert_array_equal(factor, np.tril(factor))
    np.testing.assert_allclose(covariance, factor @ factor.transpose(0, 2, 1), rtol=1e-12)
    assert (np.linalg.eigvalsh(covariance) > 0).all()


@pytest.mark.parametrize("covariance", COVARIANCES)
@pytest.mark.parametrize("dimensions", [1, 2, 5, 16])
def test_the_normal_density_is_scipys(covariance, dimensions):
    # Small numbers below the diagonal: scipy treats a nearly singular covariance as one.
    made = normal(parameters(4, dimensions, covariance, scale=0.3), dimensions, covariance)
    values = np.random.default_rng(1).normal(0, 2, (4, dimensions))
    expected = [
        stats.multivariate_normal(mean, cov).logpdf(value)
        for mean, cov, value in zip(
            made.mean.numpy(), made.covariance.numpy(), values, strict=True
        )
    ]  # fmt: skip
    np.testing.assert_allclose(made.log_prob(values).numpy(), expected, rtol=1e-8)


def test_a_diagonal_covariance_is_a_full_one_with_zeros():
    values = parameters(3, 4, "diagonal")
    diagonal = normal(values, 4, "diagonal")
    full = normal(np.concatenate([values, np.zeros((3, 6))], axis=1), 4, "full")
    at = np.random.default_rng(2).normal(size=(3, 4))
    np.testing.assert_allclose(diagonal.covariance, full.covariance, rtol=1e-12)
    np.testing.assert_allclose(diagonal.log_prob(at), full.log_prob(at), rtol=1e-12)
    np.testing.assert_allclose(diagonal.kl_to_standard(), full.kl_to_standard(), rtol=1e-12)
    np.testing.assert_allclose(diagonal.sample(KEY), full.sample(KEY), rtol=1e-12)


def standard(rows, dimensions):
    tf = _keras.load()[1]
    shape = (rows, dimensions)
    return MultivariateNormal(tf.zeros(shape, tf.float64), tf.ones(shape, tf.float64))


def test_divergence_by_hand(tf):
    # One dimension: KL(N(m, s²) ‖ N(0, 1)) = ½(s² + m² - 1) - ln s.
    made = MultivariateNormal(tf.constant([[1.5]]), tf.constant([[0.5]]))
    assert float(made.kl_to_standard()[0]) == pytest.approx(0.5 * (0.25 + 2.25 - 1) + math.log(2))
    assert standard(2, 3).kl_to_standard().numpy().tolist() == [0, 0]


@pytest.mark.parametrize("covariance", COVARIANCES)
@pytest.mark.parametrize("other", COVARIANCES)
def test_divergences_are_the_closed_form(covariance, other):
    one, two = random_normal(4, 5, covariance, seed=1), random_normal(4, 5, other, seed=2)
    np.testing.assert_allclose(one.kl(two).numpy(), kl_by_numpy(one, two), rtol=1e-8)
    np.testing.assert_allclose(one.kl_to_standard(), one.kl(standard(4, 5)), rtol=1e-10)
    np.testing.assert_allclose(one.kl(one).numpy(), 0, atol=1e-12)


@pytest.mark.parametrize("covariance", COVARIANCES)
def test_divergences_are_what_draws_say(covariance):
    values = np.repeat(parameters(1, 3, covariance, seed=4), DRAWS, axis=0)
    made, other = normal(values, 3, covariance), random_normal(1, 3, "full", seed=5)
    drawn = made.sample(KEY)
    for against, exact in ((standard(1, 3), made.kl_to_standard()), (other, made.kl(other))):
        ratios = (made.log_prob(drawn) - against.log_prob(drawn)).numpy()
        error = ratios.std() / math.sqrt(DRAWS)
        assert abs(ratios.mean() - float(exact[0])) < SIGMAS * error


@pytest.mark.parametrize("covariance", COVARIANCES)
def test_draws_have_the_mean_and_the_covariance(covariance):
    values = np.repeat(parameters(1, 4, covariance, seed=6), DRAWS, axis=0)
    made = normal(values, 4, covariance)
    drawn = made.sample(KEY).numpy()
    mean, expected = made.mean.numpy()[0], made.covariance.numpy()[0]
    variances = np.diag(expected)
    assert (np.abs(drawn.mean(0) - mean) < SIGMAS * np.sqrt(variances / DRAWS)).all()
    # An entry of the sample covariance has variance (Σii Σjj + Σij²) / n.
    error = np.sqrt((np.outer(variances, variances) + expected**2) / DRAWS)
    centred = drawn - mean
    assert (np.abs(centred.T @ centred / DRAWS - expected) < SIGMAS * error).all()


@pytest.mark.parametrize("covariance", COVARIANCES)
def test_whitened_draws_are_standard_normal(covariance):
    values = np.repeat(parameters(1, 2, covariance, seed=7), 5000, axis=0)
    made = normal(values, 2, covariance)
    factor = np.linalg.cholesky(made.covariance.numpy()[0])
    white = np.linalg.solve(factor, (made.sample(KEY).numpy() - made.mean.numpy()).T)
    assert stats.kstest(white.ravel(), "norm").pvalue > 1e-4


def test_a_key_gives_the_same_draw_and_another_another():
    made = random_normal(3, 4, "full")
    first = made.sample(KEY).numpy()
    np.testing.assert_array_equal(first, made.sample(KEY).numpy())
    assert not np.isclose(first, made.sample([3, 15]).numpy()).any()
    assert len(np.unique(first - made.mean.numpy())) == 12  # rows are drawn apart


def slopes(tf, function, values):
    """The gradient of a sum, and what finite differences say of it."""
    at = tf.constant(values)
    with tf.GradientTape() as tape:
        tape.watch(at)
        total = tf.reduce_sum(function(at))
    found, expected = tape.gradient(total, at).numpy(), np.empty_like(values)
    for place in np.ndindex(values.shape):
        step = np.zeros_like(values)
        step[place] = 1e-6
        up, down = (tf.reduce_sum(function(tf.constant(values + sign * step))) for sign in (1, -1))
        expected[place] = float(up - down) / 2e-6
    return found, expected


@pytest.mark.parametrize("covariance", COVARIANCES)
@pytest.mark.parametrize("of", ["log_prob", "sample", "kl_to_standard", "kl"])
def test_gradients_reach_every_parameter(tf, covariance, of):
    target = np.random.default_rng(8).normal(size=(2, 3))
    other = random_normal(2, 3, "full", seed=9)
    functions = {
        "log_prob": lambda made: made.log_prob(target),
        "sample": lambda made: tf.square(made.sample(KEY)),
        "kl_to_standard": lambda made: made.kl_to_standard(),
        "kl": lambda made: made.kl(other),
    }

    def function(values):
        made = MultivariateNormal.from_parameters(values, 3, covariance=covariance)
        return functions[of](made)

    found, expected = slopes(tf, function, parameters(2, 3, covariance, seed=10))
    assert np.abs(found).min() > 0
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-7)


@given(
    arrays(np.float32, (2, 9), elements=st.floats(-1000, 1000, width=32)),
    st.sampled_from(COVARIANCES),
)
@settings(deadline=None, max_examples=40)
def test_nothing_overflows(values, covariance):
    tf = _keras.load()[1]
    at = tf.constant(values[:, : parameter_count(3, covariance)])
    with tf.GradientTape() as tape:
        tape.watch(at)
        made = MultivariateNormal.from_parameters(at, 3, covariance=covariance)
        drawn, divergence = made.sample(KEY), made.kl_to_standard()
        total = tf.reduce_sum(drawn) + tf.reduce_sum(divergence)
    for tensor in (drawn, divergence, tape.gradient(total, at)):
        assert np.isfinite(tensor.numpy()).all()
    assert (divergence.numpy() > -1e-3).all()


def test_the_narrowest_normal_is_finite(tf):
    made = normal(np.full((1, 9), -1000, np.float32), 3, "full")
    assert (tf.linalg.diag_part(made.factor).numpy() >= SCALE_FLOOR * 0.999).all()
    assert np.isfinite(made.log_prob(made.mean).numpy()).all()
    narrow = normal(np.full((1, 6), -1000, np.float32), 3, "diagonal")
    expected = 3 * (-math.log(SCALE_FLOOR) - 0.5 * math.log(2 * math.pi))
    assert float(narrow.log_prob(narrow.mean)[0]) == pytest.approx(expected, rel=1e-6)


def test_black_and_white_pixels_have_scipys_mass():
    random = np.random.default_rng(11)
    logits, pixels = random.normal(0, 3, (3, 4, 5)), random.integers(0, 2, (3, 4, 5))
    made = IndependentBernoulli(logits)
    chances = 1 / (1 + np.exp(-logits))
    np.testing.assert_allclose(made.mean.numpy(), chances, rtol=1e-12)
    expected = stats.bernoulli(chances).logpmf(pixels).sum((1, 2))
    np.testing.assert_allclose(made.log_prob(pixels.astype(float)).numpy(), expected, rtol=1e-9)


@given(
    arrays(np.float64, 6, elements=st.floats(-20, 20)),
    arrays(np.float64, 6, elements=st.floats(0, 1)),
)
@settings(deadline=None, max_examples=40)
def test_grey_pixels_are_scored_by_the_cross_entropy(logits, pixels):
    found = float(IndependentBernoulli(logits[None]).log_prob(pixels[None])[0])
    log_one, log_zero = -np.logaddexp(0, -logits), -np.logaddexp(0, logits)
    assert found == pytest.approx((pixels * log_one + (1 - pixels) * log_zero).sum(), abs=1e-9)
    # Gibbs' inequality: nothing scores better than the pixels themselves as chances.
    entropy = stats.entropy([pixels, 1 - pixels]).sum()
    assert found <= -entropy + 1e-9


def test_grey_pixels_have_no_density():
    grey = np.linspace(0, 1, 20001)[:, None]
    at_half = np.exp(IndependentBernoulli(np.zeros_like(grey)).log_prob(grey).numpy())
    assert np.trapezoid(at_half, grey[:, 0]) == pytest.approx(0.5)


def test_pixels_are_drawn_by_their_chances():
    tf = _keras.load()[1]
    chances = np.array([0.0001, 0.2, 0.5, 0.93])
    logits = tf.constant(np.tile(np.log(chances / (1 - chances)), (DRAWS, 1)))
    drawn = IndependentBernoulli(logits).sample(KEY).numpy()
    assert set(np.unique(drawn)) == {0, 1}
    counts = drawn.sum(0).astype(int)
    assert all(
        stats.binomtest(count, DRAWS, chance).pvalue > 1e-6
        for count, chance in zip(counts, chances, strict=True)
    )
    together = np.corrcoef(drawn[:, 1:].T)[np.triu_indices(3, 1)]
    assert (np.abs(together) < SIGMAS / math.sqrt(DRAWS)).all()


def test_certain_pixels_are_finite_and_certain(tf):
    logits = tf.constant([[80.0, -80.0] * 5000])
    with tf.GradientTape() as tape:
        tape.watch(logits)
        made = IndependentBernoulli(logits)
        wrong = made.log_prob(tf.constant([[0.0, 1.0] * 5000]))
    assert float(wrong[0]) == pytest.approx(-80 * 10_000)
    np.testing.assert_allclose(tape.gradient(wrong, logits), [[-1.0, 1.0] * 5000], atol=1e-6)
    right = [[1.0, 0.0] * 5000]
    assert float(made.log_prob(tf.constant(right))[0]) == pytest.approx(0, abs=1e-6)
    np.testing.assert_array_equal(made.sample(KEY), right)


def test_normal_pixels_have_scipys_density():
    tf = _keras.load()[1]
    random = np.random.default_rng(12)
    mean, pixels = random.uniform(0, 1, (2, 3, 4, 5))
    for scale in (1 / 255, 0.1, 2.0):
        made = IndependentNormal(tf.constant(mean), tf.constant(math.log(scale), tf.float64))
        expected = stats.norm(mean, scale).logpdf(pixels).sum((1, 2))
        np.testing.assert_allclose(made.log_prob(pixels).numpy(), expected, rtol=1e-9)


def test_normal_pixels_are_drawn_around_their_means():
    tf = _keras.load()[1]
    mean = tf.constant(np.tile([0.2, 0.7], (DRAWS, 1)))
    made = IndependentNormal(mean, tf.constant(math.log(0.3), tf.float64))
    away = (made.sample(KEY) - mean).numpy() / 0.3
    assert stats.kstest(away[:5000].ravel(), "norm").pvalue > 1e-4
    assert abs(away.mean()) < SIGMAS / math.sqrt(2 * DRAWS)


def test_the_scale_that_fits_normal_pixels_best_is_their_own(tf):
    random = np.random.default_rng(13)
    mean, pixels = random.uniform(0, 1, (2, 1, 600))
    log_scale = tf.Variable(math.log(np.sqrt(((pixels - mean) ** 2).mean())), dtype=tf.float64)
    with tf.GradientTape() as tape:
        density = IndependentNormal(tf.constant(mean), log_scale).log_prob(pixels)
    assert float(tape.gradient(density, log_scale)) == pytest.approx(0, abs=1e-9)
