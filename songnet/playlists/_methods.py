"""The methods by name: what each needs, and how it is made from the evidence."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from songnet.errors import StateError, UsageError
from songnet.playlists._baselines import Popularity, Random
from songnet.playlists._blend import Blend
from songnet.playlists._evidence import Evidence
from songnet.playlists._neighbors import PlaylistNeighbors, SongNeighbors
from songnet.playlists._pagerank import DAMPING, TOLERANCE, Walk, network_walk, playlist_walk
from songnet.playlists._path import PathScorer
from songnet.playlists._scorer import Scorer
from songnet.playlists._sound import Sound
from songnet.playlists._titles import TitleNeighbors
from songnet.playlists._walking import PageRank

# Chosen on other lists than those that results are told of, see docs/playlists.md.
PENALTY: Final = 0.1
PLAYLIST_DAMPING: Final = 0.6
BLEND_WEIGHT: Final = 0.05
PATH_WEIGHT: Final = 0.5
# The method that goes by what lists are called.
BY_TITLE: Final = "titles"
# What to do about evidence that a method lacks.
REMEDIES: Final = MappingProxyType(
    {
        "playlists": "load playlists with 'songnet load-playlists'",
        "titles": "load playlists that have names",
        "sound": "make vectors with 'songnet embed'",
        "network": "link songs with 'songnet link playlists'",
        "communities": "find communities with 'songnet partitions run'",
    }
)


@dataclass(frozen=True)
class Options:
    """What methods can be told; each takes what concerns it.

    Attributes
    ----------
    damping, tolerance
        Of PageRank, see `pagerank`. Default: 0.85 over a network, 0.6 over playlists.
    penalty
        How much popular songs lose, 0 to 1, see `PageRank`; of walks over playlists alone. He et
        al. have none.
    weight
        Of sound against the graph, 0 to 1, where both speak. Default: 0.05 of ``blend``, where more
        takes away from what playlists know, 0.5 of ``path``.
    seed
        Of what is drawn.
    """

    damping: float | None = None
    tolerance: float = TOLERANCE
    penalty: float = PENALTY
    weight: float | None = None
    seed: int = 0

    def __post_init__(self) -> None:
        """Refuse what is out of range with `UsageError`."""
        for name in ("weight", "penalty"):
            value = getattr(self, name)
            if value is not None and not 0 <= value <= 1:
                raise UsageError(f"--{name} must be from 0 to 1: got {value}")
        if self.damping is not None and not 0 <= self.damping < 1:
            raise UsageError(f"--damping must be at least 0 and below 1: got {self.damping}")


@dataclass(frozen=True)
class Method:
    """A way to find songs that go with others.

    Attributes
    ----------
    name, title
        What it is called, and what it does, for people.
    needs
        Of ``playlists``, ``titles``, ``sound``, ``network`` and ``communities``: all of them.
    build
        Makes the scorer; ask `make`, which looks first whether all it needs is there.
    either
        Of the same: one of them at least; empty where `needs` says all.
    seedless
        Whether it can answer where no song is given.
    """

    name: str
    title: str
    needs: frozenset[str]
    build: Callable[[Evidence, Options], Scorer]
    either: frozenset[str] = frozenset()
    seedless: bool = False

    def lacks(self, evidence: Evidence) -> list[str]:
        """What it needs and `evidence` does not have; all of `either` where it has none of it."""
        there = available(evidence)
        none = self.either if not self.either & there else frozenset()
        return sorted((self.needs - there) | none)

    def make(self, evidence: Evidence, options: Options | None = None) -> Scorer:
        """The scorer; `StateError` says what is missing and how to come by it."""
        lacking = self.lacks(evidence)
        if lacking:
            needed = (" or " if self.either else " and ").join(lacking)
            raise StateError(f"the method {self.name} needs {needed}: {REMEDIES[lacking[0]]}")
        return self.build(evidence, options or Options())


def available(evidence: Evidence) -> frozenset[str]:
    """What kinds of evidence there are."""
    there = {
        "playlists": evidence.members.shape[0] > 0,
        "titles": any(evidence.plain_names),
        "sound": bool(evidence.heard.any()),
        "network": evidence.links is not None,
        "communities": evidence.communities is not None,
    }
    return frozenset(kind for kind, has in there.items() if has)


def _over_playlists(evidence: Evidence, options: Options) -> Scorer:
    return PageRank(
        playlist_walk(evidence.members),
        _or(options.damping, PLAYLIST_DAMPING),
        options.tolerance,
        options.penalty,
        PlaylistNeighbors.of(evidence),
    )


def _over_network(evidence: Evidence, options: Options) -> Scorer:
    return _plain(network_walk(evidence.links), options)


def _in_communities(evidence: Evidence, options: Options) -> Scorer:
    return _plain(network_walk(evidence.links, evidence.communities), options)


def _plain(walk: Walk, options: Options) -> Scorer:
    return PageRank(walk, _or(options.damping, DAMPING), options.tolerance, penalty=0.0)


def _or(told: float | None, usual: float) -> float:
    return usual if told is None else told


def _sound(evidence: Evidence, _: Options) -> Scorer:
    assert evidence.directions is not None  # noqa: S101 (`make` has looked)
    return Sound(evidence.directions, evidence.heard)


def _blend(evidence: Evidence, options: Options) -> Scorer:
    graph, sound = _over_playlists(evidence, options), _sound(evidence, options)
    return Blend(graph, sound, _or(options.weight, BLEND_WEIGHT))


def path_scorer(evidence: Evidence, options: Options) -> PathScorer:
    """The scorer of ``path``, by what there is of playlists and sound."""
    has_playlists = "playlists" in available(evidence)
    graph = _over_playlists(evidence, options) if has_playlists else None
    return PathScorer(evidence, graph, _or(options.weight, PATH_WEIGHT))


def _listed(*methods: Method) -> Mapping[str, Method]:
    return MappingProxyType({method.name: method for method in methods})


METHODS: Final = _listed(
    Method(
        "pagerank",
        "where walks lead, over playlists and songs, from the playlists most like the seeds",
        frozenset({"playlists"}),
        _over_playlists,
    ),
    Method(
        "pagerank-network",
        "where walks from the seeds along the edges of a network lead",
        frozenset({"network"}),
        _over_network,
    ),
    Method(
        "pagerank-communities",
        "the same within the communities of the seeds (He, Li and Nguy 2015)",
        frozenset({"network", "communities"}),
        _in_communities,
    ),
    Method(
        "neighbours",
        "the songs that share most playlists with the seeds, for how common they are",
        frozenset({"playlists"}),
        lambda evidence, _: SongNeighbors.of(evidence),
    ),
    Method(
        "neighbours-playlists",
        "the songs of the playlists most like the seeds",
        frozenset({"playlists"}),
        lambda evidence, _: PlaylistNeighbors.of(evidence),
    ),
    Method("sound", "the songs that sound most like the seeds", frozenset({"sound"}), _sound),
    Method(
        "blend",
        "pagerank and sound together",
        frozenset({"playlists", "sound"}),
        _blend,
    ),
    Method(
        "path",
        "the songs along the way from seed to seed, by playlists and by sound",
        frozenset(),
        path_scorer,
        either=frozenset({"playlists", "sound"}),
    ),
    Method(
        BY_TITLE,
        "the songs of the playlists with the most similar titles, whatever the seeds",
        frozenset({"playlists", "titles"}),
        lambda evidence, _: TitleNeighbors.of(evidence),
        seedless=True,
    ),
    Method(
        "popularity",
        "the songs of the most playlists, whatever the seeds",
        frozenset({"playlists"}),
        lambda evidence, _: Popularity(evidence.popularity),
        seedless=True,
    ),
    Method(
        "random",
        "any song, whatever the seeds",
        frozenset(),
        lambda evidence, options: Random(len(evidence), options.seed),
        seedless=True,
    ),
)


def find(name: str) -> Method:
    """The method of that name; `UsageError` names those there are."""
    if name not in METHODS:
        raise UsageError(f"there is no method {name!r}: use one of {', '.join(METHODS)}")
    return METHODS[name]
