"""What the page shows, drawn and put in order, before it becomes HTML."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from songnet.report import _answer, _compared, _data, _drawn, _evidence, _grid
from songnet.report._compared import Pair
from songnet.report._content import Answer, ReportContent
from songnet.report._drawn import Drawn
from songnet.report._encoder_content import Curve, EncoderSection, Panel, SearchSection
from songnet.report._map_content import Projection
from songnet.report._nulls import KINDS, NullKind
from songnet.report._scores import SCORES, Score
from songnet.report._section_content import Section
from songnet.report._text import slug

MATRICES = 24
FLOW = 12
EFFECTS = 20


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
class SectionView:
    """A section of its own and its figures."""

    section: Section
    anchor: str
    figures: Sequence[Drawn]


@dataclass(frozen=True)
class PairView:
    """A row of the agreement table."""

    pair: Pair
    crosses: bool
    strength: str
    apart: str


@dataclass(frozen=True)
class MeetingView:
    """A pair's confusion matrix and its flow."""

    view: PairView
    matrix: Drawn
    flow: Drawn


@dataclass(frozen=True)
class MapView:
    """A projection and its figure."""

    projection: Projection
    figure: Drawn


@dataclass(frozen=True)
class ExplorerView:
    """The maps of an encoder that can be looked into: its place in the data, its methods."""

    place: int
    encoder: str
    methods: Sequence[str]
    reading: str


@dataclass(frozen=True)
class Page:
    """Everything the template shows."""

    content: ReportContent
    answer: Answer
    convention: str
    sections: Sequence[SectionView]
    effects: Drawn | None
    choices: Sequence[Drawn]
    losses: Sequence[Drawn]
    encoders: Sequence[EncoderView]
    searches: Sequence[SearchView]
    pairs: Sequence[PairView]
    grid: _grid.Grid | None
    grid_figure: Drawn | None
    meetings: Sequence[MeetingView]
    maps: Sequence[MapView]
    explorers: Sequence[ExplorerView]
    data: str
    scores: Sequence[Score] = field(default=SCORES)

    def figures(self) -> Iterator[Drawn]:
        """All figures, in the order of the page."""
        if self.effects:
            yield self.effects
        for section in self.sections:
            yield from section.figures
        yield from (each.figure for each in self.maps)
        for meeting in self.meetings:
            yield from (meeting.matrix, meeting.flow)
        if self.grid_figure:
            yield self.grid_figure
        yield from self.choices
        yield from self.losses
        for encoder in self.encoders:
            yield from filter(None, (encoder.loss, *encoder.examples))
        yield from (search.losses for search in self.searches if search.losses)

    @property
    def nulls(self) -> dict[str, NullKind]:
        """The nulls that any pair has, explained; unknown ones by their key."""
        found = _evidence.kinds([view.pair for view in self.pairs])
        return {key: KINDS.get(key, NullKind(key, key, "")) for key in found}

    @property
    def more_matrices(self) -> int:
        """Pairs that the page's scripts do not know, for want of room."""
        return max(0, len(self.pairs) - _data.PAIRS)


def view(content: ReportContent) -> Page:
    """Draw everything.

    Raises
    ------
    InputError
        The comparison is not of the schema ``songnet.partitions.compare/1``.
    """
    compared = _compared.pairs(content)
    made_of = _answer.sides(content)
    views = sorted((_pair(pair, made_of) for pair in compared), key=_rank)
    ranked = [each.pair for each in views]
    whole = _grid.grid(_compared.as_json(content), compared)
    return Page(
        content=content,
        answer=content.answer or _answer.answer(content, compared),
        convention=_answer.convention([each.pair for each in views if each.crosses] or compared),
        sections=[_section(place, each) for place, each in enumerate(content.sections, 1)],
        effects=_effects([each.pair for each in views if each.crosses]),
        choices=_choices(content),
        losses=list(_losses_by_kind(content.encoders)),
        encoders=[
            EncoderView(each, _drawn.loss(each), _drawn.spectrograms(each))
            for each in content.encoders
        ],
        searches=[_search(each) for each in content.searches],
        pairs=views,
        grid=whole,
        grid_figure=_drawn.grid(whole) if whole else None,
        meetings=[_meeting(each, content) for each in views[:MATRICES]],
        maps=[MapView(each, _drawn.scatter(each)) for each in content.projections],
        explorers=_explorers(content),
        data=_data.data(content, ranked, colour=_first_colour(views, made_of)),
    )


def _rank(each: PairView) -> tuple[bool, bool, float]:
    """Playlists against sound first, of those the readable ones, the closest before the others."""
    return not each.crosses, bool(each.pair.dominant), -(each.pair.scores["ami"] or 0.0)


def _pair(pair: Pair, made_of: Mapping[str, _answer.Side]) -> PairView:
    return PairView(
        pair,
        _answer.crosses(pair, made_of),
        _answer.strength(pair.scores["ami"]),
        _evidence.songs_apart(pair),
    )


def _first_colour(views: Sequence[PairView], made_of: Mapping[str, _answer.Side]) -> str | None:
    """The playlists' side of the first pair: on a map of sound it is what there is to see."""
    names = [name for each in views[:1] for name in (each.pair.a, each.pair.b)]
    return next((name for name in names if made_of.get(name) == "playlists"), None)


def _effects(crossing: Sequence[Pair]) -> Drawn | None:
    scored = [pair for pair in crossing if pair.scores["ami"] is not None]
    return _drawn.effects(scored[:EFFECTS]) if scored else None


def _section(place: int, section: Section) -> SectionView:
    figures = [_drawn.illustration(each) for each in section.figures]
    return SectionView(section, slug("section", str(place)), figures)


def _choices(content: ReportContent) -> list[Drawn]:
    return [
        *(_drawn.choice(each) for each in content.choices),
        *(_drawn.sweep(each) for each in content.sweeps),
    ]


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


def _search(section: SearchSection) -> SearchView:
    if not section.panels:
        return SearchView(section, None)
    of = f"the trainings of {section.name}"
    losses = _drawn.losses(section.panels, name=section.name, of=of, loss=section.loss)
    return SearchView(section, losses)


def _meeting(each: PairView, content: ReportContent) -> MeetingView:
    matrix = _compared.matrix(each.pair, content.communities)
    narrow = _compared.matrix(each.pair, content.communities, shown=FLOW)
    return MeetingView(each, _drawn.confusion(each.pair, matrix), _drawn.flow(each.pair, narrow))


def _explorers(content: ReportContent) -> list[ExplorerView]:
    return [
        ExplorerView(place, encoder, [view.method for view in views], _data.reading(views[0]))
        for place, (encoder, views) in enumerate(_data.explored(content))
    ]
