"""Long vectors made short for the graph, by principal components.

Neo4j indexes vectors of up to 4,096 dimensions; longer ones go into the graph as their projection.
Computations use the full vectors.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from songnet.errors import EmptyInputError, InputError
from songnet.model import Vectors

LONGEST_UNPROJECTED = 4096
PROJECTED_DIMENSIONS = 256


@dataclass(frozen=True, slots=True)
class Projection:
    """Principal components of some vectors.

    Attributes
    ----------
    mean
        float32 (d,), of the vectors it was fitted to.
    components
        float32 (k, d), orthonormal rows, by falling variance.
    kept_variance
        The share of the variance that the components hold, 0 to 1.
    """

    mean: NDArray[np.float32]
    components: NDArray[np.float32]
    kept_variance: float

    @property
    def dimensions(self) -> int:
        """The length of a projected vector, k."""
        return len(self.components)

    def arrays(self) -> dict[str, NDArray[np.float32]]:
        """``mean`` and ``components``, by name."""
        return {"mean": self.mean, "components": self.components}

    def facts(self) -> dict[str, float]:
        """``dimensions`` and ``kept_variance``."""
        return {"dimensions": self.dimensions, "kept_variance": self.kept_variance}

    def apply(self, vectors: Vectors) -> Vectors:
        """Project vectors of the same encoder.

        Parameters
        ----------
        vectors
            float32 (n, d).

        Returns
        -------
        Vectors
            float32 (n, k).

        Raises
        ------
        InputError
            Vectors of another length than those it was fitted to.
        """
        if vectors.dimensions != len(self.mean):
            raise InputError(
                f"vectors of {vectors.encoder!r} have {vectors.dimensions} dimensions, "
                f"their projection expects {len(self.mean)}: embed again with --retrain"
            )
        values = (vectors.values - self.mean) @ self.components.T
        return Vectors.from_rows(vectors.encoder, vectors.songs, values)


def projection(
    vectors: Vectors, *, dimensions: int = PROJECTED_DIMENSIONS, seed: int = 0
) -> tuple[Vectors, Projection]:
    """Fit principal components to vectors and project them.

    Parameters
    ----------
    vectors
        float32 (n, d), n at least 2.
    dimensions
        At most so many are kept; n vectors have no more than n - 1.
    seed
        Of the randomised solver that large inputs get (Halko et al., 2011).

    Returns
    -------
    The projected vectors, and the projection for later ones.

    Raises
    ------
    EmptyInputError
        Fewer than two songs.
    """
    from sklearn.decomposition import PCA

    if len(vectors.songs) < 2:
        raise EmptyInputError("a projection needs the vectors of at least 2 songs")
    kept = min(dimensions, len(vectors.songs) - 1, vectors.dimensions)
    with np.errstate(invalid="ignore"):  # vectors that are all equal have no variance to share
        pca = PCA(n_components=kept, random_state=seed).fit(vectors.values)
    fitted = Projection(
        mean=pca.mean_.astype(np.float32),
        components=pca.components_.astype(np.float32),
        kept_variance=_kept(pca.explained_variance_ratio_),
    )
    return fitted.apply(vectors), fitted


def _kept(ratios: NDArray[np.floating]) -> float:
    """The kept variance; vectors that do not vary lose nothing."""
    total = float(ratios.sum(dtype=np.float64))
    return min(total, 1.0) if np.isfinite(total) else 1.0
