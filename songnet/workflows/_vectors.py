"""Vectors into the data folder and the graph, a block of songs at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from songnet import encoders
from songnet.encoders import Saved
from songnet.info import EncoderInfo, now
from songnet.model import Ids, Vectors, among
from songnet.progress import Progress
from songnet.store.latents import LatentsFile
from songnet.workflows._clips import Clips
from songnet.workflows.workspace import Workspace

# Songs that a projection is fitted to, at most: enough for 256 components, and they fit in memory.
PROJECTION_SAMPLE = 4096


def projected(saved: Saved, clips: Clips) -> Saved:
    """The encoder, with a projection where its vectors are too long for the graph.

    It is fitted to all songs or a seeded draw of `PROJECTION_SAMPLE`.
    """
    if saved.projection or saved.design.size <= encoders.LONGEST_UNPROJECTED:
        return saved
    songs = np.unique(clips.songs)
    if len(songs) > PROJECTION_SAMPLE:
        random = np.random.default_rng([saved.hyperparameters.seed, 4])
        songs = np.sort(random.choice(songs, PROJECTION_SAMPLE, replace=False))
    return encoders.with_projection(saved, encoders.encode(saved, clips, songs=songs))


def update_latents(
    workspace: Workspace, saved: Saved, clips: Clips, progress: Progress
) -> tuple[LatentsFile, Ids]:
    """Full vectors of all songs in the data folder, and which of them are new.

    New are those that were not kept, or were heard from another file. Vectors of songs that this
    graph lacks stay: another graph may share the data folder.
    """
    songs, heard = clips.heard()
    kept = workspace.data.latents(saved.name, made_by=saved.fingerprint)
    new = songs if kept is None else _changed(songs, heard, kept)
    if kept is None or len(new):
        blocks = _merged(kept, new, _encoded(saved, clips, new, progress))
        workspace.data.write_latents(saved.name, blocks, made_by=saved.fingerprint)
        kept = workspace.data.latents(saved.name, made_by=saved.fingerprint)
    assert kept is not None  # noqa: S101 (it was just written)
    return kept, new


def _changed(songs: Ids, heard: Ids, kept: LatentsFile) -> Ids:
    known = dict(zip(kept.songs, kept.heard, strict=True))
    differ = [known.get(song) != file for song, file in zip(songs, heard, strict=True)]
    changed: Ids = songs[np.array(differ, bool)]
    return changed


def _encoded(
    saved: Saved, clips: Clips, songs: Ids, progress: Progress
) -> Iterator[tuple[Vectors, Ids]]:
    names, heard = clips.heard()
    for vectors in encoders.encode_blocks(saved, clips, songs=songs, on_batch=_counting(progress)):
        yield vectors, heard[np.searchsorted(names, vectors.songs)]


def _counting(progress: Progress) -> Callable[[int, int], None]:
    return lambda done, total: progress("spectrograms embedded", done, total)


def _merged(
    kept: LatentsFile | None, new: Ids, fresh: Iterator[tuple[Vectors, Ids]]
) -> Iterator[tuple[Vectors, Ids]]:
    """What is kept of other songs than `new`, then what is fresh."""
    for vectors, heard in kept.blocks() if kept else ():
        old = ~among(vectors.songs, new)
        if old.any():
            yield _of(vectors, old), heard[old]
    yield from fresh


def _of(vectors: Vectors, rows: np.ndarray) -> Vectors:
    return Vectors(vectors.encoder, vectors.songs[rows], vectors.values[rows])


def write_to_graph(
    workspace: Workspace, saved: Saved, latents: LatentsFile, changed: Ids
) -> tuple[EncoderInfo, int]:
    """The `Encoder` node, and vectors for songs that changed or have none of it in the graph.

    Returns
    -------
    What the node says, and how many vectors were written.
    """
    info = write_encoder(workspace, saved)
    in_graph = workspace.store.songs().column("id").to_numpy()
    ours = np.intersect1d(latents.songs, in_graph)
    missing = ours[~among(ours, workspace.store.embedded(saved.name))]
    wanted = np.union1d(missing, np.intersect1d(changed, ours))
    if len(wanted):
        workspace.store.write_vectors(_graph_blocks(saved, latents, wanted))
    return info, len(wanted)


def write_encoder(workspace: Workspace, saved: Saved) -> EncoderInfo:
    """The `Encoder` node; the one that is there if it says the same encoder."""
    there = {encoder.name: encoder for encoder in workspace.store.encoders()}.get(saved.name)
    if there is not None and there.fingerprint == saved.fingerprint:
        return there
    info = encoders.info(saved, now())
    workspace.store.write_encoder(info)
    return info


def _graph_blocks(saved: Saved, latents: LatentsFile, wanted: Ids) -> Iterator[Vectors]:
    for vectors, _ in latents.blocks():
        rows = among(vectors.songs, wanted)
        if rows.any():
            yield encoders.graph_vectors(saved, _of(vectors, rows))
