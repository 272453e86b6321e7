"""Label propagation, components and Leiden on Spark, beside plain Python."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from songnet import scale
from songnet.errors import InputError, UsageError
from songnet.model import Partition, SongNetwork
from songnet.networks import modularity
from songnet.partitions import leiden
from songnet.progress import silent
from songnet.scale._components import components
from songnet.scale._propagation import propagate
from songnet.sources.networks import read_network
from songnet.sources.partitions import read_partition


def edges_of(seed, songs, number=150):
    """Distinct edges with weights whose sums depend on their order."""
    draw = np.random.default_rng(seed)
    a, b = draw.integers(0, len(songs), (2, number))
    pairs = sorted({(min(x, y), max(x, y)) for x, y in zip(a, b, strict=True) if x != y})
    names = sorted(songs)
    return [(names[x], names[y], float(draw.choice([0.1, 0.2, 0.3]))) for x, y in pairs]


def plainly(draws, edges, rounds):
    """The same label propagation, song by song; songs as their places in sorted order."""
    labels = list(range(len(draws)))
    around = {song: [] for song in labels}
    for source, target, weight in edges:
        around[source].append((target, weight))
        around[target].append((source, weight))
    for number in range(rounds):
        before = list(labels)
        for half in (0, 1):
            seen = list(labels)
            for song, neighbors in around.items():
                if (draws[song] >> number) & 1 != half:
                    continue
                votes = Counter()
                for other, weight in neighbors:
                    votes[seen[other]] += round(weight * 1e9)
                most = max(votes.values())
                heaviest = [label for label, total in votes.items() if total == most]
                labels[song] = seen[song] if seen[song] in heaviest else min(heaviest)
        if labels == before:
            return labels, number + 1
    return labels, rounds


def cut(path):
    songs, labels, facts = read_partition(path)
    return Partition.from_labels(songs, labels, name="cut", algorithm="x", on="y"), facts


def draws_of(spark, names, seed):
    table = spark.createDataFrame([(name,) for name in names], "song STRING")
    rows = table.selectExpr("song", f"xxhash64(song, {seed}L) AS draw").collect()
    return [row.draw for row in sorted(rows, key=lambda row: names.index(row.song))]


def test_label_propagation_is_that_of_plain_python(spark, tmp_path, songs, write_network):
    edges = edges_of(1, songs[:60], 110)
    network = write_network(tmp_path / "net", edges, files=3)
    made = scale.communities(spark, str(network), str(tmp_path / "cut"), seed=7, rounds=2)
    read = read_network(network)
    names = read.songs.tolist()
    plain = zip(read.sources.tolist(), read.targets.tolist(), read.weights.tolist(), strict=True)
    labels, rounds = plainly(draws_of(spark, names, 7), list(plain), 2)
    expected = Partition.from_labels(names, labels, name="cut", algorithm="x", on="y")
    found, facts = cut(tmp_path / "cut")
    assert found.fingerprint == expected.fingerprint
    assert made.params["rounds"] == rounds
    assert made.modularity == pytest.approx(modularity(read, found.labels), abs=1e-8)
    assert facts["algorithm"] == "label-propagation"
    assert (facts["on"], facts["seed"], made.name) == ("net", 7, "label-propagation-net")
    # Not the order of rows, nor in how many parts they are.
    again = write_network(tmp_path / "again", edges[::-1])
    before = spark.conf.get("spark.sql.shuffle.partitions")
    spark.conf.set("spark.sql.shuffle.partitions", 5)
    try:
        scale.communities(spark, str(again), str(tmp_path / "other"), seed=7, rounds=2)
    finally:
        spark.conf.set("spark.sql.shuffle.partitions", before)
    assert cut(tmp_path / "other")[0].fingerprint == found.fingerprint


def links(spark, edges, draws):
    both = [(a, b, 1, draws[a]) for x, y in edges for a, b in ((x, y), (y, x))]
    nodes = spark.createDataFrame([(each, draws[each]) for each in draws], "code LONG, draw LONG")
    return nodes, spark.createDataFrame(both, "code LONG, neighbor LONG, votes LONG, draw LONG")


def test_two_songs_do_not_swap_labels_for_ever(spark, output):
    # They move together in the first two rounds, and swap; then one after the other.
    nodes, both = links(spark, [(0, 1)], {0: 0b100, 1: 0b000})
    found = propagate(nodes, both, output, rounds=4, progress=silent)
    assert (found.settled, found.rounds) == (True, 4)
    assert {row.label for row in found.labels.collect()} in ({0}, {1})


def test_components_are_those_of_scipy(spark, output):
    draw = np.random.default_rng(3)
    edges = {(min(a, b), max(a, b)) for a, b in draw.integers(0, 60, (40, 2)).tolist() if a != b}
    # A path in rising order, the worst for labels that go from neighbour to neighbour.
    edges |= {(number, number + 1) for number in range(60, 99)}
    nodes, both = links(spark, sorted(edges), dict.fromkeys(range(100), 0))
    found = {row.code: row.component for row in components(nodes, both, output).collect()}
    matrix = sparse.coo_array((np.ones(len(edges)), tuple(zip(*edges, strict=True))), (100, 100))
    _, labels = connected_components(matrix, directed=False)
    smallest = {int(label): int(np.argmax(labels == label)) for label in set(labels.tolist())}
    assert found == {number: smallest[label] for number, label in enumerate(labels.tolist())}


def cliques(letters, size=5):
    for letter in letters:
        for a in range(size):
            for b in range(a):
                yield f"{letter}{b}", f"{letter}{a}", 1.0


def test_leiden_cuts_each_component_as_if_it_saw_the_whole(spark, tmp_path, songs, write_network):
    edges = [*cliques("abc"), ("a0", "b0", 0.5), *cliques("xy", 4), ("x0", "y0", 0.5)]
    network = write_network(tmp_path / "net", edges)
    made = scale.communities(spark, str(network), str(tmp_path / "cut"), method="leiden")
    found, facts = cut(tmp_path / "cut")
    whole = leiden(read_network(network))
    assert found.fingerprint == whole.fingerprint
    assert made.modularity == pytest.approx(whole.quality["modularity"], abs=1e-8)
    assert (made.params["components"], made.params["too_large"]) == (3, 0)
    assert facts["params"]["resolution"] == 1.0
    # The component of a and b has 21 edges, and is left to label propagation.
    part = scale.communities(
        spark, str(network), str(tmp_path / "part"), method="leiden", leiden_edges=20, rounds=2
    )
    assert part.params["too_large"] == 1
    assert len(cut(tmp_path / "part")[0].songs) == len(found.songs)


def test_what_is_no_network_is_refused(spark, tmp_path, write_network):
    with pytest.raises(InputError, match=r"holds no network\.json"):
        scale.communities(spark, str(tmp_path), str(tmp_path / "out"))
    other = write_network(tmp_path / "net", [("a", "b", 1.0)], schema="other/1")
    with pytest.raises(InputError, match="schema"):
        scale.communities(spark, str(other), str(tmp_path / "out"))
    assert [path.name for path in tmp_path.iterdir()] == ["net"]


@pytest.mark.parametrize(
    "options", [{"rounds": 61}, {"resolution": 0.0}, {"method": "x"}, {"leiden_edges": 0}]
)
def test_options_out_of_range_are_refused(spark, options):
    with pytest.raises(UsageError):
        scale.communities(spark, "in", "out", **options)


def test_a_network_made_of_arrays_reads_back(tmp_path, write_network):
    path = write_network(tmp_path / "net", [("b", "a", 2.0), ("b", "c", 1.0)])
    network = read_network(path)
    assert isinstance(network, SongNetwork)
    assert network.songs.tolist() == ["a", "b", "c"]
