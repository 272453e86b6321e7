"""The figures of a report, as matplotlib figures: no global state, on white, legible in print.

`songnet.report.write` saves them as SVG. Everything returned is an object of the caller's own;
``figure.savefig("x.png")`` works on it as on any other.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from songnet.model import Floats, Ints
from songnet.report._agreement_figures import effects_figure, grid_figure
from songnet.report._choice_figures import choice_figure, sweep_figure
from songnet.report._compared import Matrix, title_of
from songnet.report._encoder_content import Example
from songnet.report._flow_figure import flow_figure
from songnet.report._loss_figures import loss_figure, losses_figure
from songnet.report._map_content import Projection
from songnet.report._style import (
    GREY,
    INK,
    MEDIUM,
    NARROW,
    PAPER,
    RULE,
    SERIES,
    SHARES,
    blank,
    style,
)
from songnet.report._text import count, isolated, percent, shorten

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = [
    "choice_figure",
    "confusion_figure",
    "effects_figure",
    "flow_figure",
    "grid_figure",
    "loss_figure",
    "losses_figure",
    "scatter_figure",
    "spectrogram_figure",
    "sweep_figure",
]

LABEL = 26
MANY_POINTS = 2000
CELL_FONT = 7.5
SECONDS = 216 * 512 / 22_050
TOP_HERTZ = 11_025.0


def spectrogram_figure(example: Example | tuple[str, Any, Any]) -> Figure:
    """A spectrogram beside its reconstruction: low mel at the bottom, one colour scale for both.

    Parameters
    ----------
    example
        Title, uint8 (96, 216), float32 (96, 216) in 0 to 1.
    """
    shown = Example(*example)
    pictures = (
        ("original", np.asarray(shown.original, np.float64) / 255),
        ("reconstruction", np.asarray(shown.reconstruction, np.float64)),
    )
    with style():
        from matplotlib.figure import Figure

        figure = Figure(figsize=(NARROW, 2.1), layout="constrained")
        panels = figure.subplots(1, 2, sharey=True)
        for axes, (title, picture) in zip(panels, pictures, strict=True):
            image = _spectrogram(axes, title, picture)
        panels[0].set_ylabel("frequency")
        bar = figure.colorbar(image, ax=list(panels), pad=0.015, fraction=0.03)
        bar.set_ticks([0, 0.5, 1], labels=["−80 dB", "−40 dB", "0 dB"])
        bar.outline.set_visible(False)
    return figure


def _spectrogram(axes: Axes, title: str, picture: Floats) -> Any:
    image = axes.imshow(
        picture,
        origin="lower",
        aspect="auto",
        cmap="magma",
        vmin=0,
        vmax=1,
        interpolation="none",
        extent=(0, SECONDS, -0.5, 95.5),
    )
    axes.set_title(title, loc="left", color=INK)
    axes.set_xticks([0, 1, 2, 3, 4, 5], labels=["0", "1", "2", "3", "4", "5 s"])
    hertz = (250, 1000, 4000, 10_000)
    axes.set_yticks([_band(f) for f in hertz], labels=["250 Hz", "1 kHz", "4 kHz", "10 kHz"])
    axes.tick_params(length=0)
    for spine in axes.spines.values():
        spine.set_visible(False)
    return image


def _band(hertz: float) -> float:
    """Where a frequency lies among 96 mel bands from 0 to 11,025 Hz (Slaney's mel scale)."""
    return float(_mel(hertz) / _mel(TOP_HERTZ) * 97 - 1)


def _mel(hertz: float) -> float:
    if hertz < 1000:
        return hertz * 3 / 200
    return float(15 + 27 * np.log(hertz / 1000) / np.log(6.4))


def confusion_figure(matrix: Matrix, *, rows: str, columns: str) -> Figure:
    """A confusion matrix as a heat map: colour is the share of the row, text the count.

    Counts are written where they fit into their cells.

    Parameters
    ----------
    matrix
        Counts and titles, at most about 20 x 20 (`songnet.report._compared.matrix` folds).
    rows, columns
        The names of the partitions.
    """
    high, wide = matrix.counts.shape
    cell = min(0.62, 5.0 / max(wide, 1))
    totals = matrix.counts.sum(1, keepdims=True)
    shares = matrix.counts / np.maximum(totals, 1)
    with style():
        figure, axes = blank(
            max(3.9, 2.4 + cell * wide), 1.75 + (0.38 if high < 12 else 0.28) * high
        )
        mesh = axes.pcolormesh(
            shares, cmap=_share_colours(), vmin=0, vmax=1, edgecolor=PAPER, linewidth=1.2
        )
        _cell_texts(axes, matrix.counts, shares, cell * 72)
        _confusion_axes(axes, matrix, rows, columns)
        bar = figure.colorbar(mesh, ax=axes, pad=0.02, fraction=0.03, aspect=30)
        bar.set_ticks([0, 0.5, 1], labels=["0 %", "50 %", "100 %\nof row"])
        bar.outline.set_visible(False)
    return figure


def _share_colours() -> Any:
    from matplotlib.colors import LinearSegmentedColormap

    return LinearSegmentedColormap.from_list("shares", SHARES)


def _cell_texts(axes: Axes, counts: Ints, shares: Floats, points: float) -> None:
    """Write the counts, unless the longest is wider than a cell (in points)."""
    longest = max((len(f"{number:,}") for number in counts.ravel()), default=0)
    if longest * CELL_FONT * 0.64 > points:
        return
    for (row, column), number in np.ndenumerate(counts):
        if number:
            colour = PAPER if shares[row, column] > 0.55 else INK
            place = (column + 0.5, row + 0.5)
            axes.text(*place, f"{number:,}", ha="center", va="center", color=colour, size=CELL_FONT)


def _confusion_axes(axes: Axes, matrix: Matrix, rows: str, columns: str) -> None:
    high, wide = matrix.counts.shape
    down = [
        f"{isolated(shorten(title, LABEL))} · {n:,}"
        for title, n in zip(matrix.rows, matrix.counts.sum(1), strict=True)
    ]
    across = [
        f"{isolated(shorten(title, LABEL))} · {n:,}"
        for title, n in zip(matrix.columns, matrix.counts.sum(0), strict=True)
    ]
    axes.set_yticks(np.arange(high) + 0.5, labels=down)
    axes.set_xticks(
        np.arange(wide) + 0.5, labels=across, rotation=45, ha="right", rotation_mode="anchor"
    )
    axes.invert_yaxis()
    axes.tick_params(length=0)
    axes.set_ylabel(shorten(rows, 2 * LABEL))
    axes.set_xlabel(shorten(columns, 2 * LABEL))
    for spine in axes.spines.values():
        spine.set_visible(False)


def scatter_figure(projection: Projection) -> Figure:
    """Songs in a plane: the 12 largest communities in colour and shape, all others grey.

    Above 2,000 songs the points are drawn as one picture inside the SVG, so that the page stays
    small; text and axes stay sharp.
    """
    points = np.asarray(projection.points, np.float64)
    many = len(points) > MANY_POINTS
    size = float(np.clip(10_000 / max(len(points), 1), 2, 26))
    groups = _groups(projection)
    with style():
        figure, axes = blank(MEDIUM, _height(points, len(groups)))
        for group in groups:
            scale = size if group.front else 0.7 * size
            x, y = points[group.chosen].T
            axes.scatter(
                x,
                y,
                s=scale,
                c=group.colour,
                marker=group.marker,
                alpha=0.85,
                linewidths=0 if many else 0.3,
                edgecolors=PAPER,
                label=f"{group.title} · {group.chosen.sum():,}",
                rasterized=many,
                zorder=2 if group.front else 1,
            )
        _plane(axes, projection)
        if groups:
            figure.legend(loc="outside lower left", ncols=2, frameon=False, labelspacing=0.5)
    return figure


class _Group(NamedTuple):
    """Points that share colour, shape and a line of the legend."""

    chosen: NDArray[np.bool_]
    title: str
    colour: str
    marker: str = "o"
    front: bool = False


def _groups(projection: Projection) -> list[_Group]:
    """The largest communities, all others together, and songs in none; in the legend's order."""
    labels = np.asarray(projection.labels)
    shown, rest = _largest(labels)
    groups = [
        _Group(labels == label, _title(int(label), projection.legend), *look, front=True)
        for label, look in zip(shown, SERIES, strict=False)
    ]
    if len(rest):
        groups.append(_Group(np.isin(labels, rest), _others(len(rest)), GREY))
    if (labels < 0).any():
        groups.append(_Group(labels < 0, "in no community", RULE))
    return groups


def _others(communities: int) -> str:
    return f"other ({count(communities, 'community')})"


def _height(points: Floats, groups: int) -> float:
    """Inches that suit the cloud (no distance is stretched) and a legend of two columns."""
    wide, high = np.ptp(points, axis=0) if len(points) else (1.0, 1.0)
    ratio = high / wide if wide > 0 else 1.0
    return float(np.clip(MEDIUM * ratio, 2.4, 4.6) + 0.5 + 0.2 * ((groups + 1) // 2))


def _largest(labels: Ints) -> tuple[Ints, Ints]:
    """The communities to colour, largest first, and the others."""
    found, sizes = np.unique(labels[labels >= 0], return_counts=True)
    order = found[np.lexsort((found, -sizes))]
    return order[: len(SERIES)], order[len(SERIES) :]


def _title(label: int, legend: Sequence[str]) -> str:
    return isolated(shorten(title_of(label, legend), LABEL))


def _plane(axes: Axes, projection: Projection) -> None:
    axes.set_aspect("equal", adjustable="datalim")
    axes.set_xticks([])
    axes.set_yticks([])
    axes.set_xlabel(_axis(projection, 0))
    axes.set_ylabel(_axis(projection, 1))


def _axis(projection: Projection, axis: int) -> str:
    if projection.method != "PCA":
        return f"{projection.method} {axis + 1} (no unit)"
    if projection.explained is None:
        return f"principal component {axis + 1}"
    share = projection.explained[axis]
    return f"principal component {axis + 1} · {percent(share, 2)} of the variance"
