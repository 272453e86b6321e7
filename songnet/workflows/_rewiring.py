"""The null of rewired playlists: networks made of chance, and cut as the real one was."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace

from songnet.agreement import (
    Null,
    Pair,
    Scores,
    SharedSongs,
    contingency,
    null_scores,
    scores,
)
from songnet.errors import InputError, StateError, UsageError
from songnet.info import NetworkInfo
from songnet.model import Ids, Ints, Memberships, Partition, Scalar, SongNetwork
from songnet.networks import rewired
from songnet.partitions import ALGORITHMS, run
from songnet.progress import Progress
from songnet.store.nulls import null_key
from songnet.workflows.link import conditioned, rebuild
from songnet.workflows.workspace import Workspace

PLAYLISTS = "playlists"


class Rewirings:
    """Partitions of networks of rewired playlists, made once each and shared by all pairs.

    Parameters
    ----------
    workspace
        Where playlists and networks come from, and where null partitions are kept.
    partitions
        What is compared.
    rewirings, seed
        How many networks; memberships n are rewired from ``[seed, n]``.
    """

    def __init__(
        self,
        workspace: Workspace,
        partitions: Sequence[Partition],
        *,
        rewirings: int,
        seed: int,
        progress: Progress,
    ) -> None:
        self._workspace = workspace
        self._partitions = {partition.name: partition for partition in partitions}
        self._rewirings = rewirings
        self._seed = seed
        self._progress = progress
        self._networks: dict[str, NetworkInfo] = {}
        self._failed: dict[str, str] = {}

    def prepare(self, pairs: Sequence[Pair]) -> list[str]:
        """Make the null partitions that these pairs need; why some cannot be had, in sentences."""
        networks = self._workspace.store.networks()
        self._networks = {info.name: info for info in networks if info.kind == PLAYLISTS}
        found = [cut for pair in pairs if (cut := self._rewirable(pair)) is not None]
        needed = {cut.name: cut for cut in found}
        obstacles = {name: note for name, cut in needed.items() if (note := self._obstacle(cut))}
        self._failed = dict(obstacles)
        able = [cut for name, cut in needed.items() if name not in obstacles]
        for network in {cut.on: None for cut in able}:
            self._make(self._networks[network], [cut for cut in able if cut.on == network])
        if not needed:
            return ["no rewiring null: it needs a pair of which one partition is of playlists"]
        return list(self._failed.values())

    def null(self, pair: Pair) -> Null | None:
        """Scores of the null partitions against the other one of a pair; None where there is none.

        They are over the songs that both cover: a song can lose all its edges. Null partitions that
        share no song with the other one do not count.
        """
        cut = self._rewirable(pair)
        if cut is None or cut.name in self._failed:
            return None
        other = self._partitions[pair.b if cut.name == pair.a else pair.a]
        kept = self._workspace.data.nulls
        key = null_key(
            {
                "null": "rewiring",
                "a": self._partitions[pair.a].fingerprint,
                "b": self._partitions[pair.b].fingerprint,
                "rewired": "a" if cut.name == pair.a else "b",
                "network": self._networks[cut.on].fingerprint,
                "options": _text(recorded_options(cut)),
                "samples": self._rewirings,
                "seed": self._seed,
            }
        )
        found = kept.read(key)
        if found is None:
            drawn = self._scored(cut, other, first=cut.name == pair.a)
            if not drawn:
                return None
            against = null_scores(pair.scores, drawn)
            found = Null(len(drawn), self._seed, None, against, rewired=cut.name)
            kept.write(key, found)
        return found

    def _rewirable(self, pair: Pair) -> Partition | None:
        """The partition of playlists, where the other one of the pair is of something else."""
        sides = [self._partitions[name] for name in (pair.a, pair.b)]
        cut = [side for side in sides if side.on in self._networks]
        return cut[0] if len(cut) == 1 else None

    def _obstacle(self, cut: Partition) -> str | None:
        start = f"no rewiring null of {cut.name}: "
        if cut.algorithm not in ALGORITHMS:
            return f"{start}{cut.algorithm!r} is no algorithm that can be run on another network"
        made_of = cut.params.get("input", self._networks[cut.on].fingerprint)
        if made_of != self._networks[cut.on].fingerprint:
            return f"{start}the network {cut.on!r} has changed since; run the partition again"
        return None

    def _make(self, info: NetworkInfo, cuts: Sequence[Partition]) -> None:
        """The null partitions of one network that are not there yet, network by network."""
        memberships: Memberships | None = None
        for number in range(self._rewirings):
            self._progress(f"rewiring {info.name}", number, self._rewirings)
            left = [cut for cut in cuts if self._labels(cut, number) is None]
            left = [cut for cut in left if cut.name not in self._failed]
            if not left:
                continue
            memberships = memberships or conditioned(self._workspace, info)
            chance = rewired(memberships, seed=[self._seed, number])
            network = rebuild(self._workspace, info, memberships=chance)
            for cut in left:
                self._cut(cut, network, number)
        self._progress(f"rewiring {info.name}", self._rewirings, self._rewirings)

    def _cut(self, cut: Partition, network: SongNetwork, number: int) -> None:
        try:
            found = run(cut.algorithm, network, seed=cut.seed, **recorded_options(cut))
        except (InputError, UsageError) as error:
            self._failed[cut.name] = f"no rewiring null of {cut.name}: {error}"
            return
        kept = self._workspace.data.nulls
        kept.write_labels(self._labels_key(cut, number), found.songs, found.labels)

    def _labels(self, cut: Partition, number: int) -> tuple[Ids, Ints] | None:
        return self._workspace.data.nulls.labels(self._labels_key(cut, number))

    def _labels_key(self, cut: Partition, number: int) -> str:
        return null_key(
            {
                "null": "rewired partition",
                "network": self._networks[cut.on].fingerprint,
                "algorithm": cut.algorithm,
                "options": _text(recorded_options(cut)),
                "seed": cut.seed,
                "rewiring": f"{self._seed},{number}",
            }
        )

    def _scored(self, cut: Partition, other: Partition, *, first: bool) -> list[Scores]:
        """The scores of each null partition and `other`, the null one first or second."""
        drawn = []
        for number in range(self._rewirings):
            found = self._labels(cut, number)
            if found is None:
                raise StateError(
                    f"the null partitions of {cut.name!r} vanished from the data folder: "
                    "run the same command again"
                )
            null = replace(cut, songs=found[0], labels=found[1])
            here, there = SharedSongs([null, other]).of(0, 1)
            labels = [null.labels[here], other.labels[there]]
            if len(labels[0]):
                drawn.append(scores(contingency(*(labels if first else labels[::-1]))))
        return drawn


def recorded_options(cut: Partition) -> dict[str, Scalar]:
    """The options that cut this partition, of those its algorithm takes.

    Where a number of communities was asked for and a resolution found that gives it, that
    resolution counts, and of a hierarchy's finest level its being the finest: a network of chance
    need not have as many communities or levels.
    """
    takes = ALGORITHMS[cut.algorithm].options
    params = cut.params
    dropped = {"communities"} if params.get("resolution") is not None else set()
    if params.get("level") is not None and params["level"] == params.get("levels"):
        dropped.add("level")
    return {
        name: value
        for name, value in params.items()
        if name in takes and name not in dropped and value is not None
    }


def _text(options: Mapping[str, Scalar]) -> str:
    return json.dumps(dict(options), sort_keys=True)
