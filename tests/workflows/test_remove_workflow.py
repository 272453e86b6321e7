"""What hangs on what, and that nothing of what was removed is left, also after a kill."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from songnet.errors import BadNameError, StateError
from songnet.info import EncoderInfo
from songnet.model import Partition, Vectors
from songnet.networks import multiplex, nearest
from songnet.partitions import Choice, Sweep
from songnet.sources.archive import SpectrogramArchive
from songnet.sources.audio import SongSound
from songnet.store import _neo4j_steps, open_store
from songnet.store._neo4j_session import Session
from songnet.store.folder import DataFolder
from songnet.store.neo4j import Neo4jStore
from songnet.workflows.check import check
from songnet.workflows.link import REMOVED, link_playlists, rebuild
from songnet.workflows.remove import Removal, Results, plan_removal, remove
from songnet.workflows.workspace import Workspace, pull_network

LISTS = {"p1": "abcd", "p2": "abc", "p3": "bcde", "p4": "f", "generated:g": "ab"}
HEARD = "abcde"
CUTS = {"by-list": "playlists", "by-sound": "sound-tiny", "by-both": "both", "by-vector": "tiny"}


def sound(song: str) -> SongSound:
    pixels = np.full((2, 96, 216), ord(song), np.uint8)
    return SongSound(song, f"{song}.ogg", f"#{song}", None, None, None, None, None, None, pixels, 2)


def load(workspace: Workspace) -> None:
    """Lists of six songs, of which five are heard."""
    rows = [(name, song, at, 1) for name, word in LISTS.items() for at, song in enumerate(word)]
    members = pa.table(dict(zip(("playlist", "song", "position", "times"), zip(*rows, strict=True),
                                strict=True)))  # fmt: skip
    workspace.store.add_playlists(
        pa.table({"id": list(LISTS)}), pa.table({"id": list("abcdef")}), members
    )
    SpectrogramArchive(workspace.data.spectrograms).add(map(sound, HEARD))
    heard = {"id": list(HEARD), "sha256": [f"#{song}" for song in HEARD]}
    workspace.store.add_songs(pa.table(heard))


def build(workspace: Workspace) -> None:
    """The songs with vectors, a network of each kind, a partition of each of these."""
    load(workspace)
    store, data = workspace.store, workspace.data
    store.write_encoder(EncoderInfo("tiny", "cae", "2", 2, "made", "2024-01-01T00:00:00Z"))
    values = np.random.default_rng(0).normal(size=(5, 2)).astype(np.float32)
    vectors = Vectors.from_rows("tiny", HEARD, values)
    store.write_vectors(vectors)
    data.write_latents("tiny", [(vectors, np.array(["x"] * 5, object))], made_by="made")
    shared, _ = link_playlists(workspace)
    like = nearest(vectors, k=2)
    for network in (like, multiplex([shared, like], name="both")):
        data.write_network(network)
        store.write_network(network)
    for name, on in CUTS.items():
        made = Partition.from_labels(HEARD, list("aabbb"), name=name, algorithm="made", on=on)
        store.write_partition(made, titles=["three", "two"])
    data.write_sweep(Sweep("playlists", "leiden", "f", (0,), (), ()))
    data.write_choice(Choice("tiny", 5, 0, "f", (), {}, {}))
    data.nulls.write_labels("k1", np.array(["a", "b"], object), np.array([0, 1]))
    data.nulls.write_labels("k2", np.array(["e"], object), np.array([0]))


def opened(folder: Path) -> Workspace:
    return Workspace(open_store(str(folder / "graph.lbug")), DataFolder(folder))


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    """All that can hang on something, in an embedded store."""
    made = opened(tmp_path)
    build(made)
    yield made
    made.store.close()


def done(workspace: Workspace, kind: str, *ids: str, **options: bool) -> Removal:
    """Plan, carry out, and look whether the graph is sound."""
    plan = plan_removal(workspace, kind, ids, **options)  # type: ignore[arg-type]
    remove(workspace, plan)
    assert check(workspace).findings == ()
    return plan


def files(workspace: Workspace) -> set[str]:
    root = workspace.data.root
    return {str(path.relative_to(root)) for path in root.rglob("*")
            if path.is_file() and not path.name.startswith((".", "graph"))}  # fmt: skip


# --- songs ----------------------------------------------------------------------------------------


def test_a_song_leaves_every_result_and_file(workspace: Workspace) -> None:
    plan = done(workspace, "song", "a")
    assert (plan.memberships, plan.clips, plan.vectors) == (3, 2, {"tiny": 1})
    assert plan.networks.keys() == {"playlists", "sound-tiny", "both"}
    assert plan.partitions == dict.fromkeys(CUTS, 1)
    assert plan.results == Results()
    assert plan.outdated.partitions == tuple(sorted(CUTS))
    store, data = workspace.store, workspace.data
    assert "a" not in store.songs()["id"].to_pylist()
    for info in store.networks():
        network = pull_network(workspace, info)
        assert "a" not in network.songs
        assert data.network(info.name).fingerprint == info.fingerprint
        assert info.params[REMOVED] == 1
    archive = SpectrogramArchive(data.spectrograms)
    assert sorted(set(archive.songs)) == list("bcde")
    assert set(archive.read(archive.by_song("c")).ravel()) == {ord("c")}
    latents = data.latents("tiny", made_by="made")
    assert latents is not None
    assert list(latents.songs) == list("bcde")
    assert data.nulls.labels("k1") is None
    assert data.nulls.labels("k2") is not None


def test_what_is_left_of_a_network_of_counts_is_what_linking_again_gives(
    workspace: Workspace,
) -> None:
    done(workspace, "song", "b", "e")
    info = next(info for info in workspace.store.networks() if info.name == "playlists")
    assert rebuild(workspace, info).fingerprint == info.fingerprint


def test_communities_stay_ordered_by_size_and_keep_their_titles(workspace: Workspace) -> None:
    done(workspace, "song", "d", "e")
    left = workspace.store.partition("by-list")
    assert dict(zip(left.songs, left.labels.tolist(), strict=True)) == {"a": 0, "b": 0, "c": 1}
    assert workspace.store.community_titles("by-list") == ["two", "three"]
    assert left.params[REMOVED] == 2


def test_a_multiplex_network_is_made_anew_of_what_is_left_of_its_layers(
    workspace: Workspace,
) -> None:
    done(workspace, "song", "a")
    (workspace.data.root / "networks" / "both.parquet").unlink()
    info = next(info for info in workspace.store.networks() if info.name == "both")
    assert pull_network(workspace, info).fingerprint == info.fingerprint


def test_a_multiplex_network_whose_layer_has_changed_only_loses_the_song(
    workspace: Workspace,
) -> None:
    link_playlists(workspace, min_shared=2)
    done(workspace, "song", "a")
    info = next(info for info in workspace.store.networks() if info.name == "both")
    assert "a" not in pull_network(workspace, info).songs


def test_results_of_which_nothing_is_left_go_and_the_last_song_can(workspace: Workspace) -> None:
    plan = done(workspace, "song", *"abcdef")
    assert plan.results.networks == ("both", "playlists", "sound-tiny")
    assert plan.results.partitions == tuple(sorted(CUTS))
    assert plan.emptied == len(LISTS)
    assert workspace.store.counts().songs == 0
    assert files(workspace) == {"choices/tiny.json"}
    assert [info.name for info in workspace.store.encoders()] == ["tiny"]


def test_with_results_they_go_instead_of_losing_a_song(workspace: Workspace) -> None:
    plan = done(workspace, "song", "a", with_results=True)
    assert plan.results.networks == ("both", "playlists", "sound-tiny")
    assert (plan.networks, plan.partitions, plan.outdated) == ({}, {}, Results())
    assert workspace.store.partitions() == []
    assert "sweeps/leiden-playlists.json" not in files(workspace)


def test_a_network_that_cannot_be_read_whole_stops_it_before_anything_went(
    workspace: Workspace,
) -> None:
    link_playlists(workspace, min_shared=2)
    (workspace.data.root / "networks" / "both.parquet").unlink()
    before = files(workspace)
    with pytest.raises(StateError, match="'both' is not in the data folder"):
        plan_removal(workspace, "song", ["a"])
    assert files(workspace) == before


# --- playlists ------------------------------------------------------------------------------------


def test_a_playlist_leaves_songs_and_results_and_says_which_are_older(
    workspace: Workspace,
) -> None:
    plan = done(workspace, "playlist", "p4", "p1")
    assert (plan.memberships, plan.songs, plan.alone) == (5, (), 1)
    assert plan.outdated == Results(("both", "playlists"), (), ("by-both", "by-list"))
    assert workspace.store.counts().songs == 6
    assert workspace.store.playlists()["id"].to_pylist() == ["generated:g", "p2", "p3"]


def test_songs_that_nobody_lists_or_heard_can_go_with_it(workspace: Workspace) -> None:
    plan = done(workspace, "playlist", "p3", "p4", with_songs=True)
    assert (plan.songs, plan.alone) == (("f",), 1)
    assert workspace.store.songs()["id"].to_pylist() == list(HEARD)


def test_results_made_with_it_can_go_with_it(workspace: Workspace) -> None:
    done(workspace, "playlist", "p1", with_results=True)
    assert [info.name for info in workspace.store.networks()] == ["sound-tiny"]
    assert [info.name for info in workspace.store.partitions()] == ["by-sound", "by-vector"]


def test_nothing_was_learnt_from_a_generated_playlist(workspace: Workspace) -> None:
    plan = done(workspace, "playlist", "generated:g", with_results=True)
    assert (plan.results, plan.outdated) == (Results(), Results())
    assert plan.memberships == 2


# --- what bears a name ----------------------------------------------------------------------------


def test_a_network_goes_with_partitions_layered_networks_and_profiles(
    workspace: Workspace,
) -> None:
    plan = done(workspace, "network", "playlists")
    assert plan.results == Results(("both", "playlists"), (), ("by-both", "by-list"))
    assert {str(path) for path in plan.files} == {
        "networks/both.parquet", "networks/playlists.parquet", "sweeps/leiden-playlists.json",
    }  # fmt: skip
    assert files(workspace).isdisjoint({str(path) for path in plan.files})


def test_an_encoder_goes_with_all_that_is_made_of_its_vectors(workspace: Workspace) -> None:
    model = workspace.data.encoder("tiny")
    model.mkdir(parents=True)
    (model / "config.json").touch()
    plan = done(workspace, "encoder", "tiny")
    gone = Results(("both", "sound-tiny"), ("tiny",), ("by-both", "by-sound", "by-vector"))
    assert plan.results == gone
    assert workspace.store.encoders() == []
    assert not model.exists()
    assert not any("tiny" in name for name in files(workspace))
    build(workspace)
    assert len(workspace.store.embedded("tiny")) == 5


@pytest.mark.parametrize("kind", ["playlist", "song", "encoder", "network", "partition"])
def test_one_that_is_not_there_keeps_all_others(workspace: Workspace, kind: str) -> None:
    there = {"playlist": "p1", "song": "a", "encoder": "tiny", "network": "both"}
    with pytest.raises(BadNameError, match=rf"1 of 2 are not there, there is no {kind} 'nobody"):
        plan_removal(workspace, kind, [there.get(kind, "by-both"), "nobody\ud800"])  # type: ignore[arg-type]


# --- killed ---------------------------------------------------------------------------------------

KILLED = """
import os, signal, sys
from pathlib import Path
sys.path.insert(0, {here!r})
from {module} import opened
from songnet.workflows import remove
left = int(sys.argv[1])
def counted(work):
    def run(*arguments, **options):
        global left
        left -= 1
        if left < 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return work(*arguments, **options)
    return run
workspace = opened(Path({folder!r}))
store, data = type(workspace.store), type(workspace.data)
for thing, names in (
    (store, ("drop", "remove", "write_network", "write_partition")),
    (data, ("write_network", "remove", "remove_songs")),
    (remove.SpectrogramArchive, ("remove",)),
):
    for name in names:
        setattr(thing, name, counted(getattr(thing, name)))
remove.remove(workspace, remove.plan_removal(workspace, {kind!r}, {ids!r}))
workspace.store.close()
"""


@pytest.mark.skipif(os.name != "posix", reason="kills a process")
@pytest.mark.parametrize(
    ("kind", "ids", "runs"), [("song", ["a", "f"], 3), ("encoder", ["tiny"], 2)]
)
def test_killed_after_every_few_steps_it_is_sound_and_the_same_command_completes_it(
    tmp_path: Path, kind: str, ids: list[str], runs: int
) -> None:
    made = opened(tmp_path)
    build(made)
    made.store.close()
    code = KILLED.format(here=str(Path(__file__).parent), module=Path(__file__).stem,
                         folder=str(tmp_path), kind=kind, ids=ids)  # fmt: skip
    for run in range(runs):
        # A network is gone from the graph, not from the files; a song is half gone from these.
        ended = subprocess.run(
            [sys.executable, "-c", code, "6"], capture_output=True, text=True, check=False
        )
        assert ended.returncode == (0 if run == runs - 1 else -signal.SIGKILL), ended.stderr
        with opened(tmp_path).store as store:
            workspace = Workspace(store, DataFolder(tmp_path))
            assert check(workspace).findings == ()
            for info in store.networks():
                assert pull_network(workspace, info).fingerprint == info.fingerprint
    assert not any((tmp_path / "removals").iterdir())
    if kind == "song":
        assert set(SpectrogramArchive(workspace.data.spectrograms).songs) == set("bcde")
    else:
        assert not any("tiny" in name for name in files(workspace))


class Killed(BaseException):
    """What nothing expects."""


def test_killed_while_what_it_kept_is_removed_it_leaves_nothing_in_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = opened(tmp_path)
    build(workspace)
    folder, whole = tmp_path / "removals", shutil.rmtree

    def cut_off(path: Path, **options: bool) -> None:
        if not path.is_relative_to(folder) or not path.exists():
            whole(path, **options)
            return
        next(path.iterdir()).unlink()
        raise Killed

    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(shutil, "rmtree", cut_off)
        remove(workspace, plan_removal(workspace, "song", ["a"]))
    assert any(folder.iterdir())
    remove(workspace, plan_removal(workspace, "song", ["a"]))
    assert not any(folder.iterdir())


def kill_in(verb: str, patch: pytest.MonkeyPatch) -> None:
    """Let a verb of a server's store end after the first of its transactions."""
    whole, write = getattr(Neo4jStore, verb), Session.execute_write

    def cut_off(store: Neo4jStore, *given: object) -> None:
        written: list[str] = []

        def once(*asked: object, **how: object) -> object:
            if written:
                raise Killed
            written.append(verb)
            return write(*asked, **how)

        patch.setattr(Session, "execute_write", once)
        whole(store, *given)

    patch.setattr(Neo4jStore, verb, cut_off)


def made_at(workspace: Workspace) -> dict[str, str]:
    store = workspace.store
    return {info.name: info.created_at for info in (*store.networks(), *store.partitions())}


def kept(workspace: Workspace) -> list[object]:
    """All networks and partitions with what is known of them, but when they were made."""
    store = workspace.store
    networks = [
        (replace(info, created_at=""), pull_network(workspace, info).fingerprint)
        for info in store.networks()
    ]
    cuts = [
        (replace(info, created_at=""), store.community_titles(info.name))
        for info in store.partitions()
    ]
    return [networks, cuts, check(workspace).findings]


@pytest.mark.neo4j
@pytest.mark.parametrize("verb", ["write_network", "write_partition"])
def test_killed_while_a_server_takes_a_result_in_several_transactions(
    verb: str, tmp_path: Path, neo4j_store: Neo4jStore, wipe_neo4j: Callable[[], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    uncut = Workspace(neo4j_store, DataFolder(tmp_path / "uncut"))
    build(uncut)
    remove(uncut, plan_removal(uncut, "song", ["a"]))
    expected = kept(uncut)
    wipe_neo4j()
    workspace = Workspace(neo4j_store, DataFolder(tmp_path / "cut"))
    build(workspace)
    times = made_at(workspace)
    for limit in ("WHOLE", "BATCH", "STEPS_PER_TRANSACTION"):
        monkeypatch.setattr(_neo4j_steps, limit, 1)
    with monkeypatch.context() as patch, pytest.raises(Killed):
        kill_in(verb, patch)
        remove(workspace, plan_removal(workspace, "song", ["a"]))
    assert len(neo4j_store.unfinished()) == 1
    remove(workspace, plan_removal(workspace, "song", ["a"]))
    assert neo4j_store.unfinished() == []
    assert kept(workspace) == expected
    assert made_at(workspace) == times
    assert not any((tmp_path / "cut" / "removals").iterdir())
