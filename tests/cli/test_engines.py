"""The same commands on a Neo4j server and embedded give the same counts, partitions and scores."""

from __future__ import annotations

import shutil

import pytest
from store_cases import contents

from songnet.store import open_store
from songnet.workflows import demo

JOB = (
    ("link", "playlists"),
    ("link", "sound", "--encoder", "tiny", "-k", "3"),
    ("partitions", "run", "louvain", "--on", "playlists"),
    ("partitions", "run", "leiden", "--on", "sound-tiny"),
    ("partitions", "run", "infomap", "--on", "playlists"),
    ("partitions", "run", "kmeans", "--on", "tiny", "--communities", "2"),
)
EMBED = ("embed", "--filters", "4,2", "--pooling", "4,6", "--encoder", "tiny", "--epochs", "2")


@pytest.fixture
def server(neo4j_server, neo4j_store, monkeypatch):
    """An empty graph on a real server; its URI."""
    for name in ("NEO4J_USERNAME", "NEO4J_PASSWORD"):
        monkeypatch.setenv(name, neo4j_server[name])
    return neo4j_server["NEO4J_URI"]


def whole_job(songnet, playlists, sounds, *where):
    for _ in range(2):
        songnet("load-playlists", playlists, *where)
        songnet("load-audio", sounds, "--label-from-folder", "--workers", "1", *where)
    songnet(*EMBED, *where)
    for command in JOB:
        songnet(*command, *where)


def answers(songnet, *where):
    info = songnet("info", "--json", *where).json()
    listed = songnet("partitions", "list", "--json", *where).json()
    shown = [songnet("partitions", "show", row["name"], "--json", *where).json() for row in listed]
    compared = songnet("partitions", "compare", "--json", *where).json()
    queries = ("popular-songs", "communities", "playlists-across-communities")
    rows = [
        songnet("query", name, *(("--param", "partition=louvain-playlists") * (name != queries[0])),
                "--json", *where).json()
        for name in queries
    ]  # fmt: skip
    return {**info, "store": "", "engine": ""}, shown, compared, rows


@pytest.mark.neo4j
def test_both_engines_give_the_same_answers_and_copies_hold_them(
    songnet, playlists, sounds, server
):
    there, here = ("--store", server), ("--store", "here.lbug")
    whole_job(songnet, playlists, sounds, *here, "--data", "a")
    whole_job(songnet, playlists, sounds, *there, "--data", "b")
    expected = answers(songnet, *here)
    assert expected[0]["songs"] == 24
    assert len(expected[2]["pairs"]) == 6
    assert answers(songnet, *there) == expected
    songnet("copy", server, "back.lbug", "--data", "none")
    assert answers(songnet, "--store", "back.lbug") == expected
    wipe_and_copy(songnet, "back.lbug", server)
    assert answers(songnet, *there) == expected


def wipe_and_copy(songnet, source, server):
    songnet("query", "MATCH (n) DETACH DELETE n", "--write", "--store", server)
    songnet("copy", source, server, "--data", "none")


def short_demo(songnet, monkeypatch, *where):
    """The whole demo, but that its encoders listen only once to every song."""
    shorter = {
        name: (model, settings | {"epochs": 1}) for name, (model, settings) in demo.MODELS.items()
    }
    monkeypatch.setattr(demo, "MODELS", shorter)
    songnet("demo", *where)
    info = songnet("info", "--json", *where[1:]).json()
    shown = [
        songnet("partitions", "show", name, "--json", *where[1:]).json()
        for name in info["partitions"]
    ]
    compared = songnet("partitions", "compare", "--json", *where[1:]).json()
    return {**info, "store": "", "engine": ""}, shown, compared


def everything(uri):
    with open_store(uri) as store:
        return contents(store)


@pytest.mark.neo4j
def test_the_whole_demo_is_the_same_on_both_engines_and_in_copies_both_ways(
    songnet, server, monkeypatch, tmp_path
):
    here = ("demo", "--store", "here.lbug", "--data", "a")
    embedded = short_demo(songnet, monkeypatch, *here)
    assert (embedded[0]["playlists"], embedded[0]["songs"]) == (379, 266)
    assert len(embedded[2]["pairs"]) == 21
    # What learning gives does not depend on the store, so it is done once.
    shutil.copytree(tmp_path / "a" / "encoders", tmp_path / "b" / "encoders")
    there = ("there", "--store", server, "--data", "b")
    assert short_demo(songnet, monkeypatch, *there) == embedded

    original = everything("here.lbug")
    wipe_and_copy(songnet, "here.lbug", server)
    assert everything(server) == original
    songnet("copy", server, "back.lbug", "--data", "none")
    assert everything("back.lbug") == original


@pytest.mark.neo4j
def test_a_wrong_password_is_said_without_it(songnet, server, monkeypatch):
    monkeypatch.setenv("NEO4J_PASSWORD", "canary-password")
    wrong = songnet("info", "--store", server, fails=1)
    assert wrong.err.count("\n") == 1
    assert "NEO4J_PASSWORD" in wrong.err
    assert "canary-password" not in wrong.err
    assert "canary-password" not in wrong.out
