"""Two ways to ask without cutting both sides: communities on the sound, and lists by ear."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from songnet.errors import EmptyInputError
from songnet.model import Ints, Partition, SongNetwork, Vectors, shared_songs
from songnet.networks import NullTest, assortativity, modularity_test
from songnet.progress import Progress
from songnet.workflows._study_result import Effect
from songnet.workflows.truth import SongFacts
from songnet.workflows.workspace import Workspace, pull

SHUFFLED = "shuffled labels"
WITHIN_ARTISTS = "labels shuffled within each artist"
SHARING = "Songs that share a playlist"
OTHER_ARTISTS = "Songs of different artists that share a playlist"


def on_the_sound(
    workspace: Workspace, partition: Partition, encoders: Sequence[str], *, samples: int, seed: int
) -> Iterator[Effect]:
    """The modularity of the playlists' communities on each sound network."""
    facts = SongFacts(workspace)
    for encoder in encoders:
        network = pull(workspace, f"sound-{encoder}")
        if isinstance(network, SongNetwork):
            inside, labels = _covered(network, partition)
            artists = _known(facts.groups("artist", inside.songs))
            for null, groups in ((SHUFFLED, None), (WITHIN_ARTISTS, artists)):
                if null == SHUFFLED or any(group is not None for group in artists):
                    test = modularity_test(
                        inside, labels, samples=samples, seed=seed, groups=groups
                    )
                    yield _effect(encoder, null, test)


def by_ear(
    workspace: Workspace, encoders: Sequence[str], *, samples: int, seed: int, progress: Progress
) -> Iterator[Effect]:
    """How alike songs of one playlist sound to each encoder, each playlist with one vote."""
    who = workspace.store.memberships()
    artists = _known(SongFacts(workspace).groups("artist", who.songs))
    for encoder in encoders:
        vectors = pull(workspace, encoder)
        if isinstance(vectors, Vectors):
            for pairs, groups in ((SHARING, None), (OTHER_ARTISTS, artists)):
                try:
                    found = assortativity(
                        who, vectors, groups=groups, samples=samples, seed=seed, progress=progress
                    )
                except EmptyInputError:
                    continue
                yield _effect(encoder, pairs, found.by_playlist, found.effects[0])


def _covered(network: SongNetwork, partition: Partition) -> tuple[SongNetwork, Ints]:
    """The part of a network whose songs a partition covers, and their labels."""
    here, there = shared_songs(network.songs, partition.songs)
    place = np.full(len(network.songs), -1, np.int64)
    place[here] = np.arange(len(here))
    sources, targets = place[network.sources], place[network.targets]
    keep = (sources >= 0) & (targets >= 0)
    inside = SongNetwork.from_edges(
        network.songs[here], sources[keep], targets[keep], network.weights[keep], name=network.name
    )
    return inside, partition.labels[there]


def _known(codes: Ints) -> list[int | None]:
    return [None if code < 0 else code for code in codes.tolist()]


def _effect(of: str, null: str, test: NullTest, size: float | None = None) -> Effect:
    return Effect(of, null, test.observed, test.mean, test.sd, test.z, test.p, size)
