"""What ends a process from outside: signals, streams that nobody reads, an odd environment."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from fault_world import WITHOUT_UMAP, World, environment, write_lists

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks at /proc")

ENDS = {signal.SIGTERM: 143, signal.SIGHUP: 129, signal.SIGINT: 130}
SLOW_LOAD = """
import time
from songnet.store.ladybug import LadybugStore
real = LadybugStore.add_playlists
def slow(*arguments):
    real(*arguments)
    open("begun", "w").close()
    time.sleep(60)
LadybugStore.add_playlists = slow
"""
SLOW_LINK = """
import time
import songnet.networks as networks
import songnet.workflows.link as link
from songnet.store.folder import DataFolder
real = DataFolder.write_network
def slow(*arguments):
    real(*arguments)
    open("begun", "w").close()
    time.sleep(60)
DataFolder.write_network = slow
"""


def eventually(what, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end
        time.sleep(0.02)


def children(process: int) -> list[int]:
    text = Path(f"/proc/{process}/task/{process}/children").read_text()
    return [int(child) for child in text.split()]


@pytest.mark.parametrize("number", ENDS)
@pytest.mark.parametrize(
    ("command", "code"),
    [
        (("load-playlists", "lists.csv"), SLOW_LOAD),
        (("link", "playlists", "--name", "two"), SLOW_LINK),
    ],
)
def test_a_signal_ends_a_command_in_mid_work(
    world: World, command: tuple[str, ...], code: str, number: int
) -> None:
    process = world.start(*command, code=code)
    eventually((world.folder / "begun").exists)
    os.kill(process, number)
    done = world.end()
    assert (done.code, done.out, done.err.count("\n")) == (ENDS[number], "", 1)
    assert "what was finished is kept" in done.err
    (world.folder / "begun").unlink()
    assert world.is_sound()
    assert world.run(*command).code == 0


def test_workers_end_with_the_command_that_a_signal_ends(world: World) -> None:
    code = (
        "import songnet.sources._ahead as ahead; ahead.WORTH_A_POOL = 1000\n"
        "ahead.default_workers = lambda: 2\n" + SLOW_LOAD
    )
    slices = world.folder / "slices"
    slices.mkdir()
    write_slices(slices)
    process = world.start("load-playlists", "slices", code=code)
    eventually((world.folder / "begun").exists)
    there = [*children(process), *(each for child in children(process) for each in children(child))]
    assert there
    os.kill(process, signal.SIGTERM)
    assert world.end().code == 143
    eventually(lambda: not any(Path(f"/proc/{each}").exists() for each in there))
    assert world.is_sound()


def write_slices(folder: Path) -> None:
    import json

    for slice_ in range(2):
        lists = [
            {
                "name": "List", "pid": slice_ * 1000 + number, "modified_at": 1,
                "num_followers": 1, "collaborative": "false", "num_tracks": 1, "num_albums": 1,
                "num_edits": 1, "duration_ms": 1, "num_artists": 1,
                "tracks": [
                    {
                        "pos": 0, "artist_name": "A", "track_name": "T", "album_name": "B",
                        "track_uri": f"spotify:track:{number:022}", "duration_ms": 1,
                        "artist_uri": "spotify:artist:0", "album_uri": "spotify:album:0",
                    }
                ],
            }
            for number in range(20)
        ]  # fmt: skip
        text = json.dumps({"info": {}, "playlists": lists})
        path = folder / f"mpd.slice.{slice_ * 1000}-{slice_ * 1000 + 999}.json"
        path.write_text(text)


def test_a_signal_that_was_ignored_stays_so(world: World) -> None:
    code = (
        "import os, signal; signal.signal(signal.SIGHUP, signal.SIG_IGN)\n"
        "from songnet.store.ladybug import LadybugStore\n"
        "real = LadybugStore.add_playlists\n"
        "def hung_up(*given):\n    os.kill(os.getpid(), signal.SIGHUP); real(*given)\n"
        "LadybugStore.add_playlists = hung_up\n"
    )
    assert world.run("load-playlists", "lists.csv", code=code).code == 0


# --- streams --------------------------------------------------------------------------------------

SONGNET = f"{sys.executable} -m songnet.cli.main"


def shell(world: World, text: str) -> subprocess.CompletedProcess[str]:
    """A line of shell with `songnet` in it; prints the exit codes of its first pipe at the end."""
    line = text.replace("songnet", SONGNET) + '; echo "${PIPESTATUS[0]}"'
    return subprocess.run(
        ["bash", "-c", line], cwd=world.folder, capture_output=True, text=True, check=False,
        env=environment(),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "code", "err"),
    [
        # Whoever reads has left before the first word.
        ("{ sleep 1; songnet query --list; } | true", 1, ""),
        ("songnet info > /dev/full", 1, "songnet: input or output failed: No space left on device"),
        ("songnet info >&-", 0, ""),
        ("songnet load-playlists lists.csv 2>&- >&- <&-", 0, ""),
        ("songnet nosuch 2> /dev/full", 2, ""),
    ],
)
def test_output_that_nobody_takes(world: World, text: str, code: int, err: str) -> None:
    done = shell(world, text)
    assert done.stdout.splitlines()[-1] == str(code)
    assert done.stderr.strip() == err
    if "load" in text:
        assert world.is_sound()


# --- the environment ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("more", "without"),
    [
        ({}, ["HOME", "USER", "LOGNAME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME"]),
        ({"HOME": "/proc/none"}, []),  # not even root can make it
        ({"LC_ALL": "C", "LANG": "C", "PYTHONUTF8": "0"}, []),
        ({"TERM": "dumb", "COLUMNS": "0", "LINES": "0"}, []),
        ({"TERM": "nonsense", "COLUMNS": "x"}, ["LINES"]),
        ({"TMPDIR": "/proc/none"}, []),
        ({"TMPDIR": "/proc"}, []),
    ],
)
def test_commands_work_in_an_odd_environment(
    world: World, more: dict[str, str], without: list[str]
) -> None:
    write_lists(world.folder / "ünïcode ♫.csv")
    for command in (
        ("load-playlists", "ünïcode ♫.csv"),
        ("link", "playlists", "--name", "two"),
        ("partitions", "export", "leiden-playlists", "ünïcode ♫.json"),
        *([("report", "made.html", "--null", "none")] if "HOME" in without else []),  # seconds
    ):
        done = world.run(*command, without=without, code=WITHOUT_UMAP, **more)
        assert done.code == 0, done.err
    assert world.is_sound()


def test_a_clock_that_goes_backwards(world: World) -> None:
    code = (
        "import time, itertools, datetime\n"
        "back = itertools.count(2_000_000_000, -3600)\n"
        "time.time = lambda: float(next(back))\n"
    )
    for command in (
        ("load-playlists", "lists.csv"),
        ("link", "playlists"),
        ("partitions", "run", "leiden", "--on", "playlists"),
    ):
        assert world.run(*command, code=code).code == 0
    assert world.is_sound()
