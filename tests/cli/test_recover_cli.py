"""`songnet store recover`: what it says, and what it leaves."""

from __future__ import annotations

from pathlib import Path


def damaged(songnet, playlists) -> Path:
    """A store with a network, the middle of whose file is overwritten."""
    songnet("load-playlists", playlists)
    songnet("link", "playlists")
    path = Path("songnet.data/graph.lbug")
    content = path.read_bytes()
    path.write_bytes(content[:4096] + b"\xaa" * (len(content) - 8192) + content[-4096:])
    return path


def test_a_damaged_store_is_made_anew_and_kept(songnet, playlists):
    path = damaged(songnet, playlists)
    content = path.read_bytes()
    told = songnet("store", "recover", fails=1)
    assert "can be taken from the data folder: network playlists" in told.out
    assert "lost: the graph:" in told.out
    assert "run it again with --yes" in told.err
    assert path.read_bytes() == content

    done = songnet("store", "recover", "--yes", "--json").json()
    assert done["rebuilt"]["network playlists"]
    assert Path("songnet.data/graph.lbug.damaged-1").read_bytes() == content
    songnet("store", "check")
    songnet("load-playlists", playlists)
    songnet("partitions", "run", "louvain", "--on", "playlists")


def test_a_sound_store_is_left_alone(songnet, playlists):
    songnet("load-playlists", playlists)
    before = sorted(Path("songnet.data").iterdir())
    assert songnet("store", "recover", "--yes").out.startswith("nothing to do")
    assert sorted(Path("songnet.data").iterdir()) == before


def test_where_there_is_no_store_nothing_is_made(songnet):
    refused = songnet("store", "recover", "--store", "nowhere.lbug", fails=1)
    assert "there is no store at nowhere.lbug" in refused.err
    assert list(Path().iterdir()) == []


def test_a_server_looks_after_itself(songnet):
    refused = songnet("store", "recover", "--store", "bolt://localhost:1", fails=1)
    assert "a Neo4j server brings its files in order itself" in refused.err
    assert refused.err.count("\n") == 1
