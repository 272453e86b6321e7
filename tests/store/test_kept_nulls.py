"""Null distributions and null partitions in the data folder."""

from __future__ import annotations

import json

import numpy as np
import pytest

from songnet.agreement import shuffled
from songnet.model import object_array
from songnet.store.folder import DataFolder
from songnet.store.nulls import null_key

KEY = null_key({"null": "shuffle", "seed": 0})


@pytest.fixture
def kept(tmp_path):
    return DataFolder(tmp_path / "data").nulls


def test_a_null_distribution_comes_back_the_same(kept, tmp_path):
    assert kept.read(KEY) is None
    null = shuffled([0, 0, 1, 1], [0, 1, 1, 1], samples=3)
    kept.write(KEY, null)
    assert kept.read(KEY) == null
    path = tmp_path / "data" / "nulls" / f"{KEY}.json"
    assert json.loads(path.read_text())["schema"] == "songnet.null/1"


def test_a_null_partition_comes_back_the_same(kept):
    assert kept.labels(KEY) is None
    kept.write_labels(KEY, object_array(["a", "ü", "z"]), np.array([1, 0, 1]))
    songs, labels = kept.labels(KEY)
    assert (songs.tolist(), labels.tolist()) == (["a", "ü", "z"], [1, 0, 1])
    assert (songs.dtype, labels.dtype) == (object, np.int64)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"schema": "songnet.null/0"}', "{}"])
def test_what_is_damaged_or_of_another_schema_is_as_good_as_none(kept, tmp_path, text):
    folder = tmp_path / "data" / "nulls"
    folder.mkdir(parents=True)
    for suffix in ("json", "parquet"):
        (folder / f"{KEY}.{suffix}").write_text(text)
    assert kept.read(KEY) is None
    assert kept.labels(KEY) is None


def test_the_key_hangs_on_every_fact_and_not_on_their_order():
    assert len(KEY) == 64
    assert null_key({"seed": 0, "null": "shuffle"}) == KEY
    others = [{"null": "shuffle", "seed": 1}, {"null": "artist", "seed": 0}, {"null": "shuffle"}]
    assert len({KEY, *map(null_key, others)}) == 4
