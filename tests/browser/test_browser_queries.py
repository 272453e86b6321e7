"""Every query that Neo4j Browser is given runs on a real server, and what should draw has nodes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from songnet.store.browser import PICTURES, favourites

pytestmark = pytest.mark.neo4j

GUIDE = Path(__file__).parents[2] / "docs" / "browser.md"
RUNNABLE = re.findall(r"^```cypher\n(.+?)^```", GUIDE.read_text("utf-8"), re.MULTILINE | re.DOTALL)
CYPHER = [text for text in RUNNABLE if not text.startswith(":")]


def pictures():
    return {name: text for name, text in favourites().items() if name.startswith(PICTURES)}


@pytest.mark.parametrize("name", pictures())
def test_pictures_hold_nodes_and_edges(driver, name):
    drawn, summary = driver.execute_query(
        pictures()[name], result_transformer_=lambda result: (result.graph(), result.consume())
    )
    assert len(drawn.nodes) >= 2
    assert len(drawn.relationships) >= 1
    assert {status.gql_status for status in summary.gql_status_objects} == {"00000"}


@pytest.mark.parametrize("text", CYPHER)
def test_the_guides_queries_run(driver, text):
    driver.execute_query(text)


def test_favourites_are_statements_that_the_server_understands(driver):
    for name, text in favourites().items():
        if "gds." not in text:  # a plugin that this server has not
            _, summary, keys = driver.execute_query(f"EXPLAIN {text}")
            assert keys, name
            assert summary.parameters == {}
