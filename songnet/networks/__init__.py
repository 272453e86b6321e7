"""Networks of songs, from what people do with them and from what they sound like.

Arrays in, `SongNetwork` out; no database, no file. A network holds the songs with at least one
edge, and every edge once.
"""

from __future__ import annotations

from songnet.model import SongNetwork
from songnet.networks._cooccurrence import cooccurrence
from songnet.networks._hubness import Hubs, hubness, hubs, k_occurrence
from songnet.networks._modularity import modularity
from songnet.networks._nearest import from_neighbors, nearest
from songnet.networks._scaling import SCALINGS, Scaling

__all__ = [
    "SCALINGS",
    "Hubs",
    "Scaling",
    "SongNetwork",
    "cooccurrence",
    "from_neighbors",
    "hubness",
    "hubs",
    "k_occurrence",
    "modularity",
    "nearest",
]
