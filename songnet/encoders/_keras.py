"""TensorFlow and Keras, imported late and in silence.

TensorFlow writes to file descriptor 2 from C++ while it is imported and while it looks for
devices, before any of its settings take effect; the command line's stderr is for people.
"""

from __future__ import annotations

import contextlib
import importlib
import logging
import os
import sys
import warnings
from collections.abc import Iterator
from functools import cache
from types import ModuleType

from numpy import __version__ as numpy_version

from songnet import __version__ as songnet_version
from songnet.errors import StateError


@cache
def load() -> tuple[ModuleType, ModuleType]:
    """The modules (keras, tensorflow), quiet and set to deterministic operations.

    Determinism is a setting of the whole process in TensorFlow: it stays on afterwards.

    Raises
    ------
    StateError
        Keras is already running on another backend.
    """
    _refuse_other_backend()
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ["KERAS_BACKEND"] = "tensorflow"
    logging.getLogger("tensorflow").setLevel(logging.ERROR)
    with _silence(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tensorflow = importlib.import_module("tensorflow")
        keras = importlib.import_module("keras")
        tensorflow.config.experimental.enable_op_determinism()
        tensorflow.zeros(1)  # the first operation is what looks for devices, and complains
    return keras, tensorflow


def default_precision() -> str:
    """The dtype policy for training here: mixed on a GPU, whose 16-bit units are far faster.

    Source: P. Micikevicius et al., *Mixed Precision Training* (2018).
    """
    _, tensorflow = load()
    return "mixed_float16" if tensorflow.config.list_physical_devices("GPU") else "float32"


def versions() -> dict[str, str]:
    """Versions of songnet and of the libraries that do the work."""
    keras, tensorflow = load()
    return {
        "songnet": songnet_version,
        "keras": keras.__version__,
        "tensorflow": tensorflow.__version__,
        "numpy": numpy_version,
    }


def _refuse_other_backend() -> None:
    keras = sys.modules.get("keras")
    backend = "tensorflow" if keras is None else keras.backend.backend()
    if backend != "tensorflow":
        raise StateError(
            f"Keras is already running on {backend!r}, songnet needs 'tensorflow': "
            "set KERAS_BACKEND=tensorflow before anything imports keras"
        )


@contextlib.contextmanager
def _silence() -> Iterator[None]:
    """Send file descriptor 2 to nowhere for a while."""
    sys.stderr.flush()
    kept = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)
