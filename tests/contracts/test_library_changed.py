"""Shipped queries on graphs that a test may fill and change, on every engine."""

from __future__ import annotations

import pyarrow as pa
import pytest
from library_cases import ANSWERS, NOW, TEXTS, answer, fill
from store_cases import HOSTILE

from songnet.model import Partition
from songnet.store.folder import DataFolder
from songnet.store.library import library
from songnet.workflows.query import missing
from songnet.workflows.workspace import Workspace


@pytest.fixture
def filled(store):
    return fill(store)


def test_shipped_queries_run_on_an_empty_graph(store):
    for query in library():
        if query.embedded:
            rows = answer(store, query.name).to_pylist()
            assert not rows or query.name == "coverage"
    assert answer(store, "coverage").to_pylist() == [
        {"what": "playlists", "name": "any", "songs": 0, "share": 0.0}
    ]


def test_hostile_titles_and_names_come_back_as_they_are(filled):
    for text in [*TEXTS, *HOSTILE]:
        filled.add_songs(pa.table({"id": ["a"], "title": [text], "artist": [text]}))
        [card] = answer(filled, "song-card", {"song": "a", "sound": "sound-e"}).to_pylist()
        assert (card["title"], card["artist"]) == (text, text)
        assert card["partitions"] == 2
        words = {"words": text}
        assert "a" in answer(filled, "find-songs", words)["song"].to_pylist()


def test_what_is_written_twice_is_told_once(filled):
    fill(filled)
    assert answer(filled, "partitions")["created_at"].to_pylist() == [NOW, NOW]
    given, expected = ANSWERS["hubs-in-playlists"]
    rows = answer(filled, "hubs-in-playlists", given).to_pylist()
    assert [tuple(row.values()) for row in rows] == expected


def test_many_names_are_cut_short(filled, tmp_path):
    workspace = Workspace(filled, DataFolder(tmp_path / "data"))
    for number in range(30):
        name = f"many-{number:02}"
        partition = Partition.from_labels(["a"], [0], name=name, algorithm="by hand", on="x")
        workspace.store.write_partition(partition, NOW)
    [line] = missing(workspace, "communities", {"partition": "x"})
    assert line.endswith("many-19 and 12 more")
