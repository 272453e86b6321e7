"""No promise without a test, no test of a promise without the promise."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
# Folders that hold nothing but tests of promises.
OF_PROMISES = ("faults", "invariants", "security", "torture")
TEST = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")


def rows():
    """The cells of each row of RELIABILITY.md's tables of promises, without the heads."""
    text = (ROOT / "RELIABILITY.md").read_text("utf-8")
    for line in text.splitlines():
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        if len(cells) == 3 and cells[0] != "what can happen" and set(line) - set("|- "):
            yield cells


@cache
def names_in(path):
    """The names of a file's tests."""
    tree = ast.parse((ROOT / path).read_text("utf-8"))
    found = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    return {node.name for node in found if node.name.startswith("test_")}


ROWS = list(rows())


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0][:60])
def test_every_promise_names_tests_that_are_there(row):
    happens, does, tests = row
    assert happens
    assert does
    named = TEST.findall(tests)
    assert named, f"no test shows: {happens}"
    for path, name in named:
        assert name in names_in(path), f"{path} has no {name}"


def test_every_test_of_a_promise_is_named():
    named = {found for _, _, tests in ROWS for found in TEST.findall(tests)}
    there = {
        (path.relative_to(ROOT).as_posix(), name)
        for folder in OF_PROMISES
        for path in (ROOT / "tests" / folder).glob("test_*.py")
        for name in names_in(path.relative_to(ROOT).as_posix())
    }
    assert len(there) > 100
    assert not there - named


def test_no_promise_is_made_twice():
    promises = [(happens, does) for happens, does, _ in ROWS]
    assert len(promises) == len(set(promises))
