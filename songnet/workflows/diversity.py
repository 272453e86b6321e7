"""How diverse songs are, as a whole and by playlist, community or label."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal, TypeAlias

import numpy as np

from songnet import diversity
from songnet.diversity import NEAR
from songnet.errors import EmptyInputError, StateError, UsageError
from songnet.info import EncoderInfo
from songnet.model import Ids, Ints, Memberships, Vectors, among
from songnet.progress import Progress, silent
from songnet.sources.archive import SpectrogramArchive
from songnet.workflows._diversity_result import Coverage, Diversity, Members, Quiet, Silence
from songnet.workflows.saved import info_of
from songnet.workflows.workspace import Workspace, pull_vectors

By: TypeAlias = Literal["playlist", "community", "label"]
CLIPS_AT_ONCE = 512


def measure_diversity(
    workspace: Workspace,
    *,
    encoder: str | None = None,
    by: By | None = None,
    partition: str | None = None,
    near: float = NEAR,
    top: int = 10,
    seed: int = 0,
    progress: Progress = silent,
) -> Diversity:
    """Score the songs that have a vector, as a whole and by group.

    Parameters
    ----------
    encoder
        Default: the only one.
    by
        Default: by community if there is a `partition`, else by playlist if there are playlists.
    partition
        Whose communities. Default: the only one.
    near
        The cosine from which on two songs are near-duplicates.
    top
        How many of the near-duplicates to name.
    seed
        Of the random groups.

    Raises
    ------
    BadNameError
        No encoder or partition of that name.
    EmptyInputError
        Fewer than two songs with a vector that is not zero; no group of that kind.
    StateError
        No encoder or no vectors yet.
    UsageError
        Several encoders or partitions and none named; a partition without its communities.
    """
    info = _encoder(workspace, encoder)
    memberships = workspace.store.memberships()
    kind, partition = _kind(workspace, memberships, by, partition)
    vectors = pull_vectors(workspace, info)
    scored = _with_direction(vectors)
    groups = list(_groups(workspace, kind, partition, memberships, scored.songs))
    ranked, chance = diversity.rank_groups(
        scored.values, [members.rows for members in groups], seed=seed, watch=progress
    )
    return Diversity(
        encoder=info.name,
        dimensions=vectors.dimensions,
        by=kind,
        partition=partition,
        seed=seed,
        coverage=_coverage(workspace, vectors, scored, memberships),
        whole=diversity.scores(scored.values, seed=seed),
        duplicates=diversity.near_duplicates(scored, cosine=near, top=top, watch=progress),
        silence=_silence(workspace, progress),
        groups=[(groups[group.number], group) for group in ranked],
        not_scored=[members for members in groups if len(members.rows) < 2],
        samples=(int(chance.samples.min()), int(chance.samples.max())) if ranked else None,
    )


def _encoder(workspace: Workspace, name: str | None) -> EncoderInfo:
    if name is not None:
        return info_of(workspace, name)
    infos = workspace.store.encoders()
    if not infos:
        raise StateError("there is no encoder yet: make one with 'songnet embed'")
    if len(infos) > 1:
        raise UsageError(f"there are several encoders, choose with --encoder: {_named(infos)}")
    return infos[0]


def _kind(
    workspace: Workspace, memberships: Memberships, by: By | None, partition: str | None
) -> tuple[By | None, str | None]:
    """What the groups are, and the partition where they are communities."""
    if partition is not None and by not in {None, "community"}:
        raise UsageError(f"--partition is for --by community, not --by {by}")
    if partition is None and by is None:
        return ("playlist" if len(memberships.playlists) else None), None
    if partition is None and by == "community":
        return by, _only_partition(workspace)
    return by or "community", partition


def _only_partition(workspace: Workspace) -> str:
    infos = workspace.store.partitions()
    if not infos:
        raise StateError("there is no partition yet: make one with 'songnet partitions run'")
    if len(infos) > 1:
        raise UsageError(f"there are several partitions, choose with --partition: {_named(infos)}")
    return infos[0].name


def _named(infos: Sequence[object]) -> str:
    return ", ".join(str(getattr(info, "name", info)) for info in infos)


def _with_direction(vectors: Vectors) -> Vectors:
    kept = diversity.has_direction(vectors.values)
    if kept.sum() < 2:
        raise EmptyInputError(
            f"diversity needs two songs with a vector of {vectors.encoder!r} that is not zero: "
            f"there are {int(kept.sum())}; embed more songs with 'songnet embed'"
        )
    if kept.all():
        return vectors
    return Vectors(vectors.encoder, vectors.songs[kept], vectors.values[kept])


def _groups(
    workspace: Workspace,
    kind: By | None,
    partition: str | None,
    memberships: Memberships,
    embedded: Ids,
) -> Iterator[Members]:
    """Every group of the kind, in the order of their names."""
    if kind == "playlist":
        yield from _playlists(workspace, memberships, embedded)
    elif kind == "community" and partition is not None:
        yield from _communities(workspace, partition, embedded)
    elif kind == "label":
        yield from _labels(workspace, embedded)


def _playlists(workspace: Workspace, memberships: Memberships, embedded: Ids) -> Iterator[Members]:
    if not len(memberships.playlists):
        raise EmptyInputError("there are no playlists: load some with 'songnet load-playlists'")
    table = workspace.store.playlists()
    titles = dict(zip(table["id"].to_pylist(), table["name"].to_pylist(), strict=True))
    row = _rows(memberships.songs, embedded)[memberships.song]
    ends = np.searchsorted(memberships.playlist, np.arange(1, len(memberships.playlists)))
    for name, rows in zip(memberships.playlists, np.split(row, ends), strict=True):
        yield _members(name, titles.get(name) or name, rows)


def _communities(workspace: Workspace, name: str, embedded: Ids) -> Iterator[Members]:
    partition = workspace.store.partition(name)
    titles = workspace.store.community_titles(name)
    row = _rows(partition.songs, embedded)
    for label, title in enumerate(titles):
        yield _members(str(label), title, row[partition.labels == label])


def _labels(workspace: Workspace, embedded: Ids) -> Iterator[Members]:
    table = workspace.store.songs().select(["id", "label"]).to_pandas()
    table = table[table["label"].notna() & (table["label"] != "")]
    if table.empty:
        raise EmptyInputError(
            "no song has a label: give labels with 'songnet load-audio --labels FILE.csv' or "
            "--label-from-folder"
        )
    row = _rows(table["id"].to_numpy(object), embedded)
    labels = table["label"].to_numpy(object)
    for label in sorted(set(labels)):
        yield _members(label, label, row[labels == label])


def _rows(songs: Ids, embedded: Ids) -> Ints:
    """Where the vector of each song is, int64; -1 where it has none. `embedded` is sorted."""
    place = np.minimum(np.searchsorted(embedded, songs), len(embedded) - 1)
    return np.where(embedded[place] == songs, place, -1).astype(np.int64)


def _members(name: str, title: str, rows: Ints) -> Members:
    return Members(name, title, songs=len(rows), rows=rows[rows >= 0])


def _coverage(
    workspace: Workspace, vectors: Vectors, scored: Vectors, memberships: Memberships
) -> Coverage:
    return Coverage(
        songs=workspace.store.counts().songs,
        with_vector=len(vectors.songs),
        with_playlist=len(memberships.songs),
        with_both=int(among(vectors.songs, memberships.songs).sum()),
        without_direction=len(vectors.songs) - len(scored.songs),
    )


def _silence(workspace: Workspace, progress: Progress) -> Silence:
    """The clips of the data folder that hold nothing or hardly anything."""
    archive = SpectrogramArchive(workspace.data.spectrograms)
    quiet: list[Quiet] = []
    for start in range(0, len(archive), CLIPS_AT_ONCE):
        rows = np.arange(start, min(start + CLIPS_AT_ONCE, len(archive)))
        quiet += _quiet(archive, rows)
        progress("clips looked at", int(rows[-1]) + 1, len(archive))
    return Silence(len(archive), sorted(quiet, key=lambda one: (-one.empty, one.song, one.clip)))


def _quiet(archive: SpectrogramArchive, rows: Ints) -> Iterator[Quiet]:
    heard = diversity.loudness(archive.read(rows))
    for place in np.flatnonzero(heard.silent | heard.nearly_silent):
        yield Quiet(
            song=archive.songs[rows[place]],
            clip=int(archive.clips[rows[place]]),
            peak=float(heard.peak[place]),
            empty=float(heard.empty[place]),
            silent=bool(heard.silent[place]),
        )
