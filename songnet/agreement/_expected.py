"""The mutual information that chance alone gives."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from songnet.model import Floats, Ints

TERMS = 1 << 20


def expected_mutual_information(row_sizes: Ints, column_sizes: Ints) -> float:
    """E[MI] in nats over all tables with these margins (Vinh et al. 2010).

    Songs shared by a community of a songs and one of b are hypergeometric: k with probability
    proportional to C(a, k) C(n-a, b-k). Communities of the same size share one sum, so there are
    at most 2n pairs of sizes; and of each sum only the terms around the mean a b / n, because those
    further than 40 + 12 standard deviations hold less than 1e-25 of the probability (Bernstein's
    inequality for sampling without replacement).

    Parameters
    ----------
    row_sizes, column_sizes
        int64 (r,) and (c,), at least 1, both with the sum n.
    """
    songs = int(row_sizes.sum())
    left, left_times = np.unique(row_sizes, return_counts=True)
    right, right_times = np.unique(column_sizes, return_counts=True)
    a, b = np.repeat(left, len(right)), np.tile(right, len(left))
    times = np.repeat(left_times, len(right)) * np.tile(right_times, len(left))
    low, high = _window(a, b, songs)
    return sum(
        float(times[part] @ _expectations(_runs(a[part], b[part], low[part], high[part]), songs))
        for part in _parts(high - low + 1)
    )


def _window(a: Ints, b: Ints, songs: int) -> tuple[Ints, Ints]:
    """The numbers of shared songs worth summing: first and last, shape (pairs,)."""
    mean = a * (b / songs)
    spread = 40 + 12 * np.sqrt(mean * (1 - a / songs))
    low = np.maximum(np.maximum(0, a + b - songs), np.floor(mean - spread).astype(np.int64))
    high = np.minimum(np.minimum(a, b), np.ceil(mean + spread).astype(np.int64))
    return low, high


def _parts(lengths: Ints) -> Iterator[slice]:
    """Runs of pairs with about `TERMS` terms together, so that memory stays bounded."""
    part = np.cumsum(lengths) // TERMS
    bounds = np.flatnonzero(np.diff(part, prepend=-1, append=part[-1] + 1))
    return (slice(start, end) for start, end in pairwise(bounds))


class _Runs(NamedTuple):
    """The terms of several sums, one after the other: a run of rising k for each pair of sizes.

    `a`, `b` and `k` have shape (terms,), `starts` and `lengths` (pairs,).
    """

    a: Ints
    b: Ints
    k: Ints
    starts: Ints
    lengths: Ints

    def sums(self, terms: Floats) -> Floats:
        return np.asarray(np.add.reduceat(terms, self.starts), np.float64)

    def spread(self, values: Floats) -> Floats:
        return np.repeat(values, self.lengths)


def _runs(a: Ints, b: Ints, low: Ints, high: Ints) -> _Runs:
    lengths = high - low + 1
    starts = np.cumsum(lengths) - lengths
    k = np.arange(lengths.sum()) + np.repeat(low - starts, lengths)
    return _Runs(np.repeat(a, lengths), np.repeat(b, lengths), k, starts, lengths)


def _expectations(runs: _Runs, songs: int) -> Floats:
    """E[k/n log(n k / (a b))] for each pair of sizes, shape (pairs,)."""
    # At k = 0 the term is zero whatever stands in the logarithm.
    ratio = np.maximum(runs.k, 1) / (runs.a * (runs.b / songs))
    return runs.sums(_probabilities(runs, songs) * (runs.k / songs) * np.log(ratio))


def _probabilities(runs: _Runs, songs: int) -> Floats:
    """Hypergeometric probabilities, each run adding up to 1, shape (terms,).

    From the ratios of neighbours, not from factorials: the logarithm of a factorial of millions
    carries too few digits behind the point.
    """
    steps = np.zeros(len(runs.k))
    inner = np.ones(len(runs.k), bool)
    inner[runs.starts] = False
    a, b, k = runs.a[inner], runs.b[inner], runs.k[inner]
    steps[inner] = np.log((a - k + 1) * (b - k + 1) / (k * (songs - a - b + k)))
    # Each run begins by undoing the one before, so that the running sum stays small and exact.
    steps[runs.starts[1:]] = -runs.sums(steps)[:-1]
    logarithm = np.cumsum(steps)
    weight = np.exp(logarithm - runs.spread(np.maximum.reduceat(logarithm, runs.starts)))
    return weight / runs.spread(runs.sums(weight))
