"""Partitions of a graph held against nulls, truths and intervals, and what is kept of it."""

from __future__ import annotations

from dataclasses import asdict

import numpy as np
import pyarrow as pa
import pytest

from songnet.agreement import contingency, null_scores, scores, shuffled
from songnet.errors import BadNameError, InputError, StateError, UsageError
from songnet.model import Partition
from songnet.networks import rewired
from songnet.partitions import run
from songnet.store import open_store
from songnet.store.folder import DataFolder
from songnet.workflows import _rewiring, nulls
from songnet.workflows.compare import community_titles, compare_partitions
from songnet.workflows.link import conditioned, link_playlists, rebuild
from songnet.workflows.partition import run_partition
from songnet.workflows.workspace import Workspace

TASTES, EACH = 3, 20
SONGS = [f"s{number:02}" for number in range(TASTES * EACH)]


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """The world's graph, which tests leave as it is."""
    folder = tmp_path_factory.mktemp("world")
    with open_store(f"ladybug:{folder / 'graph.lbug'}") as store:
        fill(Workspace(store, DataFolder(folder)))
        yield store


@pytest.fixture
def cut(store, tmp_path):
    """The world with a data folder of its own."""
    return Workspace(store, DataFolder(tmp_path))


@pytest.fixture
def own(tmp_path):
    """A world to change."""
    with open_store(f"ladybug:{tmp_path / 'graph.lbug'}") as store:
        workspace = Workspace(store, DataFolder(tmp_path))
        fill(workspace)
        yield workspace


def fill(workspace):
    """A partition of playlists, two of sound: one that hears the tastes, one that hears nothing."""
    load(workspace.store)
    link_playlists(workspace)
    run_partition(workspace, "leiden", on="playlists", communities=3)
    taste = np.arange(len(SONGS)) // EACH
    random = np.random.default_rng(1)
    hears = np.where(random.random(len(SONGS)) < 0.7, taste, random.integers(0, 3, len(SONGS)))
    for name, labels in (("hears", hears), ("deaf", random.integers(0, 3, len(SONGS)))):
        workspace.store.write_partition(partition(name, labels))


def load(store):
    """Lists of one taste each with a stranger; three songs to an artist, the last five without."""
    random = np.random.default_rng(0)
    rows = []
    for row in range(24):
        own = random.choice(EACH, 7, replace=False) + EACH * (row % TASTES)
        songs = [*own.tolist(), int(random.choice(np.delete(np.arange(len(SONGS)), own)))]
        rows += [(f"p{row:02}", SONGS[song], place, 1) for place, song in enumerate(songs)]
    columns = map(list, zip(*rows, strict=True))
    members = dict(zip(["playlist", "song", "position", "times"], columns, strict=True))
    lists = pa.table({"id": sorted(set(members["playlist"]))})
    store.add_playlists(lists, songs_table(), pa.table(members))


def songs_table():
    artists = [f"artist {number // 3}" if number < 55 else None for number in range(len(SONGS))]
    albums = [["hits", "", None][number % 3] for number in range(len(SONGS))]
    labels = [f"taste {number // EACH}" for number in range(len(SONGS))]
    return pa.table({"id": SONGS, "artist": artists, "album": albums, "label": labels})


def partition(name, labels, songs=SONGS):
    return Partition.from_labels(songs, labels, name=name, algorithm="kmeans", on="encoder")


def pair_of(comparison, a, b):
    return next(pair for pair in comparison.pairs if (pair.a, pair.b) == (a, b))


def test_by_default_the_shuffle_and_the_artist_null_are_there(cut):
    found = compare_partitions(cut)
    assert [(pair.a, pair.b) for pair in found.pairs] == [
        ("deaf", "hears"),
        ("deaf", "leiden-playlists"),
        ("hears", "leiden-playlists"),
    ]
    assert all(list(pair.nulls) == ["shuffle", "artist"] for pair in found.pairs)
    assert found.notes == ()
    assert pair_of(found, "hears", "leiden-playlists").nulls["shuffle"].scores["ami"].p == 0.01
    assert pair_of(found, "deaf", "hears").nulls["shuffle"].scores["ami"].p > 0.05


def test_nulls_are_those_of_the_pure_functions(cut):
    pair = pair_of(compare_partitions(cut, samples=9, seed=4), "deaf", "hears")
    a, b = (cut.store.partition(name) for name in ("deaf", "hears"))
    artists = np.array([f"artist {n // 3}" if n < 55 else None for n in range(60)], dtype=object)
    assert pair.nulls["shuffle"] == shuffled(a.labels, b.labels, samples=9, seed=4)
    assert pair.nulls["artist"] == shuffled(a.labels, b.labels, artists, samples=9, seed=4)


def test_an_album_is_an_artists_and_empty_texts_are_none(cut):
    (pair,) = compare_partitions(cut, ["deaf", "hears"], nulls=["album", "artist"]).pairs
    # Of every third artist one song has an album, "hits"; no artist has two, so no song can move.
    assert pair.nulls["album"].movable == 0
    assert pair.nulls["artist"].movable > 0


def test_rewired_playlists_are_linked_and_cut_as_the_real_ones_were(cut):
    found = compare_partitions(cut, nulls=["rewiring"], rewirings=9, seed=2)
    assert "rewiring" not in pair_of(found, "deaf", "hears").nulls
    pair = pair_of(found, "hears", "leiden-playlists")
    null = pair.nulls["rewiring"]
    assert (null.samples, null.movable, null.rewired) == (9, None, "leiden-playlists")
    assert null.scores["ami"].p == 0.1
    assert null.to_json()["rewired"] == "leiden-playlists"
    (info,) = cut.store.networks()
    real, other = cut.store.partition("leiden-playlists"), cut.store.partition("hears")
    drawn = []
    for number in range(9):
        chance = rewired(conditioned(cut, info), seed=[2, number])
        network = rebuild(cut, info, memberships=chance)
        again = run("leiden", network, resolution=real.params["resolution"], seed=0)
        places = np.searchsorted(other.songs, again.songs)
        drawn.append(scores(contingency(other.labels[places], again.labels)))
    assert {name: asdict(score) for name, score in null.scores.items()} == {
        name: asdict(score) for name, score in null_scores(pair.scores, drawn).items()
    }


def test_what_was_computed_is_read_and_not_computed_again(cut, monkeypatch):
    asked = {"nulls": ["shuffle", "artist", "rewiring"], "rewirings": 3}
    first = compare_partitions(cut, **asked).to_json()

    def never(*_args, **_options):
        raise AssertionError

    for module, name in ((nulls, "shuffled"), (_rewiring, "rewired"), (_rewiring, "run")):
        monkeypatch.setattr(module, name, never)
    assert compare_partitions(cut, **asked).to_json() == first
    with pytest.raises(AssertionError):
        compare_partitions(cut, nulls=["shuffle"], seed=1)


def test_an_interrupted_comparison_goes_on(cut, monkeypatch):
    runs = []

    def stops(algorithm, network, **options):
        runs.append(algorithm)
        if len(runs) == 3:
            raise KeyboardInterrupt
        return run(algorithm, network, **options)

    monkeypatch.setattr(_rewiring, "run", stops)
    with pytest.raises(KeyboardInterrupt):
        compare_partitions(cut, nulls=["rewiring"], rewirings=5)
    found = compare_partitions(cut, nulls=["rewiring"], rewirings=5)
    # Two were kept; the one that was cut off is run again.
    assert len(runs) == 3 + 3
    monkeypatch.undo()
    assert pair_of(found, "hears", "leiden-playlists").nulls["rewiring"].samples == 5


def test_null_partitions_are_shared_among_pairs_and_samples(cut, monkeypatch):
    runs = []

    def counts(*arguments, **options):
        runs.append(arguments)
        return run(*arguments, **options)

    monkeypatch.setattr(_rewiring, "run", counts)
    compare_partitions(cut, nulls=["rewiring"], rewirings=3)
    assert len(runs) == 3
    compare_partitions(cut, nulls=["rewiring"], rewirings=4)
    assert len(runs) == 4


def test_damaged_files_of_nulls_are_made_again(cut):
    asked = {"nulls": ["shuffle", "rewiring"], "rewirings": 2}
    first = compare_partitions(cut, **asked).to_json()
    for path in (cut.data.root / "nulls").iterdir():
        path.write_bytes(b"{")
    assert compare_partitions(cut, **asked).to_json() == first


def test_partitions_that_cannot_be_rewired_are_named(own):
    labels = np.arange(len(SONGS)) % 2
    imported = Partition.from_labels(
        SONGS, labels, name="given", algorithm="imported", on="playlists"
    )
    own.store.write_partition(imported)
    found = compare_partitions(own, ["given", "hears"], nulls=["rewiring"])
    assert found.pairs[0].nulls == {}
    assert found.notes == (
        "no rewiring null of given: 'imported' is no algorithm that can be run on another network",
    )
    both = compare_partitions(own, ["given", "leiden-playlists", "hears"], nulls=["rewiring"])
    tested = {(pair.a, pair.b) for pair in both.pairs if pair.nulls}
    assert tested == {("leiden-playlists", "hears")}
    assert both.notes == found.notes
    found = compare_partitions(own, ["deaf", "hears"], nulls=["rewiring"])
    assert found.notes == (
        "no rewiring null: it needs a pair of which one partition is of playlists",
    )


def test_a_network_that_has_changed_since_is_named(own):
    link_playlists(own, min_shared=2)
    found = compare_partitions(own, ["leiden-playlists", "hears"], nulls=["rewiring"])
    assert found.pairs[0].nulls == {}
    assert "the network 'playlists' has changed since" in found.notes[0]


def test_rewired_networks_that_cannot_be_cut_are_named(cut, monkeypatch):
    def refuses(*_arguments, **_options):
        raise InputError("leiden cannot cut it so")

    monkeypatch.setattr(_rewiring, "run", refuses)
    found = compare_partitions(cut, nulls=["shuffle", "rewiring"], rewirings=2)
    assert all(list(pair.nulls) == ["shuffle"] for pair in found.pairs)
    assert found.notes == ("no rewiring null of leiden-playlists: leiden cannot cut it so",)


@pytest.mark.parametrize(
    ("params", "options"),
    [
        ({"resolution": 0.8, "communities": 3, "input": "x"}, {"resolution": 0.8}),
        ({"communities": 3, "objective": None}, {"communities": 3}),
    ],
)
def test_partitions_are_run_again_at_the_resolution_that_was_found(params, options):
    labels = Partition.from_labels(
        SONGS[:2], [0, 1], name="x", algorithm="leiden", on="playlists", params=params
    )
    assert _rewiring.recorded_options(labels) == options


@pytest.mark.parametrize(("level", "kept"), [(3, {}), (1, {"level": 1})])
def test_the_finest_level_of_a_hierarchy_stays_the_finest(level, kept):
    params = {"hierarchical": True, "level": level, "levels": 3, "trials": 10}
    labels = Partition.from_labels(
        SONGS[:2], [0, 1], name="x", algorithm="infomap", on="playlists", params=params
    )
    assert _rewiring.recorded_options(labels).items() >= ({"hierarchical": True} | kept).items()
    assert ("level" in _rewiring.recorded_options(labels)) == bool(kept)


def test_a_truth_is_a_partition(cut):
    found = compare_partitions(cut, ["leiden-playlists"], truth=["artist", "label"], nulls=[])
    label, artist = (pair for pair in found.pairs if pair.a == "leiden-playlists")
    covered = cut.store.partition("leiden-playlists").songs.tolist()
    assert (label.b, label.songs, label.only_a) == ("truth-label", len(covered), 0)
    assert label.scores.ami > 0.5
    without = len(set(covered) & set(SONGS[55:]))
    assert (artist.b, artist.only_a) == ("truth-artist", without)
    truths = {each.name: each for each in found.partitions}
    assert dict(truths["truth-artist"].params) == {"without": 5}
    titles = community_titles(cut, found.partitions)
    assert titles["truth-label"] == ["taste 0", "taste 1", "taste 2"]
    assert titles["truth-artist"][0] == "artist 0"
    assert len(titles["leiden-playlists"]) == 3


def test_a_truth_by_album_names_the_artist(cut):
    found = compare_partitions(cut, ["hears"], truth=["album"], nulls=[])
    titles = community_titles(cut, found.partitions)["truth-album"]
    assert "artist 3: hits" in titles
    assert "hits" in titles


def test_over_the_budget_no_null_is_computed_unasked_and_a_note_says_how(cut, monkeypatch):
    monkeypatch.setattr(nulls, "BUDGET", 100)
    found = compare_partitions(cut)
    assert all(not pair.nulls for pair in found.pairs)
    assert found.notes[0].endswith("ask for them with --null shuffle,artist")
    asked = compare_partitions(cut, nulls=["shuffle"])
    assert all(list(pair.nulls) == ["shuffle"] for pair in asked.pairs)
    assert asked.notes == ()


def test_without_artists_there_is_no_artist_null(tmp_path):
    with open_store(f"ladybug:{tmp_path / 'graph.lbug'}") as store:
        store.add_songs(pa.table({"id": SONGS}))
        for name in ("a", "b"):
            labels = np.random.default_rng(ord(name)).integers(0, 3, len(SONGS))
            store.write_partition(partition(name, labels))
        workspace = Workspace(store, DataFolder(tmp_path))
        found = compare_partitions(workspace)
        assert list(found.pairs[0].nulls) == ["shuffle"]
        assert found.notes == ()
        asked = compare_partitions(workspace, nulls=["artist"])
        assert asked.notes == ("no artist null: no song has an artist",)
        interval = compare_partitions(workspace, interval=True).pairs[0].interval
        assert interval.units == len(SONGS)
        with pytest.raises(StateError, match="no song has a property 'label'"):
            compare_partitions(workspace, truth=["label"])


def test_intervals_have_artists_as_units(cut):
    interval = compare_partitions(cut, ["hears", "deaf"], nulls=[], interval=True).pairs[0].interval
    # Artists 0 to 18, the last with one song, and five songs without.
    assert interval.units == 19 + 5
    low, high = interval.scores["ami"]
    assert low < high


def test_one_artist_alone_has_no_interval(own):
    songs = SONGS[:3]
    for name in ("a", "b"):
        own.store.write_partition(partition(name, [0, 0, 1], songs))
    found = compare_partitions(own, ["a", "b"], nulls=[], interval=True)
    assert found.pairs[0].interval is None


def test_progress_is_told(cut):
    steps = []
    compare_partitions(
        cut,
        nulls=["shuffle", "rewiring"],
        rewirings=2,
        progress=lambda what, done, total=None, note="": steps.append((what, done, total, note)),
    )
    assert steps[:3] == [("rewiring playlists", done, 2, "") for done in range(3)]
    assert steps[3:] == [
        ("nulls", 0, 3, "deaf, hears"),
        ("nulls", 1, 3, "deaf, leiden-playlists"),
        ("nulls", 2, 3, "hears, leiden-playlists"),
        ("nulls", 3, 3, ""),
    ]


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"nulls": ["luck"]}, UsageError, "--null must be of shuffle, artist, album, rewiring"),
        ({"nulls": ["none", "shuffle"]}, UsageError, "--null none stands alone"),
        ({"truth": ["genre"]}, UsageError, "--truth must be one of label, artist, album"),
        ({"samples": 0}, UsageError, "--samples must be at least 1: got 0"),
        ({"rewirings": 0}, UsageError, "--rewirings must be at least 1: got 0"),
        ({"names": ["hears", "hears"]}, StateError, "two different partitions, got hears: make"),
        ({"names": ["hears", "nope"]}, BadNameError, "nope"),
    ],
)
def test_bad_questions(cut, options, error, message):
    with pytest.raises(error, match=message):
        compare_partitions(cut, **options)


def test_a_partition_with_the_name_of_a_truth_is_not_mixed_up_with_it(own):
    own.store.write_partition(partition("truth-label", np.zeros(len(SONGS), int)))
    with pytest.raises(BadNameError, match="'truth-label' is also the name of a partition"):
        compare_partitions(own, truth=["label"])
    assert len(compare_partitions(own, ["hears"], truth=["label"], nulls=["none"]).pairs) == 1
