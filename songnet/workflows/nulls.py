"""Scores under null hypotheses, computed once and kept in the data folder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Literal, TypeAlias, get_args

from songnet.agreement import Comparison, Null, Pair, SharedSongs, shuffled, subsampled
from songnet.agreement import Interval as ScoreInterval
from songnet.errors import UsageError
from songnet.model import Ints, Partition, fingerprint
from songnet.progress import Progress, silent
from songnet.store.nulls import null_key
from songnet.workflows._rewiring import Rewirings
from songnet.workflows.truth import SongFacts
from songnet.workflows.workspace import Workspace

NullName: TypeAlias = Literal["shuffle", "artist", "album", "rewiring"]
NULLS: tuple[NullName, ...] = get_args(NullName)
NONE = "none"
# Songs x samples x pairs x nulls that take some five seconds on one core.
BUDGET = 200_000_000


@dataclass(frozen=True)
class Asked:
    """What to hold scores against.

    Attributes
    ----------
    nulls
        Some of `NULLS`; None for the shuffle and the artist null, as far as `BUDGET` goes.
    samples, rewirings
        How many shuffles and subsamples, and how many rewired networks.
    interval
        Whether to compute confidence intervals.
    seed
        Of all of them.
    """

    nulls: tuple[NullName, ...] | None = None
    samples: int = 99
    rewirings: int = 19
    interval: bool = False
    seed: int = 0


def check_counts(samples: int, rewirings: int) -> None:
    """`UsageError` unless there is at least one of each."""
    for flag, count in (("--samples", samples), ("--rewirings", rewirings)):
        if count < 1:
            raise UsageError(f"{flag} must be at least 1: got {count}")


def check_nulls(names: Sequence[str] | None) -> tuple[NullName, ...] | None:
    """The null hypotheses named, in the order of `NULLS`, each once; `UsageError` for another."""
    if names is None:
        return None
    for name in names:
        if name not in (*NULLS, NONE):
            raise UsageError(f"--null must be of {', '.join(NULLS)}, or {NONE}: got {name!r}")
    if NONE in names and len(set(names)) > 1:
        raise UsageError(f"--null {NONE} stands alone: got {', '.join(names)}")
    return tuple(name for name in NULLS if name in names)


class Tests:
    """Holds the pairs of a comparison against null hypotheses.

    Parameters
    ----------
    workspace
        Where songs, networks and what was computed before come from.
    partitions, shared
        What was compared, and the songs that the partitions share.
    asked
        Which nulls, how many samples.
    """

    def __init__(
        self,
        workspace: Workspace,
        partitions: Sequence[Partition],
        shared: SharedSongs,
        asked: Asked,
        facts: SongFacts,
        *,
        progress: Progress = silent,
    ) -> None:
        self._kept = workspace.data.nulls
        self._partitions = partitions
        self._place = {partition.name: place for place, partition in enumerate(partitions)}
        self._shared = shared
        self._asked = asked
        self._facts = facts
        self._progress = progress
        self._rewirings = Rewirings(
            workspace, partitions, rewirings=asked.rewirings, seed=asked.seed, progress=progress
        )

    def hold(self, comparison: Comparison) -> Comparison:
        """The same comparison with nulls and intervals, and notes on what could not be had."""
        names, notes = self._names(comparison)
        if "rewiring" in names:
            notes += self._rewirings.prepare(comparison.pairs)
        total = len(comparison.pairs)
        pairs = []
        for done, pair in enumerate(comparison.pairs):
            self._progress("nulls", done, total, f"{pair.a}, {pair.b}")
            pairs.append(self._held(pair, names))
        self._progress("nulls", total, total)
        return replace(comparison, pairs=tuple(pairs), notes=(*comparison.notes, *notes))

    def _names(self, comparison: Comparison) -> tuple[tuple[NullName, ...], list[str]]:
        """Which nulls to compute, and why not others."""
        asked = self._asked
        wanted: tuple[NullName, ...] = ("shuffle", "artist") if asked.nulls is None else asked.nulls
        missing = [name for name in ("artist", "album") if name in wanted and not self._any(name)]
        names = tuple(name for name in wanted if name not in missing)
        if asked.nulls is not None:
            return names, [f"no {name} null: no song has an {name}" for name in missing]
        songs = sum(pair.songs for pair in comparison.pairs)
        if songs * asked.samples * len(names) <= BUDGET:
            return names, []
        refused = (
            f"no null distribution: {asked.samples} shuffles of {len(comparison.pairs)} pairs of "
            f"partitions take long; ask for them with --null {','.join(names)}"
        )
        return (), [refused]

    def _any(self, name: Literal["artist", "album"]) -> bool:
        return any((self._facts.groups(name, cut.songs) >= 0).any() for cut in self._partitions)

    def _held(self, pair: Pair, names: Sequence[NullName]) -> Pair:
        found: dict[str, Null] = {}
        for name in names:
            null = self._rewirings.null(pair) if name == "rewiring" else self._shuffle(pair, name)
            if null is not None:
                found[name] = null
        interval = self._interval(pair) if self._asked.interval else None
        return replace(pair, nulls=MappingProxyType(found), interval=interval)

    def _shuffle(self, pair: Pair, name: Literal["shuffle", "artist", "album"]) -> Null:
        asked = self._asked
        groups = None if name == "shuffle" else self._groups(pair, name)
        key = null_key(
            {
                "null": name,
                **self._fingerprints(pair),
                "groups": None if groups is None else fingerprint(groups),
                "samples": asked.samples,
                "seed": asked.seed,
            }
        )
        kept = self._kept.read(key)
        if kept is None:
            a, b = self._labels(pair)
            kept = shuffled(a, b, groups, samples=asked.samples, seed=asked.seed)
            self._kept.write(key, kept)
        return kept

    def _interval(self, pair: Pair) -> ScoreInterval | None:
        """With artists as units where songs have any; None where there is but one unit."""
        a, b = self._labels(pair)
        artists = self._groups(pair, "artist")
        known = artists[artists >= 0]
        units = len(artists) - len(known) + len(set(known.tolist()))
        if units < 2:
            return None
        groups = artists if len(known) else None
        return subsampled(a, b, groups, samples=self._asked.samples, seed=self._asked.seed)

    def _fingerprints(self, pair: Pair) -> Mapping[str, str]:
        a, b = self._places(pair)
        return {"a": self._partitions[a].fingerprint, "b": self._partitions[b].fingerprint}

    def _labels(self, pair: Pair) -> tuple[Ints, Ints]:
        a, b = self._places(pair)
        left, right = self._shared.of(a, b)
        return self._partitions[a].labels[left], self._partitions[b].labels[right]

    def _groups(self, pair: Pair, name: Literal["artist", "album"]) -> Ints:
        a, b = self._places(pair)
        return self._facts.groups(name, self._partitions[a].songs[self._shared.of(a, b)[0]])

    def _places(self, pair: Pair) -> tuple[int, int]:
        return self._place[pair.a], self._place[pair.b]
