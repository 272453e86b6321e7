"""What a report needs, pulled together."""

from __future__ import annotations

import platform
from collections.abc import Iterator, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path

import numpy as np

from songnet import __version__, encoders
from songnet.agreement import Comparison, compare
from songnet.encoders import Saved
from songnet.errors import EmptyInputError, StateError
from songnet.info import EncoderInfo, NetworkInfo, PartitionInfo, now
from songnet.model import Ids, Ints, Partition, Vectors, among
from songnet.report import (
    EncoderSection,
    Example,
    Loaded,
    Projection,
    ReportContent,
    projections,
    write,
)
from songnet.sources.archive import SpectrogramArchive
from songnet.workflows._search_sections import search_sections
from songnet.workflows._titles import song_titles
from songnet.workflows.progress import Progress, silent
from songnet.workflows.saved import saved_encoder
from songnet.workflows.workspace import Workspace, pull_vectors

EXAMPLES = 6
LIBRARIES = (
    "igraph", "infomap", "keras", "ladybug", "librosa", "neo4j", "numpy", "scikit-learn",
    "tensorflow",
)  # fmt: skip
# Whose communities colour the map of sounds, the first that is there.
PREFERRED = ("leiden", "infomap", "louvain")


def write_report(
    workspace: Workspace,
    path: Path,
    *,
    title: str = "Do songs that people put together also sound together?",
    notes: Sequence[str] = (),
    figures: Path | None = None,
    seed: int = 0,
    progress: Progress = silent,
) -> None:
    """Write one self-contained page about the graph, and its figures where wanted.

    Parameters
    ----------
    notes
        What this data can and cannot show, beside what songnet sees for itself.
    figures
        A folder for each figure as SVG.
    seed
        Of t-SNE.
    """
    content = gather(workspace, title=title, notes=notes, seed=seed, progress=progress)
    write(content, path, figures)


def gather(
    workspace: Workspace,
    *,
    title: str,
    notes: Sequence[str] = (),
    seed: int = 0,
    progress: Progress = silent,
) -> ReportContent:
    """Everything the page says; parts for which the graph has nothing are left empty."""
    store = workspace.store
    loaded = Loaded(store.networks(), store.encoders(), store.partitions())
    counts = store.counts()
    partitions = [store.partition(info.name) for info in loaded.partitions]
    titles = {partition.name: store.community_titles(partition.name) for partition in partitions}
    sections = list(_sections(workspace, loaded.encoders, progress))
    searches, unread = search_sections(workspace)
    maps = list(_maps(workspace, loaded, partitions, titles, seed, progress))
    return ReportContent(
        title=title,
        created_at=now(),
        notes=notes,
        store={
            "engine": store.engine,
            "playlists": counts.playlists,
            "songs": counts.songs,
            "memberships": counts.memberships,
        },
        loaded=loaded,
        encoders=sections,
        searches=searches,
        unread=unread,
        comparison=_comparison(partitions),
        communities=titles,
        projections=maps,
        provenance=_provenance(loaded, seed),
    )


def _comparison(partitions: Sequence[Partition]) -> Comparison | None:
    """Every pair; None where there is none, or none that shares a song."""
    try:
        return compare(partitions) if len(partitions) > 1 else None
    except EmptyInputError:
        return None


def _sections(
    workspace: Workspace, infos: Sequence[EncoderInfo], progress: Progress
) -> Iterator[EncoderSection]:
    for done, info in enumerate(infos, 1):
        saved, model = saved_encoder(workspace, info), encoders.MODELS.get(info.kind)
        yield EncoderSection(
            name=info.name,
            params={"kind": info.kind, "latent": info.latent, **info.params},
            history=_history(saved),
            kept=saved.best.number if saved else None,
            examples=_examples(workspace, saved),
            mse=_mse(saved),
            loss=model.loss if model else "loss",
            draws=model is None or model.draws,
        )
        progress("encoders", done, len(infos))


def _mse(saved: Saved | None) -> float | None:
    """The validation mean squared error per pixel, of models that make one."""
    if saved is None or not encoders.MODELS[saved.kind].draws:
        return None
    return saved.best.validation_terms.get("mse", saved.best.validation_loss)


def _history(saved: Saved | None) -> Mapping[str, Sequence[float]]:
    if saved is None:
        return {}
    return {
        "loss": [epoch.loss for epoch in saved.history],
        "val_loss": [epoch.validation_loss for epoch in saved.history],
    }


def _examples(workspace: Workspace, saved: Saved | None) -> list[Example]:
    """Songs that were held back, evenly spread over them, beside what the encoder makes of them."""
    if saved is None or not encoders.MODELS[saved.kind].draws:
        return []
    archive = SpectrogramArchive(workspace.data.spectrograms)
    held = np.flatnonzero(
        among(archive.songs, saved.holdout.validation_songs) & (archive.clips == 0)
    )
    if not len(held):
        return []
    rows = np.unique(held[np.linspace(0, len(held) - 1, EXAMPLES).round().astype(int)])
    pixels = archive.read(rows)
    made = encoders.reconstruct(saved, pixels)
    names = song_titles(workspace)
    return [
        Example(names.get(song, song), original, reconstruction)
        for song, original, reconstruction in zip(archive.songs[rows], pixels, made, strict=True)
    ]


def _maps(
    workspace: Workspace,
    loaded: Loaded,
    partitions: Sequence[Partition],
    titles: Mapping[str, Sequence[str]],
    seed: int,
    progress: Progress,
) -> Iterator[Projection]:
    """Of each encoder: PCA with its own clusters, t-SNE with communities from playlists."""
    kinds = {network.name: network.kind for network in loaded.networks}
    for done, info in enumerate(loaded.encoders, 1):
        vectors = _vectors(workspace, info)
        if vectors is None:
            continue
        clusters = [partition for partition in partitions if partition.on == info.name]
        communities = _preferred([p for p in partitions if kinds.get(p.on) == "playlists"])
        if clusters:
            yield _pca(vectors, clusters[0], titles)
        if communities:
            yield _tsne(vectors, communities, titles, seed)
        progress("maps", done, len(loaded.encoders))


def _vectors(workspace: Workspace, info: EncoderInfo) -> Vectors | None:
    """An encoder's vectors; None where they are not to be had, and the page does without a map."""
    try:
        return pull_vectors(workspace, info)
    except StateError:
        return None


def _preferred(partitions: Sequence[Partition]) -> Partition | None:
    def rank(partition: Partition) -> tuple[bool, int]:
        known = partition.algorithm in PREFERRED
        return partition.degenerate, PREFERRED.index(partition.algorithm) if known else 99

    return min(partitions, key=rank, default=None)


def _pca(vectors: Vectors, partition: Partition, titles: Mapping[str, Sequence[str]]) -> Projection:
    points, explained = projections.pca(vectors)
    return Projection(
        title=f"{vectors.encoder} by PCA, coloured by {partition.name}",
        method="PCA",
        encoder=vectors.encoder,
        partition=partition.name,
        points=points,
        labels=_labels(vectors.songs, partition),
        legend=titles[partition.name],
        explained=explained,
    )


def _tsne(
    vectors: Vectors, partition: Partition, titles: Mapping[str, Sequence[str]], seed: int
) -> Projection:
    points, rows = projections.tsne(vectors, seed=seed)
    sampled = len(rows) < len(vectors.songs)
    return Projection(
        title=f"{vectors.encoder} by t-SNE, coloured by {partition.name}",
        method="t-SNE",
        encoder=vectors.encoder,
        partition=partition.name,
        points=points,
        labels=_labels(vectors.songs[rows], partition),
        legend=titles[partition.name],
        note=f"{len(rows):,} of {len(vectors.songs):,} songs, drawn with seed {seed}"
        if sampled
        else f"seed {seed}",
    )


def _labels(songs: Ids, partition: Partition) -> Ints:
    """The community of each song; -1 where the partition does not cover it."""
    place = np.searchsorted(partition.songs, songs)
    place = np.minimum(place, max(len(partition.songs) - 1, 0))
    return np.where(partition.songs[place] == songs, partition.labels[place], -1)


def _provenance(loaded: Loaded, seed: int) -> dict[str, str]:
    facts: Sequence[NetworkInfo | EncoderInfo | PartitionInfo] = [
        *loaded.networks,
        *loaded.encoders,
        *loaded.partitions,
    ]
    return {
        "songnet": __version__,
        "Python": platform.python_version(),
        **{library: version(library) for library in LIBRARIES},
        "seed of t-SNE": str(seed),
        **{f"fingerprint of {fact.name}": fact.fingerprint for fact in facts},
    }
