"""Cutting one network many times, its graph built once."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Final, TypeAlias

from songnet.errors import UsageError
from songnet.model import Floats, Ints, SongNetwork
from songnet.networks._igraph import graph, seeded
from songnet.partitions._layers import is_multiplex
from songnet.partitions._leiden import Objective, igraphs_cpm, igraphs_modularity, leiden
from songnet.partitions._louvain import igraphs_louvain

Cutter: TypeAlias = Callable[[float, int], Ints]
"""Labels at a resolution, with a seed."""

OBJECTIVES: Final[dict[str, tuple[Objective, ...]]] = {
    "leiden": ("modularity", "rb", "cpm"),
    "louvain": ("modularity",),
}
IGRAPHS: Final[dict[tuple[str, Objective], Callable[[Any, Floats, float], Ints]]] = {
    ("leiden", "modularity"): igraphs_modularity,
    ("leiden", "cpm"): igraphs_cpm,
    ("louvain", "modularity"): igraphs_louvain,
}


def check_algorithm(network: SongNetwork, algorithm: str, objective: str | None) -> Objective:
    """The objective of an algorithm that has a resolution, default ``modularity``.

    Raises
    ------
    UsageError
        Another algorithm, an objective that it does not have or that has no resolution, or a
        multiplex network.
    """
    if algorithm not in OBJECTIVES:
        raise UsageError(f"--algorithm must be leiden or louvain: got {algorithm!r}")
    if is_multiplex(network):
        raise UsageError(
            f"resolutions are swept in one layer, and {network.name!r} is a multiplex network: "
            "name one of its layers"
        )
    for allowed in OBJECTIVES[algorithm]:
        if allowed == (objective or "modularity"):
            return allowed
    raise UsageError(
        f"--objective of a sweep with {algorithm} must be {' or '.join(OBJECTIVES[algorithm])}: "
        f"got {objective!r}"
    )


def check_resolution(option: str, value: float) -> float:
    """`value` itself if it is a resolution, else `UsageError`."""
    if not (math.isfinite(value) and value > 0):
        raise UsageError(f"--{option} must be a number above 0: got {value}")
    return float(value)


def cutter(network: SongNetwork, algorithm: str, objective: Objective) -> Cutter:
    """What cuts `network` as ``run(algorithm, network, resolution=…, seed=…)`` does."""
    igraphs = IGRAPHS.get((algorithm, objective))
    if igraphs is None:
        return lambda resolution, seed: (
            leiden(network, objective=objective, resolution=resolution, seed=seed).labels
        )
    whole = graph(network)

    def cut(resolution: float, seed: int) -> Ints:
        with seeded(seed):
            return igraphs(whole, network.weights, resolution)

    return cut
