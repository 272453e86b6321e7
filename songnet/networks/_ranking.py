"""Who is nearest, by whatever score."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from songnet.model import Floats, Ints


class Neighbors(NamedTuple):
    """Directed: `target` is the `rank`-th nearest of `source`, from 1; shape (m,) each."""

    source: Ints
    target: Ints
    rank: Ints


def joined(parts: list[Neighbors]) -> Neighbors:
    """The neighbours of all parts, in their order."""
    return Neighbors(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def best(score: Floats, cosine: Floats, k: int, *, first: int) -> Neighbors:
    """The `k` others of the highest score for each song of a block.

    Parameters
    ----------
    score, cosine
        Shape (rows, n); row i is song ``first + i``. Ties in `score` go to the higher cosine, then
        to the smaller index.
    """
    # The k-th best of each row, and with it all that tie with it.
    least = np.partition(score, -k, axis=1)[:, -k].copy()
    source, target = np.nonzero(score >= least[:, None])
    order = np.lexsort((target, -cosine[source, target], -score[source, target], source))
    source, target = source[order], target[order]
    rank = np.arange(len(source)) - np.searchsorted(source, source) + 1
    keep = rank <= k
    return Neighbors(first + source[keep], target[keep], rank[keep])
