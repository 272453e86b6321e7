"""What a report gathers from a graph and its data folder."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from songnet.errors import UsageError
from songnet.info import EncoderInfo
from songnet.model import Partition, Vectors
from songnet.partitions import Choice, ChoiceRow, Sweep, SweepRow
from songnet.report import Section, projections
from songnet.store import open_store
from songnet.store.folder import DataFolder
from songnet.workflows import _report_maps
from songnet.workflows.link import link_playlists
from songnet.workflows.partition import run_partition
from songnet.workflows.report import Against, gather, write_report
from songnet.workflows.workspace import Workspace

SONGS = [f"s{number:02}" for number in range(40)]
ENCODER = EncoderInfo("ear", "cae", "8", 8, "ab" * 32, "2026-01-01T00:00:00Z")


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """Two tastes of 20 songs that sound apart too; an encoder hears all but the last song."""
    folder = tmp_path_factory.mktemp("world")
    with open_store(f"ladybug:{folder / 'graph.lbug'}") as store:
        workspace = Workspace(store, DataFolder(folder))
        load(store)
        link_playlists(workspace)
        run_partition(workspace, "leiden", on="playlists")
        run_partition(workspace, "kmeans", on="ear", communities=2)
        yield workspace


def load(store):
    random = np.random.default_rng(0)
    rows = [
        (f"p{row}", SONGS[song], place, 1)
        for row in range(12)
        for place, song in enumerate(random.choice(20, 9, replace=False) + 20 * (row % 2))
    ]
    columns = map(list, zip(*rows, strict=True))
    members = dict(zip(["playlist", "song", "position", "times"], columns, strict=True))
    songs = pa.table(
        {
            "id": SONGS,
            "title": [f"Title {n}" if n % 2 else None for n in range(40)],
            "artist": [f"Artist {n // 2}" if n < 30 else None for n in range(40)],
        }
    )
    store.add_playlists(
        pa.table({"id": sorted(set(members["playlist"]))}), songs, pa.table(members)
    )
    values = random.normal(size=(39, 8)) + 4 * (np.arange(39) // 20)[:, None]
    store.write_encoder(ENCODER)
    store.write_vectors(vectors(values))


def vectors(values):
    return Vectors.from_rows("ear", SONGS[:39], values)


@pytest.fixture
def own(world, tmp_path):
    """The world with a data folder of its own."""
    return Workspace(world.store, DataFolder(tmp_path))


@pytest.fixture(autouse=True)
def without_umap(monkeypatch):
    """Compiling it takes longer than all the rest; the tests of projections run it."""
    monkeypatch.setattr(projections, "has_umap", lambda: False)


@pytest.fixture
def content(own):
    return gather(own, title="t")


def test_songs_are_named_and_placed(content):
    assert len(content.songs) == 40
    assert content.songs.titles[:2] == ["s00", "Title 1"]
    assert content.songs.artists[28:31] == ["Artist 14", "Artist 14", ""]
    assert content.songs.note == ""
    pca, tsne = content.projections
    assert (pca.method, tsne.method) == ("PCA", "t-SNE")
    np.testing.assert_array_equal(pca.rows, np.arange(39))
    assert (pca.partition, tsne.partition) == ("kmeans-ear", "leiden-playlists")
    assert tsne.note == "seed 0"


def test_labels_are_the_partitions_own(content, world):
    for name in ("leiden-playlists", "kmeans-ear"):
        kept = world.store.partition(name)
        expected = dict(zip(kept.songs, kept.labels, strict=True))
        labels = [expected.get(song, -1) for song in SONGS]
        np.testing.assert_array_equal(content.labels[name], labels)


def test_a_song_that_no_partition_covers_has_no_community():
    cut = Partition.from_labels(["b", "d"], [0, 1], name="cut", algorithm="x", on="y")
    found = _report_maps.labels_by_id(np.array(["a", "b", "c", "d", "e"], object), cut)
    assert found.tolist() == [-1, 0, -1, 1, -1]


def test_umap_is_shown_where_it_is_installed(own, monkeypatch):
    monkeypatch.setattr(projections, "has_umap", lambda: True)
    monkeypatch.setattr(projections, "umap", projections.tsne)
    methods = [each.method for each in gather(own, title="t").projections]
    assert methods == ["PCA", "t-SNE", "UMAP"]


def test_agreement_is_held_against_nulls_and_intervals(content):
    (pair,) = content.comparison.to_json()["pairs"]
    assert set(pair["null"]) == {"shuffle", "artist"}
    assert pair["null"]["shuffle"]["ami"]["p"] == 0.01
    assert pair["interval"]["level"] == 0.95


def test_which_nulls_can_be_said(own):
    given = gather(own, title="t", against=Against(["shuffle"], samples=19))
    (pair,) = given.comparison.to_json()["pairs"]
    assert list(pair["null"]) == ["shuffle"]
    assert pair["null"]["shuffle"]["samples"] == 19
    with pytest.raises(UsageError, match="martian"):
        gather(own, title="t", against=Against(["martian"]))


def test_too_many_songs_are_sampled_and_said(own, monkeypatch):
    monkeypatch.setattr(_report_maps, "SONGS", 10)
    first, again = gather(own, title="t", seed=3), gather(own, title="t", seed=3)
    assert len(first.songs) == 10
    assert first.songs == again.songs
    assert first.songs != gather(own, title="t", seed=4).songs
    assert first.songs.note == "Shown are 10 of 40 songs, drawn with seed 3."
    assert len(first.labels["leiden-playlists"]) == 10
    # Scores stay those of all songs.
    assert first.comparison.to_json()["pairs"][0]["songs"] == 39


def test_many_encoders_share_the_time_of_slow_maps():
    assert _report_maps.slow_limit(0) == _report_maps.slow_limit(1) == projections.SAMPLE
    assert _report_maps.slow_limit(12) * 12 <= _report_maps.SLOW_SONGS
    assert _report_maps.slow_limit(1000) == _report_maps.LEAST_SLOW


def choice(fingerprint, on="ear"):
    row = ChoiceRow(2, 5.0, 0.3, None, None, None, 0.6, degenerate=False)
    return Choice(on, 39, 0, fingerprint, (row,), {"silhouette": 2}, {"silhouette": "the largest"})


def sweep(fingerprint, on="playlists"):
    row = SweepRow(1.0, 2, 0.4, 1.0, 0.5, degenerate=False, plateau=None)
    return Sweep(on, "leiden", fingerprint, (0,), (row,), (), None)


def test_choices_and_sweeps_of_what_is_still_there_are_shown(own):
    (network,) = own.store.networks()
    own.data.write_choice(choice(own.store.vectors("ear").fingerprint))
    own.data.write_sweep(sweep(network.fingerprint))
    given = gather(own, title="t")
    assert [each.on for each in given.choices] == ["ear"]
    assert [each.on for each in given.sweeps] == ["playlists"]
    assert given.stale == []


def test_stale_ones_are_left_out_with_a_sentence(own):
    own.data.write_choice(choice("0" * 64))
    own.data.write_choice(choice("0" * 64, on="gone"))
    own.data.write_sweep(sweep("0" * 64))
    given = gather(own, title="t")
    assert (given.choices, given.sweeps) == ([], [])
    assert len(given.stale) == 3
    assert "'songnet partitions choose-k ear'" in given.stale[0]
    assert "'songnet partitions sweep playlists --algorithm leiden'" in given.stale[2]


def test_a_damaged_choice_is_said_and_the_rest_is_shown(own):
    own.data.write_choice(choice("0" * 64))
    (path,) = (own.data.root / "choices").iterdir()
    path.write_text("{")
    given = gather(own, title="t")
    assert "cannot be shown" in given.stale[0]
    assert given.projections


def test_sections_and_notes_reach_the_page(own, tmp_path):
    write_report(
        own,
        tmp_path / "page.html",
        notes=["A note."],
        sections=[Section("My part", ["My paragraph."])],
        against=Against(["none"]),
        figures=tmp_path / "figures",
    )
    page = (tmp_path / "page.html").read_text("utf-8")
    assert "My paragraph." in page
    assert "A note." in page
    assert "No nulls were computed for this page" in page
    assert (tmp_path / "figures" / "flow-kmeans-ear-to-leiden-playlists.svg").exists()


def test_an_empty_graph_is_a_page_too(tmp_path):
    with open_store(f"ladybug:{tmp_path / 'graph.lbug'}") as store:
        given = gather(Workspace(store, DataFolder(tmp_path)), title="t")
    assert given.comparison is None
    assert not given.projections
    assert len(given.songs) == 0
    assert replace(given, title="u").title == "u"
