"""What songnet writes obeys the umask, what is temporary is its owner's alone and goes away."""

from __future__ import annotations

import os
import stat
import tempfile
from pathlib import Path

import hostile_texts
import numpy as np
import pytest

from songnet.encoders._folder import write_folder
from songnet.files import replacing
from songnet.store.neo4j_import._folder import filling


@pytest.fixture(params=[0o077, 0o027, 0o022], ids=oct)
def umask(request):
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


def rights(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_all_that_commands_write_obeys_the_umask(command, tmp_path, monkeypatch, umask):
    monkeypatch.chdir(tmp_path)
    command("load-playlists", hostile_texts.playlists(tmp_path / "lists.csv"))
    command("link", "playlists")
    command("partitions", "run", "leiden", "--on", "playlists")
    command("partitions", "export", "leiden-playlists", "cut.csv")
    command("export", "graph.graphml")
    command("export", "--neo4j-import", "import")
    found = [path for path in tmp_path.rglob("*") if rights(path) & umask]
    assert found == []
    assert not list(tmp_path.rglob("*.part"))
    assert rights(tmp_path / "cut.csv") == 0o666 & ~umask
    assert rights(tmp_path / "import") == 0o777 & ~umask


def test_a_folder_of_an_encoder_obeys_the_umask(tmp_path, umask):
    write_folder(tmp_path / "encoder", {"config.json": b"{}"})
    assert rights(tmp_path / "encoder") == 0o777 & ~umask
    assert rights(tmp_path / "encoder" / "config.json") == 0o666 & ~umask


def test_what_is_half_written_is_its_owners_alone_and_goes(tmp_path):
    before = os.umask(0)
    try:
        with pytest.raises(RuntimeError), replacing(tmp_path / "file") as file:
            assert [rights(path) for path in tmp_path.iterdir()] == [0o600]
            file.write(b"half")
            raise RuntimeError
        with pytest.raises(RuntimeError), filling(tmp_path / "folder"):
            assert [rights(path) for path in tmp_path.iterdir()] == [0o700]
            raise RuntimeError
    finally:
        os.umask(before)
    assert list(tmp_path.iterdir()) == []


def test_vectors_on_their_way_have_no_name(tmp_path):
    from songnet.model import Vectors
    from songnet.store._ladybug_spool import Spool

    with Spool(tmp_path, 2) as spool:
        spool.add(Vectors.from_rows("enc", ["a"], np.ones((1, 2))), np.array([0]))
        assert list(tmp_path.iterdir()) == []


def test_commands_leave_nothing_among_temporary_files(command, tmp_path, monkeypatch):
    for folder in ("here", "temporary"):
        (tmp_path / folder).mkdir()
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    monkeypatch.setenv("TMPDIR", str(tmp_path / "temporary"))
    command("load-playlists", hostile_texts.playlists(tmp_path / "here" / "lists.csv"))
    command("link", "playlists")
    command("partitions", "run", "infomap", "--on", "playlists")
    command("export", "graph.gexf")
    command("partitions", "show", "not-there", code=1)
    assert list((tmp_path / "temporary").iterdir()) == []
