"""How figures look: colours that colour-blind people can tell apart, type, and the way to SVG."""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Okabe & Ito (2008) without yellow and black, which vanish on white or shout.
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00")
MARKERS = ("o", "^")
SERIES = tuple((colour, marker) for marker in MARKERS for colour in COLOURS)
GREY = "#b4b8bf"
INK = "#22262e"
FAINT = "#6b7280"
RULE = "#e3e6eb"
PAPER = "#ffffff"
SHARES = ("#f6f8fb", "#c6dbef", "#6aaed6", "#2878b8", "#0b3c73")  # one hue, light to dark

# Widths of figures in inches.
MEDIUM = 6.4
NARROW = 6.0

MEASURED = "'DejaVu Sans'"  # comes with matplotlib: text is measured alike on every machine
SHOWN = f"system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, {MEASURED}"

SETTINGS: dict[Any, Any] = {
    "svg.hashsalt": "songnet",
    "svg.fonttype": "none",
    "text.parse_math": False,
    "text.usetex": False,
    "font.family": ["DejaVu Sans"],
    "font.size": 9.5,
    "axes.titlesize": 10.0,
    "axes.edgecolor": RULE,
    "axes.labelcolor": FAINT,
    "axes.linewidth": 0.8,
    "text.color": INK,
    "xtick.color": FAINT,
    "ytick.color": FAINT,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "savefig.facecolor": PAPER,
    "figure.facecolor": PAPER,
    "path.simplify": True,
}


@contextmanager
def style() -> Iterator[None]:
    """Draw and save in songnet's style, whatever the caller's own settings are."""
    from matplotlib import rc_context, rcdefaults, rcParams

    with rc_context():
        rcdefaults()
        rcParams.update(SETTINGS)
        yield


def blank(width: float, height: float) -> tuple[Figure, Axes]:
    """An empty figure (inches) with one pair of axes, laid out so that labels are not cut off."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    axes = figure.add_subplot()
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    return figure, axes


def to_svg(figure: Figure, *, title: str) -> str:
    """The figure as an SVG document: the same figure gives the same text, on any day.

    Letters stay text, so they can be searched and any script is shown by the reader's own fonts;
    the measuring font's warnings about glyphs it lacks are therefore of no consequence.
    """
    buffer = io.StringIO()
    with style(), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=r".*[Gg]lyph", category=UserWarning)
        figure.savefig(buffer, format="svg", metadata={**NO_METADATA, "Title": title}, dpi=200)
    text = re.sub(r"<!DOCTYPE[^>]*>\s*", "", buffer.getvalue())
    return re.sub(r" *<metadata>.*?</metadata>\n?", "", text, flags=re.DOTALL).replace(
        MEASURED, SHOWN
    )


NO_METADATA = {"Date": None, "Creator": None, "Format": None, "Type": None}
