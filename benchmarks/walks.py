"""`python -m benchmarks.walks`: personalised PageRank and playlists beside the field's libraries.

One network of 100,000 songs and 1,000,000 edges, the songs of a playlist as seeds, damping 0.85.
Every library gets its own graph ready made; what is timed is one question. The error is the sum of
absolute differences from the solution at a tolerance of 1e-13.
"""

from __future__ import annotations

import argparse
import platform
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.taste import catalogue, memberships, playlists
from benchmarks.timing import OURS, Row, publish, race
from songnet.model import Floats, SongNetwork
from songnet.playlists import Evidence, Options, best, find, network_walk, pagerank

RESULTS = Path(__file__).parent / "results" / "walks.md"
SONGS, EDGES, SEEDS = 100_000, 1_000_000, 10
DAMPING, TOLERANCE = 0.85, 1e-6
TOGETHER = 32


def network(songs: int, edges: int, seed: int = 0) -> SongNetwork:
    """Ends drawn by Zipf's law, so that there are hubs; weights are small counts."""
    draw = np.random.default_rng(seed)
    chance = np.arange(1, songs + 1) ** -0.6
    reach = np.cumsum(draw.permutation(chance / chance.sum()))
    ends = np.searchsorted(reach, draw.random((2, int(edges * 1.1))) * reach[-1])
    ends = np.sort(ends[:, ends[0] != ends[1]], axis=0)
    code = np.unique(ends[0] * songs + ends[1])
    code = np.sort(draw.choice(code, min(edges, len(code)), replace=False))
    ids = [f"song-{number:07d}" for number in range(songs)]
    return SongNetwork.from_edges(ids, code // songs, code % songs, draw.integers(1, 6, len(code)))


def questions(network: SongNetwork, start: Floats) -> Mapping[str, Callable[[], Floats]]:
    """Ways to the same PageRank, each with its graph ready."""
    import igraph
    import networkx as nx

    walk, step = network_walk(Evidence.of(network=network).links), chances(network)
    ends = np.column_stack([network.sources, network.targets]).tolist()
    graph = igraph.Graph(len(network.songs), ends)
    weights, reset = network.weights.tolist(), start.tolist()
    theirs = nx.Graph()
    theirs.add_nodes_from(range(len(network.songs)))
    theirs.add_weighted_edges_from(
        zip(network.sources.tolist(), network.targets.tolist(), weights, strict=True)
    )
    seeds = {int(place): 1.0 for place in np.flatnonzero(start)}

    def networkx() -> Floats:
        # Its tolerance is per node.
        found = nx.pagerank(
            theirs, alpha=DAMPING, personalization=seeds, dangling=seeds,
            tol=TOLERANCE / len(network.songs), max_iter=1000,
        )  # fmt: skip
        return np.fromiter(found.values(), np.float64, len(found))

    return {
        OURS: lambda: pagerank(walk, start, damping=DAMPING, tolerance=TOLERANCE),
        "power iteration, scipy": lambda: power_iteration(step, start),
        "igraph (PRPACK)": lambda: np.array(
            graph.personalized_pagerank(damping=DAMPING, reset=reset, weights=weights)
        ),
        "networkx": networkx,
    }


def chances(network: SongNetwork) -> Any:
    """P of a step along the edges, scipy CSR, columns that sum to 1."""
    links = Evidence.of(network=network).links
    links.data = links.data / np.asarray(links.sum(axis=0)).ravel()[links.indices]
    return links


def power_iteration(step: Any, start: Floats) -> Floats:
    """The plain way: products until the bound of the error is kept."""
    restart = start / start.sum()
    found, before = restart, np.zeros_like(start)
    while np.abs(found - before).sum() * DAMPING / (1 - DAMPING) > TOLERANCE:
        walked = DAMPING * (step @ found)
        found, before = walked + (1 - walked.sum()) * restart, found
    return found


def report(sizes: tuple[int, int]) -> Iterator[str]:
    """The page, line by line."""
    made = network(*sizes)
    start = np.zeros(sizes[0])
    start[np.random.default_rng(1).choice(np.unique(made.sources), SEEDS, replace=False)] = 1
    exact = pagerank(
        network_walk(Evidence.of(network=made).links), start, damping=DAMPING, tolerance=1e-13
    )
    ways = questions(made, start)
    yield "# Walks beside the field's libraries\n"
    yield (
        f"Made by `python -m benchmarks.walks` ({platform.machine()}, Python "
        f"{platform.python_version()}). Seconds are medians of three rounds, ratios the medians "
        "of their ratios, round by round; above 1 is slower than songnet.\n"
    )
    yield f"## One question to {sizes[0]:,} songs and {made.edges:,} edges\n"
    yield "| | wall s | cpu s | ratio, wall (cpu) | error |"
    yield "|---|---|---|---|---|"
    for row in race(ways):
        error = float(np.abs(ways[row.name]() - exact).sum())
        yield f"{_line(row)} {error:.0e} |"
    yield from _together(made)
    yield from _lists()


def _line(row: Row) -> str:
    return (
        f"| {row.name} | {row.wall:.3f} | {row.cpu:.3f} | "
        f"{row.wall_ratio:.1f} ({row.cpu_ratio:.1f}) |"
    )


def _together(made: SongNetwork) -> Iterator[str]:
    """Many questions at once share each product."""
    walk = network_walk(Evidence.of(network=made).links)
    draw = np.random.default_rng(2)
    starts = np.zeros((len(made.songs), TOGETHER))
    for column in range(TOGETHER):
        starts[draw.choice(len(made.songs), SEEDS, replace=False), column] = 1
    row = race({OURS: lambda: pagerank(walk, starts)})[0]
    yield f"\n{TOGETHER} questions at once: {row.wall / TOGETHER:.3f} s each.\n"


def _lists() -> Iterator[str]:
    """How long the methods take for one list of seeds, their evidence ready."""
    lists = playlists(catalogue(SONGS), 50_000)
    evidence = Evidence.of(memberships(lists))
    chosen = [np.unique(evidence.places([f"spotify:track:{song:022d}" for song in lists[7][:5]]))]
    yield f"## One playlist's candidates from {len(evidence):,} songs of {len(lists):,} playlists\n"
    yield "| method | wall s |"
    yield "|---|---|"
    for name in ("pagerank", "neighbours", "neighbours-playlists", "popularity", "random"):
        scorer = find(name).make(evidence, Options())
        row = race({OURS: lambda scorer=scorer: best(scorer(chosen)[0], 500)})[0]
        yield f"| {name} | {row.wall:.3f} |"


def main(given: Sequence[str] | None = None) -> None:
    """Measure and keep."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.walks")
    parser.add_argument("--songs", type=int, default=SONGS)
    parser.add_argument("--edges", type=int, default=EDGES)
    parser.add_argument("--out", type=Path, default=RESULTS)
    options = parser.parse_args(given)
    publish(report((options.songs, options.edges)), options.out)


if __name__ == "__main__":
    main()
