"""`python -m benchmarks profiles`: where time goes in each stage, and how near a limit that is.

Each stage runs under Python's profiler in a process of its own, on 30,000 generated playlists. What
bounds it (bytes through memory, JSON, products) is counted, and held against what this machine does
at best of that alone, measured in the same run.
"""

from __future__ import annotations

import argparse
import multiprocessing
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks._limits import Limits, measured
from benchmarks._measure import described, machine
from benchmarks._profile import Profile, profiled
from benchmarks.peers import compare, load, neighbors, world
from benchmarks.timing import publish

RESULTS = Path(__file__).parent / "results" / "profiles.md"
PLAYLISTS = 30_000
SONGS = 30_000
TINY = 500
SEED = 0


@dataclass(frozen=True)
class Bound:
    """What a stage must do at least: how much of what, at which rate of the machine's."""

    amount: float
    unit: str
    rate: str
    why: str

    def seconds(self, limits: Limits) -> float:
        """How long that alone takes at best."""
        return self.amount / float(getattr(limits, self.rate))


@dataclass(frozen=True)
class Part:
    """A stage: what prepares its work, and what bounds it, both from a folder of inputs."""

    prepare: Callable[[Path], Callable[[], object]]
    bound: Callable[[Path], Bound]


# --- the stages -----------------------------------------------------------------------------------


def loading(folder: Path) -> Callable[[], object]:
    """`songnet load-playlists` into the embedded store."""
    into = folder / "loaded"
    into.mkdir(exist_ok=True)
    slices = load.read(folder / "slices", into)
    return lambda: load.songnet(slices)


def _json(folder: Path) -> Bound:
    size = sum(file.stat().st_size for file in (folder / "slices").glob("*.json"))
    return Bound(size, "bytes of JSON", "parsing", "JSON becomes Python's objects")


def projecting(folder: Path) -> Callable[[], object]:
    """The pruned network of all playlists."""
    from songnet.networks import cooccurrence

    members = world.read_lists(folder / "lists").memberships
    return lambda: cooccurrence(members, min_shared=world.MIN_SHARED, top=world.TOP)


def _meetings(folder: Path) -> Bound:
    length = np.bincount(world.read_lists(folder / "lists").playlist)
    meetings = int((length * (length - 1) // 2).sum())
    return Bound(
        8 * meetings, "bytes", "bandwidth", f"{meetings / 1e6:,.0f} million meetings, 4 bytes "
        "each to read and a count to raise"
    )  # fmt: skip


def cutting(algorithm: str, **options: Any) -> Callable[[Path], Callable[[], object]]:
    """An algorithm on the pruned network."""

    def prepare(folder: Path) -> Callable[[], object]:
        from songnet import partitions

        network = world.read_network(folder / "network", folder).network
        return lambda: partitions.run(algorithm, network, seed=SEED, **options)

    return prepare


def _edges(folder: Path) -> Bound:
    edges = len(world.read_network(folder / "network", folder).sources)
    return Bound(
        2 * 16 * edges, "bytes", "bandwidth", f"{edges:,} edges once from each end: neighbour and "
        "weight; a search passes them some ten times"
    )  # fmt: skip


def comparing(folder: Path) -> Callable[[], object]:
    """All pairs of ten partitions."""
    cuts = compare.read(folder / "cuts", folder)
    return lambda: compare.songnet(cuts)


def _labels(folder: Path) -> Bound:
    cuts = compare.read(folder / "cuts", folder)
    size = 16 * len(cuts.pairs) * len(cuts.labels[0])
    return Bound(size, "bytes", "bandwidth", "two labels of each song for each of 45 pairs")


def hearing(folder: Path) -> Callable[[], object]:
    """Exact neighbours."""
    sounds = neighbors.read(folder / "sounds", folder)
    return lambda: neighbors.songnet(sounds)


def _products(folder: Path) -> Bound:
    songs, width = neighbors.read(folder / "sounds", folder).values.shape
    return Bound(2.0 * songs * songs * width, "operations", "flops", "every song with every other")


STAGES: Mapping[str, Part] = {
    "load": Part(loading, _json),
    "project": Part(projecting, _meetings),
    "leiden": Part(cutting("leiden"), _edges),
    "louvain": Part(cutting("louvain"), _edges),
    "infomap": Part(cutting("infomap", trials=1), _edges),
    "compare": Part(comparing, _labels),
    "neighbors": Part(hearing, _products),
}


# --- all of it ------------------------------------------------------------------------------------


def prepare(folder: Path, playlists: int, songs: int) -> None:
    """The inputs of all stages."""
    for name in ("slices", "lists", "network", "cuts", "sounds"):
        (folder / name).mkdir(parents=True)
    world.write_slices(folder / "slices", playlists)
    world.draw(playlists).save(folder / "lists")
    world.write_network(folder / "network", playlists)
    compare.prepare(folder / "cuts", 10 * songs)
    neighbors.prepare(folder / "sounds", songs)


def profile_alone(stage: str, folder: Path, tiny: Path) -> Profile:
    """A stage's profile, made in a new process that has done the same on a tiny input before."""
    # Not a Pool, whose processes may have none of their own.
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        return pool.submit(_profile, stage, folder, tiny).result()


def _profile(stage: str, folder: Path, tiny: Path) -> Profile:
    STAGES[stage].prepare(tiny)()
    return profiled(STAGES[stage].prepare(folder))


def report(folder: Path, tiny: Path, playlists: int) -> Iterator[str]:
    """The page, line by line."""
    limits = measured(sorted((folder / "slices").glob("*.json")))
    yield "# Where time goes, and the limits of the machine\n"
    yield f"{playlists:,} generated playlists.\n"
    yield from _limits(limits)
    profiles = {stage: profile_alone(stage, folder, tiny) for stage in STAGES}
    yield from _nearness(profiles, folder, limits)
    for stage, profile in profiles.items():
        yield from _page(stage, profile)
    yield f"Made by `python -m benchmarks profiles` ({described(machine())})."


def _limits(limits: Limits) -> Iterator[str]:
    yield "## What this machine does at best\n"
    rows = {
        "memory, one thread copying: read and written": (limits.bandwidth / 1e9, "GB/s"),
        "JSON into Python's objects, msgspec, one thread": (limits.parsing / 1e6, "MB/s"),
        "JSON passed over, msgspec, one thread": (limits.passing / 1e6, "MB/s"),
        "matrix product, double precision, all cores": (limits.flops / 1e9, "GFLOP/s"),
        "matrix product, single precision, all cores": (limits.flops_single / 1e9, "GFLOP/s"),
    }
    yield "| | |\n|---|---|"
    for what, (rate, unit) in rows.items():
        yield f"| {what} | {rate:,.1f} {unit} |"
    yield ""


def _nearness(profiles: Mapping[str, Profile], folder: Path, limits: Limits) -> Iterator[str]:
    yield "## How near each stage is\n"
    yield "Seconds have the profiler's own in them, which calls of many small functions pay most.\n"
    yield "| | wall s | cpu s | memory MB | at least | that alone, s | times that | |"
    yield "|---" * 8 + "|"
    for stage, profile in profiles.items():
        bound = STAGES[stage].bound(folder)
        alone = bound.seconds(limits)
        yield (
            f"| {stage} | {profile.wall:.1f} | {profile.cpu:.1f} | {profile.peak / 1e6:,.0f} "
            f"| {bound.amount:.3g} {bound.unit} | {alone:.2f} | {profile.wall / alone:,.1f} "
            f"| {bound.why} |"
        )
    yield ""


def _page(stage: str, profile: Profile) -> Iterator[str]:
    yield f"## {stage}\n"
    shares = [f"{group} {share:.0%}" for group, share in profile.groups if share >= 0.01]
    yield f"{', '.join(shares)}.\n"
    yield "| function | its own time |\n|---|---|"
    for name, share in profile.functions:
        yield f"| `{name}` | {share:.1%} |"
    yield ""


def main(given: Sequence[str] | None = None) -> None:
    """Profile, measure, keep."""
    asked = _arguments(given)
    with tempfile.TemporaryDirectory(prefix="songnet-profiles-", dir=asked.scratch) as folder:
        whole, tiny = Path(folder) / "whole", Path(folder) / "tiny"
        prepare(whole, asked.playlists, asked.songs)
        prepare(tiny, TINY, TINY)
        publish(report(whole, tiny, asked.playlists), asked.out)


def _arguments(given: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser("python -m benchmarks profiles", description=__doc__)
    parser.add_argument("--playlists", type=int, default=PLAYLISTS)
    parser.add_argument("--songs", type=int, default=SONGS, help="of the neighbours")
    parser.add_argument("--scratch", type=Path, help="where inputs are made, and removed")
    parser.add_argument("--out", type=Path, default=RESULTS)
    parser.add_argument("--quick", action="store_true", help="2,000 playlists and songs")
    asked = parser.parse_args(given)
    if asked.quick:
        asked.playlists = asked.songs = 2_000
    return asked


if __name__ == "__main__":
    main()
