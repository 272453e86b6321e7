"""The page as HTML, and the two doors `render` and `write`."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import jinja2

from songnet.errors import InputError
from songnet.files import make_folder, replacing
from songnet.report import _answer, _drawn, _scripts, _text
from songnet.report._content import ReportContent
from songnet.report._views import Page, view

OPEN_ROWS = 12
OPEN_ENCODERS = 1


def render(content: ReportContent) -> str:
    """The report as one HTML document that needs no other file and no network.

    Its own scripts make figures answer to pointer and keyboard; without them, plain figures are
    shown. The same content gives the same text.

    Raises
    ------
    InputError
        The comparison is not of the schema ``songnet.partitions.compare/1``.
    """
    return _html(view(content))


def write(content: ReportContent, path: Path, figures: Path | None = None) -> list[Path]:
    """Write the report to `path`, and with `figures` each figure as SVG into that folder.

    Everything is drawn before anything is written, and each file is whole or not there.

    Returns
    -------
    The files written, the page first.

    Raises
    ------
    InputError
        As `render`; or a file cannot be written.
    """
    page = view(content)
    texts = {path: _html(page)}
    if figures is not None:
        drawn = _drawn.unique_names(page.figures())
        texts |= {figures / f"{name}.svg": svg for name, svg in drawn.items()}
    for place, text in texts.items():
        _write(place, text)
    return list(texts)


def _write(path: Path, text: str) -> None:
    try:
        make_folder(path.parent)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise InputError(f"cannot write {path}: {reason}; choose another place") from error
    with replacing(path) as file:
        file.write(text.encode("utf-8"))


def _html(page: Page) -> str:
    return (
        _environment()
        .get_template("page.html.j2")
        .render(
            page=page,
            content=page.content,
            scores=page.scores,
            question=_answer.QUESTION,
            making_pairs=_answer.MAKE_BOTH,
            open_rows=OPEN_ROWS,
            open_encoders=OPEN_ENCODERS,
            policy=_scripts.policy(),
            script=_scripts.script(),
        )
    )


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("songnet.report"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=_text.clean,
    )
    environment.filters |= _filters()
    return environment


def _filters() -> dict[str, Any]:
    return {
        "number": _text.number,
        "value": _text.value,
        "count": _text.count,
        "percent": _text.percent,
        "bar": _bar,
        "slug": _text.slug,
        "shade": _shade,
        "p": lambda p: f"{p:.2g}",
    }


def _bar(score: float | None) -> str:
    """The length of a score's bar, in percent."""
    return f"{100 * min(max(score or 0.0, 0.0), 1.0):.1f}"


def _shade(score: float) -> str:
    """The shade of a cell of the grid of all partitions, in twenty steps; none without a score."""
    return "" if score != score else f"shade-{round(20 * min(max(score, 0.0), 1.0))}"  # noqa: PLR0124
