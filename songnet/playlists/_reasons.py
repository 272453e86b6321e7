"""Why a song is in a playlist: what it has in common with the seeds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from songnet.model import Floats, Ints
from songnet.playlists._evidence import Evidence
from songnet.playlists._sound import cosines

MOST_NAMED: Final = 3


@dataclass(frozen=True)
class CommunityNames:
    """What a partition's communities are called.

    Attributes
    ----------
    partition
        Its name.
    titles
        By label, as `GraphStore.community_titles` gives them.
    """

    partition: str
    titles: Sequence[str]


@dataclass(frozen=True)
class Community:
    """The community of a song, and whether a seed is in it."""

    partition: str
    label: int
    title: str
    has_seed: bool


@dataclass(frozen=True)
class Between:
    """Where a song lies on the way between two seeds; `fraction` 0 is at `start`, 1 at `end`."""

    start: str
    end: str
    fraction: float


@dataclass(frozen=True)
class Reason:
    """What speaks for a song.

    Attributes
    ----------
    shared
        The seeds with which it is in most playlists, and in how many; at most 3.
    linked
        Where walks went over a network: the seeds with the strongest edges to it, and their
        weights; at most 3.
    similar
        The seed, or in a sequence the song before, that it sounds most like, and the cosine.
    community
        Its own; None where no partition covers it.
    via
        Where nothing joins it with a seed: the song that most walks of two steps come by.
    between
        Of a path.
    playlists
        In how many playlists it is.
    called
        Where a title was given: what the playlists are called that hold the song and whose titles
        are most like it; at most 3, the most alike first.
    """

    shared: tuple[tuple[str, int], ...] = ()
    linked: tuple[tuple[str, float], ...] = ()
    similar: tuple[str, float] | None = None
    community: Community | None = None
    via: str | None = None
    between: Between | None = None
    playlists: int = 0
    called: tuple[str, ...] = ()


@dataclass(frozen=True)
class Grounds:
    """What songs were chosen by: playlists, a network's edges, sound, titles, or several."""

    playlists: bool = False
    network: bool = False
    sound: bool = False
    titles: bool = False


class Reasoner:
    """Finds what songs have in common with seeds.

    Parameters
    ----------
    seeds
        int64 (s,): indices into `evidence`.
    alike
        float64 (playlists,): how like a title that was given each playlist's is. None without.
    """

    def __init__(
        self,
        evidence: Evidence,
        seeds: Ints,
        grounds: Grounds,
        names: CommunityNames | None = None,
        alike: Floats | None = None,
    ) -> None:
        self._evidence, self._seeds, self._grounds = evidence, seeds, grounds
        self._names = names
        self._alike = alike
        self._back = evidence.members.T.tocsr()
        self._of_seeds = self._back[seeds]
        self._near_seeds = self._one_step() if grounds.playlists or grounds.network else None

    def reason(
        self, song: int, *, before: int | None = None, between: Between | None = None
    ) -> Reason:
        """Why `song` is there; `before` is the song that it follows, if that is what counts."""
        shared = self._shared(song)
        linked = self._linked(song) if self._grounds.network else ()
        joined = linked if self._grounds.network else shared
        return Reason(
            shared=shared,
            linked=linked,
            similar=self._similar(song, self._seeds if before is None else np.array([before])),
            community=self._community(song),
            via=None if joined else self._via(song),
            between=between,
            playlists=int(self._evidence.popularity[song]),
            called=self._called(song),
        )

    def _shared(self, song: int) -> tuple[tuple[str, int], ...]:
        counts = self._of_seeds @ self._back[[song]].toarray().ravel()
        return tuple((name, int(count)) for name, count in self._most(counts))

    def _called(self, song: int) -> tuple[str, ...]:
        if self._alike is None or self._evidence.titles is None:
            return ()
        lists = self._back[[song]].indices
        lists = lists[self._alike[lists] > 0]
        order = lists[np.argsort(-self._alike[lists], kind="stable")]
        return tuple(dict.fromkeys(self._evidence.titles[order]))[:MOST_NAMED]

    def _linked(self, song: int) -> tuple[tuple[str, float], ...]:
        assert self._evidence.links is not None  # noqa: S101 (the method walked over them)
        return tuple(self._most(self._evidence.links[[song]].toarray().ravel()[self._seeds]))

    def _most(self, values: Floats) -> list[tuple[str, float]]:
        """The seeds of the highest values above 0, in the order of the seeds where they tie."""
        order = np.argsort(-values, kind="stable")[:MOST_NAMED]
        songs = self._evidence.songs
        return [(songs[self._seeds[i]], float(values[i])) for i in order if values[i] > 0]

    def _similar(self, song: int, others: Ints) -> tuple[str, float] | None:
        evidence = self._evidence
        others = others[evidence.heard[others]]
        if evidence.directions is None or not evidence.heard[song] or not len(others):
            return None
        found = cosines(evidence.directions[others], evidence.directions[song])
        return evidence.songs[others[np.argmax(found)]], float(found.max())

    def _community(self, song: int) -> Community | None:
        communities = self._evidence.communities
        if communities is None or self._names is None or communities[song] < 0:
            return None
        label = int(communities[song])
        return Community(
            self._names.partition,
            label,
            self._names.titles[label],
            bool((communities[self._seeds] == label).any()),
        )

    def _one_step(self) -> Floats:
        """How often a step from a seed, and a step on, go by each song, float64 (n,).

        Leaving aside where the second one leads; 0 for the seeds.
        """
        start = np.zeros(len(self._evidence))
        start[self._seeds] = 1
        steps = np.asarray(self._step(start), np.float64)
        steps[self._seeds] = 0
        return steps / self._strength()

    def _step(self, start: Floats) -> Any:
        evidence = self._evidence
        if self._grounds.network:
            return evidence.links @ start  # type: ignore[operator]  # the method walked over them
        return self._back @ ((evidence.members @ start) / np.maximum(evidence.lengths, 1))

    def _via(self, song: int) -> str | None:
        if self._near_seeds is None:
            return None
        start = np.zeros(len(self._evidence))
        start[song] = 1
        both = self._step(start) * self._near_seeds
        both[song] = 0
        return self._evidence.songs[np.argmax(both)] if both.any() else None

    def _strength(self) -> Floats:
        """By what a walker's chance to go on to one song is divided, float64 (n,)."""
        evidence = self._evidence
        if self._grounds.network:
            assert evidence.links is not None  # noqa: S101 (the method walked over them)
            total = np.asarray(evidence.links.sum(axis=1), np.float64).ravel()
            return np.where(total > 0, total, 1.0)
        return np.maximum(evidence.popularity, 1).astype(np.float64)


def sentence(reason: Reason, grounds: Grounds, title: Callable[[str], str]) -> str:
    """A reason in a few words, of what the songs were chosen by.

    Parameters
    ----------
    title
        What a person calls the song of an id.
    """
    parts = [
        *_of_path(reason, title),
        *(_of_titles(reason) if grounds.titles else []),
        *(_of_links(reason, title) if grounds.network else []),
        *(_of_playlists(reason, title) if grounds.playlists else []),
        *(_of_sound(reason, title) if grounds.sound else []),
    ]
    if reason.community is not None and reason.community.has_seed:
        parts.append(f"in a seed's community {reason.community.title!r}")
    return "; ".join(parts) or _of_nothing(reason)


def _of_path(reason: Reason, title: Callable[[str], str]) -> list[str]:
    if reason.between is None:
        return []
    return [f"{reason.between.fraction:.0%} of the way to {title(reason.between.end)}"]


def _of_titles(reason: Reason) -> list[str]:
    """What the title has to do with it; a song of no such playlist is there for being popular."""
    if reason.called:
        return [f"in {_and([repr(called) for called in reason.called])}"]
    return [f"in {_lists(reason.playlists)}, none of a title like this"]


def _of_links(reason: Reason, title: Callable[[str], str]) -> list[str]:
    if reason.linked:
        return [f"linked with {_and([title(seed) for seed, _ in reason.linked])}"]
    return [f"linked with a seed by way of {title(reason.via)}"] if reason.via else []


def _of_playlists(reason: Reason, title: Callable[[str], str]) -> list[str]:
    if reason.shared:
        told = [f"{title(seed)} ({count:,})" for seed, count in reason.shared]
        return [f"shares playlists with {_and(told)}"]
    if reason.via:
        return [f"shares playlists with {title(reason.via)}, which shares some with a seed"]
    return []


def _of_sound(reason: Reason, title: Callable[[str], str]) -> list[str]:
    if reason.similar is None:
        return []
    other, cosine = reason.similar
    return [f"sounds like {title(other)} ({cosine:.2f})"]


def _of_nothing(reason: Reason) -> str:
    return f"in {_lists(reason.playlists)}; nothing joins it with a seed"


def _lists(count: int) -> str:
    return f"{count:,} playlist" + ("" if count == 1 else "s")


def _and(parts: list[str]) -> str:
    return ", ".join(parts[:-1]) + (" and " if parts[:-1] else "") + parts[-1]
