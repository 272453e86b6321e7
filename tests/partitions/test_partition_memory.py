"""What cutting a network will take."""

from __future__ import annotations

import numpy as np
import pytest

from songnet.model import SongNetwork
from songnet.networks import multiplex
from songnet.partitions import ALGORITHMS, estimate, partition_memory

MEASURED = ("infomap", "label-propagation", "leiden", "louvain")


def ring(songs, name="ring"):
    ends = np.arange(songs)
    ids = [f"s{i:04}" for i in range(songs)]
    return SongNetwork.from_edges(ids, ends, (ends + 1) % songs, name=name)


@pytest.mark.parametrize("algorithm", MEASURED)
def test_more_edges_and_more_songs_take_more(algorithm):
    taken = [partition_memory(algorithm, *size) for size in [(9, 9), (99_999, 9), (9, 99_999)]]
    assert taken[0] < min(taken[1:])
    # igraph's and Infomap's own network: at least both ends twice and a weight.
    assert partition_memory(algorithm, 1_000_000, 50_000_000) > 50_000_000 * 40


def test_only_what_was_measured_is_said():
    assert {name for name in ALGORITHMS if partition_memory(name, 9, 9)} == set(MEASURED)
    assert estimate("blockmodel", ring(5)) is None


def test_an_estimate_says_what_the_network_holds():
    network = ring(1000)
    found = estimate("leiden", network)
    assert (found.algorithm, found.songs, found.edges) == ("leiden", 1000, 1000)
    assert found.network >= 24 * 1000
    assert found.bytes == partition_memory("leiden", 1000, 1000)


def test_two_layers_are_another_librarys_work():
    assert estimate("leiden", multiplex([ring(9, "a"), ring(9, "b")], name="both")) is None
