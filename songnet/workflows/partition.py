"""Partitions: made, kept, read from files and written to them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import compress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from songnet.errors import InputError
from songnet.model import (
    Ids,
    Ints,
    Memberships,
    Partition,
    SongNetwork,
    Vectors,
    among,
    object_array,
)
from songnet.names import check_name
from songnet.partitions import OnEstimate, PartitionEstimate, estimate, run
from songnet.progress import Progress, silent, step
from songnet.sources.partitions import read_partition, write_partition
from songnet.workflows.workspace import Workspace, pull

if TYPE_CHECKING:
    import pandas as pd

# Memberships that are counted at once.
BLOCK = 1 << 22


def run_partition(
    workspace: Workspace,
    algorithm: str,
    *,
    on: str,
    name: str | None = None,
    on_estimate: OnEstimate | None = None,
    progress: Progress = silent,
    **options: Any,
) -> Partition:
    """Cut what is called `on` with `algorithm` and keep the result under `name`.

    `options` are those of the algorithm in `songnet.partitions`; the default name is
    ``ALGORITHM-ON``. A partition of the same name is replaced. Its `params` also hold, as `input`,
    the fingerprint of what was cut. `on_estimate` is told before the work what it will take, where
    that is known.
    """
    workspace.store.check_writable()
    with step(progress, f"reading {on}"):
        data = pull(workspace, on)
    if on_estimate and (expected := _expected(algorithm, data, options)):
        on_estimate(expected)
    with step(progress, f"cutting by {algorithm}"):
        partition = run(algorithm, data, name=name, **options)
    partition = replace(partition, params={**partition.params, "input": data.fingerprint})
    with step(progress, "keeping communities"):
        keep(workspace, partition)
    return partition


def _expected(
    algorithm: str, data: SongNetwork | Vectors, options: Mapping[str, Any]
) -> PartitionEstimate | None:
    """What the cut will take, where that is known: other objectives are other libraries'."""
    usual = options.get("objective") in {None, "modularity", "cpm"}
    return estimate(algorithm, data) if usual and isinstance(data, SongNetwork) else None


def keep(workspace: Workspace, partition: Partition) -> None:
    """Write a partition to the graph, its communities titled."""
    workspace.store.write_partition(partition, titles=titles(workspace, partition))


def import_partition(
    workspace: Workspace, path: Path, *, name: str, known_only: bool = False
) -> tuple[Partition, int]:
    """Keep the partition that a file holds; and how many of its songs were left out.

    Parameters
    ----------
    known_only
        Leave songs out that the graph lacks, instead of refusing the file.

    Raises
    ------
    InputError
        Songs are unknown (with `known_only`: all are); the message counts them and names one.
    """
    check_name(name, what="partition")
    songs, labels, facts = read_partition(path)
    known = among(object_array(songs), workspace.store.songs().column("id").to_pylist())
    left_out = len(songs) - int(known.sum())
    if left_out and not (known_only and known.any()):
        raise InputError(_unknown(path, songs[int(np.argmin(known))], left_out, len(songs)))
    songs = list(compress(songs, known))
    labels = list(compress(labels, known))
    partition = Partition.from_labels(
        songs,
        labels,
        name=name,
        algorithm=str(facts.get("algorithm") or "imported"),
        on=str(facts.get("on") or path.name),
        seed=facts.get("seed"),
        params=facts.get("params"),
        quality=facts.get("quality"),
        versions=facts.get("versions"),
    )
    keep(workspace, partition)
    return partition, left_out


def _unknown(path: Path, first: str, unknown: int, songs: int) -> str:
    way = (
        "load their playlists or files first"
        if unknown == songs
        else "load their playlists or files first, or leave them out with --known-only"
    )
    return f"{path}: {unknown} of {songs} songs are not in the graph, {first!r} the first: {way}"


def export_partition(workspace: Workspace, name: str, path: Path) -> Partition:
    """Write a kept partition to ``.csv``, ``.json``, ``.clu`` or ``.tree``."""
    partition = workspace.store.partition(name)
    write_partition(path, partition)
    return partition


def drop_partition(workspace: Workspace, name: str) -> None:
    """Remove a partition and its communities."""
    workspace.store.drop("partition", name)


def titles(workspace: Workspace, partition: Partition) -> list[str]:
    """What a person would call each community: its commonest label, artist or list.

    Of the three, the one that the most songs of the community share; a tie goes to the first in
    that order, equally common values to the smaller text. Titles that come twice are numbered.
    """
    commonest = [_commonest(fact, partition.communities) for fact in _facts(workspace, partition)]
    return _numbered(_choose(*zip(*commonest, strict=True)))


@dataclass(frozen=True)
class _Fact:
    """What there is to know of songs: pairs of a community and the place of a value, in blocks.

    Either is -1 where there is none. `values` are sorted.
    """

    pairs: Iterable[tuple[Ints, Ints]]
    values: Sequence[str]


def _facts(workspace: Workspace, partition: Partition) -> Iterator[_Fact]:
    """Songs' labels, their artists, and the names of their playlists."""
    import pandas as pd

    songs = workspace.store.songs().select(["id", "label", "artist"]).to_pandas()
    own = _communities(partition, songs["id"])
    for column in ("label", "artist"):
        codes, values = pd.factorize(songs[column], sort=True)
        yield _Fact([(own, codes)], values)
    names = workspace.store.playlists().select(["id", "name"]).to_pandas().set_index("id")["name"]
    who = workspace.store.memberships()
    codes, values = pd.factorize(names.reindex(who.playlists), sort=True)
    yield _Fact(_listed(who, _communities(partition, who.songs), codes), values)


def _communities(partition: Partition, songs: Iterable[str]) -> Ints:
    """The community of each of some songs, -1 for those that are in none."""
    import pandas as pd

    place = pd.Index(partition.songs).get_indexer(pd.Index(songs))
    return np.append(partition.labels, -1)[place]


def _listed(who: Memberships, communities: Ints, names: Ints) -> Iterator[tuple[Ints, Ints]]:
    """Of each membership the song's community and the playlist's name."""
    for start in range(0, len(who), BLOCK):
        part = slice(start, start + BLOCK)
        yield communities[who.song[part]], names[who.playlist[part]]


def _commonest(fact: _Fact, communities: int) -> tuple[Ints, Ids]:
    """How many songs of each community have its commonest value, and that value."""
    width = max(len(fact.values), 1)
    tally = _tally(fact.pairs, width)
    community, code = np.divmod(tally.index.to_numpy(np.int64), width)
    order = np.lexsort((code, -tally.to_numpy(), community))
    found, first = np.unique(community[order], return_index=True)
    counts, values = np.zeros(communities, np.int64), np.full(communities, None, object)
    counts[found] = tally.to_numpy()[order[first]]
    values[found] = np.asarray(fact.values, object)[code[order[first]]]
    return counts, values


def _tally(pairs: Iterable[tuple[Ints, Ints]], width: int) -> pd.Series[float]:
    """How often each pair comes, by community * width + value."""
    import pandas as pd

    total = pd.Series(dtype=np.float64, index=np.empty(0, np.int64))
    for community, value in pairs:
        known = (community >= 0) & (value >= 0)
        key, count = np.unique(community[known] * width + value[known], return_counts=True)
        total = total.add(pd.Series(count, index=key), fill_value=0)
    return total


def _choose(counts: Sequence[Ints], values: Sequence[Ids]) -> list[str]:
    """Of several commonest values, each with its count, the commonest; else a number."""
    best = np.argmax(counts, axis=0)
    chosen = np.array(values)[best, np.arange(len(best))]
    return [
        f"community {label}" if value is None else str(value) for label, value in enumerate(chosen)
    ]


def _numbered(names: list[str]) -> list[str]:
    seen: dict[str, int] = {}
    result = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        result.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return result
