"""Networks linked as layers: kept, put together again, carried to another store."""

from __future__ import annotations

import shutil

import networkx as nx
import numpy as np
import pyarrow as pa
import pytest

from songnet.errors import BadNameError, StateError, UsageError
from songnet.info import EncoderInfo
from songnet.model import SongNetwork, Vectors
from songnet.networks import nearest
from songnet.store import open_store
from songnet.store.folder import DataFolder
from songnet.workflows.multiplex import link_multiplex
from songnet.workflows.partition import run_partition
from songnet.workflows.transfer import copy, export_graph
from songnet.workflows.workspace import Workspace, pull

SONGS = [f"s{i}" for i in range(9)]


def playlists(weight=2.0):
    pairs = [(3 * part + i, 3 * part + j) for part in range(3) for i, j in ((0, 1), (1, 2), (0, 2))]
    return SongNetwork.from_edges(
        SONGS,
        *zip(*pairs, strict=True),
        [weight] * 9,
        name="playlists",
        kind="playlists",
        attributes={"playlists": [2] * 9},
    )


def write(workspace, network):
    workspace.data.write_network(network)
    workspace.store.write_network(network)


@pytest.fixture
def workspace(tmp_path):
    """A playlist network and a sound network of the same songs."""
    with open_store(str(tmp_path / "graph.lbug")) as store:
        store.add_songs(pa.table({"id": SONGS}))
        found = Workspace(store, DataFolder(tmp_path))
        write(found, playlists())
        values = np.random.default_rng(0).normal(size=(9, 3))
        write(found, nearest(Vectors.from_rows("enc", SONGS, values), k=2, name="sound"))
        store.write_encoder(EncoderInfo("enc", "cae", "x", 3, "made", "now"))
        yield found


def same(one, other):
    assert one.fingerprint == other.fingerprint
    assert (one.name, one.kind, dict(one.params)) == (other.name, other.kind, dict(other.params))
    for name in ("layer_1", "layer_2"):
        assert one.attributes[name].tolist() == other.attributes[name].tolist()


def test_it_is_kept_and_comes_back(workspace):
    made = link_multiplex(workspace, ["playlists", "sound"])
    same(pull(workspace, "multiplex"), made)
    assert made.params["layers"] == "playlists,sound"
    assert workspace.data.networks() == ["multiplex", "playlists", "sound"]


@pytest.mark.parametrize("lost", [["multiplex"], ["multiplex", "playlists", "sound"]])
def test_a_file_that_is_lost_is_put_together_from_the_layers(workspace, lost):
    made = link_multiplex(workspace, ["playlists", "sound"])
    for name in lost:
        (workspace.data.root / "networks" / f"{name}.parquet").unlink()
    same(pull(workspace, "multiplex"), made)


def test_a_layer_that_has_changed_or_gone_is_named_with_the_way(workspace):
    link_multiplex(workspace, ["playlists", "sound"], name="both")
    (workspace.data.root / "networks" / "both.parquet").unlink()
    write(workspace, playlists(weight=3.0))
    again = "make it again with 'songnet link multiplex --of playlists,sound --name both'"
    with pytest.raises(StateError, match=f"its layer 'playlists' has changed since: {again}"):
        pull(workspace, "both")
    workspace.store.drop("network", "playlists")
    with pytest.raises(StateError, match=f"its layer 'playlists' is no more: {again}"):
        pull(workspace, "both")


def test_while_its_file_is_there_it_is_what_was_made(workspace):
    made = link_multiplex(workspace, ["playlists", "sound"])
    write(workspace, playlists(weight=3.0))
    same(pull(workspace, "multiplex"), made)


def test_a_copy_carries_it(workspace, tmp_path):
    made = link_multiplex(workspace, ["playlists", "sound"])
    cut = run_partition(workspace, "leiden", on="multiplex", layer_weight=0.25)
    workspace.store.close()
    source, target = (f"ladybug:{tmp_path / name}" for name in ("graph.lbug", "other.lbug"))
    shutil.copytree(tmp_path / "networks", tmp_path / "elsewhere" / "networks")
    copy(source, target, tmp_path / "elsewhere")
    with open_store(target) as store:
        empty = Workspace(store, DataFolder(tmp_path / "empty"))
        same(pull(empty, "multiplex"), made)
        assert store.partition("leiden-multiplex").fingerprint == cut.fingerprint


def test_a_graph_file_has_the_weights_of_the_layers(workspace, tmp_path):
    made = link_multiplex(workspace, ["playlists", "sound"])
    export_graph(workspace, tmp_path / "graph.graphml")
    edges = nx.read_graphml(tmp_path / "graph.graphml", force_multigraph=True).edges(data=True)
    found = {
        frozenset((a, b)): (facts["layer_1"], facts["layer_2"])
        for a, b, facts in edges
        if facts["network"] == "multiplex"
    }
    layers = zip(made.attributes["layer_1"], made.attributes["layer_2"], strict=True)
    ends = zip(made.songs[made.sources], made.songs[made.targets], strict=True)
    assert found == {frozenset(pair): layer for pair, layer in zip(ends, layers, strict=True)}


@pytest.mark.parametrize(
    ("layers", "name", "error", "message"),
    [
        (["playlists"], "m", UsageError, "two different layers: got playlists"),
        (["playlists", "playlists"], "m", UsageError, "two different layers"),
        (["playlists", "sound"], "sound", UsageError, "'sound' is a layer, which the multiplex"),
        (["playlists", "sound"], "enc", BadNameError, "'enc' is the name of an encoder"),
        (["playlists", "enc"], "m", BadNameError, "'enc' is an encoder, not a network"),
        (["playlists", "nope"], "m", BadNameError, "no network 'nope'; there is: playlists, s"),
        (["playlists", "sound"], "No!", BadNameError, "'No!' cannot name a network"),
    ],
)
def test_what_cannot_be_linked_is_refused(workspace, layers, name, error, message):
    with pytest.raises(error, match=message):
        link_multiplex(workspace, layers, name=name)
    assert workspace.data.networks() == ["playlists", "sound"]
