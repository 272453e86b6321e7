"""Paired timing: contenders take turns, and each is a ratio to songnet in the same round."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

OURS = "songnet"
ROUNDS = 3


@dataclass(frozen=True)
class Row:
    """One contender: median seconds, and the median of its ratios to songnet, round by round."""

    name: str
    wall: float
    cpu: float
    wall_ratio: float
    cpu_ratio: float


def race(contenders: Mapping[str, Callable[[], object]], *, rounds: int = ROUNDS) -> list[Row]:
    """Run every contender `rounds` times in turn; the first round of each warms up, uncounted."""
    for run in contenders.values():
        run()
    times: dict[str, list[tuple[float, float]]] = {name: [] for name in contenders}
    for _ in range(rounds):
        for name, run in contenders.items():
            times[name].append(_timed(run))
    return [_row(name, times[name], times[OURS]) for name in contenders]


def _timed(run: Callable[[], object]) -> tuple[float, float]:
    wall, cpu = time.perf_counter(), time.process_time()
    run()
    return time.perf_counter() - wall, time.process_time() - cpu


def _row(name: str, own: list[tuple[float, float]], ours: list[tuple[float, float]]) -> Row:
    pairs = list(zip(own, ours, strict=True))
    return Row(
        name=name,
        wall=statistics.median(wall for wall, _ in own),
        cpu=statistics.median(cpu for _, cpu in own),
        wall_ratio=statistics.median(a[0] / b[0] for a, b in pairs),
        cpu_ratio=statistics.median(a[1] / b[1] for a, b in pairs),
    )


def publish(lines: Iterable[str], path: Path) -> None:
    """Print results as they come, and keep them in a file."""
    kept = []
    for line in lines:
        print(line, flush=True)
        kept.append(line)
    path.parent.mkdir(exist_ok=True)
    path.write_text("\n".join(kept), "utf-8")
