"""An empty store on each engine, and a way to open it again.

The third is on a server as well, with a label prefix, in a database that holds a graph of someone
else: that has to be the same at the end.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from library_cases import fill
from store_cases import ENGINES

from songnet.store import GraphStore, open_store

Opener: TypeAlias = Callable[[], GraphStore]
STRANGERS = """
CREATE (l:Playlist {id: 'p1', name: 'theirs'})-[:CONTAINS {position: 0, times: 1}]->
       (a:Song {id: 'a', title: 'theirs', tiny: [1.0]})
CREATE (a)-[:SHARES_PLAYLISTS {network: 'playlists', weight: 9.0}]->
       (b:Song {id: 'b'})-[:SOUNDS_LIKE {network: 'sound', rank: 1, similarity: 1.0}]->(a)
CREATE (a)-[:IN_COMMUNITY]->(:Community {id: 'x/0', partition: 'x', label: 0, title: 'theirs'})
       -[:PART_OF]->(:Partition {name: 'x'})-[:OF]->(:Network {name: 'playlists', kind: 'sound'})
CREATE (:Encoder {name: 'tiny', dimensions: 1})
"""
THEIRS = """
MATCH (n) WHERE none(label IN labels(n) WHERE label STARTS WITH 'Acme')
OPTIONAL MATCH (n)-[e]->(m)
RETURN labels(n) AS labels, properties(n) AS node, type(e) AS type, properties(e) AS edge,
       labels(m) AS ends
ORDER BY labels, coalesce(node.id, node.name), type
"""


@pytest.fixture(params=ENGINES)
def opener(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Opener]:
    """Opens the store of this test, which is empty at first."""
    with opener_of(request, tmp_path) as opener:
        yield opener


@pytest.fixture(scope="module", params=ENGINES)
def filled(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[GraphStore]:
    """The small graph of `library_cases`, for modules whose tests only read."""
    with opener_of(request, tmp_path_factory.mktemp("filled")) as opener, opener() as store:
        yield fill(store)


@contextmanager
def opener_of(request: pytest.FixtureRequest, folder: Path) -> Iterator[Opener]:
    """Opens the store of the engine asked for, which is empty at first."""
    if request.param == "ladybug":
        yield lambda: open_store(f"ladybug:{folder / 'new folder' / 'graph.lbug'}")
        return
    environment = request.getfixturevalue("neo4j_server")
    request.getfixturevalue("wipe_neo4j")()
    uri = environment["NEO4J_URI"]
    with pytest.MonkeyPatch.context() as patch:
        for name in ("NEO4J_USERNAME", "NEO4J_PASSWORD"):
            patch.setenv(name, environment[name])
        if request.param == "neo4j":
            yield lambda: open_store(uri)
            return
        with open_store(uri) as empty:
            empty.query(STRANGERS, write=True)
            empty.query("MATCH (s:SongnetStore) DELETE s", write=True)
        before = theirs(uri)
        yield lambda: open_store(uri, label_prefix="Acme")
        assert theirs(uri) == before


def theirs(uri: str) -> list[Any]:
    """What the other graph holds, read under a prefix that nothing has."""
    with open_store(uri, label_prefix="Nobody") as store:
        return store.query(THEIRS).to_pylist()


@pytest.fixture
def store(opener: Opener) -> Iterator[GraphStore]:
    """An empty store, open."""
    with opener() as opened:
        yield opened


@pytest.fixture
def reopen(opener: Opener, store: GraphStore) -> Iterator[Opener]:
    """Closes the store of this test and opens it again."""
    opened = [store]

    def again() -> GraphStore:
        opened[-1].close()
        opened.append(opener())
        return opened[-1]

    yield again
    opened[-1].close()
