"""Parts of a report that bring their own text, tables and figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from songnet.errors import InputError
from songnet.model import Scalar

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Drawing: TypeAlias = "Figure | str"


@dataclass(frozen=True)
class Table:
    """Rows under named columns; a reader can sort by any of them.

    Attributes
    ----------
    caption
        What it shows.
    columns
        A heading each.
    rows
        A value per column; the first names the row. Numbers are right-aligned, None is a dash.
    """

    caption: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Scalar]]

    def __post_init__(self) -> None:
        wrong = next((row for row in self.rows if len(row) != len(self.columns)), None)
        if wrong is not None:
            raise InputError(
                f"table {self.caption!r} has {len(self.columns)} columns, and a row of {len(wrong)}"
            )


class Illustration(NamedTuple):
    """A figure of a section.

    Attributes
    ----------
    name
        Its file name, without ending.
    figure
        A matplotlib figure, or an SVG document.
    caption
        The line under it.
    alt
        What it shows, for those who cannot see it.
    """

    name: str
    figure: Drawing
    caption: str
    alt: str


@dataclass(frozen=True)
class Section:
    """A part of the page, after the answer.

    Attributes
    ----------
    title
        Its heading.
    paragraphs
        Its text.
    tables, figures
        What follows the text; plain ``(name, figure, caption, alt)`` tuples will do.
    """

    title: str
    paragraphs: Sequence[str] = ()
    tables: Sequence[Table] = ()
    figures: Sequence[Illustration | tuple[str, Drawing, str, str]] = ()
