"""What a network gives at every resolution, and how firmly."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from statistics import fmean, median_low
from types import MappingProxyType
from typing import Final, TypeAlias

import numpy as np

from songnet.agreement import ami
from songnet.errors import UsageError
from songnet.model import DOMINANT, Ints, SongNetwork
from songnet.networks import modularity
from songnet.partitions._common import check_count, check_seed, prepare
from songnet.partitions._consensus import RULE
from songnet.partitions._cutter import Cutter, check_algorithm, check_resolution, cutter
from songnet.partitions._objectives import density
from songnet.partitions._similarity import mean_pair, most_central, similarities
from songnet.partitions._sweep import Plateau, Sweep, SweepRow

Tell: TypeAlias = Callable[[str, int, int], None]

ALIKE: Final = 0.95
ROWS: Final = 3
RULES: Final = MappingProxyType(
    {
        "stability": "the mean AMI of all pairs of seeds",
        "plateau": f"at least {ROWS} neighbouring resolutions, none degenerate, whose most central "
        f"partitions (of all seeds, the one most like the others) have an AMI of at least {ALIKE} "
        "with each other, every pair",
        "chosen": "the most stable resolution of the plateau that spans the largest ratio of "
        "resolutions; without a plateau, the most stable resolution that is not degenerate; of "
        "equals the one nearest the middle",
        "consensus": RULE,
    }
)


def _silent(what: str, done: int, total: int) -> None:
    """Progress that nobody watches."""


def sweep(
    network: SongNetwork,
    *,
    algorithm: str = "leiden",
    objective: str | None = None,
    low: float | None = None,
    high: float | None = None,
    steps: int = 20,
    seeds: int = 5,
    seed: int = 0,
    tell: Tell = _silent,
) -> Sweep:
    """Cut a network at every resolution with several seeds.

    A partition that many resolutions and all seeds agree on says something of the network; one that
    neither resolution nor seed keeps says something of the algorithm.

    Parameters
    ----------
    algorithm
        ``leiden`` or ``louvain``.
    objective
        Of Leiden: ``modularity`` (default), ``rb`` or ``cpm``.
    low, high
        The first and the last resolution; default: 0.1 and 10, and of ``cpm`` 1 and 1,000 times the
        mean weight of all pairs of songs.
    steps
        How many resolutions, each the same multiple of the one before, to 4 digits.
    seeds
        How many: `seed`, `seed` + 1 and so on.
    tell
        Called with what is being done, how many steps of it are through, and of how many.

    Raises
    ------
    EmptyInputError
        A network without songs.
    UsageError
        An option out of range.
    """
    objective = check_algorithm(network, algorithm, objective)
    resolutions = _resolutions(network, objective, low, high, steps)
    numbers = _seeds(network, algorithm, seed, seeds)
    cut = cutter(network, algorithm, objective)
    levels = []
    for resolution in resolutions:
        levels.append(_level(network, cut, resolution, numbers))
        tell("resolutions", len(levels), len(resolutions))
    rows, plateaus = _with_plateaus(levels)
    return Sweep(
        on=network.name,
        algorithm=algorithm,
        fingerprint=network.fingerprint,
        seeds=numbers,
        rows=rows,
        plateaus=plateaus,
        objective=objective,
        chosen=_chosen(rows, plateaus),
        rules=RULES,
    )


def _resolutions(
    network: SongNetwork, objective: str, low: float | None, high: float | None, steps: int
) -> list[float]:
    steps = check_count("steps", steps)
    usual = (0.1, 10.0) if objective != "cpm" else (density(network), 1000 * density(network))
    first = check_resolution("from", usual[0] if low is None else low)
    last = check_resolution("to", usual[1] if high is None else high)
    if first > last:
        raise UsageError(f"--from must be at most --to: got {first:g} and {last:g}")
    spaced = np.geomspace(first, last, steps)
    return sorted({float(f"{value:.4g}") for value in spaced})


def _seeds(network: SongNetwork, algorithm: str, seed: int, seeds: int) -> tuple[int, ...]:
    _, seed = prepare(network, algorithm, None, seed)
    count = check_count("seeds", seeds)
    check_seed(seed + count - 1)
    return tuple(range(seed, seed + count))


@dataclass(frozen=True)
class _Level:
    """A row, and the partition that is most like those of the other seeds."""

    row: SweepRow
    central: Ints


def _level(network: SongNetwork, cut: Cutter, resolution: float, seeds: Sequence[int]) -> _Level:
    found = [cut(resolution, seed) for seed in seeds]
    sizes = [np.bincount(labels) for labels in found]
    communities = median_low(int(np.count_nonzero(size)) for size in sizes)
    largest = fmean(int(size.max()) for size in sizes) / len(network.songs)
    similar = similarities(found)
    row = SweepRow(
        resolution=resolution,
        communities=communities,
        modularity=fmean(modularity(network, labels) for labels in found),
        stability=mean_pair(similar),
        largest=largest,
        degenerate=largest > DOMINANT or communities > len(network.songs) / 2,
        plateau=None,
    )
    return _Level(row, found[most_central(similar)])


# --- plateaus -------------------------------------------------------------------------------------


def _with_plateaus(
    levels: Sequence[_Level],
) -> tuple[tuple[SweepRow, ...], tuple[Plateau, ...]]:
    rows = [level.row for level in levels]
    plateaus: list[Plateau] = []
    for run in _runs(levels):
        members = [rows[place] for place in run]
        for place in run:
            rows[place] = replace(rows[place], plateau=len(plateaus))
        plateaus.append(
            Plateau(
                low=members[0].resolution,
                high=members[-1].resolution,
                communities=median_low(row.communities for row in members),
                stability=fmean(row.stability for row in members),
            )
        )
    return tuple(rows), tuple(plateaus)


def _runs(levels: Sequence[_Level]) -> list[range]:
    """Places of the rows of each plateau: from the left, each as long as it can be."""
    runs, begin = [], 0
    while begin < len(levels):
        end = begin + 1
        while end < len(levels) and _belongs(levels[end], levels[begin:end]):
            end += 1
        if end - begin >= ROWS:
            runs.append(range(begin, end))
            begin = end
        else:
            begin += 1
    return runs


def _belongs(level: _Level, run: Sequence[_Level]) -> bool:
    return not (level.row.degenerate or run[0].row.degenerate) and all(
        ami(level.central, other.central) >= ALIKE for other in reversed(run)
    )


def _chosen(rows: Sequence[SweepRow], plateaus: Sequence[Plateau]) -> float | None:
    able = [row for row in rows if not row.degenerate]
    if plateaus:
        widest = max(plateaus, key=lambda plateau: plateau.high / plateau.low)
        able = [row for row in able if row.plateau == plateaus.index(widest)]
    if not able:
        return None
    middle = np.sqrt(able[0].resolution * able[-1].resolution)
    return max(
        able, key=lambda row: (row.stability, -abs(np.log(row.resolution / middle)))
    ).resolution
