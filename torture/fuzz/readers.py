"""The readers of songnet, each as a function from a path to what it made of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias

from songnet.errors import NothingLoadedError, SongnetError
from songnet.model import Skipped
from torture.fuzz.kept import MADE_BY, NULL_KEY


@dataclass
class Box:
    """Where a reader may look and write; `store` is an open one, for those that ask a graph."""

    out: Path
    store: Any = None


# Gives what a person would be told besides the result: what was skipped, and why.
Read: TypeAlias = Callable[[Path, Box], list[str]]


@dataclass(frozen=True)
class Reader:
    """One way in.

    Attributes
    ----------
    read
        Returns what is told, or raises a `SongnetError`.
    opened
        What is made once, before the first input: a store for those that need one.
    """

    read: Read
    opened: Callable[[Path], AbstractContextManager[Any]] = field(default=lambda _: nullcontext())


def must(holds: bool, what: str) -> None:
    """`AssertionError` where what a judge asks beside the verdict does not hold."""
    if not holds:
        raise AssertionError(what)


def _told(skipped: list[Skipped], kept: int, what: str) -> list[str]:
    if not kept:
        raise NothingLoadedError(what, skipped)
    return [str(each) for each in skipped]


def _playlists(given: Path, _: Box) -> list[str]:
    from songnet.sources.playlists import read_batches

    skipped: list[Skipped] = []
    kept = 0
    for batch in read_batches([given], workers=1):
        kept += len(batch.playlists)
        skipped += batch.skipped
    return _told(skipped, kept, "playlist")


def _mpd_quickly(given: Path, _: Box) -> list[str]:
    """By the quick reader; whatever it takes, the careful one must take the same."""
    from songnet.sources._records import Source
    from songnet.sources._slices import Errand, read_slice
    from songnet.sources.playlists import PlaylistRecord, read_playlists

    source = Source(given.name, given.name, str(given.parent), str(given.parent))
    batch = read_slice(Errand(given, None, source, 0))
    if batch is None:
        return _playlists(given, _)
    found = list(read_playlists([given], format="mpd"))
    careful = [record for record in found if isinstance(record, PlaylistRecord)]
    if len(careful) < len(found) and "integer overflow" in str(found[-1]):
        return []  # Its parser stops at numbers beyond 64 bits.
    ours = [(record.id, record.name, record.followers) for record in careful]
    columns = (batch.playlists[name].to_pylist() for name in ("id", "name", "followers"))
    must(ours == list(zip(*columns, strict=True)), "both read the same playlists")
    members = {(record.id, track.id) for record in careful for track in record.tracks}
    pairs = (batch.memberships[name].to_pylist() for name in ("playlist", "song"))
    must(members == set(zip(*pairs, strict=True)), "both read the same songs")
    return []


def _sound(given: Path, _: Box) -> list[str]:
    from songnet.sources.audio import read_sound

    found = list(read_sound([given], clips=2, workers=1, known=lambda *_: False))
    skipped = [each for each in found if isinstance(each, Skipped)]
    return _told(skipped, len(found) - len(skipped), "file")


def _partition(given: Path, _: Box) -> list[str]:
    from songnet.model import Partition
    from songnet.sources.partitions import read_partition

    songs, labels, facts = read_partition(given)
    said = {key: facts.get(key) for key in ("seed", "params", "quality", "versions")}
    algorithm, on = (str(facts.get(key) or "imported") for key in ("algorithm", "on"))
    partition = Partition.from_labels(songs, labels, name="p", algorithm=algorithm, on=on, **said)
    json.dumps([dict(partition.params), dict(partition.quality)])
    return []


def _network(given: Path, _: Box) -> list[str]:
    from songnet.names import check_name
    from songnet.sources.networks import read_network

    check_name(read_network(given).name, what="network")
    return []


def _labels(given: Path, _: Box) -> list[str]:
    from songnet.sources.labels import read_labels

    read_labels(given)
    return []


def _settings(given: Path, _: Box) -> list[str]:
    from songnet.config import settings
    from songnet.store import engine_of

    engine_of(settings(folder=given.parent, environment={}).store)
    return []


def _encoder(given: Path, box: Box) -> list[str]:
    """As ``encoders import`` does: read, and kept under the name it has."""
    from songnet.encoders import load, save
    from songnet.store.folder import DataFolder

    saved = load(given)
    save(saved, DataFolder(box.out).encoder(saved.name))
    return []


def _name(given: Path, box: Box) -> list[str]:
    """A name that may be borne must be one part of a path, and stay in its folder."""
    from songnet.names import check_encoder_name, check_name
    from songnet.store.folder import DataFolder

    name = given.read_bytes().decode("utf-8", "surrogateescape")
    refusals = []
    for check in (partial(check_name, what="partition"), check_encoder_name):
        try:
            check(name)
        except SongnetError as error:
            refusals.append(error)
        else:
            must(Path(name).name == name and name[0] != ".", "a name is a plain part of a path")
    if len(refusals) == 2:
        raise refusals[0]
    if not refusals:
        inside = DataFolder(box.out).encoder(name).parent == box.out / "encoders"
        must(inside, "a name stays in its folder")
    return []


# --- questions -----------------------------------------------------------------------------------


def _opened_store(out: Path) -> AbstractContextManager[Any]:
    import pyarrow as pa

    from songnet.store import open_store

    store = open_store(f"ladybug:{out / 'graph.lbug'}")
    songs = pa.table({"id": ["a", "b", "c"], "title": ["A", "\x1b[2J", "=1+1"]})
    lists = pa.table({"id": ["p"], "name": ["P"]})
    rows = {"playlist": ["p"] * 3, "song": ["a", "b", "c"], "position": [0, 1, 2], "times": [1] * 3}
    store.add_playlists(lists, songs, pa.table(rows))
    return store


def _question(given: Path, box: Box) -> list[str]:
    """Cypher with its parameters; the graph must be the same afterwards."""
    _ask(box, given.read_bytes().decode("utf-8", "surrogateescape"), _texts(given.parent / "p"))
    return []


def _texts(path: Path) -> dict[str, str]:
    """The parameters as the shell would give them; where a mutation broke their file, all of it."""
    data = path.read_bytes().decode("utf-8", "replace")
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        found = data
    pairs = found if isinstance(found, dict) else {"x": data}
    return {str(key): str(value) for key, value in pairs.items()}


def _ask(box: Box, text: str, texts: Mapping[str, str]) -> None:
    from songnet.store.folder import DataFolder
    from songnet.workflows.query import ask, missing
    from songnet.workflows.workspace import Workspace

    workspace = Workspace(box.store, DataFolder(box.out))
    table = ask(workspace, text, texts)
    rows = table.to_pylist()
    if not rows:
        missing(workspace, text, texts)
    json.dumps(rows, ensure_ascii=False, default=str)


def _parameter(given: Path, box: Box) -> list[str]:
    value = given.read_bytes().decode("utf-8", "surrogateescape")
    _ask(box, "RETURN $x AS x", {"x": value})
    _ask(box, "find-songs", {"words": value})
    return []


# --- data folders --------------------------------------------------------------------------------


def _folder(part: str, given: Path, _: Box) -> list[str]:
    """Everything that a part of a data folder holds, read as the workflows read it."""
    from songnet.sources.archive import SpectrogramArchive
    from songnet.store.folder import DataFolder

    data = DataFolder(given)
    if part == "networks":
        for name in data.networks():
            data.network(name)
    elif part == "latents":
        latents = data.latents("cae_tiny", made_by=MADE_BY)
        if latents is not None:
            latents.read()
    elif part == "spectrograms":
        archive = SpectrogramArchive(data.spectrograms)
        archive.read(archive.by_song(archive.songs))
    elif part == "nulls":
        data.nulls.read(NULL_KEY)
        data.nulls.labels(NULL_KEY)
    else:
        kept = data.choices() if part == "choices" else data.sweeps()
        json.dumps([each.to_json() for each in kept])
    return []


READERS: Mapping[str, Reader] = {
    "mpd": Reader(_playlists),
    "mpd-quick": Reader(_mpd_quickly),
    "csv": Reader(_playlists),
    "m3u": Reader(_playlists),
    "xspf": Reader(_playlists),
    "archives": Reader(_playlists),
    "pictures": Reader(_sound),
    "picture-zips": Reader(_sound),
    "audio": Reader(_sound),
    "partitions": Reader(_partition),
    "networks": Reader(_network),
    "labels": Reader(_labels),
    "settings": Reader(_settings),
    "encoders": Reader(_encoder),
    "cypher": Reader(_question, _opened_store),
    "parameters": Reader(_parameter, _opened_store),
    "names": Reader(_name),
    **{
        f"folder-{part}": Reader(partial(_folder, part))
        for part in ("networks", "latents", "spectrograms", "choices", "sweeps", "nulls")
    },
}
