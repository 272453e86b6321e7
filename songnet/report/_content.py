"""What a report is made of. All frozen; checked when made, so that drawing cannot fail half-way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

from songnet.errors import InputError
from songnet.info import EncoderInfo, NetworkInfo, PartitionInfo
from songnet.model import Ints, Scalar
from songnet.partitions import Choice, Sweep
from songnet.report._encoder_content import EncoderSection, SearchSection
from songnet.report._map_content import Projection, Songs
from songnet.report._section_content import Section


class ToJson(Protocol):
    """What has the JSON of ``songnet partitions compare``: `songnet.agreement.Comparison`."""

    def to_json(self) -> Mapping[str, Any]:
        """A mapping of the schema ``songnet.partitions.compare/1``."""


@dataclass(frozen=True)
class Loaded:
    """The rows of the tables under ‘What was loaded’: what the store says of itself."""

    networks: Sequence[NetworkInfo] = ()
    encoders: Sequence[EncoderInfo] = ()
    partitions: Sequence[PartitionInfo] = ()


@dataclass(frozen=True)
class Answer:
    """What the top of the page says.

    Attributes
    ----------
    headline
        The answer in a line.
    paragraphs
        The numbers it rests on.
    limits
        What the data cannot show.
    figures
        Numbers to see first, each with what it is.
    commands
        What would help where there is no answer.
    """

    headline: str
    paragraphs: Sequence[str]
    limits: Sequence[str] = ()
    figures: Sequence[tuple[str, str]] = ()
    commands: Sequence[str] = ()


@dataclass(frozen=True)
class ReportContent:
    """Everything the page says.

    Attributes
    ----------
    title, created_at
        The page's heading, and when the data was pulled (shown as given).
    notes
        What this data can and cannot show, a sentence or two each.
    answer
        What the top says; None: what the comparison allows.
    sections
        Parts with text, tables and figures of their own, after the answer.
    store
        ``engine``, ``playlists``, ``songs``, ``memberships``.
    loaded
        Networks, encoders and partitions.
    encoders
        The encoders to show in depth.
    searches
        The searches for the best encoder.
    choices, sweeps
        How many communities there may be, and how they change with the resolution.
    unread
        Why a search is not shown, a sentence each.
    stale
        Why a choice or a sweep is not shown, a sentence each.
    comparison
        `songnet.agreement.Comparison` or its JSON; None where nothing was compared.
    comparison_note
        What a reader must know of the comparison, as why a null was not computed.
    communities
        Titles of the communities, by label, for each partition's name.
    songs
        The songs that maps and community highlighting know.
    labels
        For each partition's name its communities, int64 (songs,), -1 for a song it does not cover.
    projections
        The maps.
    provenance
        Versions, seeds, fingerprints: whatever it takes to make this page again.
    """

    title: str
    created_at: str
    notes: Sequence[str] = ()
    answer: Answer | None = None
    sections: Sequence[Section] = ()
    store: Mapping[str, Scalar] = field(default_factory=dict)
    loaded: Loaded = field(default_factory=Loaded)
    encoders: Sequence[EncoderSection] = ()
    searches: Sequence[SearchSection] = ()
    choices: Sequence[Choice] = ()
    sweeps: Sequence[Sweep] = ()
    unread: Sequence[str] = ()
    stale: Sequence[str] = ()
    comparison: ToJson | Mapping[str, Any] | None = None
    comparison_note: str = ""
    communities: Mapping[str, Sequence[str]] = field(default_factory=dict)
    songs: Songs = field(default_factory=Songs)
    labels: Mapping[str, Ints] = field(default_factory=dict)
    projections: Sequence[Projection] = ()
    provenance: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        songs = len(self.songs)
        for name, labels in self.labels.items():
            if np.shape(labels) != (songs,):
                raise InputError(
                    f"the labels of {name!r} must be one per song, {songs}: got {np.shape(labels)}"
                )
        for projection in self.projections:
            rows = projection.rows
            if rows is not None and len(rows) and not 0 <= np.min(rows) <= np.max(rows) < songs:
                raise InputError(
                    f"projection {projection.title!r} names songs beyond the {songs} there are"
                )
