"""The degree-corrected stochastic block model, plain and nested."""

from __future__ import annotations

import numpy as np

from songnet import __version__
from songnet.errors import InputError, UsageError
from songnet.model import Ints, Partition, Scalar, SongNetwork
from songnet.networks import modularity
from songnet.partitions._common import check_count, prepare
from songnet.partitions._graph_tool import Model, Python, Task, find_python, fit

QUICK_EDGES = 100_000


def blockmodel(
    network: SongNetwork,
    *,
    nested: bool = False,
    level: int | None = None,
    communities: int | None = None,
    weighted: bool = False,
    trials: int | None = None,
    name: str | None = None,
    seed: int = 0,
) -> Partition:
    """Songs that link to the others in the same way, in as many blocks as the data bear out.

    The degree-corrected stochastic block model (Karrer & Newman 2011) whose description, with that
    of the network by it, is the shortest (Peixoto, Nonparametric Bayesian inference of the
    microcanonical stochastic block model, 2017), by graph-tool: agglomeration (Peixoto 2014), then
    merges and splits until nothing gets shorter. What chance explains is no structure to it: a
    network without blocks stays whole, and unconnected parts that link alike may share a block.
    Songs without an edge of weight are left out of the model and stand alone.

    It runs on one thread, in this Python if it has graph-tool, else in a process of one that has:
    what ``SONGNET_GRAPH_TOOL_PYTHON`` names, ``/usr/bin/python3`` or ``python3``.

    Parameters
    ----------
    nested
        Model the blocks by blocks in turn (Peixoto, Hierarchical block structures, 2014), which
        finds smaller blocks in large networks.
    level
        Of a nested model: 1 is the coarsest level of more than one block. Default: the finest.
    communities
        Exactly so many, in the finest level, with the songs that stand alone.
    weighted
        Describe the weights too, as Peixoto (Nonparametric weighted stochastic block models, 2018):
        by a geometric distribution per pair of blocks if all are whole numbers, else by an
        exponential one. By default an edge counts as there or not: what a model of the network says
        of songs that share five playlists rather than one hangs on that choice, and without it the
        description length is that of the network alone.
    trials
        Searches from different starts; the shortest description is kept. Default: 3, or 1 where
        there are more than 100,000 edges, of which one search takes a minute or more.
    name
        Default: ``blockmodel-NETWORK``.

    Returns
    -------
    A partition with the qualities ``modularity`` and ``description_length``: nats, of the whole
    model whatever the level; with ``weighted`` of weights that are not whole a density, which
    depends on their unit and may be negative. It is graph-tool's own; version 2.45 counts too few
    ways to deal out the degrees, by a few tenths of a nat per block. A nested model's ``levels``
    are those of more than one block.

    Raises
    ------
    EmptyInputError
        A network without songs.
    InputError
        `communities` or `level` cannot be had; the message says what can.
    StateError
        No graph-tool; the message says how to install it.
    UsageError
        An option out of range or without the one it belongs to.
    WorkerError
        graph-tool's process failed or was killed.
    """
    _check(nested, level, communities)
    trials = check_count("trials", _usual_trials(network) if trials is None else trials)
    name, seed = prepare(network, "blockmodel", name, seed)
    linked, task = _task(network, nested, communities, weighted, trials, seed)
    python = find_python()
    model = _found(task, python)
    _check_communities(network, model, len(linked), communities)
    labels = _labels(network, model, linked, level)
    return Partition.from_labels(
        network.songs,
        labels,
        name=name,
        algorithm="blockmodel",
        on=network.name,
        seed=seed,
        params=_params(model, nested, level, communities, weighted, trials),
        quality={
            "modularity": modularity(network, labels),
            "description_length": model.description_length,
        },
        versions={"songnet": __version__, "graph-tool": python.version},
    )


def _usual_trials(network: SongNetwork) -> int:
    return 3 if network.edges <= QUICK_EDGES else 1


def _check(nested: bool, level: int | None, communities: int | None) -> None:
    if level is not None:
        check_count("level", level)
        if not nested:
            raise UsageError("--level chooses a level of a nested model: give --nested too")
        if communities is not None:
            raise UsageError(
                "--communities is the number in the finest level: give --communities or --level, "
                "not both"
            )
    if communities is not None:
        check_count("communities", communities)


def _task(
    network: SongNetwork,
    nested: bool,
    communities: int | None,
    weighted: bool,
    trials: int,
    seed: int,
) -> tuple[Ints, Task]:
    """Songs that have an edge of weight, and the model that is wanted of them."""
    heavy = network.weights > 0
    ends = np.stack([network.sources[heavy], network.targets[heavy]], axis=1)
    linked, edges = np.unique(ends, return_inverse=True)
    alone = len(network.songs) - len(linked)
    return linked, Task(
        vertices=len(linked),
        edges=edges.reshape(ends.shape).astype(np.int64),
        weights=network.weights[heavy] if weighted else np.empty(0),
        nested=nested,
        blocks=0 if communities is None else _blocks(network, communities, alone),
        trials=trials,
        seed=seed,
    )


def _blocks(network: SongNetwork, communities: int, alone: int) -> int:
    """The blocks to find beside the songs that stand alone."""
    songs = len(network.songs)
    fewest = alone + (alone < songs)
    if fewest <= communities <= songs:
        return communities - alone
    reason = (
        f"has {songs} songs, too few"
        if communities > songs
        else f"has {alone} songs without a link, each a community of its own, too many"
    )
    raise InputError(
        f"{network.name!r} {reason} for {communities} communities: ask for {fewest} to {songs}"
    )


def _found(task: Task, python: Python) -> Model:
    if not task.vertices:
        return Model(np.empty((1, 0), np.int64), 0.0)
    return fit(task, python)


def _check_communities(
    network: SongNetwork, model: Model, linked: int, communities: int | None
) -> None:
    found = len(np.unique(model.levels[0])) + len(network.songs) - linked
    if communities is not None and found != communities:
        raise InputError(
            f"blockmodel cannot cut {network.name!r} into {communities} communities with this "
            f"seed: it finds {found}; ask for that or try another --seed"
        )


def _labels(network: SongNetwork, model: Model, linked: Ints, level: int | None) -> Ints:
    """The block of each song at a level; songs that stand alone get labels of their own."""
    depth = _depth(model)
    if level is not None and level > depth:
        there = f"ask for 1 to {depth}" if depth else "one block says all of it"
        raise InputError(
            f"the nested model of {network.name!r} has {depth} levels of more than one block, "
            f"not {level}: {there}, or leave out --level"
        )
    labels = len(network.songs) + np.arange(len(network.songs))
    labels[linked] = model.levels[0 if level is None else depth - level]
    return labels


def _depth(model: Model) -> int:
    """Levels of more than one block."""
    return len(model.levels) if len(np.unique(model.levels[0])) > 1 else 0


def _params(
    model: Model,
    nested: bool,
    level: int | None,
    communities: int | None,
    weighted: bool,
    trials: int,
) -> dict[str, Scalar]:
    given: dict[str, Scalar] = {"nested": nested, "weighted": weighted, "trials": trials}
    if nested:
        given |= {"levels": _depth(model)}
    chosen = {"level": level, "communities": communities}
    return given | {key: int(value) for key, value in chosen.items() if value is not None}
