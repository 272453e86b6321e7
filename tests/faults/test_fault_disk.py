"""A disk that is full, folders and files that may not be written or read, files that change."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from fault_world import TINY, WITHOUT_UMAP, World, write_lists, write_sounds

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="limits and rights of Linux")

SEED = "file:taste0/02.png"
# A command, the largest file that it may write, and what it makes, where that is a file or folder.
EXPORTS = {
    "partitions export": (("partitions", "export", "leiden-playlists", "made.csv"), 100),
    "encoders export": (("encoders", "export", "tiny", "made.zip"), 500),
    "playlist": (("playlist", "generate", SEED, "--method", "pagerank", "--out", "made.m3u8"), 200),
    "report": (("report", "made.html", "--null", "none"), 10_000),
    "graphml": (("export", "made.graphml"), 1_000),
    "gexf": (("export", "made.gexf"), 1_000),
    "import": (("export", "--neo4j-import", "made"), 300),
    "favourites": (("store", "favourites", "made.zip"), 100),
}
WRITES = {
    "load-playlists": (("load-playlists", "more.csv"), 300_000),
    "load-audio": (("load-audio", "more"), 100_000),
    "link": (("link", "playlists", "--name", "two"), 2_000),
    "partitions run": (
        ("partitions", "run", "leiden", "--on", "playlists", "--name", "two"),
        100_000,
    ),
    "embed": (("embed", "--encoder", "two", "--epochs", "1", *TINY), 1_500),
}


@pytest.mark.parametrize("name", EXPORTS)
def test_a_full_disk_leaves_what_was_there_before_the_export(world: World, name: str) -> None:
    command, most = EXPORTS[name]
    made = world.folder / next(part for part in command if part.startswith("made"))
    if name != "import":
        made.write_text("before")
    assert "cannot be written" in world.fails(*command, largest_file=most, code=WITHOUT_UMAP)
    assert not made.exists() if name == "import" else made.read_text() == "before"
    assert world.is_sound()
    if name != "report":  # which takes seconds
        assert world.run(*command).code == 0
        assert made.is_dir() or made.read_bytes() != b"before"


@pytest.mark.parametrize("name", WRITES)
def test_a_full_disk_stops_a_command_that_writes_and_the_same_completes_it(
    world: World, name: str
) -> None:
    write_lists(world.folder / "more.csv", lists=3_000, songs=90, length=9)
    write_sounds(world.folder / "more", songs=30, seed=1)
    before = world.holds()
    command, most = WRITES[name]
    assert "cannot be written" in world.fails(*command, largest_file=most)
    assert world.is_sound()
    assert world.holds() == before
    assert world.run(*command).code == 0
    assert world.is_sound()


def test_what_only_reads_needs_no_disk(world: World) -> None:
    for command in (("info",), ("partitions", "list"), ("query", "sound-alikes")):
        assert world.run(*command, largest_file=10_000).code == 0


@pytest.fixture
def small_disk(tmp_path: Path):
    """A file system of 3 MB, where one may be mounted."""
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(folder)]
    if os.geteuid() or subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("a file system cannot be mounted here")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


def test_a_file_system_that_is_full(world: World, small_disk: Path) -> None:
    here = World(small_disk, world.server)
    shutil.copytree(world.data, here.data)
    lists = write_lists(world.folder / "more.csv", lists=9_000, songs=200, length=20)
    before = here.holds()
    assert "cannot be written" in here.fails("load-playlists", lists)
    shutil.rmtree(here.data / "spectrograms")
    assert here.run("store", "check").code == 0
    assert here.run("info").code == 0
    subprocess.run(["mount", "-o", "remount,size=200m", small_disk], check=True)
    assert here.run("load-playlists", lists).code == 0
    assert here.is_sound()
    assert here.holds() != before


def test_a_folder_for_temporary_files_that_is_full(world: World, small_disk: Path) -> None:
    with suppress(OSError), (small_disk / "all").open("wb") as file:
        while True:
            file.write(bytes(4096))
            file.flush()
    write_sounds(world.folder / "more", songs=36)
    done = world.run("load-audio", "more", "--workers", "2", TMPDIR=str(small_disk))
    assert done.code == 0 or "No space left on device" in done.err
    assert done.err.count("songnet: ") == (done.code != 0)
    assert world.run("load-audio", "more", "--workers", "2").code == 0
    assert world.is_sound()


def test_a_file_system_that_is_read_only(world: World, small_disk: Path) -> None:
    here = World(small_disk, world.server)
    shutil.copytree(world.data, here.data)
    subprocess.run(["mount", "-o", "remount,ro", small_disk], check=True)
    for command in (("info",), ("load-playlists", world.folder / "lists.csv")):
        assert "Read-only file system" in here.fails(*command)


@pytest.mark.parametrize(
    ("command", "locked"),
    [
        (("load-playlists", "lists.csv"), "songnet.data/graph.lbug"),
        (("load-audio", "more"), "songnet.data/spectrograms"),
        (("link", "playlists", "--name", "two"), "songnet.data/networks"),
        (("embed", "--encoder", "two", "--epochs", "1", *TINY), "songnet.data/training"),
        (("partitions", "export", "leiden-playlists", "locked/made.csv"), "locked"),
        (("encoders", "export", "tiny", "locked/made.zip"), "locked"),
        (("export", "locked/made.graphml"), "locked"),
        (("export", "--neo4j-import", "locked/made"), "locked"),
        (("playlist", "generate", SEED, "--method", "pagerank", "--out", "locked/m.m3u"), "locked"),
        (("store", "favourites", "locked/made.zip"), "locked"),
    ],
)
def test_permission_denied_is_said_with_the_place(
    world: World, command: tuple[str, ...], locked: str
) -> None:
    write_sounds(world.folder / "more", songs=2, seed=1)
    place = world.folder / locked
    if locked == "locked":
        place.mkdir()
    mode = place.stat().st_mode
    place.chmod(0o555 if place.is_dir() else 0o444)
    line = world.fails(*command, bound=True)
    assert "Permission denied" in line
    assert Path(locked).name in line
    place.chmod(mode)
    assert world.is_sound()


def test_files_that_may_not_be_read_are_skipped_and_named(world: World) -> None:
    write_sounds(world.folder / "more", songs=4, seed=1)
    (world.folder / "more" / "taste0" / "00.png").chmod(0)
    (world.folder / "more" / "taste1").chmod(0)
    shutil.copy(world.folder / "lists.csv", world.folder / "more" / "lists.csv")
    done = world.run("load-audio", "more", bound=True)
    assert done.code == 0
    assert "skipped" in done.err
    assert "00.png" in done.err
    (world.folder / "more" / "taste1").chmod(0o755)
    assert world.is_sound()


VANISHING = """
import songnet.sources.{module} as module
from pathlib import Path
real = module.{name}
def vanishing(*arguments, **named):
    for path in map(Path, {paths!r}):
        {do}
    return real(*arguments, **named)
module.{name} = vanishing
"""


@pytest.mark.parametrize("do", ["path.unlink(missing_ok=True)", "path.write_bytes(b'')"])
def test_a_file_that_vanishes_or_changes_in_mid_load_is_skipped(world: World, do: str) -> None:
    write_sounds(world.folder / "more", songs=4, seed=1)
    gone = [str(world.folder / "more" / "taste0" / "02.png")]
    code = VANISHING.format(module="audio", name="_heard", paths=gone, do=do)
    done = world.run("load-audio", "more", "--workers", "1", code=code)
    assert done.code == 0
    assert "02.png" in done.err
    assert world.is_sound()
