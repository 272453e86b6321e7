"""How sure a mean over playlists is: the playlists drawn again, with replacement."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Final, TypeVar

import numpy as np

from songnet.model import Floats, Ints

SAMPLES: Final = 2_000
LEVEL: Final = 0.95
# Numbers in memory at a time.
BLOCK: Final = 1 << 22

Name = TypeVar("Name", bound=Hashable)


def intervals(
    columns: Mapping[Name, Floats],
    groups: Ints,
    *,
    seed: int,
    samples: int = SAMPLES,
    level: float = LEVEL,
) -> dict[Name, tuple[float, float]]:
    """Percentile intervals of the means of columns, all from the same draws.

    B. Efron, R. Tibshirani, *An introduction to the bootstrap* (1993), chapter 13. A column of
    differences gives the interval of a paired difference.

    Parameters
    ----------
    columns
        float64 (q,) each, finite: a value per playlist.
    groups
        int64 (q,), from 0 on without gaps: playlists of one group are drawn together, because they
        are not independent.
    seed
        The same seed and groups draw the same playlists.
    """
    if not columns:
        return {}
    sizes = np.bincount(groups)
    sums = [np.bincount(groups, weights=values) for values in columns.values()]
    means = _resampled(np.column_stack([*sums, sizes]), seed, samples)
    low, high = np.quantile(means, [(1 - level) / 2, (1 + level) / 2], axis=0)
    return {name: (float(a), float(b)) for name, a, b in zip(columns, low, high, strict=True)}


def _resampled(totals: Floats, seed: int, samples: int) -> Floats:
    """float64 (samples, c): means of each draw of groups; the last of `totals` is their sizes."""
    count = len(totals)
    random = np.random.default_rng(seed)
    step = max(1, BLOCK // count)
    blocks = []
    for start in range(0, samples, step):
        size = min(step, samples - start)
        drawn = random.multinomial(count, np.full(count, 1 / count), size=size) @ totals
        blocks.append(drawn[:, :-1] / drawn[:, -1:])
    return np.concatenate(blocks)
