"""The curves of growth: fitted exponents, a page, a chart."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks._measure import described, plain_ticks

if TYPE_CHECKING:
    from benchmarks.growth import Growth, Step

MEASURES = {"wall": "seconds", "cpu": "processor's seconds", "peak": "peak memory, MB"}


def exponent(sizes: Sequence[float], values: Sequence[float]) -> float:
    """The b of value = a size^b, by least squares of the logarithms; not a number of one size."""
    if len(sizes) < 2:
        return float("nan")
    return float(np.polyfit(np.log(sizes), np.log(values), 1)[0])


def curve(steps: Sequence[Step], stage: str, measure: str) -> tuple[list[int], list[float]]:
    """Sizes, rising, and what a stage took at each."""
    done = sorted(
        (step.playlists, getattr(step, measure) / (1e6 if measure == "peak" else 1))
        for step in steps
        if step.stage == stage and not step.failure
    )
    return [size for size, _ in done], [value for _, value in done]


def report(growth: Growth, picture: str) -> Iterator[str]:
    """The page, line by line."""
    yield "# How time and memory grow\n"
    yield (
        f"Made by `python -m benchmarks growth` ({described(growth.machine)}). Each stage is a "
        "command in a process of its own, on what the one before left in the embedded store; its "
        "time has the start of Python and of libraries in it, some seconds, which flattens the "
        "left end. "
        f"Projection with `{' '.join(growth.link)}`, Infomap with one trial, and the comparison "
        "of the three partitions without null models.\n"
    )
    yield f"![Growth]({picture})\n"
    yield from _counts(growth)
    for measure, unit in MEASURES.items():
        yield f"## {unit[0].upper()}{unit[1:]}\n"
        yield from _table(growth, measure)
    yield (
        "*exponent* is the b of a nᵇ, fitted by least squares to the logarithms over all sizes; "
        "*last step* is that between the two largest, where constants weigh least: 1 is "
        "proportional to the number of playlists, 2 would be quadratic.\n"
    )


def _counts(growth: Growth) -> Iterator[str]:
    names = list(next(iter(growth.counts.values()), {}))
    yield f"| playlists | {' | '.join(names)} |\n|---{'|---' * len(names)}|"
    for size, held in sorted(growth.counts.items()):
        yield f"| {size:,} | {' | '.join(f'{held[name]:,}' for name in names)} |"
    yield ""


def _table(growth: Growth, measure: str) -> Iterator[str]:
    sizes = sorted({step.playlists for step in growth.steps})
    yield f"| | {' | '.join(f'{size:,}' for size in sizes)} | exponent | last step |"
    yield f"|---{'|---' * (len(sizes) + 2)}|"
    for stage in dict.fromkeys(step.stage for step in growth.steps):
        known, values = curve(growth.steps, stage, measure)
        found = dict(zip(known, values, strict=True))
        digits = 0 if measure == "peak" else 1
        cells = [
            f"{found[size]:,.{digits}f}" if size in found else _why(growth.steps, stage, size)
            for size in sizes
        ]
        fits = [exponent(known, values), exponent(known[-2:], values[-2:])]
        yield f"| {' | '.join([stage, *cells, *map(_number, fits)])} |"
    yield ""


def _number(value: float) -> str:
    return "" if np.isnan(value) else f"{value:.2f}"


def _why(steps: Sequence[Step], stage: str, size: int) -> str:
    return next(
        (step.failure for step in steps if (step.stage, step.playlists) == (stage, size)), ""
    )


def chart(steps: Sequence[Step], path: Path) -> None:
    """Wall and processor's seconds and memory over the number of playlists, by stage."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(12, 4.5), layout="constrained")
    panels = figure.subplots(1, len(MEASURES))
    for axes, (measure, unit) in zip(panels, MEASURES.items(), strict=True):
        for stage in dict.fromkeys(step.stage for step in steps):
            axes.plot(*curve(steps, stage, measure), marker="o", markersize=4, label=stage)
        _slope(axes)
        axes.set(xscale="log", yscale="log", xlabel="playlists", title=unit)
        plain_ticks(axes.xaxis)
        plain_ticks(axes.yaxis)
        axes.tick_params(axis="x", rotation=30)
        axes.spines[["top", "right"]].set_visible(False)
    panels[-1].legend(loc="center left", bbox_to_anchor=(1, 0.5), frameon=False)
    figure.savefig(path, dpi=110, metadata={"Software": None})


def _slope(axes: Any) -> None:
    """A faint line of slope 1 under the curves."""
    points = [line.get_data() for line in axes.lines if len(line.get_xdata())]
    if not points:
        return
    left, right = (pick(pick(x) for x, _ in points) for pick in (min, max))
    low = min(min(y) for _, y in points)
    proportional = [low, low * right / left]
    axes.plot([left, right], proportional, color="0.7", linestyle=":", label="proportional")
