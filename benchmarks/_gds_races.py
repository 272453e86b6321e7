"""Rounds of contenders that say how long each of their steps took."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeAlias

STEPS = ("read", "run", "write")


@dataclass
class Clock:
    """Adds up the seconds of named steps."""

    seconds: dict[str, float] = field(default_factory=lambda: dict.fromkeys(STEPS, 0.0))

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Time what is done inside."""
        began = time.perf_counter()
        yield
        self.seconds[name] += time.perf_counter() - began


# To go by the clock and give what was found; to take from the store what was written.
Way: TypeAlias = tuple[Callable[[Clock], Any], Callable[[], None]]


@dataclass(frozen=True)
class Contender:
    """Someone's way from the graph in the store to a result that is of use.

    `go` does it by the clock, and gives what it found after its last step; `clean` takes from the
    store what it wrote.
    """

    name: str
    options: str
    go: Callable[[Clock], Any]
    clean: Callable[[], None]


@dataclass(frozen=True)
class Measured:
    """A contender over all rounds.

    Medians of the seconds of each step and of the whole; `ratio`, the median of its whole to that
    of the first contender in the same round; what it found in each round, the first uncounted.
    """

    contender: Contender
    seconds: Mapping[str, float]
    whole: float
    ratio: float
    found: Sequence[Any]


def race(contenders: Sequence[Contender], *, rounds: int) -> list[Measured]:
    """Let contenders take turns; the first round warms up and does not count."""
    clocks: list[list[dict[str, float]]] = [[] for _ in contenders]
    found: list[list[Any]] = [[] for _ in contenders]
    for turn in range(rounds + 1):
        for place, contender in enumerate(contenders):
            clock = Clock()
            found[place].append(contender.go(clock))
            contender.clean()
            if turn:
                clocks[place].append(clock.seconds)
    wholes = [[sum(seconds.values()) for seconds in own] for own in clocks]
    return [
        Measured(
            contender=contender,
            seconds={
                step: statistics.median(seconds[step] for seconds in clocks[place])
                for step in STEPS
            },
            whole=statistics.median(wholes[place]),
            ratio=statistics.median(
                own / first for own, first in zip(wholes[place], wholes[0], strict=True)
            ),
            found=found[place],
        )
        for place, contender in enumerate(contenders)
    ]
