"""How much partitions of the same songs resemble each other, and which is most like the others."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np

from songnet.agreement import ami
from songnet.model import Floats, Ints


def similarities(partitions: Sequence[Ints]) -> Floats:
    """The AMI of every pair of partitions, (p, p), symmetric, 1 on the diagonal."""
    found = np.eye(len(partitions))
    for i, j in combinations(range(len(partitions)), 2):
        found[i, j] = found[j, i] = ami(partitions[i], partitions[j])
    return found


def mean_pair(similar: Floats) -> float:
    """The mean over the pairs of two; 1 of a single one."""
    pairs = similar[np.triu_indices(len(similar), 1)]
    return float(pairs.mean()) if len(pairs) else 1.0


def most_central(similar: Floats) -> int:
    """The place of the one that is most like the others; of equals the first."""
    return int(similar.sum(axis=1).argmax())
