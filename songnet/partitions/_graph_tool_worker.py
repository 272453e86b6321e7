"""Stochastic block models by graph-tool: a module for us, and a program for another Python.

graph-tool is built for one Python, which is seldom the one that runs songnet: Debian's stands
beside numpy 1.24. So this file imports nothing of songnet and keeps to Python 3.9.

    python _graph_tool_worker.py version    the version of graph-tool, on stdout
    python _graph_tool_worker.py            a task on stdin, what was found on stdout: npz

Its exit code is 0, or 1 with the reason as the last line of stderr.
"""

from __future__ import annotations

import io
import math
import os
import signal
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray

SETTLED = 1e-6
PR_SET_PDEATHSIG = 1


def version() -> str:
    """The version of graph-tool; `ImportError` or the like where this Python has none."""
    return str(_graph_tool().__version__).split()[0]


def _graph_tool() -> Any:
    with warnings.catch_warnings():
        # It warns that it cannot draw where cairo is missing.
        warnings.simplefilter("ignore")
        import graph_tool.inference

    return graph_tool


def fit(
    vertices: int,
    edges: NDArray[np.int64],
    weights: NDArray[np.float64],
    *,
    nested: bool,
    blocks: int,
    trials: int,
    seed: int,
) -> tuple[NDArray[np.int64], float]:
    """The degree-corrected block model of the shortest description.

    Parameters
    ----------
    vertices
        At least 1.
    edges
        Pairs of vertices, shape (m, 2).
    weights
        Positive, shape (m,), to be described too; shape (0,) where they are not.
    nested
        Blocks of blocks as well.
    blocks
        Exactly so many, in the finest level; 0 for any number.
    trials
        Searches; the shortest description is kept.
    seed
        0 to 2**32 - 1.

    Returns
    -------
    Levels, the finest first, as the block of each vertex, shape (levels, vertices); those above the
    finest hold more than one block. And the description length in nats. There may be another
    number of blocks than was asked for.
    """
    search = _nested if nested else _plain
    with _seeded(seed):
        graph, arguments = _graph(vertices, edges, weights)
        states = (search(graph, arguments, blocks) for _ in range(trials))
        best = min(states, key=lambda state: state.entropy())
    return _levels(best, nested), float(best.entropy())


@contextmanager
def _seeded(seed: int) -> Iterator[None]:
    """One thread, whose order of sums is fixed, and both generators seeded."""
    before = np.random.get_state()  # noqa: NPY002 - graph-tool draws from the global one
    graph_tool = _graph_tool()
    threads = graph_tool.openmp_get_num_threads()
    graph_tool.openmp_set_num_threads(1)
    # Its 0 means a seed of the machine's choice.
    graph_tool.seed_rng(seed + 1)
    np.random.seed(seed)  # noqa: NPY002
    try:
        yield
    finally:
        graph_tool.openmp_set_num_threads(threads)
        np.random.set_state(before)  # noqa: NPY002


def _graph(
    vertices: int, edges: NDArray[np.int64], weights: NDArray[np.float64]
) -> tuple[Any, dict[str, Any]]:
    """The graph, and what its model is to describe beside it."""
    import graph_tool

    graph = graph_tool.Graph(directed=False)
    graph.add_vertex(vertices)
    graph.add_edge_list(edges)
    if not len(weights):
        return graph, {}
    whole = bool((weights == np.floor(weights)).all())
    values = graph.new_edge_property("int" if whole else "double", vals=weights)
    return graph, {
        "recs": [values],
        "rec_types": ["discrete-geometric" if whole else "real-exponential"],
    }


def _plain(graph: Any, arguments: dict[str, Any], blocks: int) -> Any:
    from graph_tool.inference import BlockState

    if blocks == graph.num_vertices():
        return BlockState(graph, b=graph.vertex_index.copy("int"), **arguments)
    state = BlockState(graph, **arguments)
    _settle(state, lambda: _sweep(state, blocks))
    return state


def _sweep(state: Any, blocks: int) -> None:
    state.multilevel_mcmc_sweep(**_agglomerative(blocks))
    if not blocks:
        _merge_and_split(state)


def _nested(graph: Any, arguments: dict[str, Any], blocks: int) -> Any:
    from graph_tool.inference import NestedBlockState, minimize_nested_blockmodel_dl

    if blocks == graph.num_vertices():
        whole = [np.arange(blocks), np.zeros(blocks, np.int64)]
        return NestedBlockState(graph, bs=whole, state_args=arguments)
    state = minimize_nested_blockmodel_dl(
        graph,
        state_args={"state_args": arguments},
        multilevel_mcmc_args=_agglomerative(blocks),
    )
    if not blocks:
        _settle(state, lambda: _merge_and_split(state))
    return state


def _agglomerative(blocks: int) -> dict[str, Any]:
    """What graph-tool's own minimisation hands to its sweeps, and the number of blocks."""
    limits = {"B_min": blocks, "B_max": blocks} if blocks else {}
    return {"niter": 1, "psingle": 0, "beta": math.inf, **limits}


def _merge_and_split(state: Any) -> None:
    state.multiflip_mcmc_sweep(beta=math.inf, niter=10)


def _settle(state: Any, sweep: Callable[[], None]) -> None:
    """Sweep until the description gets no shorter: one sweep often leaves twice the blocks."""
    before = math.inf
    while before - state.entropy() > SETTLED:
        before = state.entropy()
        sweep()


def _levels(state: Any, nested: bool) -> NDArray[np.int64]:
    if not nested:
        return np.array(state.get_blocks().a, np.int64)[None]
    levels = [_level(state, 0)]
    for number in range(1, len(state.get_levels())):
        level = _level(state, number)
        if 1 < len(np.unique(level)) < len(np.unique(levels[-1])):
            levels.append(level)
    return np.stack(levels)


def _level(state: Any, number: int) -> NDArray[np.int64]:
    return np.array(state.project_partition(number, 0).a, np.int64)


def main() -> None:
    """The program."""
    _end_with_the_parent()
    # Only the answer goes to stdout, whatever a library prints.
    answer = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    found = version()
    if sys.argv[1:] == ["version"]:
        answer.write(found.encode())
    else:
        answer.write(_answered(sys.stdin.buffer.read()))
    answer.close()


def _answered(task: bytes) -> bytes:
    with np.load(io.BytesIO(task), allow_pickle=False) as given:
        levels, length = fit(
            int(given["vertices"]),
            given["edges"],
            given["weights"],
            nested=bool(given["nested"]),
            blocks=int(given["blocks"]),
            trials=int(given["trials"]),
            seed=int(given["seed"]),
        )
    answer = io.BytesIO()
    np.savez(answer, levels=levels, description_length=np.array(length))
    return answer.getvalue()


def _end_with_the_parent() -> None:
    """Have Linux kill this process when the one that started it is killed."""
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


if __name__ == "__main__":
    main()
