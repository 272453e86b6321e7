"""Networks of songs, from what people do with them and from what they sound like.

Arrays in, `SongNetwork` out; no database, no file. A network holds the songs with at least one
edge, and every edge once.
"""

from __future__ import annotations

from songnet.model import SongNetwork
from songnet.networks._assortativity import Assortativity, assortativity
from songnet.networks._component import largest_component
from songnet.networks._conditions import FIELDS, Condition, condition, conditions
from songnet.networks._cooccurrence import OnEstimate, cooccurrence
from songnet.networks._core import k_core
from songnet.networks._disparity import disparity
from songnet.networks._estimate import ProjectionEstimate
from songnet.networks._hubness import Hubs, hubness, hubs, k_occurrence
from songnet.networks._modularity import modularity
from songnet.networks._modularity_null import modularity_test
from songnet.networks._multiplex import layers, multiplex
from songnet.networks._nearest import from_neighbors, nearest
from songnet.networks._null import NullTest
from songnet.networks._projection import WEIGHTS, Weight
from songnet.networks._rewiring import rewired
from songnet.networks._scaling import SCALINGS, Scaling
from songnet.networks._selection import Selection, restricted, select
from songnet.networks._strongest import strongest

__all__ = [
    "FIELDS",
    "SCALINGS",
    "WEIGHTS",
    "Assortativity",
    "Condition",
    "Hubs",
    "NullTest",
    "OnEstimate",
    "ProjectionEstimate",
    "Scaling",
    "Selection",
    "SongNetwork",
    "Weight",
    "assortativity",
    "condition",
    "conditions",
    "cooccurrence",
    "disparity",
    "from_neighbors",
    "hubness",
    "hubs",
    "k_core",
    "k_occurrence",
    "largest_component",
    "layers",
    "modularity",
    "modularity_test",
    "multiplex",
    "nearest",
    "restricted",
    "rewired",
    "select",
    "strongest",
]
