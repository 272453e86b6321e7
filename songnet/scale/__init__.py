"""Networks and communities on Spark, for what does not fit one machine.

Plain DataFrames: nothing that grows with the data comes to the driver, and no row passes through
Python but for those few whose last decimal needs it, and the components that Leiden cuts. Needs
the extra ``songnet[spark]`` and Java; neither is loaded before `session` is called.
"""

from __future__ import annotations

from songnet.scale._communities import LEIDEN_EDGES, ROUNDS, Cut, Method, communities
from songnet.scale._project import MAX_PAIRS, Options, Projected, project
from songnet.scale._read import Format, LeftOut
from songnet.scale._spark import session

__all__ = [
    "LEIDEN_EDGES",
    "MAX_PAIRS",
    "ROUNDS",
    "Cut",
    "Format",
    "LeftOut",
    "Method",
    "Options",
    "Projected",
    "communities",
    "project",
    "session",
]
