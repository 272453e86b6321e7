"""Algorithms that cut songs into communities.

`louvain`, `leiden`, `infomap`, `leading_eigenvector`, `label_propagation` and `blockmodel` take a
`SongNetwork`; `kmeans`, `mixture`, `spectral` and `hdbscan` take `Vectors`. All give a `Partition`
that says how it was made. The same input, options and seed give the same partition, whatever order
the input came in and however many cores there are. `ALGORITHMS` knows them by name; `run` calls
one of them by name.

`choose` asks how many communities vectors hold, `sweep` what a network gives at every resolution;
`consensus` is what several seeds agree on.
"""

from __future__ import annotations

from songnet.model import Partition
from songnet.partitions._blockmodel import blockmodel
from songnet.partitions._choice import NO_STRUCTURE, Choice, ChoiceRow
from songnet.partitions._choosing import choose
from songnet.partitions._consensus import consensus
from songnet.partitions._hdbscan import hdbscan
from songnet.partitions._infomap import infomap
from songnet.partitions._kmeans import kmeans
from songnet.partitions._label_propagation import label_propagation
from songnet.partitions._leading_eigenvector import leading_eigenvector
from songnet.partitions._leiden import leiden
from songnet.partitions._louvain import louvain
from songnet.partitions._memory import (
    OnEstimate,
    PartitionEstimate,
    estimate,
    partition_memory,
)
from songnet.partitions._mixture import mixture
from songnet.partitions._profile import sweep
from songnet.partitions._registry import ALGORITHMS, Algorithm, find, run
from songnet.partitions._spectral import spectral
from songnet.partitions._sweep import Plateau, Sweep, SweepRow

__all__ = [
    "ALGORITHMS",
    "NO_STRUCTURE",
    "Algorithm",
    "Choice",
    "ChoiceRow",
    "OnEstimate",
    "Partition",
    "PartitionEstimate",
    "Plateau",
    "Sweep",
    "SweepRow",
    "blockmodel",
    "choose",
    "consensus",
    "estimate",
    "find",
    "hdbscan",
    "infomap",
    "kmeans",
    "label_propagation",
    "leading_eigenvector",
    "leiden",
    "louvain",
    "mixture",
    "partition_memory",
    "run",
    "spectral",
    "sweep",
]
