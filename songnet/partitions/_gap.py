"""The gap statistic."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

import numpy as np

from songnet.model import Floats

STARTS: Final = 5
ROUNDING: Final = 1e-12
RULE: Final = (
    "the smallest k whose gap is at least the next gap less its standard error (Tibshirani, "
    "Walther & Hastie 2001)"
)


class Gap(NamedTuple):
    """The gap statistic of one number of communities, and its standard error."""

    gap: float
    error: float


def gaps(
    values: Floats,
    communities: Sequence[int],
    *,
    samples: int,
    seed: int,
    tell: Callable[[int, int], None],
) -> list[Gap | None]:
    """How much tighter k-means is on vectors than on vectors without clusters.

    Tibshirani, Walther & Hastie, Estimating the number of clusters in a data set via the gap
    statistic (2001): the mean of log W over `samples` sets drawn uniformly from the box that holds
    the vectors, less log W of the vectors, W being the inertia; the error is
    sd sqrt(1 + 1/samples).

    Parameters
    ----------
    values
        Vectors (n, d) along their principal components, so that the box is aligned with these.
    communities
        Each at most n.
    samples
        At least 1.
    tell
        Called with how many sets are through, and of how many.

    Returns
    -------
    For each number its gap; None where W is 0.
    """
    low, high = values.min(axis=0), values.max(axis=0)
    found = _log_inertias(values, communities, seed)
    drawn = np.empty((samples, len(communities)))
    for sample in range(samples):
        random = np.random.default_rng([seed, sample])
        drawn[sample] = _log_inertias(random.uniform(low, high, values.shape), communities, seed)
        tell(sample + 1, samples)
    widened = math.sqrt(1 + 1 / samples)
    return [
        Gap(float(column.mean() - own), float(column.std()) * widened)
        if math.isfinite(own) and np.isfinite(column).all()
        else None
        for own, column in zip(found, drawn.T, strict=True)
    ]


def _log_inertias(values: Floats, communities: Sequence[int], seed: int) -> Floats:
    """The logarithm of W for each number; -infinity where vectors are their community's mean."""
    from sklearn.cluster import KMeans
    from sklearn.exceptions import ConvergenceWarning
    from threadpoolctl import threadpool_limits

    with threadpool_limits(limits=1), warnings.catch_warnings(), np.errstate(divide="ignore"):
        # Of fewer different vectors than communities: W is 0 then.
        warnings.simplefilter("ignore", ConvergenceWarning)
        inertias = [
            KMeans(number, n_init=STARTS, random_state=seed).fit(values).inertia_
            for number in communities
        ]
        # What is left of nothing is rounding.
        nothing = ROUNDING * float(((values - values.mean(axis=0)) ** 2).sum())
        return np.log([inertia if inertia > nothing else 0.0 for inertia in inertias])
