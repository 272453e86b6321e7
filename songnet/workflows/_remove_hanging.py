"""What hangs on what: networks, encoders and partitions made of one another."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from songnet import encoders
from songnet.info import EncoderInfo, NetworkInfo, PartitionInfo
from songnet.store import GraphStore


@dataclass(frozen=True)
class Results:
    """Names of networks, encoders and partitions, each sorted."""

    networks: tuple[str, ...] = ()
    encoders: tuple[str, ...] = ()
    partitions: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.networks or self.encoders or self.partitions)

    def without(self, others: Results) -> Results:
        """Those that are not among `others`."""
        return Results(
            _less(self.networks, others.networks),
            _less(self.encoders, others.encoders),
            _less(self.partitions, others.partitions),
        )


def _less(names: Iterable[str], others: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(names) - set(others)))


@dataclass(frozen=True)
class Made:
    """All networks, encoders and partitions of a graph, by name."""

    networks: dict[str, NetworkInfo] = field(default_factory=dict)
    encoders: dict[str, EncoderInfo] = field(default_factory=dict)
    partitions: dict[str, PartitionInfo] = field(default_factory=dict)

    @classmethod
    def of(cls, store: GraphStore) -> Made:
        """What a store holds."""
        return cls(
            {info.name: info for info in store.networks()},
            {info.name: info for info in store.encoders()},
            {info.name: info for info in store.partitions()},
        )

    def hanging_on(
        self, names: Iterable[str], partitions: Iterable[str] = (), *, learnt: bool = False
    ) -> Results:
        """These networks, encoders and partitions, and what cannot be without them.

        A sound network hangs on its encoder, a multiplex network on its layers, a partition on what
        was cut. An encoder that learnt to say what another one says can be without it; with
        `learnt` it counts all the same.
        """
        found = set(names)
        bases = self._bases(learnt=learnt)
        while more := {name for name, on in bases.items() if on & found} - found:
            found |= more
        cuts = {info.name for info in self.partitions.values() if info.on in found}
        return Results(
            networks=tuple(sorted(found & self.networks.keys())),
            encoders=tuple(sorted(found & self.encoders.keys())),
            partitions=tuple(sorted(cuts.union(partitions))),
        )

    def of_playlists(self) -> Results:
        """What would be another with other playlists."""
        networks = {info.name for info in self.networks.values() if info.kind == "playlists"}
        return self.hanging_on({*networks, *self.playlist_encoders()}, learnt=True)

    def playlist_encoders(self) -> list[str]:
        """The encoders that learnt from playlists alone, sorted."""
        kinds = {kind for kind, model in encoders.MODELS.items() if not model.hears}
        return sorted(info.name for info in self.encoders.values() if info.kind in kinds)

    def layers(self, network: str) -> list[str]:
        """The layers of a multiplex network; none of another."""
        info = self.networks[network]
        return str(info.params["layers"]).split(",") if info.kind == "multiplex" else []

    def _bases(self, *, learnt: bool) -> dict[str, set[str]]:
        """What each network (and encoder) was made of."""
        bases = {name: set(self.layers(name)) for name in self.networks}
        for name, info in self.networks.items():
            if info.kind == "sound":
                bases[name].add(str(info.params.get("encoder")))
        aimed = {name: {str(info.params.get("like"))} for name, info in self.encoders.items()}
        return bases | aimed if learnt else bases
