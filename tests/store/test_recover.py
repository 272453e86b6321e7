"""A damaged embedded store is made anew from what can be read, whatever is damaged."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pytest

from songnet.errors import StoreLockedError
from songnet.store.embedded_files import held, take_snapshot
from songnet.store.ladybug import LadybugStore, migrate
from songnet.workflows.recover import recover


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A closed store of twenty songs."""
    target = tmp_path / "graph.lbug"
    with LadybugStore(target) as store:
        store.add_songs(pa.table({"id": [f"song {number:02}" for number in range(20)]}))
    return target


def test_a_migration_keeps_the_file_as_it_was(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with LadybugStore(path) as store:
        store.query("MATCH (s:SongnetStore) DELETE s", write=True)
        store.query("CREATE (:SongnetStore {schema: 1})", write=True)
    assert migrate(path) == (1, 2)
    assert "kept as" in caplog.text
    kept = path.with_name("graph.lbug.schema-1").rename(path.with_name("older.lbug"))
    assert migrate(kept) == (1, 2)
    with LadybugStore(kept) as store:
        assert store.counts().songs == 20
    assert migrate(path) == (2, 2)


def test_a_file_that_is_cut_is_read_from_the_snapshot(path: Path, tmp_path: Path) -> None:
    take_snapshot(path, 1)
    path.write_bytes(path.read_bytes()[:8192])
    found = recover(str(path), tmp_path / "data", write=True)
    assert found.source == "the snapshot graph.lbug.schema-1"
    assert found.back["songs"] == 20
    assert "the last changes" in found.lost
    with LadybugStore(path) as store:
        assert store.counts().songs == 20
    assert path.with_name("graph.lbug.damaged-1").stat().st_size == 8192


def test_a_log_of_another_store_is_left_out_and_kept(path: Path, tmp_path: Path) -> None:
    log = path.with_name("graph.lbug.shadow")
    log.write_bytes(b"nothing that Ladybug wrote" * 400)
    found = recover(str(path), tmp_path / "data", write=True)
    assert found.back.get("songs") == 20 or found.sound
    with LadybugStore(path) as store:
        assert store.counts().songs == 20


def test_a_store_that_is_open_elsewhere_is_left_alone(path: Path, tmp_path: Path) -> None:
    code = (
        "import sys\nfrom songnet.store.ladybug import LadybugStore\n"
        "with LadybugStore(sys.argv[1]):\n    print(flush=True)\n    sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        other.stdout.readline()
        with pytest.raises(StoreLockedError, match="open in another process"):
            recover(str(path), tmp_path / "data", write=True)
        other.stdin.close()


def test_who_holds_a_file_keeps_others_out_even_when_it_is_read_meanwhile(path: Path) -> None:
    code = "import sys\nfrom songnet.store.ladybug import LadybugStore\nLadybugStore(sys.argv[1])"
    with held(path):
        path.read_bytes()
        done = subprocess.run(
            [sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=False
        )
    assert "StoreLockedError" in done.stderr
