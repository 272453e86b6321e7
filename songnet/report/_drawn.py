"""Which figures a report has: drawn, named, and described for those who cannot see them."""

from __future__ import annotations

import base64
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from songnet.report import figures
from songnet.report._compared import Matrix, Pair
from songnet.report._content import EncoderSection, Example, Panel, Projection
from songnet.report._style import to_svg
from songnet.report._text import count, isolated, number, one_line, percent, sentence, shorten, slug

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PIXELS_PER_INCH = 96
TITLE = 120


@dataclass(frozen=True)
class Drawn:
    """A figure as the page holds it.

    Attributes
    ----------
    name
        File name without ending.
    svg
        The SVG document.
    alt
        What it shows, in words.
    caption
        The line under it.
    width, height
        CSS pixels.
    """

    name: str
    svg: str
    alt: str
    caption: str
    width: int
    height: int

    @property
    def source(self) -> str:
        """The figure as a data URI."""
        return "data:image/svg+xml;base64," + base64.b64encode(self.svg.encode()).decode()

    @property
    def least(self) -> int:
        """The width below which it scrolls rather than shrinks, in CSS pixels."""
        return min(self.width, 480)


def loss(section: EncoderSection) -> Drawn | None:
    """The loss curve; None without a history."""
    curves = {key: values for key, values in section.history.items() if len(values)}
    if not curves:
        return None
    falls = "; ".join(_fall(key, values) for key, values in curves.items())
    return _draw(
        figures.loss_figure(curves, kept=section.kept),
        name=slug("loss", section.name),
        alt=f"Loss of {section.name} by epoch: {falls}.",
        caption=f"Loss of {section.name} by epoch.",
    )


def _fall(key: str, values: Sequence[float]) -> str:
    name = {"loss": "training", "val_loss": "validation"}.get(key, key)
    return f"{name} from {values[0]:.4g} to {values[-1]:.4g} in {count(len(values), 'epoch')}"


def losses(panels: Sequence[Panel], *, name: str, of: str, loss: str) -> Drawn:
    """Loss curves side by side: of a search's trainings, or of encoders of one kind."""
    return _draw(
        figures.losses_figure(panels, loss=loss),
        name=slug("losses", name),
        alt=f"Losses of {of} by epoch, side by side: {'; '.join(map(_lowest, panels))}.",
        caption=f"Losses of {of} by epoch, on one scale ({loss}).",
    )


def _lowest(panel: Panel) -> str:
    lowest = min((value for curve in panel.curves for value in curve.val_loss), default=math.nan)
    made = count(len(panel.curves), "curve")
    return f"{shorten(panel.title, TITLE)}, {made}, lowest validation loss {lowest:.4g}"


def spectrograms(section: EncoderSection) -> list[Drawn]:
    """Each example beside its reconstruction."""
    examples = [Example(*example) for example in section.examples]
    return [_example(section.name, place, each) for place, each in enumerate(examples, start=1)]


def _example(encoder: str, place: int, example: Example) -> Drawn:
    title = isolated(shorten(example.title, TITLE))
    error = np.asarray(example.original, float) / 255 - np.asarray(example.reconstruction, float)
    return _draw(
        figures.spectrogram_figure(example),
        name=slug("spectrogram", encoder, str(place)),
        alt=f"Mel spectrogram of {title}, and its reconstruction by {encoder}.",
        caption=f"{title} · mean squared error {number(float(np.mean(error**2)), 4)}",
    )


def confusion(pair: Pair, matrix: Matrix) -> Drawn:
    """The confusion matrix of a pair."""
    return _draw(
        figures.confusion_figure(matrix, rows=pair.a, columns=pair.b),
        name=slug("confusion", pair.a, "vs", pair.b),
        alt=(
            f"Heat map of how the {count(len(pair.rows), 'community')} of {pair.a} (rows) spread "
            f"over the {count(len(pair.columns), 'community')} of {pair.b} (columns). "
            f"{_largest_cell(matrix)}"
        ),
        caption=(
            f"Rows: {pair.a}. Columns: {pair.b}. {count(pair.songs, 'song')}, "
            f"AMI {number(pair.scores['ami'])} (0 is chance). {_dominance(pair)}"
        ),
    )


def _dominance(pair: Pair) -> str:
    parts = [
        f"{name} has {percent(share)} of them in one community" for name, share in pair.dominant
    ]
    return f"Degenerate: {' and '.join(parts)}, so this says next to nothing." if parts else ""


def _largest_cell(matrix: Matrix) -> str:
    if not matrix.counts.size:
        return "There is no song in both."
    row, column = np.unravel_index(matrix.counts.argmax(), matrix.counts.shape)
    songs = count(int(matrix.counts.max()), "song")
    titles = shorten(matrix.rows[row], TITLE), shorten(matrix.columns[column], TITLE)
    return f"Largest cell: {titles[0]} and {titles[1]} share {songs}."


def scatter(projection: Projection) -> Drawn:
    """Songs in a plane."""
    songs = count(len(projection.points), "song")
    communities = count(len(np.unique(projection.labels[projection.labels >= 0])), "community")
    return _draw(
        figures.scatter_figure(projection),
        name=slug(projection.method, projection.encoder, "by", projection.partition),
        alt=(
            f"{projection.method} of the vectors of {projection.encoder}: {songs}, coloured by "
            f"the {communities} of {projection.partition}."
        ),
        caption=" ".join(
            filter(None, (f"{songs}. {_reading(projection)}", sentence(projection.note)))
        ),
    )


def _reading(projection: Projection) -> str:
    if projection.method == "t-SNE":
        return (
            "Near neighbours stay near; the size of a group and the distance between groups "
            "mean nothing."
        )
    kept = sum(projection.explained) if projection.explained is not None else math.nan
    if math.isnan(kept):
        return "The two directions in which the vectors vary most."
    return (
        f"The two directions in which the vectors vary most: together {percent(kept, 2)} of the "
        "variance, so much that looks mixed here may be apart in the others."
        if kept < 0.9
        else f"These two directions hold {percent(kept)} of the variance."
    )


def _draw(figure: Figure, *, name: str, alt: str, caption: str) -> Drawn:
    width, height = figure.get_size_inches() * PIXELS_PER_INCH
    svg = to_svg(figure, title=one_line(alt))
    return Drawn(name, svg, one_line(alt), one_line(caption), round(width), round(height))


def unique_names(drawn: Iterable[Drawn]) -> dict[str, str]:
    """SVG documents by file name; names that come twice are numbered."""
    files: dict[str, str] = {}
    for each in drawn:
        name, again = each.name, 2
        while name in files:
            name, again = f"{each.name}-{again}", again + 1
        files[name] = each.svg
    return files
