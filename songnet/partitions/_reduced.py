"""Vectors by their principal components, for methods that many dimensions mislead."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from songnet.errors import InputError
from songnet.model import Floats, Vectors
from songnet.partitions._common import check_count

MOST: Final = 16
SONGS_PER_DIMENSION: Final = 10
ENOUGH: Final = 0.99
# The components are no matter of chance: only large inputs are projected at random on the way.
SEED: Final = 0


class Reduced(NamedTuple):
    """Vectors by their principal components.

    Attributes
    ----------
    values
        float64 (n, dimensions), around 0, the component of most variance first.
    kept
        The share of the variance that they hold, 0 to 1.
    """

    values: Floats
    kept: float

    @property
    def dimensions(self) -> int:
        """How many components there are."""
        return int(self.values.shape[1])


def reduce(vectors: Vectors, dimensions: int | None = None) -> Reduced:
    """Project vectors on their first principal components.

    Parameters
    ----------
    vectors
        Of at least one song.
    dimensions
        How many components; default: as many as hold 99 % of the variance, at most 16 and at most
        one for every 10 songs, so that the covariances of a mixture can be told from its songs.

    Raises
    ------
    InputError
        More components than there are dimensions or songs.
    UsageError
        A number that is no count.
    """
    songs, width = vectors.values.shape
    most = min(songs, width)
    if dimensions is not None:
        dimensions = check_count("dimensions", dimensions)
        if dimensions > most:
            raise InputError(
                f"{vectors.encoder!r} has {songs} vectors of {width} dimensions, too few for "
                f"{dimensions} principal components: ask for --dimensions 1 to {most}"
            )
    scale = float(np.abs(vectors.values).max(initial=0)) or 1.0
    if not vectors.values.size or (vectors.values == vectors.values[0]).all():
        return Reduced(np.zeros((songs, dimensions or 1)), 1.0)
    allowed = max(1, min(MOST, songs // SONGS_PER_DIMENSION, most))
    values, shares = _components(vectors.values / scale, dimensions or allowed)
    wanted = dimensions or _enough(shares)
    return Reduced(values[:, :wanted] * scale, min(float(shares[:wanted].sum()), 1.0))


def _enough(shares: Floats) -> int:
    """The fewest components that hold enough of the variance, else all."""
    return min(int(np.searchsorted(shares.cumsum(), ENOUGH)) + 1, len(shares))


def _components(values: np.ndarray, number: int) -> tuple[Floats, Floats]:
    from sklearn.decomposition import PCA
    from threadpoolctl import threadpool_limits

    with threadpool_limits(limits=1):
        search = PCA(number, random_state=SEED)
        projected = search.fit_transform(values)
    return projected.astype(np.float64), search.explained_variance_ratio_.astype(np.float64)
