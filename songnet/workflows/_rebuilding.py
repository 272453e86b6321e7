"""Songs, encoders and networks of the data folder, into a store that lacks them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, MutableMapping
from pathlib import Path

import pyarrow as pa

from songnet.errors import SongnetError
from songnet.model import object_array
from songnet.progress import Progress
from songnet.workflows.workspace import Workspace

Piece = tuple[str, Callable[[], int]]


def rebuild(
    workspace: Workspace, lost: MutableMapping[str, str], progress: Progress
) -> Iterator[tuple[str, int]]:
    """Write what is kept and not in the store; the name and size of each thing that was.

    What is kept but damaged, or does not fit, is added to `lost`.
    """
    for done, (what, carry) in enumerate(_pieces(workspace), 1):
        try:
            count = carry()
        except SongnetError as error:
            lost.setdefault(what, str(error))
        else:
            if count:
                yield what, count
        progress("pieces rebuilt", done)


def _pieces(workspace: Workspace) -> Iterator[Piece]:
    from songnet import encoders

    yield "songs", lambda: _songs(workspace)
    there = {info.name for info in workspace.store.encoders()}
    for place in encoders.saved_in(workspace.data.root / "encoders"):
        if place.name not in there:
            yield f"encoder {place.name}", lambda place=place: _encoder(workspace, place)  # type: ignore[misc]
    there = {info.name for info in workspace.store.networks()}
    for name in workspace.data.networks():
        if name not in there:
            yield f"network {name}", lambda name=name: _network(workspace, name)  # type: ignore[misc]


def _songs(workspace: Workspace) -> int:
    """Songs that have been heard: their ids, and the hashes of their files."""
    from songnet.sources.archive import SpectrogramArchive

    folder = workspace.data.spectrograms
    if not folder.is_dir():
        return 0
    archive = SpectrogramArchive(folder)
    heard = dict(zip(archive.songs.tolist(), archive.hashes.tolist(), strict=True))
    return _add_missing(workspace, heard)


def _add_missing(workspace: Workspace, heard: dict[str, str]) -> int:
    there = set(workspace.store.songs()["id"].to_pylist())
    missing = sorted(set(heard) - there)
    if missing:
        hashes = pa.array([heard[song] or None for song in missing], pa.string())
        workspace.store.add_songs(pa.table({"id": missing, "sha256": hashes}))
    return len(missing)


def _network(workspace: Workspace, name: str) -> int:
    network = workspace.data.network(name)
    _add_missing(workspace, dict.fromkeys(network.songs.tolist(), ""))
    workspace.store.write_network(network)
    return network.edges


def _encoder(workspace: Workspace, place: Path) -> int:
    """The encoder, and its vectors of songs that are in the graph."""
    from songnet import encoders
    from songnet.workflows._vectors import write_to_graph

    saved = encoders.load(place)
    kept = workspace.data.latents(place.name, made_by=saved.fingerprint)
    if kept is None:
        raise SongnetError("its vectors are not in the data folder: run 'songnet embed' again")
    return write_to_graph(workspace, saved, kept, object_array([]))[1]
