"""Gaussian mixtures: fitting one, and which of several to believe."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final, Literal, NamedTuple, TypeAlias

import numpy as np

from songnet.model import Floats, Ints

Covariance: TypeAlias = Literal["spherical", "diag", "tied", "full"]
# From few parameters to many: of equal BIC the first is kept.
COVARIANCES: Final[tuple[Covariance, ...]] = ("spherical", "diag", "tied", "full")
ITERATIONS: Final = 100
# Added to every variance, as a share of the mean variance, so that a likelihood cannot be infinite.
FLOOR: Final = 1e-6
COLLAPSED: Final = 10 * FLOOR


class Fit(NamedTuple):
    """A Gaussian mixture that was fitted to vectors.

    Attributes
    ----------
    communities, covariance
        Of how many components, and their shape.
    labels
        int64 (n,): the component that a vector most probably comes from.
    bic
        -2 log L + p log n for p parameters: **lower** is better.
    log_likelihood
        Of all vectors together, natural logarithm.
    sound
        Every component has songs, and none has collapsed to a point, a line or a plane, whose
        likelihood knows no bounds.
    """

    communities: int
    covariance: Covariance
    labels: Ints
    bic: float
    log_likelihood: float
    sound: bool

    @property
    def filled(self) -> bool:
        """Whether every component has songs."""
        return len(np.unique(self.labels)) == self.communities


def fit(values: Floats, communities: int, covariance: Covariance, *, n_init: int, seed: int) -> Fit:
    """Fit a mixture by expectation maximisation, by scikit-learn.

    Parameters
    ----------
    values
        (n, d), n at least `communities`.
    n_init
        Starts from k-means; the likeliest is kept.
    """
    scale = math.sqrt(float(values.var(axis=0).mean())) or 1.0
    scaled = values / scale
    found = _search(scaled, communities, covariance, n_init, seed)
    labels = np.asarray(found.predict(scaled), np.int64)
    # Densities in the units of `values`: each of the n vectors has d coordinates.
    likelihood = float(found.score(scaled)) * len(values) - values.size * math.log(scale)
    counted = parameters(communities, values.shape[1], covariance)
    return Fit(
        communities,
        covariance,
        labels,
        bic=-2 * likelihood + counted * math.log(len(values)),
        log_likelihood=likelihood,
        sound=len(np.unique(labels)) == communities and _smallest_variance(found) > COLLAPSED,
    )


def parameters(communities: int, dimensions: int, covariance: Covariance) -> int:
    """The free parameters of a mixture: shares, means, covariances."""
    square = dimensions * (dimensions + 1) // 2
    covariances = {
        "spherical": communities,
        "diag": communities * dimensions,
        "tied": square,
        "full": communities * square,
    }
    return communities - 1 + communities * dimensions + covariances[covariance]


def _search(
    values: Floats, communities: int, covariance: Covariance, n_init: int, seed: int
) -> Any:
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.mixture import GaussianMixture

    search = GaussianMixture(
        communities,
        covariance_type=covariance,
        n_init=n_init,
        random_state=seed,
        max_iter=ITERATIONS,
        reg_covar=FLOOR,
    )
    with warnings.catch_warnings():
        # Of fewer different vectors than components, which leaves components empty, and of starts
        # that were still creeping up.
        warnings.simplefilter("ignore", ConvergenceWarning)
        # scikit-learn refuses a single vector; given twice it has the same mixture.
        return search.fit(np.repeat(values, 2, axis=0) if len(values) == 1 else values)


def _smallest_variance(found: Any) -> float:
    """Along the thinnest axis of the thinnest component."""
    if found.covariance_type in ("spherical", "diag"):
        return float(found.covariances_.min())
    return float(np.linalg.eigvalsh(found.covariances_).min())


def fits(
    values: Floats,
    communities: Iterable[int],
    covariances: Iterable[Covariance] = COVARIANCES,
    *,
    n_init: int,
    seed: int,
) -> Iterator[Fit]:
    """Every combination, by rising number, then number of parameters; on one thread."""
    from threadpoolctl import threadpool_limits

    shapes = tuple(covariances)
    # One thread: with more, the order of their sums and so the last digits are left to chance.
    with threadpool_limits(limits=1):
        for number in communities:
            for shape in shapes:
                yield fit(values, number, shape, n_init=n_init, seed=seed)


def best(found: Iterable[Fit]) -> Fit | None:
    """The sound fit of the lowest BIC; of equals the first; None if none is sound."""
    return _lowest(found, lambda each: each.sound)


def best_filled(found: Iterable[Fit]) -> Fit | None:
    """The fit of the lowest BIC whose every component has songs, collapsed or not."""
    return _lowest(found, lambda each: each.filled)


def _lowest(found: Iterable[Fit], allowed: Callable[[Fit], bool]) -> Fit | None:
    return min(filter(allowed, found), key=lambda each: each.bic, default=None)
