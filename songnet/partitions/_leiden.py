"""The Leiden method."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, Literal, TypeAlias, get_args

import numpy as np

from songnet.errors import UsageError
from songnet.model import Floats, Ints, Partition, Scalar, SongNetwork
from songnet.partitions._common import prepare, versions
from songnet.partitions._layers import (
    Layer,
    check_layer_weight,
    combined,
    is_multiplex,
    modularities,
    weighted,
)
from songnet.partitions._leidenalg import configuration, significant
from songnet.partitions._modular import Problem, by_igraph, check_resolution, solve
from songnet.partitions._objectives import (
    configuration_bounds,
    constant_bounds,
    constant_potts,
    density,
    reichardt_bornholdt,
    significance,
)

Objective: TypeAlias = Literal["modularity", "cpm", "rb", "significance"]
OBJECTIVES: tuple[Objective, ...] = get_args(Objective)
# Above so many edges an iteration takes half a minute, and those after the fifth together add
# hardly 0.00003 to modularity: measured on 8 million edges, where there were over a dozen.
MANY_EDGES: Final = 20_000_000
MOST_ITERATIONS: Final = 5


def leiden(
    network: SongNetwork,
    *,
    objective: Objective = "modularity",
    resolution: float | None = None,
    communities: int | None = None,
    layer_weight: float | None = None,
    name: str | None = None,
    seed: int = 0,
) -> Partition:
    """Communities of high modularity or another objective, each of them connected.

    Traag, Waltman & van Eck, From Louvain to Leiden: guaranteeing well-connected communities
    (2019), repeated until an iteration changes nothing; with more than 20 million edges five times
    at most, and then the params say ``most_iterations``. By igraph, which is ten times faster than
    leidenalg; that is used, without such a limit, for what igraph cannot do (``rb``,
    ``significance``, and modularity over two layers).

    Parameters
    ----------
    objective
        What to maximise:

        ``modularity`` (Newman & Girvan 2004).

        ``rb``: the Potts model of Reichardt & Bornholdt (2006) against the configuration model. At
        one resolution it is the same function as modularity, found by another library, and its
        value at that resolution is kept.

        ``cpm``: the constant Potts model (Traag, Van Dooren & Nesterov 2011), which does not miss
        small communities in large networks.

        ``significance`` (Traag, Krings & Van Dooren 2013): the partition whose densities are the
        least likely in a random graph. Weights do not count.
    resolution
        Higher gives more and smaller communities. Of ``modularity`` and ``rb`` a factor of the
        weight that chance would put inside; default: 1. Of ``cpm`` the mean weight of a pair of
        songs that a community must exceed, in the unit of the weights (of a multiplex network,
        in multiples of the mean of all pairs); default: that of all pairs of the network.
        ``significance`` has none.
    communities
        Look for the resolution that gives exactly this many.
    layer_weight
        Of a multiplex network: what the second layer counts for, from 0 to 1, the first counting
        for the rest; each layer is measured against its own whole. Default: 0.5.
    name
        Default: ``leiden-NETWORK``.

    Returns
    -------
    A partition with the quality ``modularity`` and the value of another objective under its name
    (``cpm`` and ``rb`` as shares of the whole weight, ``significance`` in nats); of a multiplex
    network also ``modularity_1`` and ``modularity_2``, the modularity in each layer.

    Raises
    ------
    EmptyInputError
        A network without songs.
    InputError
        `communities` cannot be had; the message gives the nearest numbers.
    UsageError
        An option out of range or that the objective does not take, or both `resolution` and
        `communities`.
    """
    _check_objective(network, objective, resolution, communities)
    resolution, communities = check_resolution(resolution, communities)
    layer_weight = check_layer_weight(network, layer_weight)
    name, seed = prepare(network, "leiden", name, seed)
    layers = weighted(network, layer_weight)
    labels, params, own = _FIND[objective](_Task(network, layers, resolution, communities, seed))
    library = _library(network, objective)
    limit = iterations(network.edges) if library == "igraph" else -1
    return Partition.from_labels(
        network.songs,
        labels,
        name=name,
        algorithm="leiden",
        on=network.name,
        seed=seed,
        params=_params(objective, layer_weight, limit) | params,
        quality=modularities(network, labels) | own,
        versions=versions(library),
    )


def _check_objective(
    network: SongNetwork, objective: str, resolution: float | None, communities: int | None
) -> None:
    if objective not in OBJECTIVES:
        raise UsageError(f"--objective must be {', '.join(OBJECTIVES)}: got {objective!r}")
    if objective != "significance":
        return
    if resolution is not None or communities is not None:
        asked = "--resolution" if resolution is not None else "--communities"
        raise UsageError(
            f"significance has no resolution, so it does not take {asked}: leave it out, or use "
            "another --objective"
        )
    if is_multiplex(network):
        raise UsageError(
            f"significance is of one layer, and {network.name!r} is a multiplex network: use "
            "another --objective"
        )


def _params(objective: Objective, layer_weight: float | None, limit: int) -> dict[str, Scalar]:
    given: dict[str, Scalar] = {} if objective == "modularity" else {"objective": objective}
    if limit > 0:
        given["most_iterations"] = limit
    return given if layer_weight is None else given | {"layer_weight": layer_weight}


def _library(network: SongNetwork, objective: Objective) -> str:
    by_layers = objective == "modularity" and is_multiplex(network)
    return "leidenalg" if by_layers or objective in {"rb", "significance"} else "igraph"


# --- the objectives -------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Task:
    network: SongNetwork
    layers: tuple[Layer, ...]
    resolution: float | None
    communities: int | None
    seed: int

    def solve(
        self,
        network: SongNetwork,
        cut: Callable[[float], Ints],
        usual: float,
        bounds: Callable[[], tuple[float, float]],
    ) -> tuple[Ints, dict[str, Scalar], float]:
        """The labels, the params that give them again, and the resolution."""
        problem = Problem("leiden", network, cut, usual, bounds)
        labels, params = solve(problem, self.resolution, self.communities)
        return labels, params, float(params["resolution"] or usual)


Found: TypeAlias = tuple[Ints, dict[str, Scalar], dict[str, float]]


def _by_modularity(task: _Task) -> Found:
    if is_multiplex(task.network):
        labels, params, _ = _by_rb(task)
        return labels, params, {}
    cut = by_igraph(task.network, igraphs_modularity, task.seed)
    labels, params, _ = task.solve(
        task.network, cut, 1.0, partial(configuration_bounds, task.layers)
    )
    return labels, params, {}


def _by_rb(task: _Task) -> Found:
    labels, params, resolution = task.solve(
        combined(task.network, task.layers),
        lambda value: configuration(task.layers, value, task.seed),
        1.0,
        partial(configuration_bounds, task.layers),
    )
    return labels, params, {"rb": reichardt_bornholdt(task.layers, labels, resolution)}


def _by_cpm(task: _Task) -> Found:
    # It has no null model that each layer would have its own of: the layers' sum is one network.
    whole = combined(task.network, task.layers)
    cut = by_igraph(whole, igraphs_cpm, task.seed)
    labels, params, resolution = task.solve(
        whole, cut, density(whole), partial(constant_bounds, whole)
    )
    return labels, params, {"cpm": constant_potts(whole, labels, resolution)}


def _by_significance(task: _Task) -> Found:
    labels = significant(task.network, task.seed)
    return labels, {}, {"significance": significance(task.network, labels)}


_FIND: dict[Objective, Callable[[_Task], Found]] = {
    "modularity": _by_modularity,
    "cpm": _by_cpm,
    "rb": _by_rb,
    "significance": _by_significance,
}


def iterations(edges: int) -> int:
    """How often igraph is to repeat the method; -1 until nothing changes."""
    return MOST_ITERATIONS if edges > MANY_EDGES else -1


def igraphs_modularity(graph: Any, weights: Floats, resolution: float) -> Ints:
    """Labels by igraph's Leiden for modularity, drawn from its seeded generator."""
    found = graph.community_leiden(
        objective_function="modularity",
        weights=weights,
        resolution=resolution,
        n_iterations=iterations(graph.ecount()),
    )
    return np.asarray(found.membership, np.int64)


def igraphs_cpm(graph: Any, weights: Floats, resolution: float) -> Ints:
    """Labels by igraph's Leiden for the constant Potts model, likewise."""
    # Weights of mean 1: gains near the rounding error would count for none.
    mean = weights.mean() if weights.any() else 1.0
    found = graph.community_leiden(
        objective_function="CPM",
        weights=weights / mean,
        resolution=resolution / mean,
        n_iterations=iterations(graph.ecount()),
    )
    return np.asarray(found.membership, np.int64)
