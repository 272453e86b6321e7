"""What chance would give: the nulls and intervals of a comparison's JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

# At most this p counts as more than luck.
ALPHA = 0.05
# A null that can move a smaller share of the songs tests next to nothing.
MOVABLE = 0.1


class NullKind(NamedTuple):
    """A null for people.

    Attributes
    ----------
    name
        A heading.
    against
        What follows ‘p = 0.01 against’.
    says
        What it shuffles, and what beating it rules out.
    """

    name: str
    against: str
    says: str


KINDS: Mapping[str, NullKind] = {
    "shuffle": NullKind(
        "labels shuffled",
        "shuffled labels",
        "The songs of one partition get each other’s communities at random; sizes stay. Beating "
        "it rules out luck, and no more.",
    ),
    "artist": NullKind(
        "within artists",
        "labels shuffled within each artist",
        "As above, but only among songs of the same artist. Whoever beats it agrees about more "
        "than who made the songs.",
    ),
    "album": NullKind(
        "within albums",
        "labels shuffled within each album",
        "As above, but only among songs of the same album: mastering and period stay as they are.",
    ),
    "rewiring": NullKind(
        "lists rewired",
        "playlists rewired",
        "Songs change places between playlists, so that every list keeps its length and every "
        "song its popularity, and the playlists are cut anew. Beating it rules out popularity.",
    ),
}


@dataclass(frozen=True)
class NullScore:
    """A score under a null.

    Attributes
    ----------
    mean, sd, low, high
        Over the samples; low and high are the 2.5 and 97.5 percentiles.
    z
        How many standard deviations the observed score is above the mean; None without spread.
    p
        The share of samples that are at least as good, the observed one counted in.
    """

    mean: float
    sd: float
    low: float | None
    high: float | None
    z: float | None
    p: float


@dataclass(frozen=True)
class Null:
    """What a null gives, by score.

    Attributes
    ----------
    kind
        Its key: ``shuffle``, ``artist``, ``album``, ``rewiring`` or another.
    samples
        How many were drawn.
    movable
        The share of songs that it can move at all, 0 to 1; None where unknown.
    scores
        By key of `SCORES`.
    """

    kind: str
    samples: int
    movable: float | None
    scores: Mapping[str, NullScore]

    @property
    def name(self) -> str:
        """A heading."""
        return KINDS[self.kind].name if self.kind in KINDS else self.kind

    @property
    def against(self) -> str:
        """What follows ‘p = 0.01 against’."""
        return KINDS[self.kind].against if self.kind in KINDS else f"the null {self.kind}"

    @property
    def is_idle(self) -> bool:
        """Whether it can move so few songs that not to beat it says nothing."""
        return self.movable is not None and self.movable < MOVABLE

    def beaten(self) -> bool | None:
        """Whether the observed AMI is too good for this null; None where one cannot tell."""
        found = self.scores.get("ami")
        if found is None or (found.p > ALPHA and self.is_idle):
            return None
        return found.p <= ALPHA


def nulls(given: Any) -> dict[str, Null]:
    """The nulls of a pair, by kind, those that `KINDS` knows first; none of an old comparison.

    Raises
    ------
    TypeError, ValueError, KeyError
        They are not of the schema.
    """
    found = {key: _null(key, item) for key, item in (given or {}).items() if item}
    known = [key for key in KINDS if key in found]
    return {key: found[key] for key in [*known, *(key for key in found if key not in KINDS)]}


def _null(kind: str, item: Mapping[str, Any]) -> Null:
    return Null(
        kind=str(kind),
        samples=int(item["samples"]),
        movable=_float(item.get("movable")),
        scores={
            key: _score(entry)
            for key, entry in item.items()
            if isinstance(entry, Mapping) and entry.get("p") is not None
        },
    )


def _score(entry: Mapping[str, Any]) -> NullScore:
    return NullScore(
        mean=float(entry["mean"]),
        sd=float(entry["sd"]),
        low=_float(entry.get("low")),
        high=_float(entry.get("high")),
        z=_float(entry.get("z")),
        p=float(entry["p"]),
    )


def _float(given: Any) -> float | None:
    return None if given is None else float(given)


@dataclass(frozen=True)
class Intervals:
    """Where a score lies, as far as subsamples can say.

    Attributes
    ----------
    level
        The share of subsamples inside, as 0.95.
    samples
        How many were drawn.
    scores
        Low and high by key of `SCORES`.
    """

    level: float
    samples: int
    scores: Mapping[str, tuple[float, float]]


def intervals(given: Any) -> Intervals | None:
    """The intervals of a pair; None of an old comparison, or where none were asked for."""
    if not given:
        return None
    scores = {
        key: (float(item[0]), float(item[1]))
        for key, item in given.items()
        if isinstance(item, list | tuple) and len(item) == 2 and None not in item
    }
    return Intervals(float(given.get("level", 0.95)), int(given.get("samples", 0)), scores)
