"""What a study cuts: the original study's clusters and communities, and songnet's own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from songnet.errors import InputError, MemoryRefusedError, StateError
from songnet.model import Partition, Scalar, SongNetwork, Vectors
from songnet.partitions import Choice
from songnet.workflows.partition import run_partition
from songnet.workflows.workspace import Workspace, pull

STUDIED = "leading-eigenvector"
TARGETS = (4, 10)
RULES = ("silhouette", "elbow")
ON_NETWORKS = ("leiden", "louvain", "infomap", "label-propagation", "blockmodel")
# Density means little in many dimensions: HDBSCAN sees so many principal components.
DENSE = 10


@dataclass
class Cutter:
    """Cuts what is not yet cut, so that a study that was interrupted goes on.

    Attributes
    ----------
    tell
        Told, in a sentence, of every cut and of those that could not be made.
    refused
        The sentence of each cut that could not be made, by its name.
    """

    workspace: Workspace
    seed: int
    tell: Callable[[str], None]
    refused: dict[str, str] = field(default_factory=dict)
    _inputs: dict[str, SongNetwork | Vectors] = field(default_factory=dict)

    def cut(
        self, algorithm: str, on: str, *, name: str | None = None, **options: Scalar
    ) -> Partition | None:
        """The partition; None where the algorithm refuses these songs, and `refused` says why."""
        chosen = name or f"{algorithm}-{on}"
        if self._is_there(chosen, algorithm, on, options):
            return self.workspace.store.partition(chosen)
        given: Mapping[str, Any] = options
        try:
            made = run_partition(
                self.workspace, algorithm, on=on, name=chosen, seed=self.seed, **given
            )
        except (InputError, MemoryRefusedError, StateError) as error:
            self.refused[chosen] = str(error)
            self.tell(f"left out {chosen}: {error}")
            return None
        self.tell(f"cut {chosen}: {made.communities:,} communities of {len(made.songs):,} songs")
        return made

    def _is_there(self, name: str, algorithm: str, on: str, options: Mapping[str, Scalar]) -> bool:
        """Whether the graph holds just this cut of what `on` is now."""
        there = {info.name: info for info in self.workspace.store.partitions()}.get(name)
        if there is None:
            return False
        made_so = (there.algorithm, there.on, there.seed) == (algorithm, on, self.seed)
        as_asked = all(there.params.get(key) == value for key, value in options.items())
        return made_so and as_asked and there.params.get("input") == self._input(on).fingerprint

    def _input(self, on: str) -> SongNetwork | Vectors:
        if on not in self._inputs:
            self._inputs[on] = pull(self.workspace, on)
        return self._inputs[on]


@dataclass(frozen=True)
class Clusters:
    """K-means clusters of one encoder, the number chosen by `rules`."""

    encoder: str
    rules: tuple[str, ...]
    partition: str
    communities: int


def clusters_of(cutter: Cutter, choice: Choice) -> Iterator[Clusters]:
    """K-means with the numbers of clusters that silhouette and elbow choose, as the study did."""
    chosen = {rule: choice.chosen.get(rule) for rule in RULES}
    for k in sorted({k for k in chosen.values() if k}):
        name = f"kmeans-{choice.on}-k{k}"
        if cutter.cut("kmeans", choice.on, name=name, communities=k):
            rules = tuple(rule for rule, value in chosen.items() if value == k)
            yield Clusters(choice.on, rules, name, k)


def targets_of(cutter: Cutter, network: str, connected: str) -> list[str]:
    """The study's communities: 4 and 10 by the leading eigenvector, of the largest component.

    Where the method cannot give one of these numbers, what it gives unasked of the whole network
    stands in, and `Cutter.refused` says why.

    Parameters
    ----------
    network, connected
        The playlists' network, and its largest component.
    """
    names = []
    for communities in TARGETS:
        name = f"{STUDIED}-{connected}-{communities}"
        if cutter.cut(STUDIED, connected, name=name, communities=communities):
            names.append(name)
    if len(names) < len(TARGETS) and cutter.cut(STUDIED, network):
        names.append(f"{STUDIED}-{network}")
    return names


def communities_of(cutter: Cutter, network: str) -> list[str]:
    """Every other method on the playlists' network."""
    found = [cutter.cut(algorithm, network) for algorithm in ON_NETWORKS]
    return [partition.name for partition in found if partition]


def sounds_of(
    cutter: Cutter, encoders: Sequence[str], *, listening: str, communities: int
) -> list[str]:
    """Leiden on each encoder's sound network and k-means; every other method on `listening`.

    K-means and spectral clustering are asked for as many clusters as the playlists' Leiden
    communities.
    """
    made = []
    for encoder in encoders:
        made.append(cutter.cut("leiden", f"sound-{encoder}"))
        made.append(cutter.cut("kmeans", encoder, communities=communities))
    made.append(cutter.cut("mixture", listening))
    made.append(cutter.cut("hdbscan", listening, dimensions=DENSE))
    made.append(cutter.cut("spectral", listening, communities=communities))
    return [partition.name for partition in made if partition]
