"""Graph files opened by networkx: the same nodes, edges and columns in both formats."""

from __future__ import annotations

import networkx as nx
import pyarrow as pa
import pytest

from songnet.model import Partition, SongNetwork
from songnet.sources.graphs import write_graph

READERS = {".graphml": nx.read_graphml, ".gexf": nx.read_gexf}
SONGS = pa.table(
    {
        "id": ["file:a b.mp3", "name:x/y & z", "spotify:track:c"],
        "title": ["Eins & <zwei>", None, 'Drei "3" é 🎵'],
        "artist": ["A", "A", "B"],
        "duration_ms": [1, None, 3],
        "label": ["rock", None, "jazz"],
    }
)
IDS = SONGS["id"].to_pylist()
SHARED = SongNetwork.from_edges(
    IDS, [0, 1], [1, 2], [1 / 3, 2.0], name="mine", kind="playlists",
    attributes={"playlists": [4, 5]}, params={"min_shared": 1},
)  # fmt: skip
ALIKE = SongNetwork.from_edges(
    IDS, [0], [2], [0.25], name="sound-x", kind="sound",
    attributes={"similarity": [0.25], "rank_source": [1], "rank_target": [0]},
)  # fmt: skip
CUT = Partition.from_labels(IDS[:2], [7, 8], name="leiden-mine", algorithm="leiden", on="mine")


def read(path, **content):
    write_graph(path, songs=SONGS, **content)
    return READERS[path.suffix](path)


@pytest.fixture(params=READERS)
def path(request, tmp_path):
    return tmp_path / f"graph{request.param}"


def test_nodes_have_what_songs_have(path):
    graph = read(path, networks=[SHARED], partitions=[CUT])
    named = "song_label" if path.suffix == ".gexf" else "label"
    expected = {}
    for row in SONGS.to_pylist():
        columns = {key: value for key, value in row.items() if value is not None}
        identity, label = columns.pop("id"), columns.pop("label", None)
        expected[identity] = {"kind": "song", **columns, **({named: label} if label else {})}
    for song, label in zip(CUT.songs, CUT.labels.tolist(), strict=True):
        expected[song]["partition:leiden-mine"] = label
    found = {node: dict(columns) for node, columns in graph.nodes(data=True)}
    if path.suffix == ".gexf":
        shown = [found[song].pop("label") for song in IDS]
        assert shown == ["A - Eins & <zwei>", "A", 'B - Drei "3" é 🎵']
    assert found == expected


def test_edges_have_what_networks_have(path):
    graph = read(path, networks=[SHARED, ALIKE])
    assert not graph.is_directed()
    found = {
        frozenset(ends): {key: value for key, value in columns.items() if key != "id"}
        for *ends, columns in graph.edges(data=True)
    }
    assert found == {
        frozenset(IDS[:2]): {"network": "mine", "weight": 1 / 3, "playlists": 4},
        frozenset(IDS[1:]): {"network": "mine", "weight": 2.0, "playlists": 5},
        frozenset((IDS[0], IDS[2])): {
            "network": "sound-x", "weight": 0.25, "similarity": 0.25,
            "rank_source": 1, "rank_target": 0,
        },
    }  # fmt: skip


def test_playlists_are_nodes_tied_to_their_songs(path):
    graph = read(
        path,
        playlists=pa.table({"id": ["mpd:1"], "name": ["Morning"], "followers": [12]}),
        memberships=pa.table(
            {"playlist": ["mpd:1"] * 2, "song": [IDS[2], IDS[0]], "position": [0, 1],
             "times": [1, 2]}
        ),
    )  # fmt: skip
    facts = graph.nodes["mpd:1"]
    assert (facts["kind"], facts["name"], facts["followers"]) == ("playlist", "Morning", 12)
    ties = {song: dict(graph.edges["mpd:1", song]) for song in graph["mpd:1"]}
    columns = ("network", "position", "times")
    assert {song: tuple(tie[column] for column in columns) for song, tie in ties.items()} == {
        IDS[2]: ("contains", 0, 1),
        IDS[0]: ("contains", 1, 2),
    }


def test_two_networks_on_the_same_songs_are_parallel_edges(path):
    other = SongNetwork.from_edges(IDS, [0], [1], [9.0], name="other", kind="custom")
    graph = read(path, networks=[SHARED, other])
    assert graph.is_multigraph()
    between = graph.get_edge_data(IDS[0], IDS[1]).values()
    assert {(edge["network"], edge["weight"]) for edge in between} == {
        ("mine", 1 / 3),
        ("other", 9.0),
    }


def test_ids_and_texts_that_xml_cannot_hold_are_still_read(path):
    songs = pa.table({"id": ["a\x01", "b]]>"], "title": ["x\x00y", "line\nbreak\r\ttab"]})
    network = SongNetwork.from_edges(["a\x01", "b]]>"], [0], [1], [1.0])
    write_graph(path, songs=songs, networks=[network])
    graph = READERS[path.suffix](path)
    assert set(graph.nodes) == {"a\\u0001", "b]]>"}
    assert graph.nodes["a\\u0001"]["title"] == "x\ufffdy"
    assert list(map(set, graph.edges)) == [set(graph.nodes)]
