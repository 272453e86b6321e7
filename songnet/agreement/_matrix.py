"""All partitions against all, and which of them are alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from songnet.model import Floats, Ints

SCORE = "ami"


@dataclass(frozen=True, slots=True)
class Matrix:
    """The AMI of every two partitions, and the partitions themselves clustered by it.

    Attributes
    ----------
    names
        The partitions.
    values
        float64 (n, n), symmetric, 1 on the diagonal; NaN where two share no song.
    order
        int64 (n,): a permutation that puts partitions that agree side by side.
    merges
        float64 (n - 1, 4): the tree, as `scipy.cluster.hierarchy.linkage` gives it: two clusters,
        their distance (1 - AMI), the number of partitions in the new one.
    """

    names: tuple[str, ...]
    values: Floats
    order: Ints
    merges: Floats

    def to_json(self) -> dict[str, Any]:
        """Plain values; null where two partitions share no song."""
        return {
            "score": SCORE,
            "names": list(self.names),
            "values": [[None if np.isnan(v) else float(v) for v in row] for row in self.values],
            "order": self.order.tolist(),
            "merges": self.merges.tolist(),
        }


def matrix(names: Sequence[str], scores: Mapping[tuple[int, int], float]) -> Matrix:
    """Cluster partitions by average linkage on 1 - AMI, in the optimal order of leaves.

    Neighbours in that order are as alike as the tree allows (Bar-Joseph, Gifford & Jaakkola,
    Bioinformatics 17, 2001). Partitions that share no song count as agreeing no better than chance.

    Parameters
    ----------
    names
        At least two.
    scores
        The AMI by the places of two partitions, the smaller place first.
    """
    from scipy.cluster.hierarchy import leaves_list, linkage
    from scipy.spatial.distance import squareform

    values = np.eye(len(names))
    for first in range(len(names)):
        for second in range(first + 1, len(names)):
            found = scores.get((first, second), np.nan)
            values[first, second] = values[second, first] = found
    distances = squareform(1 - np.nan_to_num(values, nan=0.0))
    # Rounding leaves AMI of equal partitions a hair above 1.
    tree = linkage(np.maximum(distances, 0), method="average", optimal_ordering=True)
    return Matrix(tuple(names), values, leaves_list(tree).astype(np.int64), tree)
