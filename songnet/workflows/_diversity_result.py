"""What `songnet diversity` found, and its JSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from songnet.diversity import SILENCE_RULE, Duplicates, Expected, Group, Scores
from songnet.model import Ints

SCHEMA = "songnet.diversity/1"
DECIMALS = 6


@dataclass(frozen=True)
class Coverage:
    """Of how many songs something is known.

    Attributes
    ----------
    songs
        In the graph.
    with_vector, with_playlist, with_both
        Of these.
    without_direction
        Whose vector is zero: they cannot be scored.
    """

    songs: int
    with_vector: int
    with_playlist: int
    with_both: int
    without_direction: int

    def share(self, count: int) -> float:
        """Of all songs, 0 to 1."""
        return count / self.songs if self.songs else 0.0


@dataclass(frozen=True)
class Quiet:
    """A clip in which there is nothing or hardly anything to hear."""

    song: str
    clip: int
    peak: float
    empty: float
    silent: bool


@dataclass(frozen=True)
class Silence:
    """Clips of the data folder, and those that are silent or nearly so, the emptiest first."""

    clips: int
    quiet: Sequence[Quiet]

    @property
    def silent(self) -> int:
        """How many hold nothing."""
        return sum(clip.silent for clip in self.quiet)

    @property
    def nearly_silent(self) -> int:
        """How many others hold hardly anything."""
        return len(self.quiet) - self.silent


@dataclass(frozen=True)
class Members:
    """A playlist, a community or the songs of a label.

    Attributes
    ----------
    name, title
        The playlist's id, the community's number or the label; and what a person would call it.
    songs
        How many it has.
    rows
        Where the vectors of those are that have one, int64.
    """

    name: str
    title: str
    songs: int
    rows: Ints

    @property
    def coverage(self) -> float:
        """The share of its songs that have a vector, 0 to 1."""
        return len(self.rows) / self.songs if self.songs else 0.0


@dataclass(frozen=True)
class Diversity:
    """How diverse the songs of a graph are.

    Attributes
    ----------
    encoder, dimensions
        Whose vectors, and how long they are.
    by, partition
        What the groups are: ``playlist``, ``community`` (of a partition) or ``label``; None where
        there are none.
    groups
        From the most to the least diverse for their size.
    not_scored
        Groups of fewer than two songs with a vector.
    samples
        How many random groups of a size there were, the fewest and the most; None without groups.
    """

    encoder: str
    dimensions: int
    by: str | None
    partition: str | None
    seed: int
    coverage: Coverage
    whole: Scores
    duplicates: Duplicates
    silence: Silence
    groups: Sequence[tuple[Members, Group]]
    not_scored: Sequence[Members]
    samples: tuple[int, int] | None

    def to_json(self) -> dict[str, Any]:
        """Plain data, schema ``songnet.diversity/1``; numbers to 6 decimals."""
        return {
            "schema": SCHEMA,
            "encoder": self.encoder,
            "dimensions": self.dimensions,
            "by": self.by,
            "partition": self.partition,
            "seed": self.seed,
            "coverage": _coverage(self.coverage),
            "all": _rounded(asdict(self.whole)),
            "near_duplicates": _duplicates(self.duplicates),
            "silence": _silence(self.silence),
            "random_groups": self.samples and {"fewest": self.samples[0], "most": self.samples[1]},
            "groups": [_group(place, *pair) for place, pair in enumerate(self.groups, 1)],
            "not_scored": [
                {
                    "group": one.name,
                    "title": one.title,
                    "songs": one.songs,
                    "embedded": len(one.rows),
                }
                for one in self.not_scored
            ],
        }


def _coverage(coverage: Coverage) -> dict[str, Any]:
    shares = {
        f"share_{key}": round(coverage.share(getattr(coverage, key)), DECIMALS)
        for key in ("with_vector", "with_playlist", "with_both")
    }
    return asdict(coverage) | shares


def _duplicates(found: Duplicates) -> dict[str, Any]:
    rows = zip(found.first, found.second, found.cosines.tolist(), strict=True)
    return {
        "cosine": found.cosine,
        "pairs": found.pairs,
        "songs": found.songs,
        "nearest": [[first, second, cosine] for first, second, cosine in rows],
    }


def _silence(silence: Silence) -> dict[str, Any]:
    return {
        "rule": SILENCE_RULE,
        "clips": silence.clips,
        "silent": silence.silent,
        "nearly_silent": silence.nearly_silent,
        "quiet": [
            {
                "song": clip.song,
                "clip": clip.clip,
                "peak_db": round(clip.peak, 2),
                "empty": round(clip.empty, DECIMALS),
                "silent": clip.silent,
            }
            for clip in silence.quiet
        ],
    }


def _group(place: int, members: Members, group: Group) -> dict[str, Any]:
    return {
        "rank": place,
        "group": members.name,
        "title": members.title,
        "songs": members.songs,
        "embedded": group.songs,
        "coverage": round(members.coverage, DECIMALS),
        "relative": round(group.relative, DECIMALS),
        **_rounded(asdict(group.scores)),
        "random": {
            "vendi": _expected(group.vendi),
            "mean_distance": _expected(group.mean_distance),
            "effective_rank": _expected(group.effective_rank),
        },
    }


def _expected(expected: Expected) -> dict[str, float]:
    return _rounded(asdict(expected))


def _rounded(facts: dict[str, float]) -> dict[str, float]:
    # Below this, sums hang on the machine and its number of threads.
    return {key: float(np.round(value, DECIMALS)) for key, value in facts.items()}
