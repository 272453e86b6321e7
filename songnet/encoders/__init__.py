"""From spectrograms to vectors: models that learn what songs sound like.

Each model of `MODELS` trains, applies, saves and loads in the same way. Importing this package
imports neither TensorFlow nor scikit-learn; the functions do, when they are called.
"""

from __future__ import annotations

from songnet.encoders import cae, evaluation, track2vec
from songnet.encoders._apply import decode, encode, encode_blocks, rebuilt, reconstruct, vectors_of
from songnet.encoders._architecture import LATENTS, Architecture, architecture
from songnet.encoders._board import board
from songnet.encoders._cae_network import build
from songnet.encoders._checkpoint import Checkpoint
from songnet.encoders._contact_sheet import contact_sheet, write_sheet
from songnet.encoders._data import Spectrograms
from songnet.encoders._design import Design
from songnet.encoders._fit import losses, train
from songnet.encoders._graph import graph_vectors, with_projection
from songnet.encoders._keras import default_precision
from songnet.encoders._learnt import LearntDesign, train_on_playlists
from songnet.encoders._models import MODELS, Model
from songnet.encoders._network import Moment, Network
from songnet.encoders._projection import (
    LONGEST_UNPROJECTED,
    PROJECTED_DIMENSIONS,
    Projection,
    projection,
)
from songnet.encoders._samples import Samples, samples
from songnet.encoders._saved import Holdout, Saved, default_name, info
from songnet.encoders._settings import ACTIVATIONS, EPOCHS, PRECISIONS, Hyperparameters
from songnet.encoders._training import Epoch, Watch
from songnet.encoders.saved import exists, load, save, save_zip, saved_in

__all__ = [
    "ACTIVATIONS",
    "EPOCHS",
    "LATENTS",
    "LONGEST_UNPROJECTED",
    "MODELS",
    "PRECISIONS",
    "PROJECTED_DIMENSIONS",
    "Architecture",
    "Checkpoint",
    "Design",
    "Epoch",
    "Holdout",
    "Hyperparameters",
    "LearntDesign",
    "Model",
    "Moment",
    "Network",
    "Projection",
    "Samples",
    "Saved",
    "Spectrograms",
    "Watch",
    "architecture",
    "board",
    "build",
    "cae",
    "contact_sheet",
    "decode",
    "default_name",
    "default_precision",
    "encode",
    "encode_blocks",
    "evaluation",
    "exists",
    "graph_vectors",
    "info",
    "load",
    "losses",
    "projection",
    "rebuilt",
    "reconstruct",
    "samples",
    "save",
    "save_zip",
    "saved_in",
    "track2vec",
    "train",
    "train_on_playlists",
    "vectors_of",
    "with_projection",
    "write_sheet",
]
