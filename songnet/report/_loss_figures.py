"""Loss curves by epoch: of one encoder, and of many side by side."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from songnet.model import Floats
from songnet.report._encoder_content import Curve, Panel
from songnet.report._style import (
    COLOURS,
    FAINT,
    GREY,
    INK,
    MEDIUM,
    NARROW,
    PAPER,
    RULE,
    blank,
    style,
)
from songnet.report._text import isolated, shorten

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D

COLUMNS = 2
PANEL = 2.3
TITLE = 34
DASHED = (0, (3, 2))


def loss_figure(history: Mapping[str, Sequence[float]], *, kept: int | None = None) -> Figure:
    """Training and validation loss by epoch; the epoch whose weights were kept is marked.

    Parameters
    ----------
    history
        ``loss`` and ``val_loss``, a value per epoch; either may be missing.
    kept
        The epoch, from 1; default: that of the lowest validation loss.
    """
    with style():
        figure, axes = blank(NARROW, 3.0)
        names = (("loss", "training"), ("val_loss", "validation"))
        for (key, label), colour in zip(names, COLOURS, strict=False):
            if len(history.get(key, ())):
                _curve(axes, np.asarray(history[key], np.float64), label, colour)
        if len(history.get("val_loss", ())):
            _mark_kept(axes, np.asarray(history["val_loss"], np.float64), kept)
        _loss_axes(axes, history)
    return figure


def _curve(axes: Axes, values: Floats, label: str, colour: str) -> None:
    epochs = np.arange(1, len(values) + 1)
    marker = "o" if len(values) < 25 else ""
    axes.plot(epochs, values, color=colour, label=label, linewidth=1.8, marker=marker, markersize=3)


def _mark_kept(axes: Axes, values: Floats, kept: int | None) -> None:
    if not np.isfinite(values).any():
        return
    lowest = int(np.nanargmin(values))
    best = lowest if kept is None else kept - 1
    what = "lowest validation loss" if best == lowest else "weights kept, validation loss"
    label = f"{what}: {values[best]:.4g} in epoch {best + 1}"
    axes.plot(
        [best + 1], [values[best]], "o", mfc=PAPER, mec=INK, mew=1.4, ms=7, zorder=5, label=label
    )


def _loss_axes(axes: Axes, history: Mapping[str, Sequence[float]]) -> None:
    if _spans_magnitudes(history.values()):
        _plain_log_scale(axes)
    _epoch_axis(axes)
    axes.set(xlabel="epoch", ylabel="loss")
    axes.legend(frameon=False, loc="upper right")


def _epoch_axis(axes: Axes) -> None:
    from matplotlib.ticker import MaxNLocator

    axes.xaxis.set_major_locator(MaxNLocator(integer=True, steps=[1, 2, 5, 10]))
    axes.set_xlim(left=min(1, axes.get_xlim()[1] / 2))
    axes.grid(axis="y", color=RULE, linewidth=0.8)


def _spans_magnitudes(curves: Iterable[Sequence[float]]) -> bool:
    values = np.asarray([loss for curve in curves for loss in curve], np.float64)
    finite = values[np.isfinite(values)]
    return bool(len(finite) and finite.min() > 0 and finite.max() > 10 * finite.min())


def _plain_log_scale(axes: Axes) -> None:
    """Ticks such as 0.02: the usual powers of ten are mathtext, which is switched off."""
    from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

    axes.set_yscale("log")
    axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5), numticks=9))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda loss, _: f"{loss:g}"))
    axes.yaxis.set_minor_locator(NullLocator())


def losses_figure(panels: Sequence[Panel], *, loss: str = "loss") -> Figure:
    """Losses by epoch side by side, on one scale, two panels in a row.

    Validation is solid, training dashed; the best curve of a panel is in colour and its best epoch
    marked, the others are grey, and those that were given up end in a cross.

    Parameters
    ----------
    panels
        At least one.
    loss
        What the loss is, for the axis; just ``loss`` where that is too long for it.
    """
    columns = min(COLUMNS, len(panels))
    rows = -(-len(panels) // columns)
    with style():
        from matplotlib.figure import Figure
        from matplotlib.layout_engine import ConstrainedLayoutEngine

        layout = ConstrainedLayoutEngine(h_pad=0.06)
        figure = Figure(figsize=(MEDIUM, 0.7 + PANEL * rows), layout=layout)
        grid = figure.subplots(rows, columns, sharex=True, sharey=True, squeeze=False).ravel()
        for axes, panel in zip(grid, panels, strict=False):
            _panel(axes, panel)
        for axes in grid[len(panels) :]:
            axes.remove()
        _shared_axes(figure, list(grid[: len(panels)]), panels, loss)
    return figure


def _panel(axes: Axes, panel: Panel) -> None:
    for curve in sorted(panel.curves, key=lambda curve: curve.best):
        _pair(axes, curve)
    axes.set_title(isolated(shorten(panel.title, TITLE)), loc="left", color=INK)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)


def _pair(axes: Axes, curve: Curve) -> None:
    """A curve's training and validation loss, and what marks them."""
    training, validation = COLOURS[:2] if curve.best else (GREY, GREY)
    width, order = (1.8, 3) if curve.best else (0.8, 2)
    _line(axes, curve.loss, color=training, lw=0.7 * width, ls=DASHED, zorder=order)
    _line(axes, curve.val_loss, color=validation, lw=width, zorder=order)
    last, values = len(curve.val_loss), np.asarray(curve.val_loss, np.float64)
    if curve.given_up:
        axes.plot([last], values[-1:], "x", color=FAINT, ms=4, zorder=order)
    if curve.best and np.isfinite(values).any():
        best = int(np.nanargmin(values))
        axes.plot([best + 1], [values[best]], "o", mfc=PAPER, mec=INK, mew=1.2, ms=5, zorder=5)


def _line(axes: Axes, values: Sequence[float], **look: Any) -> None:
    dot = "o" if len(values) == 1 else ""
    axes.plot(np.arange(1, len(values) + 1), values, marker=dot, markersize=3, **look)


def _shared_axes(figure: Figure, drawn: Sequence[Axes], panels: Sequence[Panel], loss: str) -> None:
    curves = [curve for panel in panels for curve in panel.curves]
    if _spans_magnitudes(values for curve in curves for values in (curve.loss, curve.val_loss)):
        _plain_log_scale(drawn[0])
    for axes in drawn:
        _epoch_axis(axes)
        # What stands above an empty place is the last of its column.
        axes.tick_params(labelbottom=True)
    figure.supxlabel("epoch", color=FAINT, fontsize="medium")
    figure.supylabel(loss if len(loss) <= TITLE else "loss", color=FAINT, fontsize="medium")
    figure.legend(handles=_legend(curves), loc="outside upper left", ncols=4, frameon=False)


def _legend(curves: Sequence[Curve]) -> list[Line2D]:
    from matplotlib.lines import Line2D

    lines = [
        Line2D([], [], color=COLOURS[1], linewidth=1.8, label="validation"),
        Line2D([], [], color=COLOURS[0], linewidth=1.3, linestyle=DASHED, label="training"),
    ]
    if any(not curve.best for curve in curves):
        lines.append(Line2D([], [], color=GREY, linewidth=0.8, label="other trainings"))
    if any(curve.given_up for curve in curves):
        lines.append(Line2D([], [], color=FAINT, linestyle="", marker="x", label="given up"))
    return lines
