"""What is kept comes back the same: in the data folder's files, and in the embedded engine.

Playlists and songs: tests/contracts/test_store_playlists.py; partitions as files:
tests/sources/test_partitions.py; vectors: tests/store/test_latents.py; playlists as files:
tests/sources/test_playlist_files.py.
"""

from __future__ import annotations

import pyarrow as pa
import pytest
from graph_strategies import SONGS, ids, networks, partitions
from hypothesis import given, settings
from hypothesis import strategies as st

from songnet.model import SongNetwork
from songnet.store import open_store
from songnet.store.folder import DataFolder
from songnet.store.protocol import GraphStore
from songnet.workflows.workspace import network_from_graph

SOME = [f"s{i:02}" for i in range(SONGS)]
few = settings(max_examples=20)


@st.composite
def named_networks(draw) -> SongNetwork:
    """A network whose songs bear any ids that a graph may hold."""
    return draw(networks(names=draw(st.lists(ids, min_size=2, max_size=6, unique=True))))


@settings(max_examples=60)
@given(named_networks())
def test_a_network_of_the_data_folder_comes_back(tmp_path_factory, network):
    folder = DataFolder(tmp_path_factory.mktemp("data"))
    folder.write_network(network)
    found = folder.network("drawn")
    assert found.fingerprint == network.fingerprint
    assert (found.name, found.kind, dict(found.params)) == ("drawn", "playlists", {})


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """An embedded graph with the songs of the strategies; each example replaces the last one's."""
    with open_store(str(tmp_path_factory.mktemp("store") / "graph.lbug")) as opened:
        opened.add_songs(pa.table({"id": SOME}))
        yield opened


@few
@given(networks())
def test_a_network_of_the_store_comes_back(store: GraphStore, network):
    store.write_network(network)
    (info,) = (each for each in store.networks() if each.name == "drawn")
    assert info.fingerprint == network.fingerprint
    linked = network_from_graph(store, info)
    kept = set(network.sources.tolist()) | set(network.targets.tolist())
    alone = [song for place, song in enumerate(network.songs) if place not in kept]
    whole = SongNetwork.from_edges(
        [*linked.songs, *alone], linked.sources, linked.targets, linked.weights, name="drawn"
    )
    assert whole.fingerprint == network.fingerprint


@few
@given(networks(names=SOME), partitions("cut"))
def test_a_partition_of_the_store_comes_back(store: GraphStore, network, cut):
    store.write_network(network)
    store.write_partition(cut)
    found = store.partition("cut")
    assert found.fingerprint == cut.fingerprint
    assert found.sizes.tolist() == cut.sizes.tolist()
    (info,) = store.partitions()
    assert (info.songs, info.communities) == (len(cut.songs), len(cut.sizes))
