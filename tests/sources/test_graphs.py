from __future__ import annotations

import math
import re
import warnings

import igraph
import numpy as np
import pyarrow as pa
import pytest
from defusedxml import ElementTree
from hypothesis import given, settings
from hypothesis import strategies as st

from songnet.errors import InputError
from songnet.model import Partition, SongNetwork
from songnet.sources.graphs import write_graph

GEXF = "{http://gexf.net/1.3}"


def songs_table(**columns):
    return pa.table({"id": ["a", "b", "c"], **columns})


def network(**options):
    return SongNetwork.from_edges(
        ["a", "b", "c"], [0, 1], [1, 2], [1.5, 2.0], name="playlists", **options
    )


def partition():
    return Partition.from_labels(
        ["a", "b"], [7, 7], name="leiden", algorithm="leiden", on="playlists"
    )


def read_graphml(path):
    with warnings.catch_warnings():
        # igraph warns that the node ids become a vertex attribute: just what is wanted here.
        warnings.simplefilter("ignore")
        return igraph.Graph.Read_GraphML(str(path))


def test_graphml_is_read_back_by_igraph(tmp_path):
    path = tmp_path / "graph.graphml"
    write_graph(
        path,
        songs=songs_table(title=["Eins & <zwei>", None, 'Drei "3"'], duration_ms=[1, None, 3]),
        networks=[network(attributes={"playlists": [4, 5]})],
        partitions=[partition()],
    )
    graph = read_graphml(path)
    assert graph.vs["id"] == ["a", "b", "c"]
    assert graph.vs["kind"] == ["song"] * 3
    assert graph.vs["title"] == ["Eins & <zwei>", "", 'Drei "3"']
    assert graph.vs["partition:leiden"][:2] == [0, 0]
    assert math.isnan(graph.vs["partition:leiden"][2])
    assert graph.vs["duration_ms"][::2] == [1, 3]
    assert not graph.is_directed()
    assert graph.get_edgelist() == [(0, 1), (1, 2)]
    assert graph.es["weight"] == [1.5, 2.0]
    assert graph.es["playlists"] == [4, 5]
    assert graph.es["network"] == ["playlists"] * 2


def test_playlists_become_nodes_tied_to_their_songs(tmp_path):
    path = tmp_path / "graph.graphml"
    write_graph(
        path,
        songs=songs_table(),
        playlists=pa.table({"id": ["mpd:1"], "name": ["Morning"], "followers": [12]}),
        memberships=pa.table(
            {"playlist": ["mpd:1"] * 2, "song": ["c", "a"], "position": [0, 1], "times": [1, 2]}
        ),
    )
    graph = read_graphml(path)
    assert graph.vs["id"] == ["a", "b", "c", "mpd:1"]
    assert graph.vs["kind"] == ["song"] * 3 + ["playlist"]
    assert graph.vs[3]["name"] == "Morning"
    assert graph.vs[3]["followers"] == 12
    assert graph.get_edgelist() == [(2, 3), (0, 3)]
    assert graph.es["network"] == ["contains"] * 2
    assert graph.es["position"] == [0, 1]
    assert graph.es["times"] == [1, 2]
    assert graph.es["weight"] == [1, 2]


def test_gexf_has_the_structure_that_gephi_expects(tmp_path):
    path = tmp_path / "graph.gexf"
    write_graph(
        path,
        songs=songs_table(title=["A", None, "C"], artist=["X", None, None]),
        networks=[network()],
        partitions=[partition()],
        playlists=pa.table({"id": ["p"], "name": ["Morning"]}),
        memberships=pa.table({"playlist": ["p"], "song": ["b"], "position": [0], "times": [1]}),
    )
    root = ElementTree.parse(path).getroot()
    assert (root.tag, root.get("version")) == (f"{GEXF}gexf", "1.3")
    graph = root.find(f"{GEXF}graph")
    assert graph.get("defaultedgetype") == "undirected"
    columns = {
        block.get("class"): {each.get("id"): each.get("title") for each in block}
        for block in graph.findall(f"{GEXF}attributes")
    }
    nodes = list(graph.find(f"{GEXF}nodes"))
    assert [(node.get("id"), node.get("label")) for node in nodes] == [
        ("a", "X - A"),
        ("b", "b"),
        ("c", "C"),
        ("p", "Morning"),
    ]
    assert values_of(nodes[0], columns["node"]) == {
        "kind": "song",
        "title": "A",
        "artist": "X",
        "partition:leiden": "0",
    }
    edges = list(graph.find(f"{GEXF}edges"))
    assert [(e.get("source"), e.get("target"), float(e.get("weight"))) for e in edges] == [
        ("a", "b", 1.5),
        ("b", "c", 2.0),
        ("p", "b", 1.0),
    ]
    assert len({edge.get("id") for edge in edges}) == 3
    assert values_of(edges[2], columns["edge"]) == {
        "network": "contains",
        "position": "0",
        "times": "1",
    }


def values_of(element, columns):
    return {columns[each.get("for")]: each.get("value") for each in element.iter(f"{GEXF}attvalue")}


def test_songs_that_only_a_network_or_partition_names_are_nodes_too(tmp_path):
    path = tmp_path / "graph.graphml"
    write_graph(path, songs=pa.table({"id": ["b"]}), networks=[network()], partitions=[partition()])
    assert read_graphml(path).vs["id"] == ["b", "a", "c"]


def test_columns_that_no_graph_file_can_hold_are_left_out(tmp_path):
    path = tmp_path / "graph.graphml"
    write_graph(path, songs=songs_table(cae=[[1.0], [2.0], [3.0]]))
    assert "cae" not in read_graphml(path).vs.attributes()


def test_what_xml_cannot_hold_is_replaced(tmp_path):
    path = tmp_path / "graph.gexf"
    write_graph(path, songs=pa.table({"id": ["a\x01"], "title": ["\x02\ufffe"]}))
    node = ElementTree.parse(path).getroot().find(f".//{GEXF}node")
    assert node.get("id") == r"a\u0001"
    assert node.get("label") == "\ufffd\ufffd"


@pytest.mark.parametrize("extension", [".graphml", ".gexf"])
@settings(max_examples=40, deadline=None)
@given(title=st.text(min_size=1), identity=st.text(min_size=1))
def test_any_text_gives_xml_that_says_the_same(tmp_path_factory, extension, title, identity):
    path = tmp_path_factory.mktemp("graph") / f"g{extension}"
    write_graph(path, songs=pa.table({"id": [identity], "title": [title]}))
    root = ElementTree.parse(path).getroot()
    node = next(each for each in root.iter() if each.tag.endswith("}node"))
    legal = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
    if not legal.search(identity):
        assert node.get("id") == identity
    said = {each.text or each.get("value") for each in node.iter()}
    assert legal.sub("\ufffd", title) in said


def test_no_songs_at_all_is_still_a_graph(tmp_path):
    path = tmp_path / "graph.graphml"
    write_graph(path, songs=pa.table({"id": pa.array([], pa.string())}))
    assert read_graphml(path).vcount() == 0


def test_weights_keep_every_digit(tmp_path):
    path = tmp_path / "graph.graphml"
    weights = np.random.default_rng(0).random(2)
    net = SongNetwork.from_edges(["a", "b", "c"], [0, 1], [1, 2], weights)
    write_graph(path, songs=songs_table(), networks=[net])
    assert read_graphml(path).es["weight"] == weights.tolist()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"playlists": pa.table({"id": ["a"]})}, "two nodes have the id 'a'"),
        (
            {
                "playlists": pa.table({"id": ["p"]}),
                "memberships": pa.table({"playlist": ["p"], "song": ["z"]}),
            },
            "'z', which is not among the nodes",
        ),
    ],
)
def test_broken_graphs_are_refused_and_leave_nothing(tmp_path, options, message):
    with pytest.raises(InputError, match=message):
        write_graph(tmp_path / "graph.gexf", songs=songs_table(), **options)
    assert list(tmp_path.iterdir()) == []


def test_other_extensions_are_refused(tmp_path):
    with pytest.raises(InputError, match=r"allowed are \.graphml, \.gexf"):
        write_graph(tmp_path / "graph.dot", songs=songs_table())


def test_a_missing_folder_is_one_line(tmp_path):
    with pytest.raises(InputError, match="cannot be written"):
        write_graph(tmp_path / "none" / "graph.gexf", songs=songs_table())
