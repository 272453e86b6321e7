"""What a report needs, pulled together."""

from __future__ import annotations

import platform
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import numpy as np

from songnet import __version__, encoders
from songnet.agreement import Comparison
from songnet.encoders import Saved
from songnet.errors import EmptyInputError
from songnet.info import EncoderInfo, NetworkInfo, PartitionInfo, now
from songnet.model import among
from songnet.progress import Progress, silent
from songnet.report import Answer, EncoderSection, Example, Loaded, ReportContent, Section, write
from songnet.sources.archive import SpectrogramArchive
from songnet.workflows._report_choices import kept_choices
from songnet.workflows._report_maps import (
    Mapper,
    encoder_maps,
    labels_of,
    named_songs,
    slow_limit,
)
from songnet.workflows._search_sections import search_sections
from songnet.workflows._titles import song_titles
from songnet.workflows.compare import compare_partitions
from songnet.workflows.saved import saved_encoder
from songnet.workflows.workspace import Workspace

EXAMPLES = 6
LIBRARIES = (
    "graph-tool", "igraph", "infomap", "keras", "ladybug", "leidenalg", "librosa", "neo4j", "numpy",
    "scikit-learn", "tensorflow", "umap-learn",
)  # fmt: skip
# Songs x subsamples x pairs that intervals may take, some five seconds on one core.
INTERVALS = 100_000_000


@dataclass(frozen=True)
class Against:
    """What a report holds agreement against.

    Attributes
    ----------
    nulls
        As in `compare_partitions`; None: those that take seconds.
    samples, rewirings
        How many shuffles, and how many rewired networks.
    """

    nulls: Sequence[str] | None = None
    samples: int = 99
    rewirings: int = 19


BY_DEFAULT = Against()


def write_report(
    workspace: Workspace,
    path: Path,
    *,
    title: str = "Do songs that people put together also sound together?",
    notes: Sequence[str] = (),
    answer: Answer | None = None,
    sections: Sequence[Section] = (),
    figures: Path | None = None,
    against: Against = BY_DEFAULT,
    seed: int = 0,
    progress: Progress = silent,
) -> None:
    """Write one self-contained page about the graph, and its figures where wanted.

    Parameters
    ----------
    notes
        What this data can and cannot show, beside what songnet sees for itself.
    answer
        What the top of the page says; default: what the comparison allows.
    sections
        Parts with text, tables and figures of their own, after the answer.
    figures
        A folder for each figure as SVG.
    against
        Which nulls agreement is held against.
    seed
        Of samples, maps and nulls.
    """
    content = gather(
        workspace,
        title=title,
        notes=notes,
        answer=answer,
        sections=sections,
        against=against,
        seed=seed,
        progress=progress,
    )
    write(content, path, figures)


def gather(
    workspace: Workspace,
    *,
    title: str,
    notes: Sequence[str] = (),
    answer: Answer | None = None,
    sections: Sequence[Section] = (),
    against: Against = BY_DEFAULT,
    seed: int = 0,
    progress: Progress = silent,
) -> ReportContent:
    """Everything the page says; parts for which the graph has nothing are left empty."""
    store = workspace.store
    loaded = Loaded(store.networks(), store.encoders(), store.partitions())
    partitions = [store.partition(info.name) for info in loaded.partitions]
    titles = {partition.name: store.community_titles(partition.name) for partition in partitions}
    comparison = _comparison(workspace, loaded, against, seed, progress)
    named = named_songs(workspace, loaded.encoders, partitions, seed=seed)
    limit = slow_limit(len(loaded.encoders))
    mapper = Mapper(named, partitions, titles, loaded.networks, limit, seed)
    searches, unread = search_sections(workspace)
    choices, sweeps, stale = kept_choices(workspace, loaded)
    return ReportContent(
        title=title,
        created_at=now(),
        notes=notes,
        answer=answer,
        sections=sections,
        store=_counts(workspace),
        loaded=loaded,
        encoders=list(_sections(workspace, loaded.encoders, progress)),
        searches=searches,
        choices=choices,
        sweeps=sweeps,
        unread=unread,
        stale=stale,
        comparison=comparison,
        comparison_note=_note(comparison),
        communities=titles,
        songs=named.songs,
        labels=labels_of(named, partitions),
        projections=list(encoder_maps(workspace, loaded.encoders, mapper, progress)),
        provenance=_provenance(loaded, seed),
    )


def _counts(workspace: Workspace) -> dict[str, str | int]:
    counts = workspace.store.counts()
    return {
        "engine": workspace.store.engine,
        "playlists": counts.playlists,
        "songs": counts.songs,
        "memberships": counts.memberships,
    }


def _comparison(
    workspace: Workspace, loaded: Loaded, against: Against, seed: int, progress: Progress
) -> Comparison | None:
    """Every pair; None where there is none, or none that shares a song."""
    cuts = loaded.partitions
    if len(cuts) < 2:
        return None
    songs = sum(info.songs for info in cuts) * (len(cuts) - 1) / 2
    try:
        return compare_partitions(
            workspace,
            [info.name for info in cuts],
            nulls=against.nulls,
            samples=against.samples,
            rewirings=against.rewirings,
            interval=songs * against.samples <= INTERVALS,
            seed=seed,
            progress=progress,
        )
    except EmptyInputError:
        return None


def _note(comparison: Comparison | None) -> str:
    """What a reader should be told of how the comparison was made."""
    notes = comparison.notes if comparison else ()
    return " ".join(f"{note[:1].upper()}{note[1:].rstrip('.')}." for note in notes if note)


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
        progress("encoders", done, len(infos), info.name)


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


def _provenance(loaded: Loaded, seed: int) -> dict[str, str]:
    facts: Sequence[NetworkInfo | EncoderInfo | PartitionInfo] = [
        *loaded.networks,
        *loaded.encoders,
        *loaded.partitions,
    ]
    return {
        "songnet": __version__,
        "Python": platform.python_version(),
        **dict(_versions()),
        "seed of samples, maps and nulls": str(seed),
        **{f"fingerprint of {fact.name}": fact.fingerprint for fact in facts},
    }


def _versions() -> Iterator[tuple[str, str]]:
    """The libraries that are installed; some are extras."""
    for library in LIBRARIES:
        try:
            yield library, version(library)
        except PackageNotFoundError:
            continue
