"""What every child needs is imported once, by the process that forks them.

Nothing is opened or computed: an engine, a driver or TensorFlow's runtime has threads, and a fork
has only the one that forked.
"""

from __future__ import annotations

import os
from importlib import import_module

ALWAYS = (
    "numpy",
    "pyarrow.compute",
    "pyarrow.parquet",
    "scipy.sparse",
    "igraph",
    "numba",
    "songnet.cli.main",
    "songnet.encoders",
    "songnet.networks",
    "songnet.partitions",
    "songnet.sources.archive",
    "songnet.sources.audio",
    "songnet.sources.playlists",
    "songnet.store.folder",
    "songnet.store.ladybug",
    "songnet.store.neo4j",
    "songnet.workflows.check",
    "songnet.workflows.embed",
    "songnet.workflows.link",
    "songnet.workflows.load",
    "songnet.workflows.partition",
)
ENGINE = {"ladybug": "ladybug", "neo4j": "neo4j"}


def warm(engine: str, *, heavy: bool) -> None:
    """Import what the trials of an engine need; `heavy` adds TensorFlow."""
    os.environ.update(OPENBLAS_NUM_THREADS="1", TF_CPP_MIN_LOG_LEVEL="3")
    for name in (*ALWAYS, ENGINE[engine]):
        import_module(name)
    if heavy:
        import_module("tensorflow")
