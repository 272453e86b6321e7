"""The data folder: round trips, and damage said in one line."""

from __future__ import annotations

import pytest

from songnet.errors import BadNameError, FormatError, InputError, StateError
from songnet.model import SongNetwork, Vectors
from songnet.store.folder import DataFolder


@pytest.fixture
def folder(tmp_path):
    return DataFolder(tmp_path / "data")


@pytest.fixture
def network():
    return SongNetwork.from_edges(
        ["ü", "b", "a b", "c"],
        [0, 1, 3],
        [1, 2, 0],
        [2.0, 0.1, 3.5],
        name="playlists",
        kind="playlists",
        attributes={"playlists": [2, 1, 3]},
        params={"min_shared": 1},
    )


def test_a_network_comes_back_the_same(folder, network):
    folder.write_network(network)
    back = folder.network("playlists")
    assert back.fingerprint == network.fingerprint
    assert dict(back.params) == {"min_shared": 1}
    assert back.kind == "playlists"
    assert back.attributes["playlists"].tolist() == network.attributes["playlists"].tolist()
    assert folder.networks() == ["playlists"]


def test_a_network_without_edges_comes_back_empty(folder):
    folder.write_network(SongNetwork.from_edges([], [], [], name="none"))
    assert folder.network("none").edges == 0


def test_writing_leaves_no_temporary_files(folder, network):
    folder.write_network(network)
    folder.write_network(network)
    assert [path.name for path in (folder.root / "networks").iterdir()] == ["playlists.parquet"]


def test_a_network_that_is_not_there_names_the_command(folder):
    with pytest.raises(StateError, match="songnet link"):
        folder.network("nope")


@pytest.mark.parametrize("name", ["../escape", "A", "", "a/b", "x" * 200])
def test_names_cannot_leave_the_folder(folder, name):
    with pytest.raises(BadNameError):
        folder.network(name)


@pytest.mark.parametrize("content", [b"", b"PAR1 nonsense PAR1", b"\x00" * 100])
def test_a_damaged_network_is_said_in_one_line(folder, network, content):
    folder.write_network(network)
    (folder.root / "networks" / "playlists.parquet").write_bytes(content)
    with pytest.raises(FormatError, match="playlists.parquet") as caught:
        folder.network("playlists")
    assert "\n" not in str(caught.value)


def test_a_network_file_under_another_schema_is_refused(folder):
    folder.write_latents("cae", [(Vectors.from_rows("cae", ["a"], [[1.0]]), ["h"])], made_by="f")
    path = folder.root / "latents" / "cae.parquet"
    (folder.root / "networks").mkdir()
    path.rename(folder.root / "networks" / "x.parquet")
    with pytest.raises(FormatError, match="songnet.latents/2"):
        folder.network("x")


def test_a_folder_that_is_a_file_is_said(tmp_path, network):
    (tmp_path / "data").write_text("")
    with pytest.raises(InputError, match="cannot make"):
        DataFolder(tmp_path / "data").write_network(network)
