"""The page: what is shown in which order, and the two doors `render` and `write`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import jinja2

from songnet.errors import InputError
from songnet.files import replacing
from songnet.report import _answer, _compared, _drawn, _text
from songnet.report._compared import Pair
from songnet.report._content import (
    Curve,
    EncoderSection,
    Panel,
    Projection,
    ReportContent,
    SearchSection,
)
from songnet.report._drawn import Drawn

MATRICES = 24
OPEN_ROWS = 12


@dataclass(frozen=True)
class EncoderView:
    """An encoder's part of the page."""

    section: EncoderSection
    loss: Drawn | None
    examples: Sequence[Drawn]


@dataclass(frozen=True)
class SearchView:
    """A search and its loss curves."""

    section: SearchSection
    losses: Drawn | None


@dataclass(frozen=True)
class PairView:
    """A row of the agreement table."""

    pair: Pair
    crosses: bool
    strength: str


@dataclass(frozen=True)
class MatrixView:
    """A confusion matrix and its pair."""

    view: PairView
    figure: Drawn


@dataclass(frozen=True)
class MapView:
    """A projection and its figure."""

    projection: Projection
    figure: Drawn


@dataclass(frozen=True)
class Page:
    """Everything the template shows."""

    content: ReportContent
    answer: _answer.Answer
    losses: Sequence[Drawn]
    encoders: Sequence[EncoderView]
    searches: Sequence[SearchView]
    pairs: Sequence[PairView]
    matrices: Sequence[MatrixView]
    maps: Sequence[MapView]

    def figures(self) -> Iterator[Drawn]:
        """All figures, in the order of the page."""
        yield from self.losses
        for encoder in self.encoders:
            yield from filter(None, (encoder.loss, *encoder.examples))
        yield from (search.losses for search in self.searches if search.losses)
        yield from (matrix.figure for matrix in self.matrices)
        yield from (each.figure for each in self.maps)


def render(content: ReportContent) -> str:
    """The report as one HTML document that needs no other file, no script and no network.

    The same content gives the same text.

    Raises
    ------
    InputError
        The comparison is not of the schema ``songnet.partitions.compare/1``.
    """
    return _html(_page(content))


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
    page = _page(content)
    texts = {path: _html(page)}
    if figures is not None:
        drawn = _drawn.unique_names(page.figures())
        texts |= {figures / f"{name}.svg": svg for name, svg in drawn.items()}
    for place, text in texts.items():
        _write(place, text)
    return list(texts)


def _write(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise InputError(f"cannot write {path}: {reason}; choose another place") from error
    with replacing(path) as file:
        file.write(text.encode("utf-8"))


def _page(content: ReportContent) -> Page:
    compared = _compared.pairs(content)
    made_of = _answer.sides(content)
    views = [_pair_view(pair, made_of) for pair in compared]
    views.sort(key=lambda view: not view.crosses)
    return Page(
        content=content,
        answer=_answer.answer(content, compared),
        losses=list(_losses_by_kind(content.encoders)),
        encoders=[_encoder_view(section) for section in content.encoders],
        searches=[_search_view(section) for section in content.searches],
        pairs=views,
        matrices=[_matrix_view(view, content) for view in views[:MATRICES]],
        maps=[MapView(each, _drawn.scatter(each)) for each in content.projections],
    )


def _pair_view(pair: Pair, made_of: Mapping[str, _answer.Side]) -> PairView:
    crosses = _answer.crosses(pair, made_of)
    return PairView(pair, crosses, _answer.strength(pair.scores["ami"]))


def _encoder_view(section: EncoderSection) -> EncoderView:
    return EncoderView(section, _drawn.loss(section), _drawn.spectrograms(section))


def _losses_by_kind(sections: Sequence[EncoderSection]) -> Iterator[Drawn]:
    """Encoders whose losses mean the same, side by side, where there are several."""
    kinds: dict[tuple[str, str], list[Panel]] = {}
    for section in sections:
        training, validation = (section.history.get(key, ()) for key in ("loss", "val_loss"))
        if 0 < len(training) == len(validation):
            title = f"{section.name} · best {min(validation):.4g}"
            panel = Panel(title, [Curve(training, validation, best=True)])
            kind = str(section.params.get("kind", "all"))
            kinds.setdefault((kind, section.loss), []).append(panel)
    for (kind, loss), panels in kinds.items():
        if len(panels) > 1:
            of = f"the {len(panels)} encoders of kind {kind}"
            yield _drawn.losses(panels, name=kind, of=of, loss=loss)


def _search_view(section: SearchSection) -> SearchView:
    of = f"the trainings of {section.name}"
    return SearchView(
        section,
        _drawn.losses(section.panels, name=section.name, of=of, loss=section.loss)
        if section.panels
        else None,
    )


def _matrix_view(view: PairView, content: ReportContent) -> MatrixView:
    table = _compared.matrix(view.pair, content.communities)
    return MatrixView(view, _drawn.confusion(view.pair, table))


def _html(page: Page) -> str:
    return (
        _environment()
        .get_template("page.html.j2")
        .render(
            page=page,
            content=page.content,
            scores=_compared.SCORES,
            question=_answer.QUESTION,
            convention=_answer.CONVENTION,
            making_pairs=_answer.MAKE_BOTH,
            open_rows=OPEN_ROWS,
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
    }


def _bar(score: float | None) -> str:
    """The length of a score's bar, in percent."""
    return f"{100 * min(max(score or 0.0, 0.0), 1.0):.1f}"
