"""What the original study showed, in numbers.

T. Farnan, A. Dantuluri, S. Bose, "SongNet: making a machine listen to music" (2020). Its four
confusion matrices set k-means clusters of autoencoders' latents (rows) against leading-eigenvector
communities of a playlist network (columns), over the same 2,763 songs. It read them by eye.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from songnet.model import Ints

# What it asked igraph's leading eigenvector for, and what it counted.
ASKED = MappingProxyType({4: 3, 11: 10})


@dataclass(frozen=True, slots=True)
class ConfusionTable:
    """One of the study's figures.

    Attributes
    ----------
    latent
        The autoencoder, by the name of its latent.
    cells
        int64 (clusters, communities): songs.
    """

    latent: str
    cells: Ints

    @property
    def title(self) -> str:
        """As ``48x81, 4 clusters x 11 communities``."""
        clusters, communities = self.cells.shape
        return f"{self.latent}, {clusters} clusters x {communities} communities"

    def labels(self) -> tuple[Ints, Ints]:
        """A cluster and a community per song, int64 (songs,): the table written out."""
        row, column = np.indices(self.cells.shape)
        counts = self.cells.ravel()
        return np.repeat(row.ravel(), counts), np.repeat(column.ravel(), counts)


def _table(latent: str, *rows: str) -> ConfusionTable:
    cells: NDArray[np.int64] = np.array([[int(cell) for cell in row.split()] for row in rows])
    return ConfusionTable(latent, cells)


TABLES = (
    _table(
        "48x81",
        "128 10 3 13 156  48  85 265 153 71 74",
        "121 15 5  3 173  15 154 145  89 90 99",
        " 30  0 0  0  17 234   4  77 191  7 13",
        " 21  3 1  4   7  96   1  58  65  4 15",
    ),
    _table("168x108", " 978 15 5 4", "557 4 2 5", "1171 9 2 11"),
    _table("12x15", "867 16 5 4", "686 4 2 6", "1153 8 2 10"),
    _table("72x72", "920 16 5 4", "679 4 2 5", "1107 8 2 11"),
)


@dataclass(frozen=True, slots=True)
class Trained:
    """What the study says of one of its autoencoders.

    Attributes
    ----------
    validation_mse
        Per pixel, after 125 epochs (72x72: 80).
    silhouette, elbow
        The number of clusters that it chose by each.
    """

    validation_mse: float
    silhouette: int
    elbow: int = 3


AUTOENCODERS: Mapping[str, Trained] = MappingProxyType(
    {
        "72x72": Trained(0.00187, 2),
        "48x81": Trained(0.00218, 4),
        "168x108": Trained(0.00062, 3),
        "12x15": Trained(0.00677, 2),
    }
)
