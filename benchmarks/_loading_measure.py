"""Seconds, processor's seconds and memory of what two processes do together."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from benchmarks._loading_server import LocalServer
from benchmarks._measure import forget_peak, held_bytes, peak_bytes

MEGABYTE = 1e6


@dataclass(frozen=True)
class Measured:
    """One thing done.

    Attributes
    ----------
    wall
        Seconds on the clock.
    cpu
        Seconds of processor, of client and server together.
    client_mb
        The most memory that the client held, beyond what it held before.
    server_mb
        The most memory that the server held.
    """

    wall: float
    cpu: float
    client_mb: float
    server_mb: float


def measure(server: LocalServer, do: Callable[[], object]) -> Measured:
    """Do something with a server, and say what it took."""
    forget_peak()
    forget_peak(server.pid)
    held = held_bytes()
    wall, cpu = time.perf_counter(), time.process_time() + server.cpu_seconds()
    do()
    return Measured(
        time.perf_counter() - wall,
        time.process_time() + server.cpu_seconds() - cpu,
        (peak_bytes() - held) / MEGABYTE,
        peak_bytes(server.pid) / MEGABYTE,
    )


@dataclass(frozen=True)
class Race:
    """The plain loop and songnet in paired rounds: medians, and the medians of their ratios.

    A ratio above 1 says how many times as fast songnet is.
    """

    what: str
    rows: int
    plain: Measured
    ours: Measured
    wall_ratio: float
    cpu_ratio: float


def race(
    what: str, rows: int, rounds: int, plain: Callable[[], Measured], ours: Callable[[], Measured]
) -> Race:
    """Both in turn, one round uncounted."""
    pairs = [(plain(), ours()) for _ in range(rounds + 1)][1:]
    return Race(
        what,
        rows,
        _median([pair[0] for pair in pairs]),
        _median([pair[1] for pair in pairs]),
        statistics.median(one.wall / other.wall for one, other in pairs),
        statistics.median(one.cpu / other.cpu for one, other in pairs),
    )


def total(measured: Sequence[Measured]) -> Measured:
    """One after the other: seconds add up, memory is the most of any."""
    return Measured(
        sum(one.wall for one in measured),
        sum(one.cpu for one in measured),
        max(one.client_mb for one in measured),
        max(one.server_mb for one in measured),
    )


def _median(measured: list[Measured]) -> Measured:
    return Measured(
        *(
            statistics.median(getattr(one, name) for one in measured)
            for name in ("wall", "cpu", "client_mb", "server_mb")
        )
    )
