"""A worker process of a command is killed: its work is done by another, or one line says so."""

from __future__ import annotations

from fault_world import World, write_sounds

# The first time that it waits for a result, the command kills one of those that work for it.
KILL_A_READER = """
import multiprocessing, os, signal
from pathlib import Path
from songnet.sources import _pool
landed = _pool._Pool._landed
def killing(pool):
    _pool._Pool._landed = landed
    worker = multiprocessing.active_children()[0]
    os.kill(worker.pid, signal.SIGKILL)
    Path("killed").touch()
    return landed(pool)
_pool._Pool._landed = killing
"""
KILL_GRAPH_TOOL = """
import os, signal, subprocess
from pathlib import Path
begun = subprocess.Popen.__init__
def killing(process, *given, **named):
    begun(process, *given, **named)
    os.kill(process.pid, signal.SIGKILL)
    Path("killed").touch()
subprocess.Popen.__init__ = killing
"""


def test_a_reader_of_sounds_is_killed_and_nothing_is_missing(world: World) -> None:
    write_sounds(world.folder / "more", songs=36)
    done = world.run("load-audio", "more", "--workers", "2", code=KILL_A_READER)
    assert (world.folder / "killed").exists()
    assert done.code == 0, done.err
    assert world.is_sound()
    assert world.holds()["songs"] == 36  # type: ignore[index]


def test_the_process_of_graph_tool_is_killed_and_that_is_one_line(world: World) -> None:
    before = world.holds()
    said = world.fails("partitions", "run", "blockmodel", "--on", "playlists", code=KILL_GRAPH_TOOL)
    assert (world.folder / "killed").exists()
    assert "graph-tool" in said
    assert world.is_sound()
    assert world.holds() == before
