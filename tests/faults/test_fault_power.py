"""What a power cut leaves is what was flushed: files before they get their names, folders after.

Every flush of this process is written down. What songnet keeps must then be on the disk as it
stands, and what is renamed must have been there before it got its name.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from songnet.encoders import Checkpoint
from songnet.encoders._folder import write_folder
from songnet.files import flush_folder, make_folder, replacing
from songnet.model import Partition, SongNetwork, Vectors
from songnet.sources._listening import SongSound
from songnet.sources.archive import SpectrogramArchive
from songnet.store._json_files import write_json
from songnet.store._ladybug_file import _keep_log
from songnet.store._ladybug_flush import Flusher
from songnet.store.embedded_files import replace_damaged, take_snapshot
from songnet.store.folder import DataFolder
from songnet.store.ladybug import LadybugStore
from songnet.store.neo4j_import._folder import filling
from songnet.store.nulls import Nulls
from songnet.store.removals import Begun, Shrunk

pytestmark = pytest.mark.skipif(os.name != "posix", reason="folders are flushed on POSIX alone")

OPENING = "import sys; from songnet.store.ladybug import LadybugStore; LadybugStore(sys.argv[1])"
TICK = 0.02  # seconds; longer than the steps of the clock of files


class Flushes:
    """When what was last flushed, by device and number of the file."""

    def __init__(self, root: Path) -> None:
        self._root = str(root)
        self._flushed: dict[tuple[int, int], int] = {}
        self._flush = os.fsync
        self.renamed_too_early: list[str] = []

    def fsync(self, handle: int) -> None:
        self._flush(handle)
        found = os.fstat(handle)
        self._flushed[found.st_dev, found.st_ino] = found.st_mtime_ns
        time.sleep(TICK)

    def heard(self, event: str, given: tuple[object, ...]) -> None:
        if event == "os.rename" and str(given[0]).startswith(self._root):
            self.renamed_too_early += self.unflushed(Path(str(given[0])))

    def unflushed(self, root: Path) -> list[str]:
        """What lies in `root`, itself among it, and was changed since it was flushed."""
        found = [root, *root.rglob("*")] if root.is_dir() else [root]
        return [str(path) for path in found if path.name != ".lock" and not self._is_safe(path)]

    def _is_safe(self, path: Path) -> bool:
        found = path.stat()
        return self._flushed.get((found.st_dev, found.st_ino)) == found.st_mtime_ns


watching: list[Flushes] = []


def hear(event: str, given: tuple[object, ...]) -> None:
    for each in watching:
        each.heard(event, given)


sys.addaudithook(hear)  # for as long as the process lives: nothing takes it away


@pytest.fixture
def place(tmp_path: Path) -> Path:
    folder = tmp_path / "place"
    folder.mkdir()
    return folder


@pytest.fixture
def flushes(place: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flushes]:
    found = Flushes(place)
    monkeypatch.setattr(os, "fsync", found.fsync)
    watching.append(found)
    yield found
    watching.remove(found)


def network(place: Path) -> None:
    edges = SongNetwork.from_edges(["a", "b"], [0], [1], [1.0], name="n", kind="by hand")
    DataFolder(place / "new" / "data").write_network(edges)


def latents(place: Path) -> None:
    songs = np.array(["a", "b"], object)
    block = (Vectors("e_2", songs, np.ones((2, 2), np.float32)), np.array(["1", "2"], object))
    DataFolder(place).write_latents("e_2", [block], made_by="me")


def latents_of_songs_removed(place: Path) -> None:
    latents(place)
    DataFolder(place).remove_songs(np.array(["a"], object))
    DataFolder(place).remove_songs(np.array(["b"], object))


def a_null_partition_removed(place: Path) -> None:
    songs = np.array(["a", "b"], object)
    Nulls(place / "nulls").write_labels("key", songs, np.array([0, 1]))
    Nulls(place / "nulls").remove_songs(songs)


def encoder(place: Path) -> None:
    write_folder(place / "encoders" / "e_2", {"config.json": b"{}", "weights": b"1"})


def an_encoder_replaced(place: Path) -> None:
    encoder(place)
    encoder(place)


def an_encoder_removed(place: Path) -> None:
    encoder(place)
    latents(place)
    DataFolder(place).remove(DataFolder(place).encoder_files("e_2"))


def spectrograms(place: Path) -> None:
    pixels = np.zeros((1, 96, 216), np.uint8)
    sound = SongSound("a", "a.ogg", "1", None, None, None, None, None, None, pixels, 1)
    SpectrogramArchive(place / "spectrograms").add([sound])


def spectrograms_removed(place: Path) -> None:
    spectrograms(place)
    SpectrogramArchive(place / "spectrograms").remove(["a"])


def a_training_that_is_over(place: Path) -> None:
    make_folder(place / "training")
    with replacing(place / "training" / "e_2.safetensors") as file:
        file.write(b"1")
    Checkpoint(place / "training" / "e_2.safetensors").remove()


def a_removal(place: Path) -> None:
    removals = DataFolder(place).removals
    removals.begin("song", ["a"], Begun({"songs": ["a"]}))
    left = Partition.from_labels(["b"], [0], name="p", algorithm="by hand", on="n")
    removals.keep("song", ["a"], Shrunk(left, "2026-01-01T00:00:00Z", ["all"]))
    removals.end("song", ["a"])


def a_snapshot(place: Path) -> None:
    LadybugStore(place / "graph.lbug").close()
    take_snapshot(place / "graph.lbug", 1)
    (place / "graph.lbug").unlink()  # Ladybug's own affair
    flush_folder(place)


def a_damaged_log_kept(place: Path) -> None:
    (place / "graph.lbug.wal").write_bytes(b"1")
    _keep_log(place / "graph.lbug")
    (place / "graph.lbug.wal").unlink()
    flush_folder(place)


def a_store_recovered(place: Path) -> None:
    for name in ("graph.lbug", "graph.lbug.wal", "sound"):
        with replacing(place / name) as file:
            file.write(b"LBUG")
    (place / "sound").write_bytes(b"LBUG1")
    replace_damaged(place / "graph.lbug", place / "sound")


def an_import(place: Path) -> None:
    with filling(place / "import") as part:
        (part / "songs-header.csv").write_text("id")
        (part / "songs.csv").write_text("a")


def a_choice(place: Path) -> None:
    write_json(place / "new" / "choices" / "e_2.json", {})


KEPT: tuple[Callable[[Path], None], ...] = (
    network, latents, latents_of_songs_removed, a_null_partition_removed, encoder,
    an_encoder_replaced, an_encoder_removed, spectrograms, spectrograms_removed,
    a_training_that_is_over, a_removal, a_snapshot, a_damaged_log_kept, a_store_recovered,
    an_import,
    a_choice,
)  # fmt: skip


@pytest.mark.parametrize("keep", KEPT, ids=lambda keep: keep.__name__)
def test_what_is_kept_is_flushed_and_so_is_its_name(
    keep: Callable[[Path], None], place: Path, flushes: Flushes
) -> None:
    time.sleep(TICK)
    flush_folder(place)
    keep(place)
    assert flushes.renamed_too_early == []
    assert flushes.unflushed(place) == []


def test_the_watch_sees_what_is_not_flushed(place: Path, flushes: Flushes) -> None:
    flush_folder(place)
    (place / "a").write_text("a")
    (place / "a").rename(place / "b")
    assert flushes.renamed_too_early == [str(place / "a")]
    assert flushes.unflushed(place) == [str(place), str(place / "b")]


def test_a_store_that_is_closed_leaves_no_name_unflushed(place: Path, flushes: Flushes) -> None:
    LadybugStore(place / "new" / "graph.lbug").close()
    assert str(place) not in flushes.unflushed(place)
    assert str(place / "new") not in flushes.unflushed(place)


def test_the_file_is_flushed_while_a_checkpoint_is_made(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As soon as the pages that replace others are there: the log's note comes after them."""
    store, shadow = place / "graph.lbug", place / "graph.lbug.shadow"
    store.write_bytes(b"new pages")
    flushed = threading.Event()
    found: list[tuple[int, bool]] = []

    def noted(handle: int) -> None:
        found.append((os.fstat(handle).st_ino, shadow.exists()))
        flushed.set()

    monkeypatch.setattr(os, "fsync", noted)
    flusher = Flusher(store)
    flusher.take()
    with flusher.at_work():
        shadow.write_bytes(b"pages")
        assert flushed.wait(60)
    flusher.release()
    assert set(found) == {(store.stat().st_ino, True)}


def test_every_commit_and_checkpoint_of_the_store_is_made_so(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The lock on the file must outlive the handle that it is flushed by."""
    seen: list[str] = []
    monkeypatch.setattr(Flusher, "at_work", lambda _: seen.append("flushed") or nullcontext())
    store = LadybugStore(place / "graph.lbug")
    assert seen == ["flushed"]  # its tables
    store.add_songs(pa.table({"id": ["a"]}))
    assert seen == ["flushed"] * 2
    said = subprocess.run(
        [sys.executable, "-c", OPENING, place / "graph.lbug"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "StoreLockedError" in said.stderr
    store.close()
    assert len(seen) >= 3
