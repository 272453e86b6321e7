"""A flow between two partitions: where the songs of each community go."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from songnet.model import Floats, Ints
from songnet.report._compared import Matrix
from songnet.report._style import FAINT, GREY, INK, MEDIUM, PAPER, SERIES, blank, style
from songnet.report._text import isolated, shorten

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

LABEL = 24
GAP = 0.012
# The room of every bar, as a share of all songs, so that names do not stand on each other.
LEAST = 0.024
BAR = 0.022
LEFT, RIGHT = 0.0, 1.0


def flow_figure(matrix: Matrix, *, rows: str, columns: str) -> Figure:
    """Communities of two partitions as bars, joined by bands as wide as the songs they share.

    Parameters
    ----------
    matrix
        Counts and titles, at most about 12 x 12 (`songnet.report._compared.matrix` folds).
    rows, columns
        The names of the partitions, left and right.
    """
    most = max(matrix.counts.shape)
    with style():
        figure, axes = blank(MEDIUM + 1.2, 1.0 + 0.36 * max(most, 4))
        left, right = _starts(matrix.counts.sum(1)), _starts(matrix.counts.sum(0))
        colours = _colours(matrix.row_labels)
        _bands(axes, matrix.counts, (left, right), colours)
        totals = float(max(matrix.counts.sum(), 1))
        _bars(axes, left, matrix.counts.sum(1) / totals, matrix.rows, side=LEFT, colours=colours)
        greys = [GREY] * len(matrix.columns)
        _bars(axes, right, matrix.counts.sum(0) / totals, matrix.columns, side=RIGHT, colours=greys)
        _frame(axes, rows, columns)
    return figure


def _starts(sizes: Ints) -> Floats:
    """The upper end of each bar: shares of all songs stacked from 0 down, with gaps."""
    shares = np.maximum(sizes / max(int(sizes.sum()), 1), LEAST) + GAP
    return np.concatenate([[0.0], np.cumsum(shares)[:-1]])


def _colours(labels: Ints) -> list[str]:
    """The colours that maps give these communities; labels fall by size."""
    front = len(SERIES)
    return [SERIES[label][0] if 0 <= label < front else GREY for label in labels]


def _bands(axes: Axes, counts: Ints, starts: tuple[Floats, Floats], colours: Sequence[str]) -> None:
    total = float(max(counts.sum(), 1))
    left, right = starts[0].copy(), starts[1].copy()
    for row, column in np.argwhere(counts):
        width = counts[row, column] / total
        _band(axes, left[row], right[column], width, colours[row])
        left[row] += width
        right[column] += width


def _band(axes: Axes, left: float, right: float, width: float, colour: str) -> None:
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    start, end, middle = LEFT + BAR, RIGHT - BAR, (LEFT + RIGHT) / 2
    points = [
        (start, left), (middle, left), (middle, right), (end, right),
        (end, right + width), (middle, right + width), (middle, left + width),
        (start, left + width), (start, left),
    ]  # fmt: skip
    curve = [Path.CURVE4] * 3
    codes = [Path.MOVETO, *curve, Path.LINETO, *curve, Path.CLOSEPOLY]
    axes.add_patch(PathPatch(Path(points, codes), facecolor=colour, alpha=0.45, linewidth=0))


def _bars(
    axes: Axes,
    starts: Floats,
    shares: Floats,
    titles: Sequence[str],
    *,
    side: float,
    colours: Sequence[str],
) -> None:
    is_left = side == LEFT
    for start, share, title, colour in zip(starts, shares, titles, colours, strict=True):
        x = side if is_left else side - BAR
        axes.bar(x, share, BAR, bottom=start, align="edge", color=colour, edgecolor=PAPER, lw=0.3)
        axes.text(
            side - 0.012 if is_left else side + 0.012,
            start + share / 2,
            isolated(shorten(title, LABEL)),
            ha="right" if is_left else "left",
            va="center",
            size=8,
            color=INK,
        )


def _frame(axes: Axes, rows: str, columns: str) -> None:
    axes.set_xlim(-0.42, 1.42)
    axes.margins(y=0.01)
    axes.invert_yaxis()
    axes.set_xticks([])
    axes.set_yticks([])
    for spine in axes.spines.values():
        spine.set_visible(False)
    axes.set_title(shorten(rows, 2 * LABEL), loc="left", color=FAINT)
    axes.set_title(shorten(columns, 2 * LABEL), loc="right", color=FAINT)
