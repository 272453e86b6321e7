"""What is Neo4j's own: constraints, indexes, access modes, credentials, errors, transactions.

What every engine must do is in tests/contracts/test_store.py.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from songnet.errors import (
    BadNameError,
    ForeignGraphError,
    InputError,
    OldSchemaError,
    StoreError,
    StoreLockedError,
    StoreUnavailableError,
)
from songnet.info import EncoderInfo
from songnet.model import Partition, SongNetwork, Vectors
from songnet.store import _neo4j_connection, _neo4j_steps
from songnet.store import neo4j as engine
from songnet.store._cypher import statements
from songnet.store.neo4j import Neo4jStore

pytestmark = pytest.mark.neo4j

IDS = [f"song:{number:02d}" for number in range(12)]


@pytest.fixture
def admin(neo4j_server: dict[str, str]) -> Iterator[Callable[..., list[dict[str, Any]]]]:
    """Run Cypher behind the store's back."""
    import neo4j

    auth = (neo4j_server["NEO4J_USERNAME"], neo4j_server["NEO4J_PASSWORD"])
    with neo4j.GraphDatabase.driver(neo4j_server["NEO4J_URI"], auth=auth) as driver:
        yield lambda text, **parameters: [
            record.data() for record in driver.execute_query(text, parameters).records
        ]


def ring(name: str = "playlists", *, size: int = 12) -> SongNetwork:
    """Songs in a circle, each edge with its own weight."""
    sources = np.arange(size)
    return SongNetwork.from_edges(
        IDS[:size],
        sources,
        (sources + 1) % size,
        sources + 1.0,
        name=name,
        kind="playlists",
        attributes={"playlists": np.arange(size) + 1},
    )


def halves(name: str = "halves", *, on: str = "playlists") -> Partition:
    """The first seven songs and the others."""
    labels = [int(number >= 7) for number in range(12)]
    return Partition.from_labels(IDS, labels, name=name, algorithm="leiden", on=on, seed=0)


def encoder(dimensions: int = 3, fingerprint: str = "a") -> EncoderInfo:
    return EncoderInfo("cae_12x15", "cae", "12x15", dimensions, fingerprint, "2026-11-22")


def graph(admin: Callable[..., Any]) -> Any:
    """Everything in the database, as comparable rows."""
    nodes = admin(
        "MATCH (n) WITH labels(n) AS labels, properties(n) AS properties "
        "RETURN labels, properties ORDER BY labels, coalesce(properties.id, properties.name, '')"
    )
    edges = admin(
        "MATCH (a)-[e]->(b) RETURN coalesce(a.id, a.name) AS a, type(e) AS type, "
        "coalesce(b.id, b.name) AS b, properties(e) AS properties ORDER BY a, type, b"
    )
    return nodes, edges


# --- schema -----------------------------------------------------------------------------------


def test_constraints_and_full_text_index_are_there_after_the_first_write(
    neo4j_server: dict[str, str], neo4j_store: Neo4jStore, admin: Callable[..., Any]
) -> None:
    for row in admin("SHOW CONSTRAINTS YIELD name"):
        admin(f"DROP CONSTRAINT `{row['name']}`")
    admin("DROP INDEX song_text IF EXISTS")

    neo4j_store.add_songs(pa.table({"id": ["a"], "title": ["Love will"], "artist": ["Joy"]}))

    constraints = admin("SHOW CONSTRAINTS YIELD labelsOrTypes AS on, properties, type")
    assert {(row["on"][0], row["properties"][0]) for row in constraints} == {
        ("Song", "id"),
        ("Playlist", "id"),
        ("Network", "name"),
        ("Encoder", "name"),
        ("Partition", "name"),
        ("Community", "id"),
        ("SongnetStore", "schema"),
    }
    # Cypher 5 and Cypher 25 name the type differently.
    kinds = {row["type"] for row in constraints}
    assert kinds in ({"UNIQUENESS"}, {"NODE_PROPERTY_UNIQUENESS"})
    admin("CALL db.awaitIndexes(60)")
    found = admin("CALL db.index.fulltext.queryNodes('song_text', 'joy') YIELD node RETURN node.id")
    assert found == [{"node.id": "a"}]


def test_opening_an_empty_database_writes_nothing(
    neo4j_server: dict[str, str], neo4j_store: Neo4jStore, admin: Callable[..., Any]
) -> None:
    assert neo4j_store.songs().num_rows == 0
    assert neo4j_store.membership_table().num_rows == 0
    assert neo4j_store.partitions() == []
    assert admin("MATCH (n) RETURN count(n) AS n") == [{"n": 0}]


def test_an_encoder_gets_a_vector_index_that_is_not_quantized(
    neo4j_store: Neo4jStore, admin: Callable[..., Any]
) -> None:
    neo4j_store.write_encoder(encoder())
    [index] = admin("SHOW VECTOR INDEXES YIELD properties, state, options RETURN *")
    assert (index["properties"], index["state"]) == (["cae_12x15"], "ONLINE")
    configuration = index["options"]["indexConfig"]
    assert configuration["vector.dimensions"] == 3
    # 5.26 says it by the first, 2026 by the second.
    assert not configuration.get("vector.quantization.enabled", False)
    assert configuration.get("vector.quantization.type", "NONE") == "NONE"
    assert {"vector.quantization.enabled", "vector.quantization.type"} & configuration.keys()
    assert configuration["vector.similarity_function"] == "COSINE"

    neo4j_store.drop("encoder", "cae_12x15")
    assert admin("SHOW VECTOR INDEXES YIELD name") == []


def test_another_model_under_the_same_name_takes_the_old_vectors_and_index_away(
    neo4j_store: Neo4jStore, admin: Callable[..., Any]
) -> None:
    neo4j_store.add_songs(pa.table({"id": IDS}))
    neo4j_store.write_encoder(encoder(3))
    neo4j_store.write_vectors(Vectors.from_rows("cae_12x15", IDS, np.ones((12, 3))))
    neo4j_store.write_encoder(encoder(5, fingerprint="b"))
    assert len(neo4j_store.vectors("cae_12x15").songs) == 0
    [index] = admin("SHOW VECTOR INDEXES YIELD options RETURN *")
    assert index["options"]["indexConfig"]["vector.dimensions"] == 5


@pytest.mark.parametrize(
    ("dimensions", "fingerprint"),
    [(3, "a"), (3, "b"), (4, "b"), (None, "")],
    ids=["again", "retrained", "wider", "dropped"],
)
def test_an_encoder_is_never_without_its_index(
    neo4j_store: Neo4jStore,
    monkeypatch: pytest.MonkeyPatch,
    dimensions: int | None,
    fingerprint: str,
) -> None:
    """Whatever ends a write between two transactions finds the graph in order."""

    def writing() -> None:
        if dimensions is None:
            with suppress(BadNameError):  # it went, and only its index is left
                neo4j_store.drop("encoder", "cae_12x15")
        else:
            neo4j_store.write_encoder(encoder(dimensions, fingerprint))

    neo4j_store.add_songs(pa.table({"id": IDS}))
    transact = _neo4j_connection.Server.session
    neo4j_store.write_encoder(encoder())
    neo4j_store.write_vectors(Vectors.from_rows("cae_12x15", IDS, np.eye(12, 3, dtype=np.float32)))

    def cut(*given: Any, write: bool = False, **named: Any) -> Any:
        if write:
            left[0] -= 1
            if not left[0]:
                raise StoreUnavailableError("cut")
        return transact(*given, write=write, **named)

    for after in range(1, 9):
        left = [after]
        with monkeypatch.context() as patch:
            patch.setattr(_neo4j_connection.Server, "session", cut)
            try:
                writing()
            except StoreUnavailableError:
                assert neo4j_store.health().findings == ()
                continue
        break
    assert left[0] > 0
    assert neo4j_store.health().findings == ()


def test_statements_are_read_without_comments() -> None:
    listed = statements("neo4j")
    assert len(listed) == 9
    assert all(text.startswith("CREATE ") and "IF NOT EXISTS" in text for text in listed)
    assert not any("//" in text or ";" in text for text in listed)


def test_a_graph_of_the_schema_before_is_refused_until_it_is_migrated(
    neo4j_server: dict[str, str], neo4j_store: Neo4jStore, admin: Callable[..., Any]
) -> None:
    neo4j_store.add_songs(pa.table({"id": IDS}))
    admin("DROP INDEX community_partition")
    admin("MATCH (s:SongnetStore) SET s.schema = 1")
    uri = neo4j_server["NEO4J_URI"]
    before = admin("MATCH (s:Song) RETURN properties(s) AS s ORDER BY s.id")
    with pytest.raises(OldSchemaError, match="has songnet schema 1, .*'songnet store migrate'"):
        Neo4jStore(uri, environment=neo4j_server)
    assert engine.migrate(uri, environment=neo4j_server) == (1, 2)
    assert engine.migrate(uri, environment=neo4j_server) == (2, 2)
    with Neo4jStore(uri, environment=neo4j_server) as store:
        assert store.health().findings == ()
    assert admin("MATCH (s:Song) RETURN properties(s) AS s ORDER BY s.id") == before
    assert admin("MATCH (s:SongnetStore) RETURN s.schema AS s") == [{"s": 2}]


def test_an_empty_database_and_one_of_others_are_not_migrated(
    neo4j_server: dict[str, str], neo4j_store: Neo4jStore, admin: Callable[..., Any]
) -> None:
    uri = neo4j_server["NEO4J_URI"]
    with pytest.raises(ForeignGraphError, match="no songnet graph .*'songnet store init'"):
        engine.migrate(uri, environment=neo4j_server)
    admin("CREATE (:Song {id: 'theirs'})")
    with pytest.raises(ForeignGraphError, match="--label-prefix"):
        engine.migrate(uri, environment=neo4j_server)
    assert admin("MATCH (s:SongnetStore) RETURN s") == []


def test_nodes_from_an_import_get_their_indexes_at_the_first_write(
    neo4j_server: dict[str, str], neo4j_store: Neo4jStore, admin: Callable[..., Any]
) -> None:
    admin("DROP CONSTRAINT song_id IF EXISTS")
    admin("CREATE (:SongnetStore {schema: 2, indexes: false}), (:Song {id: 'a'})")
    with Neo4jStore(neo4j_server["NEO4J_URI"], environment=neo4j_server) as store:
        (finding,) = store.health().findings
        assert re.match("missing constraints or indexes: song_id: .*'songnet store init'", finding)
        store.add_songs(pa.table({"id": ["a", "b"]}))
        assert store.health().findings == ()
        assert store.counts().songs == 2
    assert admin("MATCH (s:SongnetStore) RETURN properties(s) AS s") == [{"s": {"schema": 2}}]


def test_what_is_amiss_is_found(
    neo4j_server: dict[str, str], neo4j_store: Neo4jStore, admin: Callable[..., Any]
) -> None:
    empty = neo4j_store.health()
    assert (empty.schema, empty.findings) == (None, ())
    neo4j_store.add_songs(pa.table({"id": IDS}))
    neo4j_store.write_encoder(encoder())
    well = neo4j_store.health()
    assert well.version.startswith("Neo4j/")
    assert well.indexes["vectors_cae_12x15"] == "ONLINE"
    assert (well.schema, well.findings) == (2, ())
    admin("DROP INDEX vectors_cae_12x15")
    admin("CREATE (:Network {name: 'half', unfinished: true})")
    assert neo4j_store.health().findings == (
        "missing constraints or indexes: vectors_cae_12x15: run 'songnet store init'",
        "network half was never written whole: make it again, or drop it",
    )
    neo4j_store.prepare()
    assert len(neo4j_store.health().findings) == 1


# --- what is not ours ---------------------------------------------------------------------------


@pytest.mark.parametrize("label", ["Song", "Playlist"])
def test_a_graph_that_is_not_ours_is_refused_and_left_alone(
    neo4j_server: dict[str, str],
    neo4j_store: Neo4jStore,
    admin: Callable[..., Any],
    label: str,
) -> None:
    admin(f"CREATE (:{label} {{name: 'theirs'}})")
    before = graph(admin)
    with pytest.raises(ForeignGraphError, match="--label-prefix .*empty database .*another server"):
        Neo4jStore(neo4j_server["NEO4J_URI"], environment=neo4j_server)
    assert graph(admin) == before


def test_another_schema_version_is_refused(
    neo4j_server: dict[str, str], neo4j_store: Neo4jStore, admin: Callable[..., Any]
) -> None:
    admin("CREATE (:SongnetStore {schema: 999})")
    with pytest.raises(ForeignGraphError, match=r"schema 999.*works with 2"):
        Neo4jStore(neo4j_server["NEO4J_URI"], environment=neo4j_server)


def test_values_of_another_type_are_named(
    neo4j_store: Neo4jStore, admin: Callable[..., Any]
) -> None:
    neo4j_store.add_songs(pa.table({"id": ["a"]}))
    admin("MATCH (s:Song) SET s.duration_ms = 'long'")
    with pytest.raises(StoreError, match="'duration_ms' is not int64"):
        neo4j_store.songs()


# --- reading and writing ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "CREATE (:X)",
        "MATCH (s:Song) SET s.title = 'no'",
        "MATCH (s:Song) DETACH DELETE s",
        "CREATE INDEX x IF NOT EXISTS FOR (n:X) ON (n.x)",
        "MATCH (s:Song) CALL (s) { SET s.title = 'no' } IN TRANSACTIONS",
    ],
)
def test_a_query_that_writes_is_refused_unless_asked_for(
    neo4j_store: Neo4jStore, admin: Callable[..., Any], text: str
) -> None:
    neo4j_store.add_songs(pa.table({"id": ["a"], "title": ["yes"]}))
    before = graph(admin)
    with pytest.raises(InputError, match="--write"):
        neo4j_store.query(text)
    assert graph(admin) == before


def test_a_query_may_write_when_asked_for(neo4j_store: Neo4jStore) -> None:
    neo4j_store.add_songs(pa.table({"id": IDS}))
    neo4j_store.query(
        "MATCH (s:Song) CALL (s) { SET s.label = $label } IN TRANSACTIONS OF 5 ROWS",
        {"label": "yes"},
        write=True,
    )
    assert neo4j_store.songs()["label"].to_pylist() == ["yes"] * 12


def test_values_of_every_kind_come_back_plain(neo4j_store: Neo4jStore) -> None:
    answer = neo4j_store.query(
        """
        UNWIND [1, 'one', null] AS mixed
        RETURN mixed, date('2026-11-22') AS day, duration('P1DT2H') AS span,
               point({x: 1, y: 2}) AS place, {deep: [1, {er: true}]} AS map, [] AS nothing,
               $bytes AS bytes
        """,
        {"bytes": b"\x00\xff"},
    )
    first = answer.to_pylist()[0]
    assert answer["mixed"].to_pylist()[:2] == ["1", '"one"']
    assert first["day"] == "2026-11-22"
    assert first["span"] == "P1DT2H"
    assert first["place"] == "CartesianPoint(1.0, 2.0)"
    assert first["map"] == '{"deep": [1, {"er": true}]}'
    assert first["nothing"] == []
    assert first["bytes"] == "AP8="


def test_paths_come_back_as_dictionaries(neo4j_store: Neo4jStore) -> None:
    neo4j_store.query("CREATE (:A {x: 1})-[:R {w: 2.5}]->(:B:C {x: 2})", write=True)
    [row] = neo4j_store.query("MATCH p = (:A)-[:R]->(:B) RETURN p").to_pylist()
    assert row["p"] == {
        "_nodes": [{"_label": "A", "x": 1}, {"_label": "B:C", "x": 2}],
        "_rels": [{"_label": "R", "w": 2.5}],
    }


@pytest.mark.parametrize(
    ("text", "parameters", "said"),
    [
        ("RETURN (", {}, "refuses the query: Invalid input"),
        ("  ", {}, "empty"),
        ("RETURN $missing", {}, "missing"),
        ("RETURN 1 / 0", {}, "by zero"),
        ("RETURN $x", {"x": 2**64}, "64 bits"),
        ("RETURN $x", {"x": object()}, "cannot travel"),
    ],
)
def test_a_bad_query_is_one_line(
    neo4j_store: Neo4jStore, text: str, parameters: Mapping[str, Any], said: str
) -> None:
    with pytest.raises(InputError, match=said) as caught:
        neo4j_store.query(text, parameters)
    assert "\n" not in str(caught.value)


def test_an_answer_longer_than_one_fetch_is_whole(neo4j_store: Neo4jStore) -> None:
    count = 2 * _neo4j_connection.FETCH + 1
    answer = neo4j_store.query("UNWIND range(1, $n) AS i RETURN i", {"n": count})
    assert answer["i"].to_pylist() == list(range(1, count + 1))


def test_more_rows_than_one_batch_are_all_written(
    neo4j_store: Neo4jStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_neo4j_steps, "BATCH", 5)
    monkeypatch.setattr(_neo4j_steps, "NUMBERS_PER_BATCH", 6)
    neo4j_store.add_songs(pa.table({"id": IDS}))
    neo4j_store.write_encoder(encoder())
    given = Vectors.from_rows("cae_12x15", IDS, np.arange(36).reshape(12, 3))
    neo4j_store.write_vectors(given)
    assert neo4j_store.vectors("cae_12x15").fingerprint == given.fingerprint


def test_blocks_share_a_transaction_as_far_as_one_bears_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(_neo4j_steps, "WHOLE", 6)
    monkeypatch.setattr(_neo4j_steps, "NUMBERS_PER_ROW", 1)
    sizes = [1, 0, 1, 1, 3, 1, 2]
    blocks = [Vectors.from_rows("cae_12x15", IDS[:size], np.ones((size, 3))) for size in sizes]
    groups = _neo4j_steps.vector_groups(iter(blocks))
    assert [[len(block.songs) for block in group] for group in groups] == [
        [1, 0, 1],
        [1],
        [3],
        [1],
        [2],
    ]


def test_blocks_of_many_vectors_go_in_one_transaction_after_the_other(
    neo4j_store: Neo4jStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_neo4j_steps, "WHOLE", 6)
    monkeypatch.setattr(_neo4j_steps, "NUMBERS_PER_ROW", 1)
    neo4j_store.add_songs(pa.table({"id": IDS}))
    neo4j_store.write_encoder(encoder())
    whole = Vectors.from_rows("cae_12x15", IDS, np.arange(36).reshape(12, 3))
    blocks = [Vectors("cae_12x15", whole.songs[n : n + 2], whole.values[n : n + 2])
              for n in range(0, 12, 2)]  # fmt: skip
    unknown = Vectors.from_rows("cae_12x15", ["nobody"], np.ones((1, 3)))
    with pytest.raises(InputError, match="'nobody'"):
        neo4j_store.write_vectors([*blocks[:2], unknown])
    assert neo4j_store.embedded("cae_12x15").tolist() == IDS[:4]
    neo4j_store.write_vectors(iter(blocks))
    assert neo4j_store.vectors("cae_12x15").fingerprint == whole.fingerprint


# --- transactions -------------------------------------------------------------------------------


class CutError(Exception):
    """The process ends here."""


def cut_after(monkeypatch: pytest.MonkeyPatch, count: int) -> None:
    """Let the `count`-th statement of a write be the last."""
    run, done = _neo4j_steps.run, [0]

    def counted(transaction: Any, step: _neo4j_steps.Step) -> bool:
        if done[0] == count:
            raise CutError
        done[0] += 1
        return run(transaction, step)

    monkeypatch.setattr(_neo4j_steps, "run", counted)


@pytest.mark.parametrize("after", range(1, 6))
def test_playlists_are_written_whole_or_not_at_all(
    neo4j_store: Neo4jStore,
    admin: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
    after: int,
) -> None:
    def tables(shift: int) -> tuple[pa.Table, pa.Table, pa.Table]:
        songs = IDS[shift : shift + 6]
        return (
            pa.table({"id": ["p"], "name": [f"list {shift}"]}),
            pa.table({"id": songs}),
            pa.table(
                {"playlist": ["p"] * 6, "song": songs, "position": range(6), "times": [1] * 6}
            ),
        )

    neo4j_store.add_playlists(*tables(0))
    before = graph(admin)
    with monkeypatch.context() as patch:
        patch.setattr(_neo4j_steps, "BATCH", 3)
        cut_after(patch, min(after, 4))
        with pytest.raises(CutError):
            neo4j_store.add_playlists(*tables(6))
    assert graph(admin) == before
    neo4j_store.add_playlists(*tables(6))
    assert neo4j_store.membership_table()["song"].to_pylist() == IDS[6:]


def test_loading_again_writes_only_the_difference(
    neo4j_store: Neo4jStore, admin: Callable[..., Any]
) -> None:
    def load(songs: str, places: list[int]) -> dict[str, str]:
        neo4j_store.add_playlists(
            pa.table({"id": ["p"]}),
            pa.table({"id": list(songs)}),
            pa.table(
                {
                    "playlist": ["p"] * len(songs),
                    "song": list(songs),
                    "position": places,
                    "times": [1] * len(songs),
                }
            ),
        )
        held = admin("MATCH ()-[c:CONTAINS]->(s) RETURN s.id AS song, elementId(c) AS edge")
        return {row["song"]: row["edge"] for row in held}

    first = load("abc", [0, 1, 2])
    assert load("abc", [0, 1, 2]) == first
    second = load("acd", [0, 1, 2])
    assert (second["a"], set(second)) == (first["a"], {"a", "c", "d"})
    assert neo4j_store.membership_table()["position"].to_pylist() == [0, 1, 2]


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Writes of more than four rows in transactions of one step of three rows."""
    monkeypatch.setattr(_neo4j_steps, "WHOLE", 4)
    monkeypatch.setattr(_neo4j_steps, "BATCH", 3)
    monkeypatch.setattr(_neo4j_steps, "STEPS_PER_TRANSACTION", 1)
    return monkeypatch


def test_in_parts_or_at_once_makes_the_same_graph(
    neo4j_store: Neo4jStore, admin: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def write_all() -> Any:
        neo4j_store.write_network(ring(), "now")
        neo4j_store.write_partition(halves(), "now")
        return graph(admin)

    neo4j_store.add_songs(pa.table({"id": IDS}))
    at_once = write_all()
    monkeypatch.setattr(_neo4j_steps, "WHOLE", 4)
    monkeypatch.setattr(_neo4j_steps, "BATCH", 3)
    monkeypatch.setattr(_neo4j_steps, "STEPS_PER_TRANSACTION", 2)
    assert write_all() == at_once
    neo4j_store.drop("partition", "halves")
    neo4j_store.drop("network", "playlists")
    assert graph(admin)[1] == []
    assert write_all() == at_once


@pytest.mark.parametrize("after", range(1, 9))
def test_a_large_network_cut_short_is_not_there_until_it_is_written_again(
    neo4j_store: Neo4jStore,
    admin: Callable[..., Any],
    small_parts: pytest.MonkeyPatch,
    after: int,
) -> None:
    neo4j_store.add_songs(pa.table({"id": IDS}))
    neo4j_store.write_network(ring(), "now")
    whole = graph(admin)
    with small_parts.context() as patch:
        cut_after(patch, min(after, 6))
        with pytest.raises(CutError):
            neo4j_store.write_network(ring(), "now")
    assert neo4j_store.networks() == []
    neo4j_store.write_network(ring(), "now")
    assert graph(admin) == whole


def test_a_large_partition_cut_short_can_be_dropped(
    neo4j_store: Neo4jStore, admin: Callable[..., Any], small_parts: pytest.MonkeyPatch
) -> None:
    neo4j_store.add_songs(pa.table({"id": IDS}))
    before = graph(admin)
    with small_parts.context() as patch:
        cut_after(patch, 5)
        with pytest.raises(CutError):
            neo4j_store.write_partition(halves(), "now")
    assert neo4j_store.partitions() == []
    neo4j_store.drop("partition", "halves")
    assert graph(admin) == before


class FullServer:
    """A transaction on a server whose memory is used up."""

    def __init__(self) -> None:
        self.asked = 0

    def run(self, *_: Any) -> Any:
        from neo4j.exceptions import Neo4jError

        self.asked += 1
        raise Neo4jError._basic_hydrate(
            neo4j_code="Neo.TransientError.General.MemoryPoolOutOfMemoryError",
            message="The allocation of an extra 2.0 MiB would use more than the limit 716.8 MiB.",
        )


def test_a_server_short_of_memory_is_said_without_trying_again() -> None:
    full = FullServer()
    with pytest.raises(StoreError, match="server.memory.heap.max_size"):
        _neo4j_steps.run_all(full, [_neo4j_steps.Step("RETURN 1", {})])
    assert full.asked == 1
    with (
        pytest.raises(StoreError, match="ran out of memory: The allocation.*heap.max_size"),
        _neo4j_connection.clear_errors("bolt://host"),
    ):
        full.run()


# --- nearest ------------------------------------------------------------------------------------


@pytest.mark.parametrize("exact_songs", [0, 10_000])
def test_nearest_is_exact_by_index_and_by_scan(
    neo4j_store: Neo4jStore, monkeypatch: pytest.MonkeyPatch, exact_songs: int
) -> None:
    monkeypatch.setattr(engine, "EXACT_SONGS", exact_songs)
    values = np.random.default_rng(3).normal(size=(12, 3)).astype(np.float32)
    values[5] = 0
    values[8] = values[2] * 4
    neo4j_store.add_songs(pa.table({"id": IDS}))
    neo4j_store.write_encoder(encoder())
    neo4j_store.write_vectors(Vectors.from_rows("cae_12x15", IDS, values))
    wide = values.astype(float)
    cosine = wide @ wide[2] / np.maximum(np.linalg.norm(wide, axis=1), 1e-9)
    cosine /= np.linalg.norm(wide[2])
    order = [n for n in np.argsort(-np.round(cosine, 9), kind="stable") if n != 5]

    found = neo4j_store.nearest("cae_12x15", values[2], 6)

    assert [song for song, _ in found] == [IDS[n] for n in order[:6]]
    assert [song for song, _ in found][:2] == [IDS[2], IDS[8]]
    np.testing.assert_allclose([score for _, score in found], cosine[order[:6]], atol=1e-12)
    assert len(neo4j_store.nearest("cae_12x15", values[2], 50)) == 11


# --- reaching the server ------------------------------------------------------------------------

SECRET = "correct-horse-battery"


@pytest.mark.parametrize(
    "uri",
    [
        f"bolt://neo4j:{SECRET}@127.0.0.1:7687",
        f"neo4j+s://{SECRET}@host",
        f"bolt://127.0.0.1:7687/?password={SECRET}",
        f"bolt://127.0.0.1:7687#{SECRET}",
        f"bolt://neo4j:{SECRET}@127.0.0.1:port",
    ],
)
def test_a_password_in_the_uri_is_refused_and_not_repeated(uri: str) -> None:
    with pytest.raises(InputError) as caught:
        Neo4jStore(uri, environment={})
    assert SECRET not in str(caught.value)
    assert "bolt://HOST:PORT" in str(caught.value)


@pytest.mark.parametrize(
    "uri", ["http://127.0.0.1", "bolt+x://127.0.0.1", "bolt://", "bolt://[::1", "bolt://a/db", ""]
)
def test_a_uri_of_another_kind_is_refused(uri: str) -> None:
    with pytest.raises(InputError, match=r"give bolt://HOST:PORT"):
        Neo4jStore(uri, environment={})


@pytest.mark.parametrize("scheme", ["bolt", "neo4j", "bolt+s", "neo4j+s", "bolt+ssc", "neo4j+ssc"])
def test_an_absent_server_is_one_line(scheme: str) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(
        StoreUnavailableError, match=re.escape(f"{scheme}://127.0.0.1:{port}")
    ) as caught:
        Neo4jStore(f"{scheme}://127.0.0.1:{port}", environment={"NEO4J_PASSWORD": SECRET})
    assert "\n" not in str(caught.value)
    assert SECRET not in str(caught.value)


def test_a_server_that_accepts_and_is_silent_does_not_hang(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(_neo4j_connection, "CONNECT_SECONDS", 0.3)
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        uri = f"bolt://127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(StoreUnavailableError, match="no answer"):
            Neo4jStore(uri, environment={"NEO4J_PASSWORD": SECRET})


def test_the_neo4j_scheme_works_and_sees_its_own_writes(
    neo4j_server: dict[str, str], neo4j_store: Neo4jStore
) -> None:
    routed = neo4j_server["NEO4J_URI"].replace("bolt://", "neo4j://")
    environment = neo4j_server | {"NEO4J_DATABASE": "neo4j"}
    with Neo4jStore(routed, environment=environment) as store:
        store.add_songs(pa.table({"id": IDS}))
        assert store.counts().songs == 12
    assert neo4j_store.counts().songs == 12


def test_an_older_server_is_refused() -> None:
    with pytest.raises(StoreUnavailableError, match="5.26 or newer"):
        _neo4j_connection._check_version("bolt://host", "Neo4j/5.9.0")
    for agent in ("Neo4j/5.26.30", "Neo4j/2026.08.1", "Memgraph/3"):
        _neo4j_connection._check_version("bolt://host", agent)


def test_a_closed_store_says_so_and_closes_again(
    neo4j_server: dict[str, str], neo4j_store: Neo4jStore
) -> None:
    neo4j_store.close()
    neo4j_store.close()
    with pytest.raises(StoreUnavailableError, match="closed"):
        neo4j_store.counts()


def test_a_deadlock_that_lasts_is_said_to_be_another_writer() -> None:
    from neo4j.exceptions import Neo4jError

    error = Neo4jError._basic_hydrate(
        neo4j_code="Neo.TransientError.Transaction.DeadlockDetected", message="deadlock\nhere"
    )
    with (
        pytest.raises(StoreLockedError, match="someone else is writing"),
        _neo4j_connection.clear_errors("bolt://host"),
    ):
        raise error
