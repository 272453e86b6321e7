"""`query` only reads unless it is told to write: the server's access mode sees to it.

What each statement is refused with is the server's word; that nothing changes is looked up: the
graph, the schema, the users, and the names that labels and properties have.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pytest

from songnet.errors import InputError
from songnet.store.neo4j import Neo4jStore

pytestmark = pytest.mark.neo4j

WRITES = [
    "CREATE (:Evil)",
    "MERGE (:Evil {a: 1})",
    "MATCH (n) SET n.evil = 1",
    "MATCH (n) SET n:Evil",
    "MATCH (n) REMOVE n.title",
    "MATCH (n) DETACH DELETE n",
    "FOREACH (i IN range(1, 3) | CREATE (:Evil))",
    "UNWIND [1, 2] AS i CALL (i) { CREATE (:Evil) } IN TRANSACTIONS",
    "UNWIND [1, 2] AS i CALL (i) { CREATE (:Evil) } IN CONCURRENT TRANSACTIONS",
    "CALL { CREATE (:Evil) RETURN 1 AS x } RETURN x",
    "CALL db.createLabel('Evil')",
    "CALL db.createProperty('evil')",
    "CALL db.createRelationshipType('EVIL')",
    "MATCH (n) CALL db.create.setNodeVectorProperty(n, 'evil', [1.0])",
    "LOAD CSV FROM 'file:///x.csv' AS row CREATE (:Evil)",
    "CREATE INDEX evil FOR (n:Evil) ON (n.x)",
    "CREATE INDEX evil IF NOT EXISTS FOR (n:Evil) ON (n.x)",
    "CREATE CONSTRAINT evil FOR (n:Evil) REQUIRE n.x IS UNIQUE",
    "DROP INDEX song_text IF EXISTS",
    "DROP CONSTRAINT song_id",
    "CREATE USER evil SET PASSWORD 'evil-password'",
    "CREATE OR REPLACE USER neo4j SET PASSWORD 'evil-password'",
    "ALTER USER neo4j SET PASSWORD 'evil-password' CHANGE NOT REQUIRED",
    "ALTER CURRENT USER SET PASSWORD FROM 'a' TO 'evil-password'",
    "RENAME USER neo4j TO evil",
    "DROP USER neo4j",
    "CREATE DATABASE evil",
    "DROP DATABASE neo4j",
    "STOP DATABASE neo4j",
    "GRANT ROLE admin TO evil",
    "PROFILE CREATE (:Evil)",
    "CYPHER 5 CREATE (:Evil)",
    "/* only reads */ CREATE (:Evil)",
]
NO_CYPHER = [
    "USE system CREATE USER evil SET PASSWORD 'evil-password'",
    ":use system",
    ":param evil => 1",
    "MATCH (n) RETURN n; CREATE (:Evil)",
    "RETURN 1; MATCH (n) DETACH DELETE n;",
]
PLANS = [
    "EXPLAIN CREATE (:Evil)",
    "EXPLAIN CREATE INDEX evil FOR (n:Evil) ON (n.x)",
    "EXPLAIN CREATE USER evil SET PASSWORD 'evil-password'",
]


@pytest.fixture
def everything(
    neo4j_server: dict[str, str], neo4j_store: Neo4jStore, graph_of: Callable[..., list[str]]
) -> Callable[[], Any]:
    """What there is to change on the server, which holds a song."""
    import neo4j

    neo4j_store.add_songs(pa.table({"id": ["a"], "title": ["yes"]}))
    auth = (neo4j_server["NEO4J_USERNAME"], neo4j_server["NEO4J_PASSWORD"])
    asked = {
        "SHOW INDEXES YIELD name, labelsOrTypes, properties": "neo4j",
        "SHOW CONSTRAINTS YIELD name, type, labelsOrTypes, properties": "neo4j",
        "CALL db.labels()": "neo4j",
        "CALL db.propertyKeys()": "neo4j",
        "CALL db.relationshipTypes()": "neo4j",
        "SHOW USERS": "system",
        "SHOW DATABASES YIELD name, currentStatus": "system",
    }

    def look() -> Any:
        with neo4j.GraphDatabase.driver(neo4j_server["NEO4J_URI"], auth=auth) as driver:
            there = [
                sorted(str(record.data()) for record in driver.execute_query(
                    text, database_=database
                ).records)
                for text, database in asked.items()
            ]  # fmt: skip
        return graph_of(neo4j_server), there

    return look


@pytest.mark.parametrize("texts", [WRITES], ids=["writes"])
def test_what_writes_is_refused_and_changes_nothing(
    neo4j_store: Neo4jStore, everything: Callable[[], Any], texts: list[str]
) -> None:
    before = everything()
    for text in texts:
        with pytest.raises(InputError, match="would write, and only reading was asked") as caught:
            neo4j_store.query(text)
        assert "add --write" in str(caught.value), text
        assert "\n" not in str(caught.value)
    assert everything() == before


def test_what_is_no_single_statement_is_refused_and_changes_nothing(
    neo4j_store: Neo4jStore, everything: Callable[[], Any]
) -> None:
    before = everything()
    for write in (False, True):
        for text in NO_CYPHER:
            with pytest.raises(InputError, match="refuses the query") as caught:
                neo4j_store.query(text, write=write)
            assert "\n" not in str(caught.value)
    assert everything() == before


def test_a_plan_is_shown_and_not_carried_out(
    neo4j_store: Neo4jStore, everything: Callable[[], Any]
) -> None:
    before = everything()
    for text in PLANS:
        assert neo4j_store.query(text).num_rows == 0
    assert everything() == before


def test_as_a_process(
    neo4j_server: dict[str, str],
    everything: Callable[[], Any],
    songnet_run: Callable[..., tuple[int, str, str]],
) -> None:
    before = everything()
    code, out, err = songnet_run(neo4j_server, "query", "MATCH (n) DETACH DELETE n")
    assert (code, out, err.count("\n")) == (1, "", 1)
    assert "--write" in err
    assert everything() == before
    assert songnet_run(neo4j_server, "query", "MATCH (n:Song) DELETE n", "--write")[0] == 0
    assert everything() != before
