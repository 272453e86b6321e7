"""Several processes or threads on one embedded store and one data folder.

One opens a store at a time, whether it reads or writes; the others are told who has it.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from fault_world import World, environment, write_lists, write_sounds

from songnet.errors import StoreLockedError
from songnet.sources.archive import SpectrogramArchive
from songnet.store.ladybug import LadybugStore

HOLDING = """
import sys
from songnet.store.ladybug import LadybugStore
store = LadybugStore(sys.argv[1])
print("open", flush=True)
sys.stdin.read()
store.close()
"""


@pytest.fixture
def holder(world: World):
    """Another process that has the store open until it is told to end."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLDING, world.data / "graph.lbug"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment(),
    ) as process:  # fmt: skip
        assert process.stdout
        assert process.stdout.readline() == "open\n"
        yield process
        process.kill()


@pytest.mark.parametrize(
    "command",
    [
        ("load-playlists", "lists.csv"),
        ("load-audio", "sounds"),
        ("link", "playlists"),
        ("partitions", "run", "leiden", "--on", "playlists"),
        ("info",),
        ("export", "made.graphml"),
    ],
)
def test_a_store_that_another_process_has_is_refused_with_its_pid(
    world: World, holder: subprocess.Popen[str], command: tuple[str, ...]
) -> None:
    line = world.fails(*command)
    assert f"PID {holder.pid}" in line
    assert not (world.folder / "made.graphml").exists()
    holder.communicate("")
    assert world.run(*command).code == 0
    assert world.is_sound()


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL")
def test_the_lock_of_a_killed_process_holds_nobody_up(
    world: World, holder: subprocess.Popen[str]
) -> None:
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    assert world.run("load-playlists", "lists.csv").code == 0
    assert world.is_sound()


def test_two_threads_cannot_open_a_store_twice(tmp_path: Path) -> None:
    barrier, said = threading.Barrier(4), []
    held: list[LadybugStore] = []

    def enter() -> None:
        barrier.wait()
        try:
            held.append(LadybugStore(tmp_path / "graph.lbug"))
        except StoreLockedError as error:
            said.append(str(error))

    threads = [threading.Thread(target=enter) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(held), len(said)) == (1, 3)
    assert all(str(os.getpid()) in line for line in said)
    held[0].close()


ADDING = """
import sys
from pathlib import Path
import numpy as np
from songnet.sources.archive import SpectrogramArchive
from songnet.sources.audio import read_sound
archive = SpectrogramArchive(Path(sys.argv[1]))
for sound in read_sound([Path(sys.argv[2])], workers=1):
    archive.add([sound])
"""


def test_two_processes_add_to_one_archive_and_nothing_is_lost(tmp_path: Path) -> None:
    folders = [
        write_sounds(tmp_path / name / name, songs=8, seed=seed)
        for seed, name in enumerate(("one", "two"))
    ]
    processes = [
        subprocess.Popen([sys.executable, "-c", ADDING, tmp_path / "archive", folder.parent])
        for folder in folders
    ]
    assert [process.wait() for process in processes] == [0, 0]
    archive = SpectrogramArchive(tmp_path / "archive")
    assert len(archive) == 16
    assert {song.split("/")[0] for song in archive.songs} == {"file:one", "file:two"}


def test_loads_one_after_the_other_by_processes_that_wait_their_turn(world: World) -> None:
    """Refused and asked again, as a shell loop would: no list is lost."""
    for number in range(3):
        write_lists(world.folder / f"{number}.csv", lists=20 + 20 * number)
    loop = (
        "while true; do {python} -m songnet.cli.main load-playlists {name}.csv 2>err{name} && exit;"
        " grep -q PID err{name} || exit 1; done"
    )
    processes = [
        subprocess.Popen(
            ["bash", "-c", loop.format(python=sys.executable, name=number)],
            cwd=world.folder, stdout=subprocess.DEVNULL, env=environment(),
        )
        for number in range(3)
    ]  # fmt: skip
    assert [process.wait(timeout=300) for process in processes] == [0] * 3
    with LadybugStore(world.data / "graph.lbug") as store:
        assert store.counts().playlists == 8 + 20 + 40 + 60
    assert world.is_sound()
