"""What computations get: the graph's vectors, or the full ones of which it holds a projection."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from songnet.errors import BadNameError, StateError
from songnet.info import EncoderInfo
from songnet.model import Vectors
from songnet.store import open_store
from songnet.store.folder import DataFolder
from songnet.workflows.workspace import Workspace, pull

SONGS = ["a", "b", "c"]
FULL = np.arange(12, dtype=np.float32).reshape(3, 4)


@pytest.fixture
def workspace(tmp_path):
    with open_store(str(tmp_path / "graph.lbug")) as store:
        store.add_songs(pa.table({"id": SONGS}))
        yield Workspace(store, DataFolder(tmp_path))


def embedded(workspace, *, projected):
    kept = {"kept_variance": 0.9 if projected else None}
    workspace.store.write_encoder(EncoderInfo("enc", "cae", "x", 2, "made", "now", kept))
    workspace.store.write_vectors(Vectors.from_rows("enc", SONGS, FULL[:, :2]))


def latents(workspace, songs, *, made_by="made"):
    vectors = Vectors.from_rows("enc", songs, FULL[: len(songs)])
    hashes = np.array(["hash"] * len(songs), object)
    workspace.data.write_latents("enc", [(vectors, hashes)], made_by=made_by)


def test_the_graphs_own_vectors_are_all_of_them_whatever_the_folder_holds(workspace):
    embedded(workspace, projected=False)
    latents(workspace, SONGS[:1])
    assert pull(workspace, "enc").values.tolist() == FULL[:, :2].tolist()


def test_of_a_projection_the_full_vectors_are_taken(workspace):
    embedded(workspace, projected=True)
    latents(workspace, SONGS)
    assert pull(workspace, "enc").values.tolist() == FULL.tolist()


def test_of_the_full_vectors_only_those_of_songs_that_have_one_in_the_graph_are_taken(workspace):
    embedded(workspace, projected=True)
    workspace.store.add_songs(pa.table({"id": ["0", "z"]}))
    given = [(["0", "b"], [[7] * 4, FULL[1]]), (["a", "z", "c"], [FULL[0], [7] * 4, FULL[2]])]
    blocks = [
        (Vectors.from_rows("enc", songs, rows), ["hash"] * len(songs)) for songs, rows in given
    ]
    workspace.data.write_latents("enc", blocks, made_by="made")
    found = pull(workspace, "enc")
    assert found.songs.tolist() == SONGS
    assert found.values.tolist() == FULL.tolist()


@pytest.mark.parametrize("projected", [False, True])
def test_an_encoder_without_vectors_names_the_way(workspace, projected):
    kept = {"kept_variance": 0.9 if projected else None}
    workspace.store.write_encoder(EncoderInfo("enc", "cae", "x", 2, "made", "now", kept))
    with pytest.raises(StateError, match="no song has a vector of 'enc'.*embed --encoder enc"):
        pull(workspace, "enc")


@pytest.mark.parametrize("case", ["none", "too few", "of another encoder"])
def test_a_projection_without_its_full_vectors_names_the_way(workspace, case):
    embedded(workspace, projected=True)
    if case != "none":
        latents(
            workspace,
            SONGS[:2] if case == "too few" else SONGS,
            made_by="made" if case == "too few" else "other",
        )
    with pytest.raises(StateError, match="songnet embed --encoder enc"):
        pull(workspace, "enc")


def test_what_is_not_there_is_said_with_what_is(workspace):
    with pytest.raises(BadNameError, match="none yet"):
        pull(workspace, "enc")
    embedded(workspace, projected=False)
    with pytest.raises(BadNameError, match="there is: enc"):
        pull(workspace, "playlists")
