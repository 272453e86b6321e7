"""What the graph gets of an encoder's vectors."""

from __future__ import annotations

import dataclasses

from songnet.encoders._projection import LONGEST_UNPROJECTED, projection
from songnet.encoders._saved import Saved
from songnet.model import Vectors


def with_projection(saved: Saved, vectors: Vectors) -> Saved:
    """The encoder, with a projection fitted to `vectors` if its own are too long for the graph.

    Vectors of up to `LONGEST_UNPROJECTED` dimensions need none; a projection that is there stays.
    """
    if saved.projection or vectors.dimensions <= LONGEST_UNPROJECTED:
        return saved
    fitted = projection(vectors, seed=saved.hyperparameters.seed)[1]
    return dataclasses.replace(saved, projection=fitted)


def graph_vectors(saved: Saved, vectors: Vectors) -> Vectors:
    """Vectors as the graph has them: projected where the encoder has a projection."""
    return saved.projection.apply(vectors) if saved.projection else vectors
