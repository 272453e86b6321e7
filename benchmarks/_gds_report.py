"""The results of the races as Markdown."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

TITLES = {
    "louvain": "Louvain",
    "leiden": "Leiden",
    "label-propagation": "Label propagation",
    "nearest": "Nearest neighbours",
    "pagerank": "Personalised PageRank",
}
NOTES = {
    "louvain": "GDS's Louvain takes no seed.",
    "leiden": "Both are seeded.",
    "label-propagation": "GDS's takes no seed.",
    "nearest": (
        "songnet compares all pairs, and writes an edge for each direction with rank and cosine. "
        "GDS searches; it takes a seed only with one thread."
    ),
    "pagerank": (
        "songnet has no PageRank of its own yet: this is igraph's, called as songnet would. "
        "Nothing is written into the store: GDS's result is carried into Python, where songnet's "
        "is."
    ),
}
SHORT = ("modularity", "AMI to planted", "L1 to exact")


@dataclass(frozen=True)
class Result:
    """A contender's line in the race of an algorithm.

    Medians of the rounds' seconds; `ratio`, the median of the rounds' ratios to songnet; what it
    found is of the last round; `same_again`, whether all rounds found the same.
    """

    algorithm: str
    contender: str
    options: str
    seconds: Mapping[str, float]
    whole: float
    ratio: float
    quality: Mapping[str, float]
    same_again: bool
    client_mb: float | None
    server_mb: float
    estimate_mb: float | None


def report(results: Sequence[Result], about: Mapping[str, Any]) -> Iterator[str]:
    """The results, line by line."""
    yield "# songnet beside Graph Data Science\n"
    yield _made(about)
    yield "## In short\n"
    yield from map(_short, _by_algorithm(results))
    yield ""
    for raced in _by_algorithm(results):
        algorithm = raced[0].algorithm
        yield f"## {TITLES[algorithm]}\n"
        yield f"{NOTES[algorithm]}\n"
        yield from _table(raced)
    yield "## Options\n"
    for result in results:
        yield f"- {TITLES[result.algorithm]}, {result.contender}: {result.options}"


def _by_algorithm(results: Sequence[Result]) -> list[list[Result]]:
    names = dict.fromkeys(result.algorithm for result in results)
    return [[result for result in results if result.algorithm == name] for name in names]


def _short(raced: Sequence[Result]) -> str:
    """Who was the faster, and what they found in that time."""
    own, *others = raced
    told = [f"{other.contender} {_faster(other.ratio)} ({_found(other)})" for other in others]
    return (
        f"- {TITLES[own.algorithm]}, songnet {own.whole:.1f} s ({_found(own)}): {'; '.join(told)}."
    )


def _faster(ratio: float) -> str:
    return f"{1 / ratio:.1f} times as fast" if ratio < 1 else f"{ratio:.1f} times as slow"


def _found(result: Result) -> str:
    measures = [name for name in result.quality if name in SHORT or name.startswith("recall")]
    return ", ".join(f"{name} {_number(name, result.quality[name])}" for name in measures)


def _made(about: Mapping[str, Any]) -> str:
    songs, width = about["vectors"]
    native, by_cypher = about["projection_s"]["native"], about["projection_s"]["cypher"]
    return (
        f"Made by `python -m benchmarks.gds` ({platform.machine()}, {os.cpu_count()} cores, Python "
        f"{platform.python_version()}, {about['server']} with GDS {about['gds']}, heap 4 GB), on a "
        "machine with other work. "
        f"{about['of'] or 'A generated network with planted communities'}: {about['songs']:,} "
        f"songs, {about['edges']:,} weighted edges, {songs:,} vectors of {width} numbers.\n\n"
        "Each begins with the graph in the server. *read*: songnet pulls edges or vectors, GDS "
        "projects. *run*: the algorithm. *write*: the result into the store. A network that "
        "songnet made itself it would read from its data folder, not from the graph. Client and "
        "server share the machine; no network lies between them, which favours songnet. Seconds "
        f"are medians of {about['rounds']} rounds in turn, after one that does not count; ratios "
        "are the medians of their ratios to songnet round by round, below 1 faster than songnet. "
        "*again*: every round found the same (scores to 12 places). *client MB*: the peak of a "
        "whole Python that goes songnet's way, libraries and all. *server MB*: the peak of the "
        "whole Java process, which keeps what it once took, so that only growth says much; "
        "*estimate*: what GDS itself says that it needs at most. GDS projects by Cypher, "
        f"{by_cypher:.1f} s, as a graph with several networks needs it; the native projection, of "
        f"all edges of a type, takes {native:.1f} s.\n"
    )


def _table(results: Sequence[Result]) -> Iterator[str]:
    measures = list(results[0].quality)
    head = ["", "read s", "run s", "write s", "whole s", "ratio", *measures, "again"]
    head += ["client MB", "server MB", "estimate MB"]
    yield "| " + " | ".join(head) + " |"
    yield "|" + "---|" * len(head)
    for result in results:
        cells = [result.contender, *(f"{seconds:.2f}" for seconds in result.seconds.values())]
        cells += [f"{result.whole:.2f}", f"{result.ratio:.2f}"]
        cells += [_number(measure, result.quality[measure]) for measure in measures]
        cells += ["yes" if result.same_again else "no"]
        cells += [_megabytes(result.client_mb), _megabytes(result.server_mb)]
        yield "| " + " | ".join([*cells, _megabytes(result.estimate_mb)]) + " |"
    yield ""


def _number(measure: str, value: float) -> str:
    if measure == "communities":
        return f"{value:,.0f}"
    return f"{value:.0e}" if measure.startswith("L1") else f"{value:.4f}"


def _megabytes(value: float | None) -> str:
    return "" if value is None else f"{value:,.0f}"
