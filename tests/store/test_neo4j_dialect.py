"""Statements by the server's version: which is chosen, and that the server at hand knows it."""

from __future__ import annotations

import os
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from songnet.info import EncoderInfo
from songnet.model import Partition, SongNetwork, Vectors
from songnet.networks import nearest
from songnet.store import neo4j as engine
from songnet.store._neo4j_connection import version_of
from songnet.store._neo4j_dialect import nearest_by_index
from songnet.store.library import library
from songnet.store.neo4j import Neo4jStore

NOTES = "neo4j.notifications"


@pytest.mark.parametrize(
    ("agent", "by_search"),
    [
        ("Neo4j/5.26.30", False),
        ("Neo4j/2025.11.2", False),
        ("Neo4j/2026.01.0", False),
        ("Neo4j/2026.04.0", True),
        ("Neo4j/2026.08.1", True),
        ("Neo4j/2027.01.0", True),
    ],
)
def test_a_vector_index_is_asked_as_the_server_wants_it(agent: str, by_search: bool) -> None:
    version = version_of(agent)
    assert version is not None
    statement = nearest_by_index(version, "Acme_vectors_cae_12x15")
    assert ("SEARCH s IN (VECTOR INDEX `Acme_vectors_cae_12x15` " in statement) == by_search
    assert ("CALL db.index.vector.queryNodes($index, " in statement) != by_search


@pytest.mark.neo4j
def test_the_server_is_of_the_line_that_the_run_was_sent_to(neo4j_store: Neo4jStore) -> None:
    line = os.environ.get("SONGNET_NEO4J_LINE") or "5.26"
    assert neo4j_store.health().version.startswith(f"Neo4j/{line}.")


@pytest.mark.neo4j
def test_this_server_deprecates_nothing_that_it_is_told(
    neo4j_server: dict[str, str],
    neo4j_store: Neo4jStore,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A tour of the store and the whole library, with the server's notes let through."""
    import neo4j

    driver, quiet = neo4j.GraphDatabase.driver, {"notifications_min_severity"}

    def talkative(uri: str, **options: Any) -> Any:
        kept = {name: value for name, value in options.items() if name not in quiet}
        return driver(uri, **kept)

    monkeypatch.setattr(neo4j.GraphDatabase, "driver", talkative)
    with Neo4jStore(neo4j_server["NEO4J_URI"], environment=neo4j_server) as store:
        tour(store, monkeypatch)
        for query in library():
            if not query.gds:
                store.query(query.cypher, {one.name: one.default for one in query.parameters})
        store.query("MATCH (n:Song) WHERE id(n) = 0 RETURN n")
    notes = [record.getMessage() for record in caplog.records if record.name == NOTES]
    deprecated = [note for note in notes if "DEPRECATION" in note]
    assert len(deprecated) == 1, "the last, which shows that such notes arrive"
    assert "id" in deprecated[0]


def tour(store: Neo4jStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every verb that says something to the server."""
    ids = ["a", "b", "c"]
    lists = {"playlist": ["p"] * 3, "song": ids, "position": [0, 1, 2], "times": [1] * 3}
    together = {"playlists": [1, 1]}
    network = SongNetwork.from_edges(
        ids, [0, 1], [1, 2], name="playlists", kind="playlists", attributes=together
    )
    for _ in range(2):
        store.add_playlists(pa.table({"id": ["p"]}), pa.table({"id": ids}), pa.table(lists))
        store.write_network(network)
        store.write_encoder(EncoderInfo("tiny", "custom", "2", 2, "a", "2026-11-23"))
        vectors = Vectors.from_rows("tiny", ids, [[1, 0], [1, 1], [0, 1]])
        store.write_vectors(vectors)
        store.write_network(nearest(vectors, k=1))
        store.write_partition(
            Partition.from_labels(ids, [0, 0, 1], name="cut", algorithm="x", on="playlists")
        )
    for exact in (10, 0):
        monkeypatch.setattr(engine, "EXACT_SONGS", exact)
        assert store.nearest("tiny", np.array([1, 0], np.float32), 1)[0][0] == "a"
    assert [store.edges(name).num_rows for name in ("playlists", "sound-tiny")] == [2, 3]
    read: Any = (store.songs, store.playlists, store.membership_table, store.counts, store.health)
    for verb in (*read, store.networks, store.encoders, store.partitions, store.prepare):
        verb()
    for verb, name in (
        (store.vectors, "tiny"),
        (store.embedded, "tiny"),
        (store.partition, "cut"),
        (store.community_titles, "cut"),
    ):
        verb(name)
    store.drop("partition", "cut")
    store.drop("network", "playlists")
    store.drop("encoder", "tiny")


@pytest.mark.neo4j
@pytest.mark.parametrize("prefix", ["", "Acme"])
def test_this_server_answers_its_own_statement_without_a_word_of_warning(
    neo4j_server: dict[str, str],
    neo4j_store: Neo4jStore,
    monkeypatch: pytest.MonkeyPatch,
    prefix: str,
) -> None:
    """Beside it the nearest of all, computed here."""
    monkeypatch.setattr(engine, "EXACT_SONGS", 0)
    random = np.random.default_rng(0)
    ids = [f"song:{number:03d}" for number in range(300)]
    vectors = Vectors.from_rows("tiny", ids, random.normal(size=(300, 8)))
    sought = random.normal(size=8).astype(np.float32)
    with Neo4jStore(
        neo4j_server["NEO4J_URI"], environment=neo4j_server, label_prefix=prefix
    ) as store:
        store.add_songs(pa.table({"id": ids}))
        store.write_encoder(EncoderInfo("tiny", "custom", "8", 8, "a", "2026-11-23"))
        store.write_vectors(vectors)
        found = store.nearest("tiny", sought, 5)
        notes = complaints(neo4j_server, store, sought)
    lengths = np.linalg.norm(vectors.values, axis=1) * np.linalg.norm(sought)
    cosines = vectors.values @ sought / lengths
    best = np.argsort(-cosines)[:5]
    assert [song for song, _ in found] == [vectors.songs[place] for place in best]
    assert [cosine for _, cosine in found] == pytest.approx(cosines[best].tolist(), abs=1e-6)
    assert notes == []


def complaints(environment: dict[str, str], store: Neo4jStore, sought: Any) -> list[str]:
    """What the server has to say about the statement that it is given."""
    import neo4j

    index = "Acme_vectors_tiny" if store.label_prefix else "vectors_tiny"
    version = version_of(store.health().version)
    assert version is not None
    statement = nearest_by_index(version, index).replace(":Song", f":{store.label_prefix}Song")
    auth = (environment["NEO4J_USERNAME"], environment["NEO4J_PASSWORD"])
    given = {"index": index, "encoder": "tiny", "vector": sought.tolist(), "count": 5}
    with neo4j.GraphDatabase.driver(environment["NEO4J_URI"], auth=auth) as driver:
        result = driver.execute_query(statement, given)
    assert len(result.records) == 5
    told = result.summary.gql_status_objects
    return [status.status_description for status in told if status.is_notification]
