"""The songs that a report can name, and the maps of its encoders."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from songnet.errors import StateError
from songnet.info import EncoderInfo, NetworkInfo
from songnet.model import Floats, Ids, Ints, Partition, Vectors, object_array
from songnet.progress import Progress
from songnet.report import Method, Projection, Songs, projections
from songnet.workflows.workspace import Workspace, pull_vectors

# Songs that a page can name; beyond that a sample.
SONGS = 50_000
# Songs of all t-SNE and UMAP maps of a page together, and of one of them: they take the time.
SLOW_SONGS, LEAST_SLOW = 24_000, 500
# Whose communities colour the maps, the first that is there.
PREFERRED = ("leiden", "infomap", "louvain")


@dataclass(frozen=True)
class Named:
    """The songs of a page.

    Attributes
    ----------
    ids
        Sorted, shape (n,).
    songs
        What they are called, in that order.
    """

    ids: Ids
    songs: Songs

    def rows(self, ids: Ids) -> Ints:
        """For each id its place among the songs, -1 for others; int64."""
        if not len(self.ids):
            return np.full(len(ids), -1, np.int64)
        place = np.minimum(np.searchsorted(self.ids, ids), len(self.ids) - 1)
        return np.where(self.ids[place] == ids, place, -1).astype(np.int64)


def named_songs(
    workspace: Workspace,
    encoders: Sequence[EncoderInfo],
    partitions: Sequence[Partition],
    *,
    seed: int,
) -> Named:
    """The songs that have vectors or communities; a sample of them where they are very many."""
    found: set[str] = set()
    for info in encoders:
        found.update(workspace.store.embedded(info.name))
    for partition in partitions:
        found.update(partition.songs)
    ids = object_array(sorted(found))
    kept, note = ids, ""
    if len(ids) > SONGS:
        rng = np.random.default_rng([seed, 0])
        kept = ids[np.sort(rng.choice(len(ids), SONGS, replace=False))]
        note = f"Shown are {SONGS:,} of {len(ids):,} songs, drawn with seed {seed}."
    return Named(kept, _called(workspace, kept, note))


def _called(workspace: Workspace, ids: Ids, note: str) -> Songs:
    wanted = set(ids)
    table = workspace.store.songs().select(["id", "title", "artist"])
    known = {
        song: (title, artist)
        for song, title, artist in zip(
            *(table.column(name).to_pylist() for name in table.column_names), strict=True
        )
        if song in wanted
    }
    titles, artists = [], []
    for song in ids:
        title, artist = known.get(song, (None, None))
        titles.append(title or song)
        artists.append(artist or "")
    return Songs(titles, artists, note)


def labels_of(named: Named, partitions: Sequence[Partition]) -> dict[str, Ints]:
    """For each partition the community of each song of the page, -1 where it covers it not."""
    return {partition.name: labels_by_id(named.ids, partition) for partition in partitions}


def labels_by_id(ids: Ids, partition: Partition) -> Ints:
    """The community of each song; -1 where the partition does not cover it."""
    if not len(partition.songs):
        return np.full(len(ids), -1, np.int64)
    place = np.minimum(np.searchsorted(partition.songs, ids), len(partition.songs) - 1)
    return np.where(partition.songs[place] == ids, partition.labels[place], -1)


@dataclass(frozen=True)
class Mapper:
    """Makes the maps of encoders: PCA, t-SNE, and UMAP where it is installed.

    Attributes
    ----------
    named
        The songs that maps may show.
    partitions
        What can colour them, with titles in `titles`.
    networks
        What partitions were cut from.
    limit
        The songs of a t-SNE or UMAP map.
    seed
        Of samples and maps.
    """

    named: Named
    partitions: Sequence[Partition]
    titles: Mapping[str, Sequence[str]]
    networks: Sequence[NetworkInfo]
    limit: int
    seed: int

    def maps(self, vectors: Vectors) -> Iterator[Projection]:
        """Of one encoder's vectors."""
        rows = self.named.rows(vectors.songs)
        shown = Vectors(vectors.encoder, vectors.songs[rows >= 0], vectors.values[rows >= 0])
        own = next((cut for cut in self.partitions if cut.on == vectors.encoder), None)
        lists = self._of_playlists()
        points, explained = projections.pca(shown)
        every = np.arange(len(shown.songs))
        yield self._projection("PCA", shown, points, every, own or lists, explained=explained)
        points, sample = projections.tsne(shown, seed=self.seed, limit=self.limit)
        yield self._projection("t-SNE", shown, points, sample, lists or own)
        if projections.has_umap():
            points, sample = projections.umap(shown, seed=self.seed, limit=self.limit)
            yield self._projection("UMAP", shown, points, sample, lists or own)

    def _of_playlists(self) -> Partition | None:
        kinds = {network.name: network.kind for network in self.networks}
        cut = [each for each in self.partitions if kinds.get(each.on) == "playlists"]
        return min(cut, key=_rank, default=None)

    def _projection(
        self,
        method: Method,
        vectors: Vectors,
        points: Floats,
        sample: Ints,
        partition: Partition | None,
        *,
        explained: Sequence[float] | None = None,
    ) -> Projection:
        songs = vectors.songs[sample]
        name = partition.name if partition else ""
        return Projection(
            title=f"{vectors.encoder} by {method}" + (f", coloured by {name}" if name else ""),
            method=method,
            encoder=vectors.encoder,
            partition=name,
            points=points,
            labels=labels_by_id(songs, partition) if partition else np.full(len(songs), -1),
            legend=self.titles.get(name, ()),
            explained=explained,
            note=self._note(method, len(sample), len(vectors.songs)),
            rows=self.named.rows(songs),
        )

    def _note(self, method: str, shown: int, of: int) -> str:
        if method == "PCA":
            return ""
        drawn = f"{shown:,} of {of:,} songs, drawn with" if shown < of else ""
        return f"{drawn} seed {self.seed}".strip()


def _rank(partition: Partition) -> tuple[bool, int]:
    known = partition.algorithm in PREFERRED
    return partition.degenerate, PREFERRED.index(partition.algorithm) if known else 99


def encoder_maps(
    workspace: Workspace, encoders: Sequence[EncoderInfo], mapper: Mapper, progress: Progress
) -> Iterator[Projection]:
    """The maps of every encoder whose vectors are to be had; the page does without the others."""
    for done, info in enumerate(encoders):
        progress("maps", done, len(encoders), info.name)
        vectors = pull_if_there(workspace, info)
        if vectors is not None:
            yield from mapper.maps(vectors)
    progress("maps", len(encoders), len(encoders))


def pull_if_there(workspace: Workspace, info: EncoderInfo) -> Vectors | None:
    """An encoder's vectors; None where they are not to be had."""
    try:
        return pull_vectors(workspace, info)
    except StateError:
        return None


def slow_limit(encoders: int) -> int:
    """How many songs a t-SNE or UMAP map may show, so that all of them end in minutes."""
    return max(LEAST_SLOW, min(projections.SAMPLE, SLOW_SONGS // max(encoders, 1)))
