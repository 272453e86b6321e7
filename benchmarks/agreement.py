"""`python -m benchmarks.agreement`: scores of partitions beside the field's libraries.

Ten partitions of 2,000,000 songs into 10 to 5,000 communities of uneven sizes, 45 pairs: songnet
alone, because no library does it in bounded time. Then one pair, a row per score, with
scikit-learn, igraph and clusim on as many songs as each can score in bounded time; songnet is timed
on the same songs.
"""

from __future__ import annotations

import argparse
import platform
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple, TypeAlias, TypeVar

import numpy as np

from benchmarks.timing import OURS, publish, race
from songnet import agreement
from songnet.model import Ints, Partition, canonical_labels, object_array

RESULTS = Path(__file__).parent / "results" / "agreement.md"
SONGS = 2_000_000
COMMUNITIES = (10, 20, 40, 80, 160, 320, 640, 1_250, 2_500, 5_000)
# What a library can score in some seconds, each with the communities of the pair.
PAIR, MIDDLING, SMALL = (SONGS, 100, 1_000), (100_000, 100, 300), (2_000, 10, 30)

Found = TypeVar("Found")
Labels: TypeAlias = tuple[Ints, Ints]
Score: TypeAlias = Callable[[Labels], float]


class Row(NamedTuple):
    """A score, how songnet and another library compute it, and on what."""

    score: str
    ours: Score
    library: str
    theirs: Score
    size: tuple[int, int, int]


def labels(songs: int, communities: int, seed: int) -> Ints:
    """Communities of uneven sizes, every one with a song where there are enough."""
    random = np.random.default_rng([songs, communities, seed])
    weights = random.pareto(1.5, communities) + 0.05
    drawn = random.choice(communities, songs, p=weights / weights.sum())
    drawn[random.permutation(songs)[:communities]] = np.arange(communities)
    return drawn.astype(np.int64)


def pair(songs: int, first: int, second: int) -> Labels:
    """Two labelings that agree on about half of the songs."""
    a = labels(songs, first, 0)
    agree = np.random.default_rng(1).random(songs) < 0.5
    return a, np.where(agree, a % second, labels(songs, second, 2)).astype(np.int64)


def partitions() -> list[Partition]:
    """Of the same songs; each has ids of its own, as when it comes from a store."""
    return [
        Partition(
            name=f"k{count}",
            songs=object_array(f"spotify:track:{number:022}" for number in range(SONGS)),
            labels=canonical_labels(labels(SONGS, count, 3)),
            algorithm="generated",
            on="nothing",
        )
        for count in COMMUNITIES
    ]


def rows() -> list[Row]:
    """A row per score and library."""
    import igraph
    from sklearn import metrics

    def through_igraph(method: str) -> Score:
        return lambda two: float(
            igraph.compare_communities(*(side.tolist() for side in two), method=method)
        )

    def ours(name: str) -> Score:
        return lambda two: float(getattr(agreement, name)(*two))

    def learned(score: Callable[..., float]) -> Score:
        return lambda two: float(score(*two))

    learn: Mapping[str, tuple[Callable[..., float], tuple[int, int, int]]] = {
        "nmi": (metrics.normalized_mutual_info_score, PAIR),
        "ami": (metrics.adjusted_mutual_info_score, MIDDLING),
        "ari": (metrics.adjusted_rand_score, PAIR),
        "homogeneity": (metrics.homogeneity_score, PAIR),
        "fmi": (metrics.fowlkes_mallows_score, PAIR),
    }
    found = [
        Row(name, ours(name), "scikit-learn", learned(score), size)
        for name, (score, size) in learn.items()
    ]
    found += [
        Row(name, ours(name), "igraph", through_igraph(method), PAIR)
        for name, method in (("nmi", "nmi"), ("ari", "adjusted_rand"), ("vi", "vi"))
    ]
    return [
        *found,
        Row("element_centric", ours("element_centric"), "clusim", _clusim, SMALL),
    ]


def _clusim(two: Labels) -> float:
    from clusim.clustering import Clustering  # type: ignore[import-untyped]
    from clusim.sim import element_sim  # type: ignore[import-untyped]

    sides = [Clustering().from_membership_list(side.tolist()) for side in two]
    return float(element_sim(*sides, alpha=0.9))


def _seconds(run: Callable[[], Found]) -> tuple[float, Found]:
    began = time.perf_counter()
    found = run()
    return time.perf_counter() - began, found


def _step(what: str, run: Callable[[], object]) -> str:
    """A row of the table of steps: seconds on the clock, and of the processor."""
    began = time.process_time()
    wall, _ = _seconds(run)
    return f"| {what} | {wall:.1f} | {time.process_time() - began:.1f} |"


def all_pairs() -> Iterator[str]:
    """The 45 pairs, step by step."""
    made = partitions()
    pairs = len(made) * (len(made) - 1) // 2
    yield f"## {len(made)} partitions of {SONGS:,} songs, {pairs} pairs\n"
    yield f"Communities: {', '.join(f'{count:,}' for count in COMMUNITIES)}.\n"
    yield "| songnet | wall s | cpu s |\n|---|---|---|"
    yield _step(
        "NMI, AMI, ARI, VI and the four other scores, of all pairs",
        lambda: agreement.compare(made),
    )
    largest = agreement.compare(made[-2:]).pairs[0]
    yield _step(
        "best matches, order, residuals and chance of the pair with the most communities",
        lambda: (largest.matches, largest.order, largest.residuals, largest.chance),
    )
    a, b = made[3].labels, made[7].labels
    artists = np.arange(SONGS) // 10
    yield _step(
        "9 shuffles of a pair (80 and 1,250 communities)",
        lambda: agreement.shuffled(a, b, samples=9),
    )
    yield _step(
        "9 shuffles of it within 200,000 artists",
        lambda: agreement.shuffled(a, b, artists, samples=9),
    )
    yield ""


def scores(chosen: Sequence[Row]) -> Iterator[str]:
    """One pair, a row per score."""
    yield "## One pair, score by score\n"
    yield (
        "From two label arrays to one number. igraph's time has the arrays' way into lists in it, "
        "which is the only way in; clusim's that into its own type.\n"
    )
    yield (
        "| score | songs | communities | songnet, cpu s | library | cpu s | ratio, cpu (wall) "
        "| difference |"
    )
    yield "|---|---|---|---|---|---|---|---|"
    for row in chosen:
        two = pair(*row.size)
        ours, theirs = race({OURS: partial(row.ours, two), row.library: partial(row.theirs, two)})
        songs, *communities = row.size
        yield (
            f"| {row.score} | {songs:,} | {communities[0]:,} and {communities[1]:,} "
            f"| {ours.cpu:.3f} | {row.library} | {theirs.cpu:.3f} "
            f"| {theirs.cpu_ratio:.0f} ({theirs.wall_ratio:.0f}) "
            f"| {abs(row.ours(two) - row.theirs(two)):.0e} |"
        )
    yield ""


def report() -> Iterator[str]:
    """The results as Markdown, line by line."""
    yield "# Agreement of partitions beside the field's libraries\n"
    yield (
        f"Made by `python -m benchmarks.agreement` ({platform.machine()}, Python "
        f"{platform.python_version()}, NumPy {np.__version__}), one thread, on a machine with "
        "other work: where both are given, the processor's seconds are the ones to go by. Below, "
        "seconds are medians of three rounds and ratios the medians of their ratios, round by "
        "round, after one that does not count; above 1 is slower than songnet. The difference is "
        "that of the two scores.\n"
    )
    yield from all_pairs()
    yield from scores(rows())


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, and keep the results."""
    argparse.ArgumentParser("python -m benchmarks.agreement", description=__doc__).parse_args(
        arguments
    )
    publish(report(), RESULTS)


if __name__ == "__main__":
    main()
