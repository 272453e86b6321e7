"""What the page's scripts know: songs, partitions, maps and pairs as one JSON text.

Arrays are packed, little-endian, in base64; places are 16-bit, finer than any screen. Titles may be
anything: nothing in the text can end the element that holds it.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from songnet.model import Floats, Ints
from songnet.report import _compared, _drawn, _evidence
from songnet.report._compared import OTHER, Pair
from songnet.report._content import ReportContent
from songnet.report._map_content import Projection
from songnet.report._style import GREY, SERIES, SHARES
from songnet.report._text import count, number, one_line, sentence, shorten

TITLE = 80
PAIRS = 200
STEPS = 65_535
FAINT = "#cdd1d8"
KINDS = {"int16": "Int16", "int32": "Int32", "uint16": "Uint16"}


def data(content: ReportContent, pairs: Sequence[Pair], *, colour: str | None) -> str:
    """The JSON text for a ``<script type="application/json">``.

    Parameters
    ----------
    pairs
        In the order of the page; the first is shown first, those beyond `PAIRS` are left out.
    colour
        The partition that colours maps at first; None: the first.
    """
    names = list(content.labels)
    given = {
        "songs": _songs(content),
        "partitions": [_partition(content, name) for name in names],
        "maps": [
            {"encoder": encoder, "views": [_view(each, len(content.songs)) for each in views]}
            for encoder, views in explored(content)
        ],
        "pairs": [_pair(pair, content.communities) for pair in pairs[:PAIRS]],
        "start": {"pair": 0, "colour": names.index(colour) if colour in names else 0},
        "looks": SERIES,
        "grey": GREY,
        "faint": FAINT,
        "shares": SHARES,
    }
    return escaped(json.dumps(given, ensure_ascii=False, allow_nan=False, separators=(",", ":")))


def escaped(text: str) -> str:
    """JSON that means the same and holds nothing that HTML or a script would take for its own."""
    for letter in "<>&\u2028\u2029":
        text = text.replace(letter, f"\\u{ord(letter):04x}")
    return text


def _songs(content: ReportContent) -> dict[str, Any]:
    artists = [shorten(artist, TITLE) for artist in content.songs.artists]
    places = {artist: place for place, artist in enumerate(dict.fromkeys(filter(None, artists)))}
    return {
        "titles": [shorten(title, TITLE) for title in content.songs.titles],
        "artists": list(places),
        "artist": _packed(np.array([places.get(artist, -1) for artist in artists], np.int32)),
    }


def _partition(content: ReportContent, name: str) -> dict[str, Any]:
    labels = np.asarray(content.labels[name], np.int64)
    titles = content.communities.get(name, ())
    communities = max(len(titles), int(labels.max(initial=-1)) + 1)
    return {
        "name": name,
        "titles": [
            shorten(_compared.title_of(label, titles), TITLE) for label in range(communities)
        ],
        "sizes": np.bincount(labels[labels >= 0], minlength=communities).tolist(),
        "labels": _packed(_small(labels)),
    }


def _small(labels: Ints) -> NDArray[Any]:
    return labels.astype(np.int16 if labels.max(initial=0) < 2**15 else np.int32)


def _packed(array: NDArray[Any]) -> dict[str, str]:
    raw = np.ascontiguousarray(array, array.dtype.newbyteorder("<")).tobytes()
    return {"kind": KINDS[array.dtype.name], "bytes": base64.b64encode(raw).decode()}


def explored(content: ReportContent) -> list[tuple[str, list[Projection]]]:
    """Encoders whose projections can be looked into, each with these, in the given order."""
    found: dict[str, list[Projection]] = {}
    for projection in content.projections:
        if projection.rows is not None and len(projection.points):
            found.setdefault(projection.encoder, []).append(projection)
    return list(found.items())


def _view(projection: Projection, songs: int) -> dict[str, Any]:
    places, (wide, high) = _unit(np.asarray(projection.points, np.float64))
    rows = np.asarray(projection.rows, np.int32)
    return {
        "method": projection.method,
        "points": _packed(np.round(places * STEPS).astype(np.uint16).ravel()),
        "rows": None if np.array_equal(rows, np.arange(songs)) else _packed(rows),
        "wide": wide,
        "high": high,
        "reading": reading(projection),
    }


def reading(projection: Projection) -> str:
    """The line under a map that can be looked into."""
    said = f"{count(len(projection.points), 'song')}. {_drawn.reading(projection)}"
    return f"{said} {sentence(projection.note)}".rstrip()


def _unit(points: Floats) -> tuple[Floats, tuple[float, float]]:
    """Points in the unit square, y downwards, no distance stretched; and how far they reach."""
    low, span = points.min(0), np.ptp(points, axis=0)
    longest = float(span.max()) or 1.0
    placed = (points - low) / longest
    wide, high = (float(side) for side in span / longest)
    placed[:, 1] = high - placed[:, 1]
    return placed.clip(0, 1), (wide, high)


def _pair(pair: Pair, titles: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    matrix = _compared.matrix(pair, titles)
    return {
        "a": pair.a,
        "b": pair.b,
        "facts": _facts(pair),
        "rows": _side(matrix.row_labels, matrix.rows, len(pair.rows)),
        "columns": _side(matrix.column_labels, matrix.columns, len(pair.columns)),
        "counts": matrix.counts.tolist(),
    }


def _side(labels: Ints, titles: Sequence[str], communities: int) -> list[dict[str, Any]]:
    sides: list[dict[str, Any]] = [
        {"label": int(label), "title": shorten(title, TITLE)}
        for label, title in zip(labels, titles, strict=True)
    ]
    if OTHER in labels:
        sides[-1]["communities"] = communities - len(labels) + 1
    return sides


def _facts(pair: Pair) -> str:
    scores = f"{count(pair.songs, 'song')}, AMI {number(pair.scores['ami'])} (0 is chance)."
    warned = [
        f"Degenerate: {name} has over 90 % of these songs in one community, so this says next to "
        "nothing."
        for name, _ in pair.dominant
    ]
    apart = one_line(_evidence.songs_apart(pair))  # begins with a name, which keeps its letters
    return " ".join(filter(None, [scores, *warned, apart]))
