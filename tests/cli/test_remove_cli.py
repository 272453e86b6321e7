"""`songnet remove`: what goes is told, asked, and gone; nothing else is."""

from __future__ import annotations

import io
import sys

import pytest
from store_cases import contents

from songnet.store import open_store

SONG = "file:taste0/00.png"


@pytest.fixture
def cut(loaded):
    """The world with a network and a partition of it."""
    loaded("partitions", "run", "louvain", "--on", "playlists")
    return loaded


def listed(songnet):
    return songnet("query", "MATCH (p:Playlist) RETURN p.id AS id ORDER BY id", "--json").json()


def held():
    with open_store("songnet.data/graph.lbug") as store:
        return contents(store)


@pytest.fixture
def terminal(monkeypatch):
    """Answers as a person would, from a terminal."""

    def answer(text):
        stdin = io.StringIO(text)
        stdin.isatty = lambda: True
        monkeypatch.setattr(sys, "stdin", stdin)

    return answer


def test_a_dry_run_and_a_no_change_nothing_and_a_yes_removes(cut, terminal):
    before = held()
    told = cut("remove", "song", SONG, "--dry-run")
    assert told.err == "would remove 1 song\n"
    assert "spectrograms" in told.out
    assert "songs from partitions" in told.out
    refused = cut("remove", "song", SONG, fails=2)
    assert refused.err.startswith("songnet: 1 song would go for good, and there is no terminal")
    terminal("n\n")
    assert "songnet: stopped" in cut("remove", "song", SONG, fails=1).err
    assert held() == before
    terminal("y\n")
    assert cut("remove", "song", SONG).err.endswith("removed 1 song\n")
    assert SONG not in [row["id"] for row in held()["songs"]]


def test_what_was_removed_is_brought_back_by_loading_it_again(cut, playlists, sounds):
    before = held()
    first, *_ = (row["id"] for row in listed(cut))
    cut("remove", "song", SONG, "--yes")
    cut("remove", "playlist", first, "--yes")
    assert cut("store", "check").err == "all is well\n"
    told = cut("info", "--json").json()
    assert (told["songs"], told["playlists"]) == (len(before["songs"]) - 1, 7)
    cut("load-playlists", playlists)
    cut("load-audio", sounds, "--label-from-folder", "--workers", "1")
    cut("link", "playlists")
    cut("partitions", "run", "louvain", "--on", "playlists")
    after = held()
    assert all(after[key] == before[key] for key in ("songs", "playlists", "memberships", "edges"))
    assert after["labels"] == before["labels"]


def test_ids_come_from_a_file_as_well(cut, tmp_path):
    ids = [row["id"] for row in listed(cut)]
    (tmp_path / "ids.txt").write_bytes(b"\xef\xbb\xbf" + "\r\n".join(ids[1:3]).encode() + b"\n\n")
    done = cut("remove", "playlist", ids[0], "--from", "ids.txt", "--yes", "--json").json()
    assert (done["schema"], done["removed"]) == ("songnet.remove/1", True)
    assert done["playlists"] == ids[:3]
    assert done["outdated"]["networks"] == ["playlists"]
    assert [row["id"] for row in listed(cut)] == ids[3:]


@pytest.mark.parametrize(
    ("arguments", "code", "line"),
    [
        (["song", SONG, "file:taste0/0.png"], 1, "1 of 2 are not there, there is no song "),
        (["playlist", "a\x1b[31mb"], 1, "there is no playlist "),
        (["network", "playlist"], 1, "there is no network 'playlist': did you mean playlists?"),
        (["encoder", "x"], 1, "there is no encoder 'x'; there are: none; nothing was removed"),
        (["partition", "\udcff"], 1, "there is no partition "),
        (["playlist"], 2, "nothing is named: say what to remove, or give --from FILE"),
        (["playlist", "--from", "none.txt"], 1, "none.txt cannot be read: No such file"),
        (["playlist", "--from", "bad.txt"], 1, "bad.txt is not UTF-8 text: give ids"),
    ],
)
def test_wrong_input_is_one_line_and_removes_nothing(loaded, tmp_path, arguments, code, line):
    (tmp_path / "bad.txt").write_bytes(b"\xff\xfe")
    told = loaded("remove", *arguments, "--yes", fails=code)
    assert told.err.startswith(f"songnet: {line}")
    assert told.err.count("\n") == 1
    assert told.out == ""
    assert loaded("info", "--json").json()["songs"] == 24


def test_a_partition_goes_by_either_command(cut):
    cut("partitions", "run", "leiden", "--on", "playlists")
    assert cut("remove", "partition", "louvain-playlists", "--yes").err == "removed 1 partition\n"
    cut("partitions", "drop", "leiden-playlists")
    assert cut("info", "--json").json()["partitions"] == []


@pytest.mark.neo4j
def test_on_a_server_it_is_the_same(
    songnet, playlists, sounds, neo4j_server, neo4j_store, monkeypatch
):
    for name in ("NEO4J_USERNAME", "NEO4J_PASSWORD"):
        monkeypatch.setenv(name, neo4j_server[name])
    done = []
    for store in (neo4j_server["NEO4J_URI"], "here.lbug"):
        where = ("--store", store, "--data", f"of-{len(done)}")
        songnet("load-playlists", playlists, *where)
        songnet("load-audio", sounds, "--workers", "1", *where)
        songnet("link", "playlists", *where)
        songnet("partitions", "run", "louvain", "--on", "playlists", *where)
        songnet("remove", "song", SONG, "--yes", *where)
        lists = songnet("remove", "playlist", "file:lists.csv#list1", "--yes", "--json", *where)
        assert songnet("store", "check", *where).err == "all is well\n"
        with open_store(store) as opened:
            found = contents(opened)
        for info in (*found["networks"], *found["partitions"]):
            info.pop("created_at")
        done.append((found, lists.json()))
    assert done[0] == done[1]
    songnet("remove", "network", "playlists", "--yes", "--store", neo4j_server["NEO4J_URI"])
    assert songnet("info", "--json", "--store", neo4j_server["NEO4J_URI"]).json()["networks"] == {}
