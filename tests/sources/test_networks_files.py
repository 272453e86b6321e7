"""Networks and partitions that Spark wrote, read back."""

from __future__ import annotations

import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from songnet.errors import EmptyInputError, FormatError, InputError
from songnet.sources.networks import read_network
from songnet.sources.partitions import read_partition

EDGES = {"source": ["b", "a"], "target": ["c", "c"], "weight": [0.5, 2.0], "playlists": [1, 2]}
FACTS = {"schema": "songnet.scale.network/1", "name": "net", "kind": "playlists",
         "params": {"weight": "newman", "min_shared": 1}, "songs": 3, "edges": 2}  # fmt: skip
CUT = {"schema": "songnet.scale.partition/1", "name": "cut", "algorithm": "leiden", "on": "net",
       "seed": 3, "params": {"resolution": 1.0}, "quality": {"modularity": 0.5},
       "versions": {"songnet": "1"}, "songs": 2, "communities": 2}  # fmt: skip


@pytest.fixture
def network(tmp_path):
    def write(columns=EDGES, **facts):
        path = tmp_path / "net"
        path.mkdir(exist_ok=True)
        table = pa.table(columns)
        pq.write_table(table.slice(0, 1), path / "part-0.parquet")
        pq.write_table(table.slice(1), path / "part-1.parquet")
        (path / "_SUCCESS").touch()
        (path / "network.json").write_text(json.dumps(FACTS | facts))
        return path

    return write


def test_a_network_in_parts_reads_as_one(network):
    read = read_network(network())
    assert (read.name, read.kind) == ("net", "playlists")
    assert read.songs.tolist() == ["a", "b", "c"]
    assert (read.sources.tolist(), read.targets.tolist()) == ([0, 1], [2, 2])
    assert (read.weights.tolist(), read.attributes["playlists"].tolist()) == ([2.0, 0.5], [2, 1])
    assert dict(read.params) == {"weight": "newman", "min_shared": 1}


@pytest.mark.parametrize(
    ("columns", "facts", "reason"),
    [
        (EDGES, {"edges": 3}, "says it has edges 3, and has 2"),
        (EDGES, {"songs": 4}, "says it has songs 4"),
        (EDGES, {"schema": "other"}, "schema 'other'"),
        (EDGES, {"kind": "sound"}, "kind 'sound'"),
        (EDGES, {"params": None}, "damaged"),
        (EDGES | {"weight": [1.0, None]}, {}, "lacks values"),
        (EDGES | {"weight": [1.0, -1.0]}, {}, "not negative"),
        (EDGES | {"source": ["a", "a"]}, {}, "must not repeat"),
        ({"source": ["a", "b"], "target": ["c", "c"]}, {}, "damaged"),
    ],
)
def test_a_network_that_is_not_whole_is_refused(network, columns, facts, reason):
    with pytest.raises(FormatError, match=reason):
        read_network(network(columns, **facts))


def test_a_folder_without_edges_or_facts_is_refused(network, tmp_path):
    path = network()
    for part in path.glob("*.parquet"):
        part.unlink()
    with pytest.raises(FormatError, match="holds no Parquet"):
        read_network(path)
    pq.write_table(pa.table(EDGES).slice(2), path / "part-0.parquet")
    with pytest.raises(EmptyInputError):
        read_network(path)
    (path / "network.json").unlink()
    with pytest.raises(FormatError, match=r"holds no network\.json"):
        read_network(path)
    with pytest.raises(InputError, match="there is no network"):
        read_network(tmp_path / "nowhere")


@pytest.fixture
def partition(tmp_path):
    def write(ids=("b", "a"), labels=(0, 1), **facts):
        path = tmp_path / "cut"
        path.mkdir(exist_ok=True)
        pq.write_table(pa.table({"song": ids, "community": labels}), path / "part-0.parquet")
        (path / "partition.json").write_text(json.dumps(CUT | facts))
        return path

    return write


def test_a_partition_reads_with_its_provenance(partition):
    songs, labels, facts = read_partition(partition())
    assert (songs, labels) == (["b", "a"], ["0", "1"])
    assert (facts["algorithm"], facts["on"], facts["seed"]) == ("leiden", "net", 3)
    songs, labels, facts = read_partition(partition() / "part-0.parquet")
    assert (songs, labels, facts) == (["b", "a"], ["0", "1"], {})


@pytest.mark.parametrize(
    ("songs", "facts", "reason"),
    [
        (("a", "a"), {}, "came before, at row 1"),
        (("a", None), {}, "row 2: has no song"),
        (("a", "b"), {"songs": 3}, "says it has 3 songs, and has 2"),
        (("a", "b"), {"schema": "x"}, "expected schema"),
        (("a", "b"), {"seed": "x"}, "seed is not"),
    ],
)
def test_a_partition_that_is_not_whole_is_refused(partition, songs, facts, reason):
    with pytest.raises(FormatError, match=reason):
        read_partition(partition(songs, **facts))


def test_a_folder_that_is_no_partition_is_refused(tmp_path):
    with pytest.raises(FormatError, match=r"a folder without partition\.json"):
        read_partition(tmp_path)
    (tmp_path / "x.parquet").write_bytes(b"nothing")
    with pytest.raises(FormatError, match="is not Parquet"):
        read_partition(tmp_path / "x.parquet")
