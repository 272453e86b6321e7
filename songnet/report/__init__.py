"""One self-contained page about a graph: what it holds, what was learnt, what agrees with what.

Nothing here reads a database or a data folder. A caller (`songnet.workflows`) fills a
`ReportContent`; `render` makes the page, `write` puts it on disk, with its figures if wanted.
Projections to two dimensions are in `songnet.report.projections`, the figures themselves in
`songnet.report.figures`; both load their heavy libraries only when called.
"""

from __future__ import annotations

from songnet.report._answer import strength
from songnet.report._content import Answer, Loaded, ReportContent
from songnet.report._encoder_content import (
    Curve,
    EncoderSection,
    Example,
    Panel,
    SearchSection,
)
from songnet.report._map_content import Method, Projection, Songs
from songnet.report._page import render, write
from songnet.report._section_content import Illustration, Section, Table

__all__ = [
    "Answer",
    "Curve",
    "EncoderSection",
    "Example",
    "Illustration",
    "Loaded",
    "Method",
    "Panel",
    "Projection",
    "ReportContent",
    "SearchSection",
    "Section",
    "Songs",
    "Table",
    "render",
    "strength",
    "write",
]
