"""What was measured of loading, and the page that tells it."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator
from dataclasses import dataclass, field

from benchmarks._loading_measure import Measured, Race

READING_HEAP = "512m"


@dataclass(frozen=True)
class Sizes:
    """How much is loaded; the defaults take some minutes on a quiet machine."""

    playlists: int = 2_000
    songs: int = 30_000
    edges: int = 200_000
    rounds: int = 3
    members: int = 100_000
    large_songs: int = 250_000
    networks: int = 5
    partitions: int = 8
    edges_per_network: int = 1_000_000


@dataclass(frozen=True)
class Large:
    """One step of the large graph: how many rows, and what they took."""

    what: str
    rows: int
    took: Measured


@dataclass(frozen=True)
class Offline:
    """Seconds of an offline import of the large graph, and what bolt took for the same."""

    export: float
    load: float
    bolt: float


@dataclass(frozen=True)
class Results:
    """All that was measured; the large graph only where it was asked for."""

    sizes: Sizes
    heap: str
    server: str
    races: list[Race]
    large: list[Large] = field(default_factory=list)
    offline: Offline | None = None


def report(found: Results) -> Iterator[str]:
    """The results as Markdown, line by line."""
    yield "# Loading a Neo4j server\n"
    yield (
        f"Made by `python -m benchmarks.loading` ({platform.machine()}, {os.cpu_count()} cores, "
        f"Python {platform.python_version()}, {found.server}, heap {found.heap}; load of the "
        f"machine at its end {os.getloadavg()[1]:.1f}). cpu s: the processor's seconds of client "
        "and server together, which other work disturbs least.\n"
    )
    yield from _races(found)
    if found.large:
        yield from _large_table(found)
    if found.offline:
        yield from _offline_table(found.offline)


def _races(found: Results) -> Iterator[str]:
    yield "## Beside the plain loop\n"
    yield (
        "The plain loop is `UNWIND $rows … MERGE` in transactions of 10,000 rows by the driver's "
        "`execute_write`, on the same server with the same constraints. Medians of "
        f"{found.sizes.rounds} paired rounds after one that does not count; a ratio above 1 says "
        "how many times as fast songnet is.\n"
    )
    yield (
        "| | rows | plain, rows/s | songnet, rows/s | ratio | plain, cpu s | songnet, cpu s "
        "| ratio, cpu |\n|---|---|---|---|---|---|---|---|"
    )
    for row in found.races:
        yield (
            f"| {row.what} | {row.rows:,} | {row.rows / row.plain.wall:,.0f} "
            f"| {row.rows / row.ours.wall:,.0f} | {row.wall_ratio:.1f} "
            f"| {row.plain.cpu:.1f} | {row.ours.cpu:.1f} | {row.cpu_ratio:.1f} |"
        )
    yield ""


def _large_table(found: Results) -> Iterator[str]:
    sizes = found.sizes
    yield "## A large graph, once\n"
    yield (
        f"{sizes.networks} networks and {sizes.partitions} partitions of {sizes.large_songs:,} "
        "songs. The client's memory is what it held at most beyond what it held before; the "
        f"server's is all of its process. It is read by a server with a heap of {READING_HEAP}.\n"
    )
    yield "| | rows | wall s | rows/s | cpu s | client MB | server MB |"
    yield "|---|---|---|---|---|---|---|"
    for step in found.large:
        took = step.took
        yield (
            f"| {step.what} | {step.rows:,} | {took.wall:.1f} | {step.rows / took.wall:,.0f} "
            f"| {took.cpu:.1f} | {took.client_mb:,.0f} | {took.server_mb:,.0f} |"
        )
    yield ""


def _offline_table(took: Offline) -> Iterator[str]:
    yield "## The same graph by the offline import\n"
    yield (
        f"Export {took.export:.1f} s, `import.sh` {took.load:.1f} s, by bolt {took.bolt:.1f} s: "
        f"the import is {took.bolt / took.load:.1f} times as fast as bolt, with the export "
        f"{took.bolt / (took.load + took.export):.1f} times. Counts, edges and partitions are "
        "the same afterwards.\n"
    )
