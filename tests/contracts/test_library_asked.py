"""Asking a shipped query by name: where it runs, and what is said when nothing is found."""

from __future__ import annotations

import pytest

from songnet.errors import BadNameError, InputError, UsageError
from songnet.store.folder import DataFolder
from songnet.store.library import library
from songnet.workflows.query import ask, missing
from songnet.workflows.workspace import Workspace

PARTITION = "there is no partition 'x'; there are: one, two"
NETWORK = "there is no network 'x'; there are: "
NO_SONG = "there is no song 'x': songnet query find-songs --param words=… finds ids"
OF_KIND = "network {!r} is of kind {}, and the query follows one of kind {}; there are: {}"
ABSENT = {
    "bridges": ({"partition": "x", "network": "x"}, [PARTITION, NETWORK + "playlists"]),
    "hubs-in-sound": ({"network": "x"}, [NETWORK + "sound-e"]),
    "together-but-unlike": (
        {"network": "sound-e", "sound": "playlists"},
        [
            OF_KIND.format("sound-e", "sound", "playlists", "playlists"),
            OF_KIND.format("playlists", "playlists", "sound", "sound-e"),
        ],
    ),
    "where-partitions-part": ({"a": "one", "b": "x"}, [PARTITION]),
    "song-card": (
        {"song": "x", "sound": "sound-e"},
        [NO_SONG],
    ),
    "recommend-together": (
        {"songs": '["a", "x", "y"]'},
        [NO_SONG],
    ),
    "continue-by-playlists": (
        {"playlist": "x"},
        ["there is no playlist 'x': songnet query find-playlists --param words=… finds ids"],
    ),
    "nearest-by-vector": (
        {"song": "a", "encoder": "x"},
        ["there is no encoder 'x'; there are: enc"],
    ),
    "path": (
        {"song": "a", "other": "x", "network": "sound-e"},
        [NO_SONG],
    ),
    "find-songs": ({"words": "x"}, []),
    "recommend-by-playlists": ({"song": "e"}, []),
}


@pytest.fixture
def workspace(filled, tmp_path):
    return Workspace(filled, DataFolder(tmp_path / "data"))


def test_what_is_not_in_the_graph_is_said_with_what_is(workspace):
    for name, (given, lines) in ABSENT.items():
        assert missing(workspace, name, given) == lines, name
    assert missing(workspace, "MATCH (s:Song {id: 'x'}) RETURN s.id", {}) == []


def test_a_query_is_asked_by_name_and_any_cypher_by_itself(workspace):
    found = ask(workspace, "communities", {"partition": "one", "limit": "1"})
    assert found.to_pylist() == [{"label": 0, "title": "many", "songs": 3}]
    found = ask(workspace, "UNWIND $ids AS id RETURN id", {"ids": '["x", "y"]'})
    assert found["id"].to_pylist() == ["x", "y"]


def test_what_needs_a_server_says_so_on_the_embedded_store(workspace):
    for query in library():
        if query.embedded or workspace.store.engine == "neo4j":
            continue
        with pytest.raises(InputError, match=f"{query.name} needs a Neo4j server") as told:
            ask(workspace, query.name, {})
        assert ("Graph Data Science" in str(told.value)) == query.gds
        assert "--store" in str(told.value)


def test_mistakes_are_named_before_the_engine_is_asked(workspace):
    with pytest.raises(BadNameError, match="did you mean sound-alikes"):
        ask(workspace, "sound-alike", {})
    with pytest.raises(UsageError, match="path has no parameter 'from'"):
        ask(workspace, "path", {"from": "a"})


def test_a_shipped_query_cannot_write_even_where_writing_is_allowed(workspace):
    before = workspace.store.counts()
    ask(workspace, "find-songs", {"words": "x'}) DETACH DELETE s //"}, write=True)
    assert workspace.store.counts() == before
