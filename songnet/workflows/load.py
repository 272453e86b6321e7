"""Playlists and sound into the graph."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from songnet.errors import NothingLoadedError
from songnet.model import Skipped
from songnet.names import GENERATED
from songnet.progress import Progress, silent
from songnet.sources.archive import SpectrogramArchive
from songnet.sources.audio import SongSound, read_sound
from songnet.sources.labels import read_labels
from songnet.sources.playlists import input_bytes, read_batches
from songnet.workflows._load_memory import LoadEstimate, load_estimate
from songnet.workflows.workspace import Workspace

__all__ = ["LoadEstimate", "Loaded", "load_audio", "load_playlists"]

SOUNDS_PER_BATCH = 256


@dataclass
class Loaded:
    """What a load did: how many of each went in, and what was left out.

    `generated` of the playlists were made by songnet itself: kept, but no evidence.
    """

    playlists: int = 0
    generated: int = 0
    songs: int = 0
    memberships: int = 0
    clips: int = 0
    skipped: list[Skipped] = field(default_factory=list)


def load_playlists(
    workspace: Workspace,
    paths: Sequence[Path],
    *,
    format: str = "auto",  # noqa: A002 - the name of the flag
    columns: Mapping[str, str] | None = None,
    music_root: Path | None = None,
    progress: Progress = silent,
    on_estimate: Callable[[LoadEstimate], None] | None = None,
) -> Loaded:
    """Read playlists and write them, batch by batch, each batch whole or not at all.

    Loading the same input again changes nothing, so an interrupted load is completed by the same
    call. `on_estimate` is told what it will take, where that can be said of the files.

    Raises
    ------
    NothingLoadedError
        Not one playlist could be read.
    """
    loaded, songs = Loaded(), set[str]()
    sizes, read = input_bytes(paths, format=format), 0
    total = sum(sizes.values())
    expected = load_estimate(sizes, workspace.store.memberships_at_once)
    if on_estimate and expected:
        on_estimate(expected)

    def on_bytes(more: int) -> None:
        nonlocal read
        read += more
        progress("bytes", read, total, f"{loaded.playlists:,} playlists")

    for batch in read_batches(
        paths,
        format=format,
        columns=columns,
        music_root=music_root,
        memberships=workspace.store.memberships_at_once,
        on_bytes=on_bytes,
    ):
        if len(batch.playlists):
            workspace.store.add_playlists(batch.playlists, batch.songs, batch.memberships)
        loaded.playlists += len(batch.playlists)
        loaded.generated += pc.sum(pc.starts_with(batch.playlists["id"], GENERATED)).as_py() or 0
        loaded.memberships += len(batch.memberships)
        loaded.skipped += batch.skipped
        songs.update(batch.songs["id"].to_pylist())
    loaded.songs = len(songs)
    if not loaded.playlists:
        raise NothingLoadedError("playlist", loaded.skipped)
    return loaded


def load_audio(
    workspace: Workspace,
    paths: Sequence[Path],
    *,
    clips: int = 1,
    labels: Path | None = None,
    label_from_folder: bool = False,
    music_root: Path | None = None,
    workers: int | None = None,
    progress: Progress = silent,
) -> Loaded:
    """Listen to audio files or read spectrograms; keep the pixels and write the songs.

    The pixels go into the data folder before the song goes into the graph, so that a song in the
    graph never lacks what was read of it. Files whose content is there already are not decoded
    again.

    Raises
    ------
    NothingLoadedError
        Not one file could be used.
    """
    workspace.store.check_writable()
    archive = SpectrogramArchive(workspace.data.spectrograms)
    in_graph = workspace.store.songs().select(["id", "sha256"]).to_pylist()
    there = {song["id"]: song["sha256"] for song in in_graph}
    loaded = Loaded()

    def known(song: str, sha256: str) -> bool:
        return there.get(song) == sha256 and archive.holds(song, sha256, clips)

    sounds = read_sound(
        paths,
        clips=clips,
        labels=read_labels(labels) if labels else None,
        label_from_folder=label_from_folder,
        known=known,
        music_root=music_root,
        workers=workers,
        on_progress=lambda done, total: progress("files", done, total),
    )
    for batch in _chunks(_usable(sounds, loaded), SOUNDS_PER_BATCH):
        archive.add(sound for sound in batch if len(sound.pixels) and not _held(archive, sound))
        workspace.store.add_songs(_song_table(batch))
        loaded.songs += len(batch)
        loaded.clips += archive.count(sound.id for sound in batch)
    if not loaded.songs:
        raise NothingLoadedError("file", loaded.skipped)
    return loaded


def _held(archive: SpectrogramArchive, sound: SongSound) -> bool:
    return archive.holds(sound.id, sound.sha256, sound.asked)


def _usable(sounds: Iterable[SongSound | Skipped], loaded: Loaded) -> Iterator[SongSound]:
    for sound in sounds:
        if isinstance(sound, Skipped):
            loaded.skipped.append(sound)
        else:
            yield sound


def _chunks(sounds: Iterator[SongSound], size: int) -> Iterator[list[SongSound]]:
    while batch := list(islice(sounds, size)):
        yield batch


def _song_table(sounds: Sequence[SongSound]) -> pa.Table:
    columns = (
        "id", "title", "artist", "album", "duration_ms", "path", "sha256", "recording", "label",
    )  # fmt: skip
    types = {"duration_ms": pa.int64()}
    rows = {sound.id: sound for sound in sounds}.values()
    return pa.table(
        {
            name: pa.array([getattr(row, name) for row in rows], types.get(name, pa.string()))
            for name in columns
        }
    )
