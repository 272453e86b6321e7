"""A profile of some work, its own time grouped by what is done there."""

from __future__ import annotations

import cProfile
import pstats
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks._measure import metered

TOP = 8
ADDRESS = re.compile(" at 0x[0-9a-f]+")  # of a function that lies in a library
# The first group one of whose words is in "file:function" has the function's own time.
GROUPS: Sequence[tuple[str, tuple[str, ...]]] = (
    ("JSON", ("msgspec", "ijson", "json/decoder", "songnet/sources")),
    ("store", ("ladybug", "_ladybug", "songnet/store")),
    ("sparse product", ("csr_matmat", "_sparsetools", "scipy/sparse")),
    ("igraph: building", ("igraph.Graph.__init__", "graph.__init__", "_igraph.py:from_ends")),
    ("igraph: searching", ("community_", "igraph")),
    ("infomap", ("infomap",)),
    ("matrix product", ("matmul", "_cosine.py")),
    ("sorting and unique", ("sort", "unique", "argpartition", "searchsorted", "partition")),
    ("ids and text", ("songnet/model", "hashlib", "sha256", "encode", "decode", "split", "join")),
    ("Arrow tables", ("pyarrow", "to_pylist")),
    ("waiting for others", ("poll", "acquire", "wait", "select", "recv")),
    ("projection: own arrays", ("songnet/networks",)),
    ("agreement: own arrays", ("songnet/agreement",)),
    ("numpy", ("numpy",)),
)


@dataclass(frozen=True)
class Profile:
    """Where the time of a piece of work went.

    Attributes
    ----------
    wall, cpu
        Seconds, with the profiler's own.
    peak
        Bytes held at most, beyond those held before.
    groups
        Shares of the time, 0 to 1, falling.
    functions
        The functions with the most time of their own, and their shares.
    """

    wall: float
    cpu: float
    peak: int
    groups: list[tuple[str, float]]
    functions: list[tuple[str, float]]


def profiled(work: Callable[[], object]) -> Profile:
    """Profile the thread that does some work."""
    profiler = cProfile.Profile()
    with metered() as meter:
        profiler.enable()
        work()
        profiler.disable()
    own = _own(pstats.Stats(profiler))
    whole = sum(own.values()) or 1.0
    grouped: dict[str, float] = {}
    for name, seconds in own.items():
        group = group_of(name)
        grouped[group] = grouped.get(group, 0.0) + seconds / whole
    functions = [(name, seconds / whole) for name, seconds in _falling(own)[:TOP]]
    return Profile(meter.wall, meter.cpu, meter.peak, _falling(grouped), functions)


def _own(stats: pstats.Stats) -> dict[str, float]:
    """Seconds of each function's own, by a name that says where it is."""
    found: dict[str, float] = {}
    for (file, _, function), (_, _, seconds, _, _) in stats.stats.items():  # type: ignore[attr-defined]
        name = ADDRESS.sub("", function) if file == "~" else f"{_short(file)}:{function}"
        found[name] = found.get(name, 0.0) + seconds
    return found


def _short(file: str) -> str:
    """A path without what differs between machines."""
    parts = Path(file).parts
    for root in ("site-packages", "python3.11", "benchmarks", "songnet"):
        if root in parts:
            at = len(parts) - 1 - parts[::-1].index(root)
            return "/".join(parts[at + (root in {"site-packages", "python3.11"}) :])
    return Path(file).name


def _falling(shares: dict[str, float]) -> list[tuple[str, float]]:
    return sorted(shares.items(), key=lambda item: (-item[1], item[0]))


def group_of(name: str) -> str:
    """What is done in a function."""
    for group, words in GROUPS:
        if any(word in name for word in words):
            return group
    return "other"
