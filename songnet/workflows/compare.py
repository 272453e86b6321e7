"""How far the partitions in the graph agree."""

from __future__ import annotations

from collections.abc import Sequence

from songnet.agreement import Comparison, SharedSongs, compare
from songnet.errors import BadNameError, StateError
from songnet.model import Partition
from songnet.progress import Progress, silent
from songnet.workflows.nulls import Asked, Tests, check_counts, check_nulls
from songnet.workflows.truth import ALGORITHM, SongFacts, check_truths
from songnet.workflows.workspace import Workspace


def compare_partitions(
    workspace: Workspace,
    names: Sequence[str] = (),
    *,
    nulls: Sequence[str] | None = None,
    samples: int = 99,
    rewirings: int = 19,
    interval: bool = False,
    truth: Sequence[str] = (),
    seed: int = 0,
    progress: Progress = silent,
) -> Comparison:
    """Every pair of the named partitions; of all there are, where no name is given.

    Null distributions are kept in the data folder, and not computed again for the same partitions,
    samples and seed; an interrupted comparison goes on where it was.

    Parameters
    ----------
    names
        Each counts once.
    nulls
        What to hold scores against: ``shuffle`` (labels among all songs), ``artist`` and ``album``
        (labels among songs of one artist or album), ``rewiring`` (the partition that comes from
        playlists, made anew from rewired memberships; only where the other one does not); empty or
        ``none`` for nothing. None: ``shuffle``, and ``artist`` where songs have artists, unless
        songs x samples x pairs x nulls are above `songnet.workflows.nulls.BUDGET` (200 million,
        some five seconds); then nothing, and a note says so.
    samples, rewirings
        How many shuffles and subsamples; how many rewired networks, each a whole run.
    interval
        Whether to compute 95 % intervals; artists are the units that are drawn, where songs have
        artists.
    truth
        Properties of songs to compare with as if they were partitions: ``label``, ``artist``,
        ``album``, named ``truth-label`` and so on.

    Raises
    ------
    StateError
        Fewer than two partitions are there, or no song has a property in `truth`.
    BadNameError
        A name is not there, or is that of a truth.
    UsageError
        No such null or property, or fewer than one sample or rewiring.
    """
    check_counts(samples, rewirings)
    asked = Asked(check_nulls(nulls), samples, rewirings, interval, seed)
    facts = SongFacts(workspace)
    partitions = _partitions(workspace, names, [facts.truth(name) for name in check_truths(truth)])
    shared = SharedSongs(partitions)
    tests = Tests(workspace, partitions, shared, asked, facts, progress=progress)
    return tests.hold(compare(partitions, shared))


def community_titles(workspace: Workspace, partitions: Sequence[Partition]) -> dict[str, list[str]]:
    """What a person would call the communities of each partition, truths among them."""
    facts = SongFacts(workspace)
    return {
        partition.name: facts.titles(partition)
        if partition.algorithm == ALGORITHM
        else workspace.store.community_titles(partition.name)
        for partition in partitions
    }


def _partitions(
    workspace: Workspace, names: Sequence[str], truths: Sequence[Partition]
) -> list[Partition]:
    chosen = list(dict.fromkeys(names)) or [info.name for info in workspace.store.partitions()]
    if len(chosen) + len(truths) < 2:
        raise StateError(
            f"comparing needs two different partitions, got {', '.join(chosen) or 'none'}: "
            "make them with 'songnet partitions run'"
        )
    for truth in truths:
        if truth.name in chosen:
            raise BadNameError(
                f"{truth.name!r} is also the name of a partition: name the partitions to compare"
            )
    return [*(workspace.store.partition(name) for name in chosen), *truths]
