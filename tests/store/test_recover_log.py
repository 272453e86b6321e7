"""What opening a store takes back by itself, and what it must leave alone."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

from songnet.store.ladybug import LadybugStore

COMMITTED = """
import os, signal, sys, pyarrow as pa
from songnet.store.ladybug import LadybugStore
store = LadybugStore(sys.argv[1])
store.add_songs(pa.table({"id": ["a"]}))
store.add_songs(pa.table({"id": ["a"], "title": ["in the log"]}))
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_note_that_was_never_written_costs_nothing(tmp_path: Path) -> None:
    path = tmp_path / "graph.lbug"
    killed = subprocess.run([sys.executable, "-c", COMMITTED, str(path)], check=False)
    assert killed.returncode == -signal.SIGKILL
    assert Path(f"{path}.wal").stat().st_size
    Path(f"{path}.copying").touch()
    with LadybugStore(path) as store:
        assert store.songs()["title"].to_pylist() == ["in the log"]
    assert [entry.name for entry in tmp_path.iterdir()] == ["graph.lbug"]
