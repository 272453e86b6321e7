"""`songnet store init | check | migrate` and `--label-prefix`, on both engines."""

from __future__ import annotations

import re
import zipfile

import pytest


@pytest.fixture
def server(neo4j_server, neo4j_store, monkeypatch):
    """An empty graph on a real server; its URI."""
    for name in ("NEO4J_USERNAME", "NEO4J_PASSWORD"):
        monkeypatch.setenv(name, neo4j_server[name])
    return neo4j_server["NEO4J_URI"]


def cut(songnet, playlists, *where):
    songnet("load-playlists", playlists, *where)
    songnet("link", "playlists", *where)
    songnet("partitions", "run", "louvain", "--on", "playlists", *where)


def test_an_embedded_store_is_made_checked_and_up_to_date(songnet, playlists):
    assert songnet("store", "init").out == "ready: schema 2, 0 constraints and indexes\n"
    assert "nothing to do: the graph has schema 2" in songnet("store", "migrate").out
    cut(songnet, playlists)
    told = songnet("store", "check")
    assert "Ladybug/" in told.out
    assert told.err == "all is well\n"
    facts = songnet("store", "check", "--json").json()
    assert facts["schema"] == "songnet.store.check/1"
    assert (facts["graph_schema"], facts["engine"], facts["findings"]) == (2, "ladybug", [])


def test_what_was_changed_behind_our_back_is_found(songnet, playlists):
    cut(songnet, playlists)
    songnet("query", "MATCH (:Song)-[e:IN_COMMUNITY]->(:Community {label: 0}) DELETE e", "--write")
    songnet(
        "query", "MATCH (:Song)-[e:SHARES_PLAYLISTS]->() WHERE e.playlists > 1 DELETE e", "--write"
    )
    told = songnet("store", "check", fails=1)
    assert "amiss: partition louvain-playlists has" in told.out
    assert "amiss: network playlists has" in told.out
    assert told.err == "2 findings\n"
    assert songnet("store", "check", "--quick").err == "all is well\n"


def test_there_is_nothing_to_migrate_where_there_is_no_store(songnet):
    told = songnet("store", "migrate", "--store", "none.lbug", fails=1)
    assert told.err == "songnet: there is no songnet graph at none.lbug: load something first\n"


@pytest.mark.neo4j
def test_a_server_is_made_ready_once_and_checked(songnet, playlists, server):
    where = ("--store", server)
    assert "nothing written yet" in songnet("store", "check", *where).out
    told = songnet("store", "migrate", *where, fails=1)
    assert "no songnet graph" in told.err
    made = songnet("store", "init", *where).out
    assert songnet("store", "init", *where).out == made
    cut(songnet, playlists, *where)
    facts = songnet("store", "check", "--json", *where).json()
    assert facts["version"].startswith("Neo4j/")
    assert set(facts["indexes"].values()) == {"ONLINE"}
    assert facts["findings"] == []
    songnet("query", "MATCH (s:SongnetStore) SET s.schema = 1", "--write", *where)
    assert "songnet store migrate" in songnet("info", *where, fails=1).err
    assert songnet("store", "migrate", *where).out == "migrated: the graph had schema 1 and has 2\n"
    assert songnet("info", "--json", *where).json()["songs"] == 24


@pytest.mark.neo4j
def test_two_graphs_and_a_stranger_live_in_one_database(songnet, playlists, server, monkeypatch):
    there = ("--store", server)
    cut(songnet, playlists, *there)
    songnet("query", "MATCH (s:SongnetStore) DETACH DELETE s", "--write", *there)
    refused = songnet("info", *there, fails=1).err
    assert "--label-prefix Songnet" in refused
    ours = (*there, "--label-prefix", "Acme")
    assert songnet("info", "--json", *ours).json()["songs"] == 0
    cut(songnet, playlists, *ours)
    songnet("copy", server, "back.lbug", "--label-prefix", "Acme")
    for name in ("louvain-playlists",):
        here = songnet("partitions", "show", name, "--json", "--store", "back.lbug").json()
        assert songnet("partitions", "show", name, "--json", *ours).json() == here
    songnet("copy", server, server, "--label-prefix", "Other", "--from-label-prefix", "Acme")
    monkeypatch.setenv("SONGNET_LABEL_PREFIX", "Other")
    assert songnet("info", "--json", *there).json()["songs"] == 24
    before = songnet("--label-prefix", "Acme", "info", "--json", *there).json()
    assert before["partitions"] == ["louvain-playlists"]
    assert "onto itself" in songnet("copy", server, server, fails=1).err


def test_a_prefix_is_for_servers_and_of_letters(songnet):
    told = songnet("info", "--label-prefix", "Acme", fails=2)
    assert "--label-prefix is for a server's database" in told.err
    told = songnet("info", "--store", "bolt://127.0.0.1:9", "--label-prefix", "a`b", fails=1)
    assert "must be a capital letter" in told.err
    assert told.err.count("\n") == 1


def test_browser_gets_a_style_and_favourites_for_our_labels(songnet, tmp_path):
    plain = songnet("store", "style").out
    assert "node.Song {" in plain
    ours = songnet("store", "style", "--label-prefix", "Acme").out
    assert ours == re.sub(r"(?m)^node\.(?=[A-Z])", "node.Acme", plain)
    songnet("store", "favourites", "ours.zip", "--label-prefix", "Acme")
    with zipfile.ZipFile(tmp_path / "ours.zip") as archive:
        texts = [archive.read(name).decode() for name in archive.namelist()]
    assert len(texts) > 20
    assert all(":AcmeSong" in text or "Acme" in text for text in texts)
    assert not any(re.search(r":(Song|Playlist|Community)\b", text) for text in texts)
    assert "letters and digits" in songnet("store", "style", "--label-prefix", "a b", fails=1).err
    assert "none" in songnet("store", "favourites", "none/x.zip", fails=1).err
