"""An empty store on each engine, and a way to open it again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeAlias

import pytest

from songnet.store import GraphStore, open_store

Opener: TypeAlias = Callable[[], GraphStore]
ENGINES = ["ladybug", pytest.param("neo4j", marks=pytest.mark.neo4j)]


@pytest.fixture(params=ENGINES)
def opener(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Opener:
    """Opens the store of this test, which is empty at first."""
    if request.param == "ladybug":
        return lambda: open_store(f"ladybug:{tmp_path / 'new folder' / 'graph.lbug'}")
    request.getfixturevalue("neo4j_store")
    environment = request.getfixturevalue("neo4j_server")
    for name in ("NEO4J_USERNAME", "NEO4J_PASSWORD"):
        monkeypatch.setenv(name, environment[name])
    return lambda: open_store(environment["NEO4J_URI"])


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
