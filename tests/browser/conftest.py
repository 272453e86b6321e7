"""A small graph on a real server, and one tab of the real Neo4j Browser on it."""

from __future__ import annotations

import sys
from pathlib import Path

import neo4j
import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "scripts"))
sys.path.insert(0, str(Path(__file__).parent))

import browser_graph as graph
from browser_page import BrowserPage


@pytest.fixture(scope="module")
def driver(neo4j_server):
    """A driver on a server that holds the graph of browser_graph, and nothing else."""
    auth = (neo4j_server["NEO4J_USERNAME"], neo4j_server["NEO4J_PASSWORD"])
    with neo4j.GraphDatabase.driver(neo4j_server["NEO4J_URI"], auth=auth) as driver:
        driver.execute_query("MATCH (n) DETACH DELETE n")
        graph.write(neo4j_server)
        yield driver
        driver.execute_query("MATCH (n) DETACH DELETE n")


@pytest.fixture(scope="module")
def tab(chromium, driver, neo4j_server):
    """Browser, logged in; when the tests are over it has complained of nothing."""
    tab = BrowserPage(chromium)
    tab.log_in(neo4j_server)
    tab.run(":config autoComplete: false")
    yield tab
    tab.close()
    assert tab.complaints == []
