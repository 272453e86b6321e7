"""What a killed process leaves under a hidden name is taken away by the next that writes there."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import pytest
from fault_world import World

from songnet.files import lock, replacing

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="SIGKILL and locks")

KILLED = """
import os, signal
from pathlib import Path
real = Path.replace
def killed(self, target):
    if "made" in str(target):
        os.kill(os.getpid(), signal.SIGKILL)
    return real(self, target)
Path.replace = killed
"""


@pytest.mark.parametrize(
    "command",
    [
        ("export", "made.graphml"),
        ("export", "--neo4j-import", "made"),
        ("partitions", "export", "leiden-playlists", "made.csv"),
    ],
)
def test_a_killed_export_leaves_nothing_for_long(world: World, command: tuple[str, ...]) -> None:
    assert world.run(*command, code=KILLED).code == -signal.SIGKILL
    assert not (world.folder / command[-1]).exists()
    assert len(world.strays()) >= 1
    assert world.run(*command).code == 0
    assert (world.folder / command[-1]).exists()
    assert world.is_sound()


def test_what_another_writes_at_this_moment_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "made.csv"
    with replacing(path) as mine:
        mine.write(b"mine")
        with replacing(path) as other:
            other.write(b"other")
        assert path.read_bytes() == b"other"
    assert path.read_bytes() == b"mine"
    assert [each.name for each in tmp_path.iterdir()] == ["made.csv"]


def test_only_the_leavings_of_the_same_name_are_taken(tmp_path: Path) -> None:
    names = (".made.csv.abcd1234.part", ".other.csv.abcd1234.part", ".made.csv.part", "made.part")
    for name in names:
        (tmp_path / name).write_text("")
    locked = os.open(tmp_path / ".made.csv.locked00.part", os.O_RDWR | os.O_CREAT)
    lock(locked)
    with replacing(tmp_path / "made.csv") as file:
        file.write(b"whole")
    os.close(locked)
    left = {each.name for each in tmp_path.iterdir()}
    assert left == {*names[1:], ".made.csv.locked00.part", "made.csv"}
