"""What both engines share: rows and properties, as pure functions."""

from __future__ import annotations

import json
import math

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from songnet.errors import InputError
from songnet.model import Memberships, Partition, SongNetwork
from songnet.store._properties import (
    as_json,
    closest,
    from_json,
    partition_info,
    partition_properties,
)
from songnet.store._rows import (
    community_rows,
    conform,
    edge_rows,
    in_community_rows,
    memberships_of,
    node_dict,
    result_table,
)

pairs = st.sets(st.tuples(st.sampled_from("pqrs\U0001f3b5\uffee"), st.sampled_from("abcdé")))


@given(pairs=pairs.map(sorted), cut=st.integers(0, 20))
def test_memberships_of_columns_are_those_of_pairs(pairs: list[tuple[str, str]], cut: int) -> None:
    table = pa.table([[p for p, _ in pairs], [s for _, s in pairs]], names=["p", "s"])
    table = table.cast(pa.schema([("p", pa.string()), ("s", pa.string())]))
    chunked = pa.concat_tables([table.slice(cut), table.slice(0, cut)])
    found = memberships_of(chunked["p"], chunked["s"])
    expected = Memberships.from_pairs([p for p, _ in pairs], [s for _, s in pairs])
    for name in ("playlists", "songs", "playlist", "song"):
        assert getattr(found, name).tolist() == getattr(expected, name).tolist()
    assert found.playlist.dtype == found.song.dtype == np.int64


def test_the_closest_are_ranked_by_cosine_then_id() -> None:
    values = [[0, 0], [3, 3], [0, 1], [1, 1], [-1, 0], [2, 2]]
    found = closest(list("fedcba"), values, np.array([1, 1], np.float32), 5)
    assert [song for song, _ in found] == ["a", "c", "e", "d", "b"]
    half = math.sqrt(0.5)
    assert [cosine for _, cosine in found] == pytest.approx([1, 1, 1, half, -half], abs=1e-15)
    assert closest([], [], np.ones(3, np.float32), 2) == []


def test_equal_vectors_are_equally_close_wherever_they_stand() -> None:
    values = np.tile(np.random.default_rng(0).normal(size=37).astype(np.float32), (101, 1))
    sought = np.random.default_rng(1).normal(size=37).astype(np.float32)
    found = closest([f"{n:03d}" for n in range(101)], values, sought, 101)
    assert len({cosine for _, cosine in found}) == 1


def test_a_column_of_mixed_values_becomes_json() -> None:
    found = result_table(["mixed", "whole"], [["x", 1], [1, 2], [{"a": None}, 3]])
    assert found["mixed"].to_pylist() == ['"x"', "1", '{"a": null}']
    assert found["whole"].to_pylist() == [1, 2, 3]
    assert result_table(["a", "b"], []).column_names == ["a", "b"]


def test_a_node_is_its_label_and_what_it_has() -> None:
    found = node_dict("Song", {"title": None, "path": "x", "id": "a"})
    assert list(found.items()) == [("_label", "Song"), ("id", "a"), ("path", "x")]


def test_numbers_of_numpy_survive_as_json() -> None:
    text = as_json({"n": np.int64(3), "x": np.float32(0.5), "b": np.bool_(True), "ü": "ß"})
    assert json.loads(text) == {"n": 3, "x": 0.5, "b": True, "ü": "ß"}
    assert text.startswith('{"b"')
    assert dict(from_json(as_json({"third": 1 / 3}))) == {"third": 1 / 3}
    with pytest.raises(InputError, match="object"):
        as_json({"x": object()})


def test_a_partition_of_a_node_says_its_resolution_plainly() -> None:
    made = Partition.from_labels(
        "ab", [0, 1], name="p", algorithm="leiden", on="x", params={"resolution": 2, "k": "text"}
    )
    properties = partition_properties(made, "now")
    assert properties["resolution"] == 2.0
    assert properties["modularity"] is None
    assert dict(partition_info(properties).params) == {"resolution": 2, "k": "text"}
    assert dict(partition_info(properties).quality) == {}


def test_communities_and_their_members() -> None:
    made = Partition.from_labels("cab", [5, 5, 9], name="p", algorithm="leiden", on="x")
    assert community_rows(made, ["x", "y"]).to_pylist() == [
        {"id": "p/0", "partition": "p", "label": 0, "size": 2, "title": "x"},
        {"id": "p/1", "partition": "p", "label": 1, "size": 1, "title": "y"},
    ]
    assert in_community_rows(made).to_pylist() == [
        {"song": "a", "community": "p/0"},
        {"song": "b", "community": "p/1"},
        {"song": "c", "community": "p/0"},
    ]


def test_edges_of_sound_are_directed_from_each_song_to_its_neighbours() -> None:
    network = SongNetwork.from_edges(
        "ab", [0], [1], [0.5], kind="sound",
        attributes={"similarity": [0.5], "rank_source": [0], "rank_target": [3]},
    )  # fmt: skip
    assert edge_rows(network).to_pylist() == [
        {"source": "b", "target": "a", "rank": 3, "similarity": 0.5}
    ]


def test_conform_orders_columns_fills_and_casts() -> None:
    schema = pa.schema([("id", pa.string()), ("n", pa.int64()), ("x", pa.string())])
    given = pa.table({"n": pa.array([1, None], pa.uint8()), "id": ["b", "a"]})
    assert conform(given, schema).to_pylist() == [
        {"id": "b", "n": 1, "x": None},
        {"id": "a", "n": None, "x": None},
    ]
    assert conform(given, schema).schema == schema
