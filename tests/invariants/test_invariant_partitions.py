"""What every algorithm keeps to on any network, and every comparison on any two partitions.

The scores themselves are in tests/agreement/test_scores.py, and planted graphs in
tests/contracts/test_partitions.py.
"""

from __future__ import annotations

import igraph
import numpy as np
import pytest
from graph_strategies import labels_of, networks, partitions, vectors
from hypothesis import given, settings
from hypothesis import strategies as st

from songnet.agreement import compare
from songnet.model import Partition, SongNetwork, Vectors
from songnet.networks import modularity
from songnet.partitions import run

few = settings(max_examples=25)
ON_NETWORKS = ("infomap", "label-propagation", "leiden", "louvain")
ON_VECTORS = {"kmeans": {"communities": 3}, "mixture": {"communities": 2, "covariance": "diag"}}
SYMMETRIC = ("nmi", "ami", "ari", "vi", "fmi", "element_centric")


def renamed(network: SongNetwork, name, factor: float = 1.0) -> SongNetwork:
    songs = [name(song) for song in network.songs]
    return SongNetwork.from_edges(
        songs, network.sources, network.targets, network.weights * factor, name="drawn"
    )


@few
@pytest.mark.parametrize("algorithm", ON_NETWORKS)
@given(network=networks(), seed=st.integers(0, 5))
def test_every_song_is_in_one_community_of_the_size_told(algorithm, network, seed):
    found = run(algorithm, network, seed=seed)
    assert found.songs.tolist() == network.songs.tolist()
    sizes = np.bincount(found.labels)
    assert sizes.tolist() == sorted(sizes.tolist(), reverse=True) == found.sizes.tolist()
    graph = igraph.Graph(len(network.songs), list(zip(network.sources, network.targets)))  # noqa: B905
    expected = graph.modularity(found.labels.tolist(), weights=network.weights.tolist())
    assert modularity(network, found.labels) == pytest.approx(expected, abs=1e-12)


@few
@pytest.mark.parametrize("algorithm", ON_NETWORKS)
@given(network=networks(), exponent=st.integers(-3, 6))
def test_neither_names_in_order_nor_the_unit_of_weights_matter(algorithm, network, exponent):
    """A power of two, which rounds nothing."""
    straight = run(algorithm, network, seed=1)
    other = run(algorithm, renamed(network, lambda song: f"x/{song}!", 2.0**exponent), seed=1)
    assert other.labels.tolist() == straight.labels.tolist()


@few
@pytest.mark.parametrize("algorithm", ON_NETWORKS)
@given(network=networks(), random=st.randoms(use_true_random=False))
def test_edges_may_come_in_any_order_and_direction(algorithm, network, random):
    edges = list(zip(network.sources.tolist(), network.targets.tolist(), network.weights.tolist(),
                     strict=True))  # fmt: skip
    random.shuffle(edges)
    turned = [(b, a, w) if random.random() < 0.5 else (a, b, w) for a, b, w in edges]
    other = SongNetwork.from_edges(network.songs, *zip(*turned, strict=True), name="drawn")
    cuts = [run(algorithm, each, seed=2).fingerprint for each in (network, other)]
    assert cuts[0] == cuts[1]


@few
@pytest.mark.parametrize("algorithm", ON_VECTORS)
@given(found=vectors(), random=st.randoms(use_true_random=False))
def test_rows_may_come_in_any_order(algorithm, found, random):
    rows = list(range(len(found.songs)))
    random.shuffle(rows)
    other = Vectors.from_rows("enc", found.songs[rows], found.values[rows])
    try:
        straight = run(algorithm, found, seed=3, **ON_VECTORS[algorithm])
    except Exception as error:  # noqa: BLE001 - what cannot be had must be refused alike
        with pytest.raises(type(error)):
            run(algorithm, other, seed=3, **ON_VECTORS[algorithm])
        return
    again = run(algorithm, other, seed=3, **ON_VECTORS[algorithm])
    assert labels_of(again) == labels_of(straight)


EVERY = [f"s{i:02}" for i in range(12)]
both = st.tuples(partitions("a", members=EVERY), partitions("b", members=EVERY))


@few
@given(both)
def test_a_comparison_turned_round_is_the_same_transposed(pair):
    there, back = (compare(each).pairs[0] for each in (pair, pair[::-1]))
    for score in SYMMETRIC:
        assert getattr(there.scores, score) == pytest.approx(getattr(back.scores, score), abs=1e-12)
    assert there.scores.homogeneity == pytest.approx(back.scores.completeness, abs=1e-12)
    cells = {(row, column): n for row, column, n in cells_of(there)}
    assert {(column, row): n for row, column, n in cells_of(back)} == cells


def cells_of(pair):
    confusion = pair.confusion
    return [
        (confusion.rows[row], confusion.columns[column], count)
        for row, column, count in confusion.cells
    ]


@few
@given(partitions("a"), st.permutations(range(5)), st.randoms(use_true_random=False))
def test_a_comparison_depends_neither_on_labels_nor_on_order(cut, names, random):
    rows = list(range(len(cut.songs)))
    random.shuffle(rows)
    called = [names[label] for label in cut.labels[rows]]
    other = Partition.from_labels(cut.songs[rows], called, name="b", algorithm="leiden", on="drawn")
    scores = compare([cut, other]).pairs[0].scores
    assert scores.vi == pytest.approx(0, abs=1e-12)
    assert [scores.nmi, scores.ami, scores.ari] == pytest.approx([1, 1, 1])


@few
@given(partitions("a"), partitions("b"), partitions("c", members=EVERY))
def test_further_partitions_change_nothing_between_two(first, second, third):
    if not set(first.songs) & set(second.songs):
        return
    alone = compare([first, second]).pairs[0]
    among = next(p for p in compare([first, third, second]).pairs if (p.a, p.b) == ("a", "b"))
    assert among.scores == alone.scores
