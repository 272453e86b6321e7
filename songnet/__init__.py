"""songnet: do songs that people put together also sound together?

    import songnet as sn

    store = sn.open_store("ladybug:songnet.data/graph.lbug")
    network = sn.networks.cooccurrence(store.memberships(), min_shared=2)
    a = sn.partitions.leiden(network, resolution=1.0, seed=0)
    b = sn.partitions.kmeans(store.vectors("cae_12x15"), communities=4, seed=0)
    sn.agreement.compare([a, b]).table

Names are loaded when they are first used, so that importing songnet costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

_HOME = {
    "Memberships": "songnet.model",
    "Partition": "songnet.model",
    "SongNetwork": "songnet.model",
    "SongnetError": "songnet.errors",
    "Vectors": "songnet.model",
    "open_store": "songnet.store",
}
_PACKAGES = {
    "agreement",
    "diversity",
    "encoders",
    "errors",
    "networks",
    "partitions",
    "playlists",
    "report",
    "sources",
    "workflows",
}

__all__ = [
    "Memberships",
    "Partition",
    "SongNetwork",
    "SongnetError",
    "Vectors",
    "agreement",
    "diversity",
    "encoders",
    "errors",
    "networks",
    "open_store",
    "partitions",
    "playlists",
    "report",
    "sources",
    "workflows",
]

if TYPE_CHECKING:
    from songnet import (
        agreement,
        diversity,
        encoders,
        errors,
        networks,
        partitions,
        playlists,
        report,
        sources,
        workflows,
    )
    from songnet.errors import SongnetError
    from songnet.model import Memberships, Partition, SongNetwork, Vectors
    from songnet.store import open_store


def __getattr__(name: str) -> Any:
    if name in _PACKAGES:
        return import_module(f"songnet.{name}")
    if name in _HOME:
        return getattr(import_module(_HOME[name]), name)
    raise AttributeError(f"module 'songnet' has no attribute {name!r}")


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
