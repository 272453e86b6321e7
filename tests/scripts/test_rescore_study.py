"""The page on the original study is what its script makes, and says what is known of the tables."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from songnet.agreement import contingency, scores
from songnet.demo.original_study import AUTOENCODERS, TABLES

ROOT = Path(__file__).parent.parent.parent
SCRIPT = ROOT / "scripts" / "rescore_study.py"


@pytest.fixture(scope="module")
def script():
    spec = importlib.util.spec_from_file_location("rescore_study", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_is_the_scripts(script, tmp_path, monkeypatch):
    monkeypatch.setattr("sys.argv", ["rescore_study.py", str(tmp_path / "page.md")])
    script.main()
    written = (tmp_path / "page.md").read_text("utf-8")
    assert written == (ROOT / "docs" / "what-the-study-missed.md").read_text("utf-8")
    assert "| 48x81, 4 clusters x 11 communities | 20% | 0.1195" in written


def test_the_tables_are_the_studys():
    songs = [int(table.cells.sum()) for table in TABLES]
    assert set(songs) == {2763}
    eleven = sorted(TABLES[0].cells.sum(0).tolist(), reverse=True)
    assert eleven == [545, 498, 393, 353, 300, 244, 201, 172, 28, 20, 9]
    for table in TABLES[1:]:
        assert table.cells.sum(0).tolist() == [2706, 28, 9, 20]
    assert {table.latent for table in TABLES} == set(AUTOENCODERS)


def test_a_table_written_out_scores_as_the_table():
    # As published: AMI 0.1166, 0.0005, 0.0015, 0.0013.
    found = [scores(contingency(*table.labels())).ami for table in TABLES]
    assert found == pytest.approx([0.1166, 0.0005, 0.0015, 0.0013], abs=5e-5)
