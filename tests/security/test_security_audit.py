"""What scripts/audit makes of pip-audit's answer; the answer itself needs the network."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).parents[2] / "scripts"
SOUND = {"name": "numpy", "version": "2.4.6", "vulns": []}
UNKNOWN = {"name": "scipy", "skip_reason": "not found on PyPI"}
FLAW = {"id": "PYSEC-2026-1", "fix_versions": ["3.15.2"], "aliases": [], "description": ""}
FLAWED = {"name": "keras", "version": "3.15.1", "vulns": [FLAW]}


@pytest.fixture
def audit(monkeypatch):
    monkeypatch.syspath_prepend(str(SCRIPTS))
    return importlib.import_module("audit_dependencies")


@pytest.mark.parametrize(
    ("libraries", "code", "asked", "found"),
    [
        ([SOUND], 0, 1, 0),
        ([SOUND, UNKNOWN], 3, 1, 0),
        ([], 3, 0, 0),
        ([FLAWED, UNKNOWN], 1, 1, 1),
    ],
)
def test_the_exit_code_says_what_is_known(audit, libraries, code, asked, found):
    read = audit.read({"dependencies": libraries})
    assert (read.code, read.asked, len(read.found)) == (code, asked, found)


def test_a_vulnerability_is_a_line_with_its_mend(audit):
    (line,) = audit.read({"dependencies": [FLAWED]}).found
    assert line == "keras 3.15.1: PYSEC-2026-1, mended in 3.15.2"
