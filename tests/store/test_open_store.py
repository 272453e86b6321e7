"""Which store a URI names."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from songnet.errors import InputError, StoreUnavailableError
from songnet.store import engine_of, open_store


@pytest.mark.parametrize(
    "uri", ["ladybug:x", "ladybug:/x/y.lbug", "graph.lbug", "/a b/ü.lbug", "./bolt", "C:/x", "a:b"]
)
def test_paths_are_embedded(uri: str) -> None:
    assert engine_of(uri) == "ladybug"


@pytest.mark.parametrize(
    "uri",
    ["bolt://localhost", "neo4j://h:7687", "bolt+s://h", "neo4j+s://h", "bolt+ssc://h", "BOLT://h"],
)
def test_servers_are_neo4j(uri: str) -> None:
    assert engine_of(uri) == "neo4j"


@pytest.mark.parametrize(
    "uri", ["http://h", "bolt+x://h", "sqlite://x", "ladybug://x", "ftp://me:secret@h/x"]
)
def test_other_schemes_are_refused_with_those_allowed(uri: str) -> None:
    for ask in (engine_of, open_store):
        with pytest.raises(InputError, match=r"ladybug:PATH.*bolt://.*neo4j\+s://") as refused:
            ask(uri)
        assert uri.partition("://")[0] in str(refused.value)
        assert "secret" not in str(refused.value)


@pytest.mark.parametrize("uri", ["", "  ", "ladybug:", "ladybug: ", "a\0b"])
def test_paths_that_are_none_are_refused(uri: str) -> None:
    for ask in (engine_of, open_store):
        with pytest.raises(InputError, match="path"):
            ask(uri)


@pytest.mark.parametrize(
    "uri", ["bolt://me:secret@127.0.0.1:1", "bolt://", "neo4j://me@h", "bolt://h:port"]
)
def test_addresses_that_are_none_are_refused_and_not_repeated(uri: str) -> None:
    with pytest.raises(InputError) as refused:
        open_store(uri)
    assert "secret" not in str(refused.value)


def test_a_path_opens_a_file(tmp_path: Path) -> None:
    for uri in (str(tmp_path / "a b" / "ü.lbug"), f"ladybug:{tmp_path}/a b/ü.lbug"):
        with open_store(uri) as store:
            assert store.engine == "ladybug"
            assert store.uri == f"ladybug:{tmp_path}/a b/ü.lbug"
            assert store.counts().songs == 0
    assert (tmp_path / "a b" / "ü.lbug").is_file()


def test_a_server_that_is_not_there_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEO4J_PASSWORD", "secret")
    with pytest.raises(StoreUnavailableError) as refused:
        open_store("bolt://127.0.0.1:1")
    assert "127.0.0.1:1" in str(refused.value)
    assert "\n" not in str(refused.value)
    assert "secret" not in str(refused.value)


def test_engines_are_imported_only_when_a_store_opens(tmp_path: Path) -> None:
    text = """
import sys
from songnet.store import engine_of, open_store
assert engine_of("bolt://h") == "neo4j" and engine_of("x") == "ladybug"
print([name for name in ("ladybug", "neo4j", "tensorflow") if name in sys.modules])
open_store(sys.argv[1]).close()
print([name for name in ("ladybug", "neo4j", "tensorflow") if name in sys.modules])
"""
    command = [sys.executable, "-c", text, str(tmp_path / "graph.lbug")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["[]", "['ladybug']"]
