"""Which figures a report has: drawn, named, and described for those who cannot see them."""

from __future__ import annotations

import base64
import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from songnet.errors import InputError
from songnet.partitions import Choice, Sweep
from songnet.report import figures
from songnet.report._compared import Matrix, Pair
from songnet.report._encoder_content import EncoderSection, Example, Panel
from songnet.report._grid import Grid
from songnet.report._map_content import Projection
from songnet.report._section_content import Drawing, Illustration
from songnet.report._style import to_svg
from songnet.report._text import count, isolated, number, one_line, percent, sentence, shorten, slug

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PIXELS_PER_INCH = 96
POINTS = PIXELS_PER_INCH / 72
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


def flow(pair: Pair, matrix: Matrix) -> Drawn:
    """Where the songs of each community of a pair go."""
    return _draw(
        figures.flow_figure(matrix, rows=pair.a, columns=pair.b),
        name=slug("flow", pair.a, "to", pair.b),
        alt=(
            f"Flow of songs from the communities of {pair.a} (left) to those of {pair.b} (right). "
            f"{_largest_cell(matrix)}"
        ),
        caption=f"Left: {pair.a}. Right: {pair.b}. Bands are as wide as the songs they carry.",
    )


def grid(given: Grid) -> Drawn:
    """All partitions against all."""
    return _draw(
        figures.grid_figure(given),
        name="agreement",
        alt=f"Heat map of the AMI of {count(len(given.names), 'partition')}, each with each.",
        caption=(
            "AMI of every two partitions (0 is chance, 1 identical). "
            + ("Partitions that agree stand side by side." if given.clustered else "")
        ),
    )


def effects(pairs: Sequence[Pair]) -> Drawn:
    """The AMI of pairs beside what nulls give."""
    listed = "; ".join(f"{pair.a} with {pair.b} {number(pair.scores['ami'])}" for pair in pairs)
    return _draw(
        figures.effects_figure(pairs),
        name="effects",
        alt=f"AMI of playlists against sound, beside its nulls: {listed}.",
        caption=_effects_caption(pairs),
    )


def _effects_caption(pairs: Sequence[Pair]) -> str:
    parts = ["Each dot is a pair of partitions, playlists against sound."]
    if any(pair.interval for pair in pairs):
        parts.append("Its line is the interval that subsamples of the songs give.")
    if any(pair.nulls for pair in pairs):
        parts.append(
            "Below it, what each null gives: mean and the middle 95 %. A dot to the right of a "
            "null beats it."
        )
    return " ".join(parts)


def choice(given: Choice) -> Drawn:
    """How many communities the vectors of an encoder may hold."""
    named = [f"{rule} {k}" for rule, k in given.chosen.items() if k is not None]
    found = f"chosen by {', '.join(named)}" if named else "no rule chooses a number"
    return _draw(
        figures.choice_figure(given),
        name=slug("choose-k", given.on),
        alt=f"Criteria for the number of communities of {given.on}: {found}.",
        caption=" ".join(
            [f"{given.on}, {count(given.songs, 'song')}, seed {given.seed}: {found}."]
            + [sentence(each) for each in given.findings]
        ),
    )


def sweep(given: Sweep) -> Drawn:
    """How the communities of a network change with the resolution."""
    plateaus = [f"{each.low:g} to {each.high:g} ({each.communities})" for each in given.plateaus]
    stable = f"much the same from {', from '.join(plateaus)}" if plateaus else "nowhere stable"
    return _draw(
        figures.sweep_figure(given),
        name=slug("sweep", given.algorithm, given.on),
        alt=f"{given.algorithm} on {given.on} by resolution: {stable}.",
        caption=(
            f"{given.algorithm} on {given.on} by resolution, {count(len(given.seeds), 'seed')}: "
            f"{stable}. In brackets the number of communities."
        ),
    )


def illustration(given: Illustration | tuple[str, Drawing, str, str]) -> Drawn:
    """A section's own figure."""
    own = Illustration(*given)
    if not isinstance(own.figure, str):
        return _draw(own.figure, name=slug(own.name), alt=own.alt, caption=own.caption)
    width, height = _svg_size(own.name, own.figure)
    return Drawn(
        slug(own.name), own.figure, one_line(own.alt), one_line(own.caption), width, height
    )


def _svg_size(name: str, svg: str) -> tuple[int, int]:
    """Width and height of an SVG document in CSS pixels: its view box, as shape is what counts."""
    found = re.search(r"<svg\b[^>]*\bviewBox=[\"']([^\"']+)", svg)
    numbers = [float(part) for part in re.findall(r"-?[\d.]+", found[1])] if found else []
    if len(numbers) != 4:
        raise InputError(f"figure {name!r} must be a matplotlib figure, or an SVG with a viewBox")
    return round(numbers[2] * POINTS), round(numbers[3] * POINTS)


def scatter(projection: Projection) -> Drawn:
    """Songs in a plane."""
    songs = count(len(projection.points), "song")
    communities = count(len(np.unique(projection.labels[projection.labels >= 0])), "community")
    coloured = f", coloured by the {communities} of {projection.partition}"
    by = ("by", projection.partition) if projection.partition else ()
    return _draw(
        figures.scatter_figure(projection),
        name=slug(projection.method, projection.encoder, *by),
        alt=(
            f"{projection.method} of the vectors of {projection.encoder}: {songs}"
            f"{coloured if projection.partition else ''}."
        ),
        caption=" ".join(
            filter(None, (f"{songs}. {reading(projection)}", sentence(projection.note)))
        ),
    )


def reading(projection: Projection) -> str:
    """How to read a map: what its distances mean."""
    if projection.method != "PCA":
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
