"""Who contends in an evaluation of playlists, and what each may know."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, TypeVar

import pyarrow as pa

from songnet.errors import SongnetError, StateError, UsageError
from songnet.playlists import COLD, HALF, Contender, Evidence, Fold, Method
from songnet.workflows._playlist_evidence import preferred_encoder
from songnet.workflows._playlist_rebuilding import Rebuilt
from songnet.workflows.link import PLAYLISTS
from songnet.workflows.saved import info_of
from songnet.workflows.workspace import Workspace

# Kinds of evidence, as `Method.needs` has them.
NETWORK: Final = "network"
COMMUNITIES: Final = "communities"
SOUND: Final = "sound"
NO_ENCODER: Final = ""

T = TypeVar("T")


@dataclass(frozen=True)
class Asked:
    """What `songnet playlist evaluate` is asked for.

    Attributes
    ----------
    methods
        Names of `METHODS`; default: all that can be evaluated.
    scenario, playlists
        See `hide`.
    network
        Default: the only one of playlists.
    partition
        Default: the only one of that network.
    encoders
        Default: `preferred_encoder`. Where there are several, methods that hear contend once with
        each.
    seed
        Of what is hidden, what is drawn, and the intervals.
    """

    methods: Sequence[str] = ()
    scenario: str = HALF
    playlists: int = 1_000
    network: str | None = None
    partition: str | None = None
    encoders: Sequence[str] = ()
    seed: int = 0


@dataclass
class Chosen:
    """What methods can go by, by name.

    Attributes
    ----------
    why
        By kind of evidence: why there is none of it, where there could be.
    """

    network: str | None = None
    partition: str | None = None
    encoders: tuple[str, ...] = ()
    why: dict[str, str] = field(default_factory=dict)

    def lose(self, kind: str, why: str) -> None:
        """Go without one kind of evidence."""
        self.why[kind] = why
        if kind == NETWORK:
            self.network = None
        elif kind == COMMUNITIES:
            self.partition = None
        else:
            self.encoders = ()


def choose(workspace: Workspace, asked: Asked, methods: Sequence[Method]) -> Chosen:
    """What was asked for; else, of what methods need, what there is only one of.

    `BadNameError` for encoders that are not there.
    """
    chosen = Chosen()
    needs = {kind for method in methods for kind in method.needs | method.either}
    chosen.network, chosen.partition = asked.network, asked.partition
    if needs & {NETWORK, COMMUNITIES} and not chosen.network:
        names = [info.name for info in workspace.store.networks() if info.kind == PLAYLISTS]
        chosen.network = _only(names, NETWORK, "network", chosen)
    if COMMUNITIES in needs and not chosen.partition:
        names = [info.name for info in workspace.store.partitions() if info.on == chosen.network]
        chosen.partition = _only(names, COMMUNITIES, "partition", chosen)
    chosen.encoders = tuple(dict.fromkeys(asked.encoders))
    if (SOUND in needs or asked.scenario == COLD) and not chosen.encoders:
        chosen.encoders = _preferred(workspace, chosen)
    for name in chosen.encoders:
        info_of(workspace, name)
    return chosen


def _preferred(workspace: Workspace, chosen: Chosen) -> tuple[str, ...]:
    try:
        name = preferred_encoder(workspace)
    except UsageError as error:
        chosen.why[SOUND] = str(error)
        return ()
    return () if name is None else (name,)


def _only(names: Sequence[str], kind: str, what: str, chosen: Chosen) -> str | None:
    """The one there is; of several none, and `chosen` knows why."""
    if len(names) > 1:
        listed = ", ".join(names)
        chosen.why[kind] = f"there are several {what}s, choose with --{what}: {listed}"
    return names[0] if len(names) == 1 else None


class Course:
    """Who contends in each fold.

    What was asked for by name and cannot be had is an error; what was not is left out, in
    `left_out` with the reason.
    """

    def __init__(
        self,
        workspace: Workspace,
        asked: Asked,
        methods: Sequence[Method],
        chosen: Chosen,
        table: pa.Table,
        titles: Mapping[str, str],
    ) -> None:
        self.left_out: dict[str, str] = {}
        self._workspace = workspace
        self._asked = asked
        self._methods = methods
        self._chosen = chosen
        self._table = table
        self._titles = titles
        self._songs = workspace.store.songs()["id"].to_pylist()

    def contenders(self, fold: Fold) -> list[Contender]:
        """With evidence that lacks the hidden rows."""
        rebuilt = Rebuilt(self._workspace, fold.training, self._table.filter(fold.kept))
        evidence = self._evidence(fold, rebuilt)
        return [each for method in self._methods for each in self._entered(method, evidence)]

    def _entered(self, method: Method, evidence: Mapping[str, Evidence]) -> Iterator[Contender]:
        """The method, with each encoder if it listens."""
        first = next(iter(evidence.values()))
        if method.lacks(first):
            self._leave_out(method, first)
        elif SOUND in method.needs | method.either and len(evidence) > 1:
            for encoder, heard in evidence.items():
                yield Contender(f"{method.name}:{encoder}", method, heard)
        else:
            yield Contender(method.name, method, first)

    def _leave_out(self, method: Method, evidence: Evidence) -> None:
        why = self._chosen.why.get(method.lacks(evidence)[0])
        try:
            method.make(evidence)
        except StateError as error:
            why = why or str(error)
        if method.name in self._asked.methods:
            raise StateError(f"the method {method.name} cannot be evaluated: {why}")
        self.left_out[method.name] = str(why)

    def _evidence(self, fold: Fold, rebuilt: Rebuilt) -> dict[str, Evidence]:
        """By encoder; under no name where there is none."""
        chosen, asked = self._chosen, self._asked
        base = Evidence.of(
            fold.training,
            network=self._again(NETWORK, rebuilt.network, chosen.network, asked.network),
            partition=self._again(
                COMMUNITIES, rebuilt.partition, chosen.partition, asked.partition
            ),
            songs=self._songs,
            titles=self._titles,
        )
        found = {}
        for name in chosen.encoders:
            vectors = self._again(SOUND, rebuilt.vectors, name, asked.encoders)
            if vectors is not None:
                heard = Evidence.of(vectors=vectors, songs=self._songs).directions
                found[name] = replace(base, directions=heard)
        return found or {NO_ENCODER: base}

    def _again(
        self, kind: str, make: Callable[[str], T], name: str | None, asked: object
    ) -> T | None:
        """What `name` is without the hidden songs; None where it cannot be had."""
        if name is None:
            return None
        try:
            return make(name)
        except SongnetError as error:
            if asked:
                raise
            self._chosen.lose(kind, str(error))
            return None
