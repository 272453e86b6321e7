"""How many communities there are: criteria by their number, and the profile of resolutions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from songnet.model import Floats
from songnet.partitions import NO_STRUCTURE, Choice, ChoiceRow, Sweep
from songnet.report._style import COLOURS, FAINT, GREY, INK, MEDIUM, PAPER, RULE, style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

PANEL = 2.3
COLUMNS = 2
BAND = "#eef1f5"
DASHED = (0, (3, 2))

# What each criterion looks at, and what its axis says.
CRITERIA: dict[str, tuple[Callable[[ChoiceRow], float | None], str]] = {
    "silhouette": (lambda row: row.silhouette, "mean silhouette"),
    "elbow": (lambda row: row.inertia, "inertia"),
    "gap": (lambda row: row.gap, "gap, ± 1 standard error"),
    "bic": (lambda row: row.bic, "BIC (lower is better)"),
}
TITLES = {"silhouette": "silhouette", "elbow": "elbow", "gap": "gap statistic", "bic": "BIC"}


def choice_figure(choice: Choice) -> Figure:
    """Silhouette and elbow side by side, gap statistic and BIC below, by number of communities.

    The number that a criterion chooses is ringed and named; numbers of which one community holds
    over 90 % of the songs are grey crosses. Silhouettes under the dashed line are no sign of
    structure. A criterion without any value has no panel.
    """
    shown = [key for key in CRITERIA if np.isfinite(_values(choice.rows, key)).any()]
    with style():
        figure, grid = _grid(len(shown), COLUMNS)
        for axes, key in zip(grid, shown, strict=False):
            _criterion(axes, choice, key)
    return figure


def _grid(panels: int, columns: int, **shared: Any) -> tuple[Figure, list[Axes]]:
    from matplotlib.figure import Figure

    rows = -(-panels // columns)
    figure = Figure(figsize=(MEDIUM, PANEL * rows), layout="constrained")
    grid = list(figure.subplots(rows, columns, squeeze=False, **shared).ravel())
    for axes in grid[panels:]:
        axes.remove()
    for axes in grid[:panels]:
        for side in ("top", "right"):
            axes.spines[side].set_visible(False)
        axes.grid(axis="y", color=RULE, linewidth=0.8)
        axes.set_axisbelow(True)
    return figure, grid[:panels]


def _values(rows: Sequence[ChoiceRow], key: str) -> Floats:
    read = CRITERIA[key][0]
    return np.array([np.nan if (value := read(row)) is None else value for row in rows])


def _criterion(axes: Axes, choice: Choice, key: str) -> None:
    numbers = np.array([row.communities for row in choice.rows])
    values = _values(choice.rows, key)
    errors = np.array([row.gap_error or 0.0 for row in choice.rows]) if key == "gap" else None
    axes.plot(numbers, values, color=COLOURS[0], linewidth=1.6, zorder=2)
    if errors is not None:
        axes.errorbar(numbers, values, errors, fmt="none", ecolor=COLOURS[0], elinewidth=1.0)
    degenerate = np.array([row.degenerate for row in choice.rows])
    axes.plot(numbers[~degenerate], values[~degenerate], "o", color=COLOURS[0], ms=4, zorder=3)
    axes.plot(numbers[degenerate], values[degenerate], "x", color=FAINT, ms=5, mew=1.4, zorder=3)
    _mark(axes, numbers, values, choice.chosen.get(key))
    if key == "silhouette":
        axes.axhline(NO_STRUCTURE, color=GREY, linewidth=1.2, linestyle=DASHED, zorder=1)
    axes.set_title(_title(key, choice.chosen.get(key)), loc="left", color=INK)
    axes.set(xlabel="communities", ylabel=CRITERIA[key][1])
    _whole_numbers(axes)


def _title(key: str, chosen: int | None) -> str:
    return f"{TITLES[key]}: {'chooses none' if chosen is None else chosen}"


def _mark(axes: Axes, numbers: Any, values: Floats, chosen: int | None) -> None:
    place = numbers == chosen
    axes.plot(
        numbers[place], values[place], "o", mfc=PAPER, mec=COLOURS[1], mew=1.8, ms=8, zorder=4
    )


def _whole_numbers(axes: Axes) -> None:
    from matplotlib.ticker import MaxNLocator

    axes.xaxis.set_major_locator(MaxNLocator(integer=True, steps=[1, 2, 5, 10]))


# --- resolutions ----------------------------------------------------------------------------------


def sweep_figure(sweep: Sweep) -> Figure:
    """Communities, stability over seeds and modularity by resolution, one above the other.

    Plateaus are shaded, the chosen resolution is a dashed line, degenerate rows are grey crosses.
    """
    panels = [
        ("communities", np.array([float(row.communities) for row in sweep.rows])),
        ("stability (AMI)", np.array([row.stability for row in sweep.rows])),
        ("modularity", np.array([row.modularity for row in sweep.rows])),
    ]
    with style():
        figure, grid = _grid(len(panels), 1, sharex=True)
        figure.set_size_inches(MEDIUM, 0.75 * PANEL * len(panels))
        for number, (axes, (label, values)) in enumerate(zip(grid, panels, strict=True)):
            _profile(axes, sweep, values, COLOURS[number])
            axes.set_ylabel(label)
        grid[1].set_ylim(min(0.8, float(panels[1][1].min()) - 0.02), 1.02)
        if panels[0][1].max() > 10 * panels[0][1].min():
            _plain_log(grid[0], "y")
        _plain_log(grid[-1], "x")
        grid[-1].set_xlabel("resolution")
        grid[0].set_title(_headline(sweep), loc="left", color=INK)
    return figure


def _profile(axes: Axes, sweep: Sweep, values: Floats, colour: str) -> None:
    resolutions = np.array([row.resolution for row in sweep.rows])
    degenerate = np.array([row.degenerate for row in sweep.rows])
    for plateau in sweep.plateaus:
        axes.axvspan(plateau.low, plateau.high, color=BAND, linewidth=0, zorder=0)
    if sweep.chosen is not None:
        axes.axvline(sweep.chosen, color=GREY, linewidth=1.2, linestyle=DASHED, zorder=1)
    axes.plot(resolutions, values, color=colour, linewidth=1.4, zorder=2)
    axes.plot(resolutions[~degenerate], values[~degenerate], "o", color=colour, ms=4, zorder=3)
    axes.plot(
        resolutions[degenerate], values[degenerate], "x", color=FAINT, ms=5, mew=1.4, zorder=3
    )


def _headline(sweep: Sweep) -> str:
    plateaus = f"{len(sweep.plateaus)} plateau{'' if len(sweep.plateaus) == 1 else 's'}"
    chosen = "" if sweep.chosen is None else f", chosen resolution {sweep.chosen:g}"
    return f"{sweep.algorithm}, {len(sweep.seeds)} seeds: {plateaus}{chosen}"


def _plain_log(axes: Axes, which: str) -> None:
    """Ticks such as 0.02: the usual powers of ten are mathtext, which is switched off."""
    from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

    axes.set(**{f"{which}scale": "log"})
    axis = axes.xaxis if which == "x" else axes.yaxis
    axis.set_major_locator(LogLocator(subs=(1, 2, 5), numticks=9))
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axis.set_minor_locator(NullLocator())
