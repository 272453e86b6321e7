"""What learnt from playlists is made again without what is hidden, and kept nowhere."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from songnet.encoders import track2vec
from songnet.errors import EmptyInputError, InputError, StateError
from songnet.info import EncoderInfo, now
from songnet.model import Partition, Vectors
from songnet.networks import cooccurrence, nearest
from songnet.partitions import leiden
from songnet.playlists import hide
from songnet.store import open_store
from songnet.store.folder import DataFolder
from songnet.workflows._playlist_rebuilding import Rebuilt
from songnet.workflows.embed import Training, embed
from songnet.workflows.link import link_playlists, link_sound
from songnet.workflows.multiplex import link_multiplex
from songnet.workflows.partition import keep, run_partition
from songnet.workflows.playlist_evaluation import Asked, evaluate_playlists
from songnet.workflows.workspace import Workspace

SONGS = [f"s{song:02d}" for song in range(24)]
EARS = ("ear", "other_ear")


def lists(count=12):
    """Two tastes of twelve songs; every list draws nine of one, in an order of its own."""
    random = np.random.default_rng(0)
    return {
        f"p{number:02d}": [SONGS[song + 12 * (number % 2)] for song in random.permutation(12)[:9]]
        for number in range(count)
    }


def load(store, playlists):
    rows = [
        (name, song, place, 1)
        for name, songs in playlists.items()
        for place, song in enumerate(songs)
    ]
    store.add_playlists(
        pa.table({"id": list(playlists), "name": [f"List {name}" for name in playlists]}),
        pa.table({"id": SONGS}),
        pa.table(dict(zip(["playlist", "song", "position", "times"],
                          map(list, zip(*rows, strict=True)), strict=True))),
    )  # fmt: skip


def hear(store, name="ear", dimensions=3):
    """Vectors that know taste, of an encoder that listens."""
    facts = {"kind": "cae", "latent": "1x3", "dimensions": dimensions, "fingerprint": name}
    store.write_encoder(EncoderInfo(name=name, created_at=now(), params={}, **facts))
    noise = np.random.default_rng(1).normal(size=(24, dimensions), scale=0.1)
    taste = np.eye(dimensions)[np.arange(24) // 12]
    store.write_vectors(Vectors.from_rows(name, SONGS, taste + noise))


@pytest.fixture
def workspace(tmp_path):
    with open_store(f"ladybug:{tmp_path / 'graph.lbug'}") as store:
        load(store, lists())
        yield Workspace(store, DataFolder(tmp_path))


@pytest.fixture
def furnished(workspace):
    """With a network, its partition, and two encoders of which one learnt from playlists."""
    link_playlists(workspace)
    run_partition(workspace, "leiden", on="playlists", seed=3)
    hear(workspace.store)
    embed(workspace, model="track2vec", training=Training({"dimensions": 4}, {"epochs": 2}))
    return workspace


def split(workspace):
    """One fold, and the table that is left of it."""
    memberships = workspace.store.memberships()
    table = workspace.store.membership_table().sort_by(
        [("playlist", "ascending"), ("song", "ascending")]
    )
    fold = hide(memberships, positions=table["position"].to_numpy())[0]
    return fold, table.filter(fold.kept)


def names(found):
    return {score.name for score in found.found.methods}


def kept(workspace):
    """Everything that the graph and the data folder hold."""
    store, root = workspace.store, workspace.data.root
    files = sorted(root.rglob("*"))
    return (
        [info.fingerprint for info in store.networks() + store.encoders() + store.partitions()],
        store.counts(),
        [(path, path.stat().st_mtime_ns) for path in files if "graph.lbug" not in path.name],
    )


def test_things_are_made_again_without_what_is_hidden(furnished):
    fold, table = split(furnished)
    again = Rebuilt(furnished, fold.training, table)
    network = cooccurrence(fold.training, name="playlists")
    assert again.network("playlists").fingerprint == network.fingerprint
    assert network.fingerprint != furnished.store.networks()[0].fingerprint
    assert again.partition("leiden-playlists").fingerprint == leiden(network, seed=3).fingerprint
    design = track2vec.design({"dimensions": 4, "epochs": 2})
    learnt = track2vec.train(table, design, name="track2vec_4").vectors
    assert again.vectors("track2vec_4").fingerprint == learnt.fingerprint
    known = furnished.store.vectors("track2vec_4")
    assert learnt.fingerprint != known.fingerprint


def test_what_never_saw_playlists_stays(furnished):
    fold, table = split(furnished)
    link_sound(furnished, encoder="ear", k=3)
    run_partition(furnished, "leiden", on="sound-ear")
    run_partition(furnished, "kmeans", on="ear", communities=2)
    again = Rebuilt(furnished, fold.training, table)
    assert again.vectors("ear").fingerprint == furnished.store.vectors("ear").fingerprint
    for name in ("leiden-sound-ear", "kmeans-ear"):
        stored = furnished.store.partition(name)
        assert again.partition(name).fingerprint == stored.fingerprint
    assert not again.hangs_on_playlists("sound-ear")


def test_what_hangs_on_such_a_thing_is_made_again_too(furnished):
    fold, table = split(furnished)
    link_sound(furnished, encoder="track2vec_4", k=3)
    link_multiplex(furnished, ["playlists", "sound-track2vec_4"], name="both")
    run_partition(furnished, "kmeans", on="track2vec_4", communities=2, seed=1)
    again = Rebuilt(furnished, fold.training, table)
    learnt = again.vectors("track2vec_4")
    assert again.network("sound-track2vec_4").fingerprint == nearest(learnt, k=3).fingerprint
    layers = again.network("both").params
    assert layers["fingerprint_1"] == again.network("playlists").fingerprint
    assert layers["fingerprint_2"] == again.network("sound-track2vec_4").fingerprint
    assert list(again.partition("kmeans-track2vec_4").songs) == list(learnt.songs)


def test_all_that_can_be_evaluated_is_and_nothing_is_kept(furnished):
    before = kept(furnished)
    found = evaluate_playlists(furnished)
    assert kept(furnished) == before
    assert names(found) >= {"pagerank", "pagerank-communities", "neighbours", "sound", "random"}
    assert not found.found.left_out
    facts = found.to_json()
    assert facts["schema"] == "songnet.playlist.evaluate/1"
    assert facts["encoder"] == "ear"
    assert facts["network"] == "playlists"
    assert facts["partition"] == "leiden-playlists"
    assert facts["scenario"]["name"] == "half"
    assert (facts["scenario"]["playlists"], facts["scenario"]["folds"]) == (12, 6)
    assert facts["scenario"]["shown_songs"] == 12 * 5
    best = {each["name"]: each["r_precision"] for each in facts["methods"]}
    assert best["neighbours"] > best["random"]
    assert best["sound"] > facts["scenario"]["chance"]["r_precision"]
    assert evaluate_playlists(furnished).to_json()["scenario"] == facts["scenario"]


def test_generated_playlists_are_nobodys_taste(furnished):
    asked = Asked(methods=["neighbours", "popularity"])
    before = evaluate_playlists(furnished, asked).found.methods
    load(furnished.store, {"generated:mine": SONGS[:9], "generated:yours": SONGS[5:20]})
    after = evaluate_playlists(furnished, asked).found
    assert after.challenge.playlists == 12
    assert [each.means for each in after.methods] == [each.means for each in before]


def test_methods_that_listen_are_held_against_each_other_with_each_encoder(furnished):
    hear(furnished.store, "other_ear", dimensions=2)
    asked = Asked(encoders=[*EARS, "track2vec_4"], methods=["sound", "popularity"])
    found = evaluate_playlists(furnished, asked)
    assert names(found) == {
        "sound:ear", "sound:other_ear", "sound:track2vec_4", "popularity"
    }  # fmt: skip
    assert found.to_json()["encoder"] == "ear,other_ear,track2vec_4"


def test_cold_songs_are_ranked_by_those_who_hear(furnished):
    asked = Asked(encoders=["ear", "track2vec_4"], scenario="cold")
    found = evaluate_playlists(furnished, asked)
    assert {"sound:ear", "blend:ear", "random"} <= names(found)
    assert {"neighbours", "pagerank-network", "sound:track2vec_4"} <= set(found.found.left_out)
    best = {each.name: each.means["r_precision"] for each in found.found.methods}
    assert best["sound:ear"] > found.found.challenge.chance.r_precision
    with pytest.raises(StateError, match="--scenario cold asks what sound says"):
        evaluate_playlists(furnished, Asked(encoders=["track2vec_4"], scenario="cold"))


def test_what_is_missing_is_left_out_with_the_reason(workspace):
    found = evaluate_playlists(workspace)
    assert {"pagerank", "neighbours", "popularity", "random"} <= names(found)
    left = found.found.left_out
    assert "songnet embed" in left["sound"]
    assert "songnet link playlists" in left["pagerank-network"]
    facts = found.to_json()
    assert facts["network"] is facts["partition"] is facts["encoder"] is None
    with pytest.raises(StateError, match="method sound cannot be evaluated"):
        evaluate_playlists(workspace, Asked(methods=["sound"]))


def test_of_several_things_one_has_to_be_named(furnished):
    link_playlists(furnished, name="strong", min_shared=2)
    found = evaluate_playlists(furnished)
    assert "choose with --network: playlists, strong" in found.found.left_out["pagerank-network"]
    named = evaluate_playlists(furnished, Asked(network="strong", methods=["pagerank-network"]))
    assert named.network == "strong"
    run_partition(furnished, "louvain", on="playlists")
    found = evaluate_playlists(furnished, Asked(network="playlists"))
    why = found.found.left_out["pagerank-communities"]
    assert "choose with --partition: leiden-playlists, louvain-playlists" in why
    hear(furnished.store, "other_ear")
    found = evaluate_playlists(furnished, Asked(methods=["popularity"]))
    assert names(found) == {"popularity"}
    assert "--encoder" in evaluate_playlists(furnished).found.left_out["sound"]


def test_a_partition_from_elsewhere_cannot_be_made_again(furnished):
    keep(
        furnished,
        Partition.from_labels(SONGS, [0, 1] * 12, name="x", algorithm="imported", on="x.csv"),
    )
    with pytest.raises(InputError, match="the partition 'x' cannot be made again"):
        evaluate_playlists(furnished, Asked(partition="x"))


@pytest.mark.parametrize("what", ["network", "partition"])
def test_names_that_are_not_there_are_refused(furnished, what):
    with pytest.raises(InputError, match="nope"):
        evaluate_playlists(furnished, Asked(**{what: "nope"}))
    with pytest.raises(InputError, match="there is no encoder 'nope'"):
        evaluate_playlists(furnished, Asked(encoders=["nope"]))


def test_a_graph_without_playlists_is_refused(tmp_path):
    with open_store(f"ladybug:{tmp_path / 'graph.lbug'}") as store:
        store.add_songs(pa.table({"id": SONGS}))
        with pytest.raises(EmptyInputError, match="songnet load-playlists"):
            evaluate_playlists(Workspace(store, DataFolder(tmp_path)))
