"""Probability distributions whose parameters are what a layer gives.

All hold a batch: one distribution per row. Densities, divergences and draws are differentiable
TensorFlow functions in the dtype of the parameters (float32, or float64 where that is what is
given). Logarithms are natural, so that densities and divergences are in nats. Draws are
reparameterised where gradients can flow through them, and come from stateless generators (Philox),
so that a key always gives the same.

Source: D. P. Kingma, M. Welling, *Auto-Encoding Variational Bayes* (2014), section 2.4 and appendix
B; K. P. Murphy, *Machine Learning: A Probabilistic Perspective* (2012), section 4.1, for the
multivariate normal.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from songnet.encoders import _keras
from songnet.errors import InputError, UsageError

COVARIANCES = ("diagonal", "full")
SCALE_FLOOR = 1e-5
LOG_2_PI = math.log(2 * math.pi)


def parameter_count(dimensions: int, covariance: str) -> int:
    """How many numbers `MultivariateNormal.from_parameters` takes per distribution.

    Parameters
    ----------
    dimensions
        n, at least 1.
    covariance
        ``diagonal`` (2n numbers) or ``full`` (n + n(n + 1)/2).

    Raises
    ------
    UsageError
        Another covariance.
    """
    if covariance not in COVARIANCES:
        raise UsageError(f"covariance {covariance!r}: allowed are {', '.join(COVARIANCES)}")
    if covariance == "diagonal":
        return 2 * dimensions
    return dimensions + dimensions * (dimensions + 1) // 2


@dataclass(frozen=True, slots=True)
class MultivariateNormal:
    """Normal distributions in n dimensions.

    Attributes
    ----------
    mean
        Shape (b, n).
    factor
        L of the covariance L Lᵀ: the standard deviations, positive (b, n), where dimensions are
        independent, else lower-triangular (b, n, n) with a positive diagonal.
    """

    mean: Any
    factor: Any

    @classmethod
    def from_parameters(
        cls, parameters: Any, dimensions: int, *, covariance: str
    ) -> MultivariateNormal:
        """From unbounded numbers, such as a dense layer gives.

        The first n are the mean. The next n become the diagonal of the factor, made positive by
        softplus, over a floor of `SCALE_FLOOR`. The rest, if any, stand below the diagonal.

        Parameters
        ----------
        parameters
            Shape (b, `parameter_count`).
        dimensions
            n.
        covariance
            ``diagonal`` or ``full``.

        Raises
        ------
        UsageError
            Another covariance.
        InputError
            Another number of parameters.
        """
        _, tf = _keras.load()
        count = parameter_count(dimensions, covariance)
        if parameters.shape[-1] != count:
            raise InputError(
                f"a normal distribution in {dimensions} dimensions with {covariance} covariance "
                f"has {count} parameters: got {parameters.shape[-1]}"
            )
        sizes = [dimensions, dimensions, count - 2 * dimensions]
        mean, raw, below = tf.split(parameters, sizes, axis=-1)
        diagonal = tf.math.softplus(raw) + SCALE_FLOOR
        if covariance == "diagonal":
            return cls(mean, diagonal)
        return cls(mean, _lower_triangular(diagonal, below))

    @property
    def covariance(self) -> Any:
        """Shape (b, n, n)."""
        _, tf = _keras.load()
        matrix = self._matrix()
        return tf.matmul(matrix, matrix, transpose_b=True)

    def log_prob(self, values: Any) -> Any:
        """The log density of `values` (b, n), each under its row's distribution: (b,)."""
        away = _squared_norm(self._whitened(values - self.mean))
        return -0.5 * (away + self._dimensions * LOG_2_PI) - self._log_determinant()

    def sample(self, key: Any) -> Any:
        """One draw per row, (b, n): mean + L ε with ε standard normal.

        Parameters
        ----------
        key
            int32 (2,).
        """
        _, tf = _keras.load()
        noise = tf.random.stateless_normal(
            tf.shape(self.mean), key, dtype=self.mean.dtype, alg="philox"
        )
        moved = self.factor * noise if self._independent else tf.linalg.matvec(self.factor, noise)
        return self.mean + moved

    def kl_to_standard(self) -> Any:
        """KL(self ‖ N(0, I)), (b,): ½(tr Σ + μᵀμ - n - ln det Σ)."""
        spread = _squared_norm(self.factor) + _squared_norm(self.mean)
        return 0.5 * (spread - self._dimensions) - self._log_determinant()

    def kl(self, other: MultivariateNormal) -> Any:
        """KL(self ‖ other), row by row: (b,)."""
        away = _squared_norm(other._whitened(self.mean - other.mean))
        spread = _squared_norm(other._whitened_factor(self))
        grown = other._log_determinant() - self._log_determinant()
        return 0.5 * (spread + away - self._dimensions) + grown

    @property
    def _dimensions(self) -> int:
        return int(self.mean.shape[-1])

    @property
    def _independent(self) -> bool:
        return len(self.factor.shape) == len(self.mean.shape)

    def _matrix(self) -> Any:
        """The factor as a matrix, (b, n, n)."""
        _, tf = _keras.load()
        return tf.linalg.diag(self.factor) if self._independent else self.factor

    def _log_determinant(self) -> Any:
        """Of the factor, half that of the covariance: (b,)."""
        _, tf = _keras.load()
        diagonal = self.factor if self._independent else tf.linalg.diag_part(self.factor)
        return tf.reduce_sum(tf.math.log(diagonal), axis=-1)

    def _whitened(self, vectors: Any) -> Any:
        """L⁻¹ times `vectors` (b, n)."""
        _, tf = _keras.load()
        if self._independent:
            return vectors / self.factor
        return tf.linalg.triangular_solve(self.factor, vectors[..., None])[..., 0]

    def _whitened_factor(self, other: MultivariateNormal) -> Any:
        """L⁻¹ times the factor of `other`, as a diagonal (b, n) where both are."""
        _, tf = _keras.load()
        if self._independent and other._independent:
            return other.factor / self.factor
        return tf.linalg.triangular_solve(self._matrix(), other._matrix())


def _lower_triangular(diagonal: Any, below: Any) -> Any:
    """Matrices (b, n, n) from their diagonals (b, n) and what is below them (b, n(n - 1)/2)."""
    _, tf = _keras.load()
    rows, n = tf.shape(diagonal)[0], diagonal.shape[-1]
    # Followed by its own reverse and cut into n lines of n - 1, each number stands in two places
    # that mirror each other; exactly one of them is below the diagonal.
    twice = tf.concat([below, tf.reverse(below, [-1])], axis=-1)
    lines = tf.pad(tf.reshape(twice, (rows, n, n - 1)), [[0, 0], [0, 0], [0, 1]])
    return tf.linalg.set_diag(tf.linalg.band_part(lines, -1, 0), diagonal)


def _squared_norm(values: Any) -> Any:
    _, tf = _keras.load()
    return _event_sum(tf.square(values))


def _event_sum(values: Any) -> Any:
    """The sum over all axes but the first."""
    _, tf = _keras.load()
    return tf.reduce_sum(values, axis=list(range(1, len(values.shape))))


@dataclass(frozen=True, slots=True)
class IndependentBernoulli:
    """Pictures whose pixels are 0 or 1, each by a chance of its own.

    Grey pixels in [0, 1] are scored too, by the cross-entropy, as the study did. It is smallest
    where the mean is the pixel, but it is no longer a density: it does not integrate to one over
    [0, 1], and lacks the normaliser of the continuous Bernoulli (G. Loaiza-Ganem, J. P. Cunningham,
    *The continuous Bernoulli: fixing a pervasive error in variational autoencoders*, 2019). Such
    numbers compare with each other, not with densities.

    Attributes
    ----------
    logits
        Shape (b, …): ln(p / (1 - p)).
    """

    logits: Any

    @property
    def mean(self) -> Any:
        """The chances of a 1, the shape of `logits`."""
        _, tf = _keras.load()
        return tf.sigmoid(self.logits)

    def log_prob(self, targets: Any) -> Any:
        """Minus the cross-entropy of `targets` in [0, 1], summed over pixels: (b,)."""
        _, tf = _keras.load()
        entropies = tf.nn.sigmoid_cross_entropy_with_logits(labels=targets, logits=self.logits)
        return -_event_sum(entropies)

    def sample(self, key: Any) -> Any:
        """Zeros and ones, the shape and dtype of `logits`; no gradient flows through them.

        Parameters
        ----------
        key
            int32 (2,).
        """
        _, tf = _keras.load()
        drawn = tf.random.stateless_uniform(
            tf.shape(self.logits), key, dtype=self.logits.dtype, alg="philox"
        )
        # Over (0, 1] instead of [0, 1), so that a chance next to nothing is never met by a 0.
        return tf.cast(1 - drawn <= self.mean, self.logits.dtype)


@dataclass(frozen=True, slots=True)
class IndependentNormal:
    """Pictures whose pixels are normal, all with the same standard deviation.

    Attributes
    ----------
    mean
        Shape (b, …).
    log_scale
        Scalar: the logarithm of the standard deviation.
    """

    mean: Any
    log_scale: Any

    def log_prob(self, targets: Any) -> Any:
        """The log density of `targets`, summed over pixels: (b,)."""
        _, tf = _keras.load()
        away = (targets - self.mean) * tf.exp(-self.log_scale)
        return -_event_sum(0.5 * (tf.square(away) + LOG_2_PI) + self.log_scale)

    def sample(self, key: Any) -> Any:
        """One draw per row, the shape of `mean`.

        Parameters
        ----------
        key
            int32 (2,).
        """
        _, tf = _keras.load()
        noise = tf.random.stateless_normal(
            tf.shape(self.mean), key, dtype=self.mean.dtype, alg="philox"
        )
        return self.mean + tf.exp(self.log_scale) * noise
