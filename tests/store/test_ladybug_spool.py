"""Vectors beside the graph: in as they come, out in any order."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from songnet.errors import StoreError
from songnet.model import Vectors
from songnet.store._ladybug_spool import Spool


def block(number: int, count: int) -> Vectors:
    rows = np.random.default_rng(number).normal(size=(count, 5))
    return Vectors.from_rows("cae", [f"{number} {n}" for n in range(count)], rows)


def test_vectors_come_back_in_any_order(tmp_path: Path) -> None:
    blocks = [block(0, 3), block(1, 0), block(2, 4)]
    with Spool(tmp_path, 5) as spool:
        for one in blocks:
            spool.add(one, np.arange(len(one.songs)) * 10)
        assert len(spool) == 7
        assert spool.places.tolist() == [0, 10, 20, 0, 10, 20, 30]
        everything = np.concatenate([one.values for one in blocks])
        for rows in ([], [6, 0, 3], list(range(7))):
            songs, values = spool.read(np.array(rows, np.int64))
            assert songs.tolist() == [[*blocks[0].songs, *blocks[2].songs][row] for row in rows]
            assert values.tobytes() == everything[rows].tobytes()


def test_rows_that_do_not_lie_together_in_memory(tmp_path: Path) -> None:
    one = block(0, 6)
    with Spool(tmp_path, 5) as spool:
        spool.add(Vectors("cae", one.songs[::2], one.values[::2]), np.arange(3))
        assert spool.read(np.arange(3))[1].tolist() == one.values[::2].tolist()


def test_nothing_is_left_in_the_folder(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), Spool(tmp_path, 5) as spool:
        spool.add(block(0, 3), np.arange(3))
        raise KeyboardInterrupt
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot be laid down") as caught:
        Spool(tmp_path / "none", 5)
    assert "\n" not in str(caught.value)


@pytest.mark.skipif(os.name != "posix", reason="limits on files are POSIX")
def test_a_full_disk_is_said(tmp_path: Path) -> None:
    import resource

    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    with pytest.raises(StoreError, match="free some space"), Spool(tmp_path, 5) as spool:
        resource.setrlimit(resource.RLIMIT_FSIZE, (100, limits[1]))
        try:
            spool.add(block(0, 10_000), np.arange(10_000))
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)
