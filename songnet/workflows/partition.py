"""Partitions: made, kept, read from files and written to them."""

from __future__ import annotations

from dataclasses import replace
from itertools import compress
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from songnet.errors import InputError
from songnet.model import Partition, among, object_array
from songnet.names import check_name
from songnet.partitions import run
from songnet.sources.partitions import read_partition, write_partition
from songnet.workflows.workspace import Workspace, pull


def run_partition(
    workspace: Workspace, algorithm: str, *, on: str, name: str | None = None, **options: Any
) -> Partition:
    """Cut what is called `on` with `algorithm` and keep the result under `name`.

    `options` are those of the algorithm in `songnet.partitions`; the default name is
    ``ALGORITHM-ON``. A partition of the same name is replaced. Its `params` also hold, as `input`,
    the fingerprint of what was cut.
    """
    workspace.store.check_writable()
    data = pull(workspace, on)
    partition = run(algorithm, data, name=name, **options)
    partition = replace(partition, params={**partition.params, "input": data.fingerprint})
    keep(workspace, partition)
    return partition


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
    community = pd.Series(partition.labels, index=pd.Index(partition.songs, name="song"))
    facts = _facts(workspace)
    best = pd.concat([_commonest(community, column) for column in facts], axis=1)
    named = _choose(best, partition.communities)
    return _numbered(named)


def _facts(workspace: Workspace) -> list[pd.Series[str]]:
    """Columns (index song): label, artist, and a row per playlist."""
    songs = workspace.store.songs().select(["id", "label", "artist"]).to_pandas().set_index("id")
    names = workspace.store.playlists().select(["id", "name"]).to_pandas().set_index("id")["name"]
    who = workspace.store.memberships()
    lists = pd.Series(
        names.reindex(who.playlists[who.playlist]).to_numpy(), index=who.songs[who.song]
    )
    return [songs["label"].dropna(), songs["artist"].dropna(), lists.dropna()]


def _commonest(community: pd.Series[int], values: pd.Series[str]) -> pd.DataFrame:
    """Per community: the commonest value and how many songs have it."""
    joined = values[values.index.isin(community.index)]
    rows = pd.DataFrame(
        {"community": community.reindex(joined.index).to_numpy(), "value": joined.to_numpy()}
    )
    counts = rows.value_counts(["community", "value"], sort=False).reset_index()
    ordered = counts.sort_values(["community", "count", "value"], ascending=[True, False, True])
    return ordered.drop_duplicates("community").set_index("community")[["count", "value"]]


def _choose(best: pd.DataFrame, communities: int) -> list[str]:
    counts, values = best["count"].fillna(0).to_numpy(), best["value"].to_numpy()
    commonest = values[np.arange(len(best)), counts.argmax(axis=1)]
    chosen = dict(zip(best.index, commonest, strict=True))
    return [str(chosen.get(label, f"community {label}")) for label in range(communities)]


def _numbered(names: list[str]) -> list[str]:
    seen: dict[str, int] = {}
    result = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        result.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return result
