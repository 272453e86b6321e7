"""Every engine: anybody's Cypher, closing, and what is there after opening again."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from store_cases import (
    ENGINES,
    HOSTILE,
    add_lists,
    contents,
    encoder,
    partition,
    shared_network,
    songs_table,
    sound_network,
)

from songnet.errors import InputError, StoreError
from songnet.model import Vectors
from songnet.store import GraphStore

# Anybody's Cypher names labels as they stand in the graph.
pytestmark = pytest.mark.parametrize("opener", ENGINES[:2], indirect=True)
NOW = "2024-05-06T07:08:09Z"

WRITES = [
    "CREATE (:Song {id: 'evil'})",
    "create (:Song {id: 'evil'})",
    "MERGE (:Song {id: 'evil'})",
    "MATCH (s:Song) SET s.title = 'evil'",
    "MATCH (s:Song) SET s.title = 'evil' RETURN s.id",
    "MATCH (s:Song) DETACH DELETE s",
    "MATCH ()-[c:CONTAINS]->() DELETE c",
    "MATCH (s:Song {id: 'a'}) MERGE (p:Playlist {id: 'evil'}) RETURN p.id",
    "UNWIND [1] AS x CREATE (:Song {id: 'evil'})",
    "WITH 1 AS x CREATE (:Song {id: 'evil'})",
    "// MATCH (s) RETURN s\nCREATE (:Song {id: 'evil'})",
    "/* MATCH */ CREATE (:Song {id: 'evil'})",
    "PROFILE CREATE (:Song {id: 'evil'})",
    "RETURN 1; CREATE (:Song {id: 'evil'})",
    "MATCH (s:Song) RETURN s.id; MATCH (s:Song) DETACH DELETE s;",
]
NONSENSE = [
    "",
    "   ",
    "// nothing",
    "RETURN",
    "select * from songs",
    "MATCH (s:Song RETURN s",
    "MATCH (s:Song) RETURN nobody",
    "RETURN unknown_function(1)",
    "RETURN 1; RETURN 2",
]


def everything(store: GraphStore) -> None:
    """Something of each kind."""
    add_lists(store, p="abc", q="bd")
    store.write_network(shared_network(), NOW)
    store.write_network(sound_network(), NOW)
    store.write_encoder(encoder("match", 2))
    store.write_vectors(Vectors.from_rows("match", ["a", "c"], [[0.1, 2], [1e-45, 3e38]]))
    store.write_partition(partition(), NOW, titles=["first", "second"])


def test_values_come_back_as_columns(store: GraphStore) -> None:
    found = store.query("RETURN 1 AS whole, 0.5 AS part, 'x' AS text, true AS yes, null AS nothing")
    assert found.column_names == ["whole", "part", "text", "yes", "nothing"]
    expected = {"whole": 1, "part": 0.5, "text": "x", "yes": True, "nothing": None}
    assert found.to_pylist() == [expected]


def test_no_rows_still_have_columns(store: GraphStore) -> None:
    found = store.query("MATCH (s:Song) RETURN s.id AS id, s AS song")
    assert (found.column_names, found.num_rows) == (["id", "song"], 0)


@pytest.mark.parametrize("text", [*HOSTILE, "a\0b", "x" * 100_000])
def test_parameters_are_only_values(store: GraphStore, text: str) -> None:
    store.add_songs(songs_table("other"))
    if "\0" not in text and len(text) < 4096:
        store.add_songs(songs_table(text))
        found = store.query("MATCH (s:Song {id: $id}) RETURN s.id AS id", {"id": text})
        assert found["id"].to_pylist() == [text]
    assert store.query("RETURN $text AS text", {"text": text})["text"].to_pylist() == [text]


@pytest.mark.parametrize(
    "value",
    [0, 200, -1, 2**31, 2**63 - 1, -(2**63), 0.1, True, None, "x", [1, 300], ["a"], [0.5], []],
)
def test_parameters_of_every_type_come_back(store: GraphStore, value: object) -> None:
    if value == []:
        return_text = "UNWIND $value AS value RETURN value"
        assert store.query(return_text, {"value": value}).num_rows == 0
    else:
        found = store.query("RETURN $value AS value", {"value": value})
        assert found["value"].to_pylist() == [value]


def test_numpy_values_may_be_parameters(store: GraphStore) -> None:
    given = {"n": np.int64(7), "x": np.float32(0.5), "v": np.array([1.0, 2.0])}
    found = store.query("RETURN $n AS n, $x AS x, $v AS v", given)
    assert found.to_pylist() == [{"n": 7, "x": 0.5, "v": [1.0, 2.0]}]


def test_rows_may_be_a_parameter(store: GraphStore) -> None:
    given = {"rows": [{"id": "a", "n": 1}, {"id": "b", "n": None}]}
    found = store.query("UNWIND $rows AS row RETURN row.id AS id, row.n AS n", given)
    assert found.to_pylist() == [{"id": "a", "n": 1}, {"id": "b", "n": None}]


def test_nodes_and_edges_come_back_as_their_properties(store: GraphStore) -> None:
    add_lists(store, p="a")
    store.add_songs(songs_table("a", title=["A"], duration_ms=[5]))
    [found] = store.query("MATCH (p:Playlist)-[c:CONTAINS]->(s:Song) RETURN p, c, s").to_pylist()
    assert found == {
        "p": {"_label": "Playlist", "id": "p"},
        "c": {"_label": "CONTAINS", "position": 0, "times": 1},
        "s": {"_label": "Song", "duration_ms": 5, "id": "a", "title": "A"},
    }


def test_lists_and_maps_of_nodes_come_back(store: GraphStore) -> None:
    add_lists(store, p="ab")
    text = """
    MATCH (:Playlist)-[:CONTAINS]->(s:Song) WITH s ORDER BY s.id LIMIT 9
    RETURN collect(s) AS songs, {ids: collect(s.id)} AS map
    """
    songs = [{"_label": "Song", "id": "a"}, {"_label": "Song", "id": "b"}]
    assert store.query(text).to_pylist() == [{"songs": songs, "map": {"ids": ["a", "b"]}}]


def test_paths_come_back_as_nodes_and_edges(store: GraphStore) -> None:
    add_lists(store, p="a")
    text = "MATCH way = (:Playlist)-[:CONTAINS]->(:Song) RETURN way"
    [found] = store.query(text)["way"].to_pylist()
    assert [node["id"] for node in found["_nodes"]] == ["p", "a"]
    assert [edge["_label"] for edge in found["_rels"]] == ["CONTAINS"]


def test_a_vector_is_a_property_of_its_song(store: GraphStore) -> None:
    everything(store)
    [found] = store.query("MATCH (s:Song {id: 'a'}) RETURN s.`match` AS vector, s").to_pylist()
    exact = [float(np.float32(0.1)), 2.0]
    assert found["vector"] == found["s"]["match"] == exact


@pytest.mark.parametrize("text", WRITES)
def test_writing_is_refused_unless_asked_for(store: GraphStore, text: str) -> None:
    add_lists(store, p="ab")
    before = contents(store)
    with pytest.raises(InputError) as refused:
        store.query(text)
    assert "\n" not in str(refused.value)
    assert contents(store) == before


def test_after_a_refusal_the_store_still_works(store: GraphStore) -> None:
    for text in (*WRITES[:3], *NONSENSE[:5]):
        with pytest.raises(InputError):
            store.query(text)
    add_lists(store, p="ab")
    assert store.query("MATCH (s:Song) RETURN count(s) AS n").to_pylist() == [{"n": 2}]


def test_writing_that_is_asked_for_stays(
    store: GraphStore, reopen: Callable[[], GraphStore]
) -> None:
    add_lists(store, p="ab")
    text = "MATCH (s:Song {id: $id}) SET s.title = $title RETURN s.title AS title"
    found = store.query(text, {"id": "a", "title": "new"}, write=True)
    assert found.to_pylist() == [{"title": "new"}]
    nothing = store.query("CREATE (:Song {id: $id})", {"id": "z"}, write=True)
    assert (nothing.num_rows, nothing.num_columns) == (0, 0)
    assert reopen().songs()["title"].to_pylist() == ["new", None, None]


def test_a_write_that_fails_leaves_nothing(store: GraphStore) -> None:
    store.add_songs(songs_table("a"))
    text = "UNWIND ['x', 'y', 'a'] AS id CREATE (:Song {id: id})"
    with pytest.raises(InputError):
        store.query(text, write=True)
    assert store.songs()["id"].to_pylist() == ["a"]


@pytest.mark.parametrize("write", [False, True])
@pytest.mark.parametrize("text", NONSENSE)
def test_nonsense_is_refused_in_one_line(store: GraphStore, text: str, write: bool) -> None:
    with pytest.raises(InputError) as refused:
        store.query(text, write=write)
    assert str(refused.value).strip()
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("value", [object(), 2**63, {"x": 1j}])
def test_parameters_no_graph_can_hold_are_refused(store: GraphStore, value: object) -> None:
    with pytest.raises(InputError) as refused:
        store.query("RETURN $value AS value", {"value": value})
    assert "\n" not in str(refused.value)


def test_everything_is_there_after_opening_again(
    store: GraphStore, reopen: Callable[[], GraphStore]
) -> None:
    everything(store)
    before = contents(store)
    for _ in range(2):
        again = reopen()
        assert contents(again) == before
    everything(again)
    assert contents(again) == before


def test_what_was_dropped_stays_away(store: GraphStore, reopen: Callable[[], GraphStore]) -> None:
    everything(store)
    store.drop("partition", "leiden-playlists")
    store.drop("encoder", "match")
    store.drop("network", "playlists")
    store.write_encoder(encoder("match", 4))
    before = contents(store)
    again = reopen()
    assert contents(again) == before
    assert again.vectors("match").values.shape == (0, 4)


def test_a_store_can_be_closed_twice_and_is_no_use_then(store: GraphStore) -> None:
    store.add_songs(songs_table("a"))
    store.close()
    store.close()
    for use in (
        store.songs,
        store.counts,
        store.encoders,
        lambda: store.add_songs(songs_table("b")),
        lambda: store.query("RETURN 1 AS x"),
        lambda: store.query("CREATE (:Song {id: 'c'})", write=True),
    ):
        with pytest.raises(StoreError, match="closed"):
            use()


def test_with_closes_even_after_an_error(opener: Callable[[], GraphStore]) -> None:
    with pytest.raises(ZeroDivisionError), opener() as store:
        store.add_songs(songs_table("a"))
        raise ZeroDivisionError
    with pytest.raises(StoreError, match="closed"):
        store.counts()
    with opener() as again:
        assert again.counts().songs == 1


def test_a_store_says_which_engine_it_is(store: GraphStore) -> None:
    assert store.engine in {"ladybug", "neo4j"}
    assert store.uri.startswith({"ladybug": "ladybug:", "neo4j": "bolt://"}[store.engine])
