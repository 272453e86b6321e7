"""The libraries that are raced compute the same scores."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks import agreement


@pytest.mark.parametrize("row", agreement.rows(), ids=lambda row: f"{row.score}-{row.library}")
def test_every_library_gives_the_same_score(row):
    two = agreement.pair(300, 5, 9)
    assert row.ours(two) == pytest.approx(row.theirs(two), abs=1e-9)


def test_labels_use_every_community():
    assert len(np.unique(agreement.labels(2_000, 500, 0))) == 500
