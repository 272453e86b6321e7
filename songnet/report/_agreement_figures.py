"""Agreement at a glance: every pair beside its nulls, and all partitions against all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from songnet.report._compared import Pair
from songnet.report._evidence import kinds
from songnet.report._grid import Grid
from songnet.report._nulls import KINDS
from songnet.report._style import COLOURS, FAINT, INK, MEDIUM, PAPER, RULE, SHARES, blank, style
from songnet.report._text import number, shorten

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

NAME = 46
# Below this many partitions the values are written into the cells.
WRITTEN = 16
NULL_LOOKS = ((COLOURS[1], "s"), (COLOURS[2], "D"), (COLOURS[3], "v"), (COLOURS[5], "P"))


def effects_figure(pairs: Sequence[Pair]) -> Figure:
    """The AMI of each pair with its interval, and below it what each null gives.

    Parameters
    ----------
    pairs
        In the order to show them, each with an AMI.
    """
    found = kinds(pairs)
    with style():
        figure, axes = blank(MEDIUM + 1.0, 1.2 + 0.46 * len(pairs))
        axes.axvline(0, color=FAINT, linewidth=0.8, zorder=0)
        for place, pair in enumerate(pairs):
            _observed(axes, pair, place)
            _drawn_nulls(axes, pair, place, found)
        axes.set_yticks(range(len(pairs)), labels=[_names(pair) for pair in pairs])
        axes.tick_params(length=0)
        axes.set_ylim(len(pairs) - 0.5, -0.5)
        axes.set_xlabel("AMI (0 is chance, 1 is identical)")
        axes.grid(axis="x", color=RULE, linewidth=0.6)
        axes.set_axisbelow(True)
        _legend(figure, found)
    return figure


def _names(pair: Pair) -> str:
    return f"{shorten(pair.a, NAME // 2)}\n{shorten(pair.b, NAME // 2)}"


def _observed(axes: Axes, pair: Pair, place: int) -> None:
    score = pair.scores["ami"] or 0.0
    if pair.interval is not None and "ami" in pair.interval.scores:
        axes.plot(pair.interval.scores["ami"], [place, place], color=COLOURS[0], linewidth=2.2)
    axes.plot([score], [place], "o", color=COLOURS[0], markersize=7.5, markeredgecolor=PAPER)
    axes.annotate(
        number(score),
        (score, place),
        xytext=(0, 6),
        textcoords="offset points",
        ha="center",
        size=8,
        color=INK,
    )


def _drawn_nulls(axes: Axes, pair: Pair, place: int, found: Sequence[str]) -> None:
    for step, kind in enumerate(found, 1):
        score = pair.nulls[kind].scores.get("ami") if kind in pair.nulls else None
        if score is None:
            continue
        colour, marker = NULL_LOOKS[(step - 1) % len(NULL_LOOKS)]
        at = place + 0.09 * step
        if score.low is not None and score.high is not None:
            axes.plot([score.low, score.high], [at, at], color=colour, linewidth=1.4)
        axes.plot([score.mean], [at], marker, color=colour, markersize=4)


def _legend(figure: Figure, found: Sequence[str]) -> None:
    from matplotlib.lines import Line2D

    looks = [("o", COLOURS[0], "observed"), *(
        (marker, colour, f"null: {KINDS[kind].name if kind in KINDS else kind}")
        for kind, (colour, marker) in zip(found, NULL_LOOKS, strict=False)
    )]  # fmt: skip
    handles = [
        Line2D([], [], marker=marker, color=colour, linestyle="", label=label)
        for marker, colour, label in looks
    ]
    figure.legend(handles=handles, loc="outside lower left", ncols=3, frameon=False)


def grid_figure(grid: Grid, *, score: str = "AMI") -> Figure:
    """All partitions against all as a heat map; darker is more alike."""
    size = len(grid.names)
    cell = max(0.26, min(0.55, 6.0 / size))
    with style():
        figure, axes = blank(2.9 + cell * size, 2.1 + cell * size)
        shown = np.ma.masked_invalid(np.clip(grid.values, 0, 1))
        mesh = axes.pcolormesh(
            shown, cmap=_colours(), vmin=0, vmax=1, edgecolor=PAPER, linewidth=1.0
        )
        if size <= WRITTEN:
            _values(axes, grid)
        names = [shorten(name, NAME // 2 + 5) for name in grid.names]
        places = np.arange(size) + 0.5
        axes.set_yticks(places, labels=names)
        axes.set_xticks(places, labels=names, rotation=45, ha="right", rotation_mode="anchor")
        axes.invert_yaxis()
        axes.tick_params(length=0)
        for spine in axes.spines.values():
            spine.set_visible(False)
        bar = figure.colorbar(mesh, ax=axes, pad=0.02, fraction=0.03, aspect=30)
        bar.set_ticks([0, 0.5, 1], labels=["0", "0.5", f"1 {score}"])
        bar.outline.set_visible(False)
    return figure


def _colours() -> Any:
    from matplotlib.colors import LinearSegmentedColormap

    return LinearSegmentedColormap.from_list("shares", SHARES)


def _values(axes: Axes, grid: Grid) -> None:
    for (row, column), value in np.ndenumerate(grid.values):
        if np.isfinite(value):
            colour = PAPER if value > 0.55 else INK
            text = number(float(value), 2)
            axes.text(
                column + 0.5, row + 0.5, text, ha="center", va="center", color=colour, size=7.5
            )
