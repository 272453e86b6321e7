"""Partition files read by Infomap itself, and as memberships by igraph."""

from __future__ import annotations

import igraph
import infomap
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from songnet.model import Partition, canonical_labels
from songnet.networks import SongNetwork, modularity
from songnet.sources.partitions import write_partition

SONGS = ['x "1"', "b # 2", "näme:c d", "4", "file:e/f.mp3", "spotify:track:x", "*Tree", "1:1"]


def partition(labels):
    return Partition.from_labels(SONGS, labels, name="mine", algorithm="louvain", on="playlists")


def modules_that_infomap_reads(path):
    """Its own numbers of modules, by node; the nodes are a path, from 1."""
    links = [(node, node + 1) for node in range(1, len(SONGS))]
    options = infomap.Options(cluster_data=str(path), no_infomap=True, silent=True)
    found = infomap.run(links, options=options).modules()
    return [found[node] for node in range(1, len(SONGS) + 1)]


@pytest.mark.parametrize("extension", [".clu", ".tree"])
@settings(max_examples=25)
@given(labels=st.lists(st.integers(0, 3), min_size=8, max_size=8))
def test_infomap_reads_the_communities(tmp_path_factory, extension, labels):
    path = tmp_path_factory.mktemp("partition") / f"mine{extension}"
    cut = partition(labels)
    write_partition(path, cut)
    read = modules_that_infomap_reads(path)
    assert canonical_labels(np.array(read)).tolist() == cut.labels.tolist()


def test_the_numbers_of_a_clu_are_a_membership_for_igraph(tmp_path):
    path = tmp_path / "mine.clu"
    cut = partition([0, 1, 1, 0, 2, 2, 2, 0])
    write_partition(path, cut)
    nodes, modules = np.loadtxt(path, dtype=np.int64, unpack=True)
    assert nodes.tolist() == list(range(1, 9))
    network = SongNetwork.from_edges(cut.songs, range(7), range(1, 8))
    graph = igraph.Graph(8, list(zip(range(7), range(1, 8), strict=True)))
    clustering = igraph.VertexClustering(graph, (modules - 1).tolist())
    assert clustering.sizes() == cut.sizes.tolist()
    assert clustering.modularity == pytest.approx(modularity(network, cut.labels))
