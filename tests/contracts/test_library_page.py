"""docs/queries.md is what its script makes of the library; its examples are outputs of it."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest

from songnet.store import open_store
from songnet.store.library import library

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "scripts" / "write_query_docs.py"
AGAIN = "the page is not that of the library: run scripts/write_query_docs.py"


@pytest.fixture
def script():
    spec = importlib.util.spec_from_file_location("write_query_docs", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_is_that_of_the_library(script):
    text = script.PAGE.read_text("utf-8")
    examples = script.examples_of(text)
    assert script.page(library(), examples) == text, AGAIN
    assert set(examples) == {query.name for query in library()}


def test_each_example_has_the_columns_of_its_query(script):
    examples = script.examples_of(script.PAGE.read_text("utf-8"))
    for query in library():
        head, *rows = examples[query.name].splitlines()
        assert tuple(head.split()) == query.columns
        assert rows[-1].endswith(" rows")
        assert len(rows) <= script.ROWS + 1


def test_the_page_is_written_anew_and_keeps_what_no_store_can_tell(script, tmp_path, monkeypatch):
    before = script.PAGE.read_text("utf-8")
    page = tmp_path / "queries.md"
    page.write_text(before.replace("## `path`", "## `lost`"), "utf-8")
    monkeypatch.setattr(script, "PAGE", page)
    uri = f"ladybug:{tmp_path / 'graph.lbug'}"
    open_store(uri).close()
    monkeypatch.setattr(sys, "argv", ["write_query_docs.py", "--store", uri])
    script.main()
    old, new = script.examples_of(before), script.examples_of(page.read_text("utf-8"))
    assert new["gds-leiden"] == old["gds-leiden"]
    assert new["path"] == ""
    assert new["popular-songs"].split() == ["song", "title", "artist", "playlists", "0", "rows"]
