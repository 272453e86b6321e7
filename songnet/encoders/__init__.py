"""From spectrograms to vectors: models that learn what songs sound like.

Each model of `MODELS` trains, applies, saves and loads in the same way. Importing this package
imports neither TensorFlow nor scikit-learn; the functions do, when they are called.
"""

from __future__ import annotations

from songnet.encoders._architecture import LATENTS, Architecture, architecture
from songnet.encoders._cae_model import build
from songnet.encoders._data import Spectrograms
from songnet.encoders._models import MODELS, Model
from songnet.encoders._projection import (
    LONGEST_UNPROJECTED,
    PROJECTED_DIMENSIONS,
    Projection,
    projection,
)
from songnet.encoders._saved import Holdout, Saved, graph_vectors, info
from songnet.encoders._settings import ACTIVATIONS, EPOCHS, Hyperparameters
from songnet.encoders._training import Epoch
from songnet.encoders.cae import encode, reconstruct, train
from songnet.encoders.saved import exists, load, save

__all__ = [
    "ACTIVATIONS",
    "EPOCHS",
    "LATENTS",
    "LONGEST_UNPROJECTED",
    "MODELS",
    "PROJECTED_DIMENSIONS",
    "Architecture",
    "Epoch",
    "Holdout",
    "Hyperparameters",
    "Model",
    "Projection",
    "Saved",
    "Spectrograms",
    "architecture",
    "build",
    "encode",
    "exists",
    "graph_vectors",
    "info",
    "load",
    "projection",
    "reconstruct",
    "save",
    "train",
]
