"""Label propagation: each song goes with the weight of its neighbours."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from partition_cases import cliques, scattered_network

from songnet.model import SongNetwork
from songnet.partitions import label_propagation


@settings(max_examples=40)
@given(st.integers(0, 10_000))
def test_no_song_has_more_weight_elsewhere(seed):
    network = scattered_network(seed, songs=40, edges=90)
    found = label_propagation(network, seed=seed)
    pull = np.zeros((40, found.communities))
    np.add.at(pull, (network.sources, found.labels[network.targets]), network.weights)
    np.add.at(pull, (network.targets, found.labels[network.sources]), network.weights)
    assert (pull[np.arange(40), found.labels] >= pull.max(axis=1) - 1e-9).all()


def test_cliques_are_found():
    found = label_propagation(cliques(2, 6, [(0, 1)]))
    assert found.labels.tolist() == [0] * 6 + [1] * 6
    assert found.name == "label-propagation-custom"
    assert dict(found.params) == {}


def test_an_edge_without_weight_pulls_nobody():
    network = SongNetwork.from_edges("abcd", [0, 1, 2], [1, 2, 3], [1.0, 0.0, 1.0])
    for seed in range(10):
        assert label_propagation(network, seed=seed).labels.tolist() == [0, 0, 1, 1]


def test_threads_do_not_disturb_each_other():
    network = scattered_network(7, songs=200, edges=700)
    alone = [label_propagation(network, seed=seed).fingerprint for seed in range(8)]
    start = threading.Barrier(8)

    def cut(seed):
        start.wait()
        return label_propagation(network, seed=seed).fingerprint

    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(cut, range(8))) == alone
