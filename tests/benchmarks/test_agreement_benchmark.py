"""The libraries that are raced compute the same scores."""

from __future__ import annotations

import importlib
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest


@pytest.fixture
def race(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(Path(__file__).parents[2]))
    return importlib.import_module("benchmarks.agreement")


def test_every_library_gives_the_same_score(race):
    two = race.pair(300, 5, 9)
    for row in race.rows():
        assert row.ours(two) == pytest.approx(row.theirs(two), abs=1e-9), row


def test_labels_use_every_community(race):
    assert len(np.unique(race.labels(2_000, 500, 0))) == 500
