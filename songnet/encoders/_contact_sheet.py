"""Samples of an autoencoder drawn on one sheet, and the sheet written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from songnet.encoders._data import FRAMES, MELS
from songnet.encoders._samples import Pictures, Samples
from songnet.errors import InputError
from songnet.files import replacing

if TYPE_CHECKING:
    from PIL.ImageFont import FreeTypeFont

GAP = 8
LABEL_HEIGHT = 20
ROW_HEIGHT = LABEL_HEIGHT + MELS + GAP
COLUMN_WIDTH = FRAMES + GAP
FONT_SIZE = 12
LONGEST_LABEL = 400
INK, PAPER = 40, 255


@dataclass(frozen=True, slots=True)
class _Row:
    """Pictures side by side; one label above them all, or one above each."""

    labels: Sequence[str]
    pictures: Pictures


def contact_sheet(shown: Samples, names: Sequence[str]) -> NDArray[np.uint8]:
    """All pictures on one sheet, in labelled rows, the lowest band at the bottom of each.

    Parameters
    ----------
    shown
        What to draw.
    names
        What to call the songs of `shown.originals`, as many.

    Returns
    -------
    uint8 (height, width), grey, on white.

    Raises
    ------
    InputError
        Another number of names than of songs.
    """
    if len(names) != len(shown.originals):
        raise InputError(f"{len(shown.originals)} songs need as many names, got {len(names)}")
    rows = _rows(shown, names)
    columns = max(len(row.pictures) for row in rows)
    shape = GAP + len(rows) * ROW_HEIGHT, GAP + columns * COLUMN_WIDTH
    sheet = np.full(shape, PAPER, np.uint8)
    for number, row in enumerate(rows):
        top = number * ROW_HEIGHT + GAP + LABEL_HEIGHT
        for place, picture in enumerate(row.pictures):
            left = GAP + place * COLUMN_WIDTH
            sheet[top : top + MELS, left : left + FRAMES] = np.rint(picture[::-1] * 255)
    return _labelled(sheet, rows)


def _rows(shown: Samples, names: Sequence[str]) -> list[_Row]:
    pairs = zip(names[0::2], names[1::2], shown.interpolations, strict=False)
    source = "the prior" if shown.prior else "a normal distribution fitted to the songs' vectors"
    return [
        _Row(names, shown.originals),
        _Row(["the same, from their vectors"], shown.reconstructions),
        *(_Row([f"from {start} to {end}"], way) for start, end, way in pairs),
        _Row([f"draws from {source}"], shown.draws),
    ]


def _labelled(sheet: NDArray[np.uint8], rows: Sequence[_Row]) -> NDArray[np.uint8]:
    from PIL import Image, ImageDraw

    image = Image.fromarray(sheet)
    draw, font = ImageDraw.Draw(image), _font()
    for number, row in enumerate(rows):
        width = sheet.shape[1] - 2 * GAP if len(row.labels) == 1 else FRAMES
        for place, label in enumerate(row.labels):
            corner = GAP + place * COLUMN_WIDTH, number * ROW_HEIGHT + GAP + 2
            draw.text(corner, _fitted(label, font, width), fill=INK, font=font)
    return np.array(image)


def _font() -> FreeTypeFont:
    """DejaVu Sans, which comes with matplotlib and knows most alphabets."""
    import matplotlib as mpl
    from PIL import ImageFont

    path = Path(mpl.get_data_path(), "fonts", "ttf", "DejaVuSans.ttf")
    return ImageFont.truetype(path, FONT_SIZE, layout_engine=ImageFont.Layout.BASIC)


def _fitted(label: str, font: FreeTypeFont, width: int) -> str:
    """One line, cut off where it would be wider than `width` pixels."""
    plain = label.encode("utf-8", "replace").decode("utf-8")
    line = "".join(c if c.isprintable() else " " for c in plain)[:LONGEST_LABEL]
    if font.getlength(line) <= width:
        return line
    while line and font.getlength(f"{line}…") > width:
        line = line[:-1]
    return f"{line.rstrip()}…"


def write_sheet(path: str | Path, sheet: NDArray[np.uint8]) -> None:
    """Write a sheet as a grey PNG, whole or not at all.

    Raises
    ------
    InputError
        The file cannot be written.
    """
    from PIL import Image

    with replacing(Path(path)) as file:
        Image.fromarray(sheet).save(file, format="PNG", optimize=True)
