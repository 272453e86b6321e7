"""Infomap: two levels or a hierarchy, one layer or two."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from songnet.errors import UsageError
from songnet.model import Ints, Partition, Scalar, SongNetwork
from songnet.partitions._common import check_count, prepare, versions
from songnet.partitions._layers import (
    Layer,
    check_layer_weight,
    is_multiplex,
    modularities,
    weighted,
)
from songnet.partitions._map_equation import split, two_level_codelength
from songnet.partitions._multilayer import flows, most_flow

# The relax rate of De Domenico et al. (2015), and Infomap's own.
RELAX_RATE = 0.15


@dataclass(frozen=True)
class _Found:
    labels: Ints
    codelength: float
    params: dict[str, Scalar]


@dataclass(frozen=True)
class _Search:
    trials: int
    seed: int
    hierarchical: bool
    level: int | None

    def run(self, network: Any, **options: Any) -> Any:
        """Infomap's result on one of its networks."""
        from infomap import Options

        chosen = Options(
            two_level=not self.hierarchical, num_trials=self.trials, silent=True, **options
        )
        # Its seeds begin at 1.
        return network.run(options=chosen, seed=self.seed + 1)


def infomap(
    network: SongNetwork,
    *,
    trials: int = 5,
    hierarchical: bool = False,
    level: int | None = None,
    layer_weight: float | None = None,
    name: str | None = None,
    seed: int = 0,
) -> Partition:
    """Communities in which a random walk stays, so that its path has a short description.

    Rosvall & Bergstrom, Maps of random walks on complex networks reveal community structure (2008),
    by the infomap package. It finds the number of communities itself. Songs without an edge of
    weight are communities of their own. The communities of one layer and two levels are connected:
    where the search leaves one that is not, its parts are taken, which is never longer to describe.

    Of a multiplex network the walk goes over both layers: at each step it leaves its layer with
    probability 0.15 and goes on in any, by the weights of the song's edges there (De Domenico et
    al. 2015). A song can then be in several communities, one in each layer; it is put where the
    walk meets it most often.

    Parameters
    ----------
    trials
        Searches from different starts; the shortest description is kept.
    hierarchical
        Communities within communities, as many levels as make the description shorter
        (Rosvall & Bergstrom, Multilevel compression of random walks on networks reveals
        hierarchical organization in large integrated systems, 2011).
    level
        Of a hierarchy: which level to take, 1 the coarsest; default: the finest. A community that
        ends above that level is taken as it is.
    layer_weight
        Of a multiplex network: the share of its time that the walk spends in the second layer, from
        0 to 1; default: 0.5.
    name
        Default: ``infomap-NETWORK``.

    Returns
    -------
    A partition with the qualities ``codelength`` (bits per step; of a hierarchy that of all its
    levels, of two layers that with songs in several communities) and ``modularity``; of a multiplex
    network also ``modularity_1`` and ``modularity_2``. The params of a hierarchy say how many
    ``levels`` it has.

    Raises
    ------
    EmptyInputError
        A network without songs.
    UsageError
        An option out of range; a level without a hierarchy, or that it does not have.
    """
    trials = check_count("trials", trials)
    level = _check_level(hierarchical, level)
    layer_weight = check_layer_weight(network, layer_weight)
    name, seed = prepare(network, "infomap", name, seed)
    search = _Search(trials, seed, hierarchical, level)
    if is_multiplex(network):
        found = _over_layers(weighted(network, layer_weight), search)
    else:
        found = _over_one(network, search)
    layered: dict[str, Scalar] = {} if layer_weight is None else {"layer_weight": layer_weight}
    return Partition.from_labels(
        network.songs,
        found.labels,
        name=name,
        algorithm="infomap",
        on=network.name,
        seed=seed,
        params={"trials": trials, "hierarchical": hierarchical} | found.params | layered,
        quality=modularities(network, found.labels) | {"codelength": found.codelength},
        versions=versions("infomap"),
    )


def _check_level(hierarchical: bool, level: int | None) -> int | None:
    if level is None:
        return None
    if not hierarchical:
        raise UsageError("--level is of a hierarchy: give --hierarchical too")
    return check_count("level", level)


def _over_one(network: SongNetwork, search: _Search) -> _Found:
    found = _walked(network, search)
    if search.hierarchical:
        return found
    labels = split(network, found.labels)
    return _Found(labels, two_level_codelength(network, labels), found.params)


def _walked(network: SongNetwork, search: _Search) -> _Found:
    """What Infomap finds, when its own network, the largest thing there is, has gone again."""
    from infomap import Network

    walked = Network()
    walked.add_nodes(range(len(network.songs)))
    walked.add_links(np.column_stack([network.sources, network.targets, network.weights]))
    result = search.run(walked)
    chosen, params = _level(result, search)
    module = result.modules(chosen)
    labels = np.array([module[song] for song in range(len(network.songs))], np.int64)
    return _Found(labels, float(result.codelength), params)


def _over_layers(layers: tuple[Layer, ...], search: _Search) -> _Found:
    from infomap import Network

    walked = Network()
    walked.add_multilayer_links(flows(layers, RELAX_RATE))
    # The weights are the walk's own frequencies: nothing is left to iterate.
    result = search.run(walked, flow_model="rawdir")
    chosen, params = _level(result, search)
    module = result.modules(chosen, states=True)
    states = sorted(result.nodes(states=True), key=lambda state: state.state_id)
    labels = most_flow(
        np.array([state.node_id for state in states], np.int64),
        np.array([module[state.state_id] for state in states], np.int64),
        np.array([state.flow for state in states], np.float64),
        len(layers[0].network.songs),
    )
    return _Found(labels, float(result.codelength), params)


def _level(result: Any, search: _Search) -> tuple[int, dict[str, Scalar]]:
    """The level to take, and what the params say of it."""
    if not search.hierarchical:
        return -1, {}
    # Infomap counts the songs as a level.
    levels = max(1, int(result.num_levels) - 1)
    if search.level is not None and search.level > levels:
        raise UsageError(
            f"the hierarchy that infomap finds has {levels} levels of communities: --level must "
            f"be from 1 to {levels}, got {search.level}"
        )
    return search.level or -1, {"level": search.level or levels, "levels": levels}
