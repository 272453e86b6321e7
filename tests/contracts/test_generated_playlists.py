"""Playlists that songnet generated are kept and shown, but never evidence, on every engine."""

from __future__ import annotations

import pyarrow as pa
import pytest
from library_cases import ANSWERS, LISTS, answer, fill

from songnet.encoders import track2vec
from songnet.names import GENERATED
from songnet.sources.playlist_files import WrittenPlaylist, WrittenSong, write_playlist
from songnet.store import open_store
from songnet.store.folder import DataFolder
from songnet.store.library import find, library
from songnet.tables import MEMBERSHIP_SCHEMA, evidence
from songnet.workflows._study_limits import limits
from songnet.workflows.diversity import measure_diversity
from songnet.workflows.link import link_playlists
from songnet.workflows.load import load_playlists
from songnet.workflows.transfer import copy
from songnet.workflows.workspace import Workspace

MADE = "made by songnet"
# What is there to find and show playlists shows all; what takes one by its id takes any.
SHOWN = {"find-playlists", "song-playlists"}
GIVEN = {"continue-by-playlists", "continue-by-sound"}
READ = {
    *("cold-start", "coverage", "diverse-playlists", "followed-playlists", "longest-playlists"),
    *("path", "playlists-across-communities", "playlists-alike", "playlists-of-a-piece"),
    *("popular-songs", "recommend-by-playlists", "song-card", "sound-alikes-apart"),
}
LEAVES_OUT = f"STARTS WITH '{GENERATED}'"


@pytest.fixture
def filled(store):
    return fill(store)


@pytest.fixture
def workspace(filled, tmp_path):
    return Workspace(filled, DataFolder(tmp_path / "data"))


def add(store, name, songs="edcba"):
    """A list that many follow, called as one is searched for."""
    rows = {
        "playlist": [name] * len(songs),
        "song": list(songs),
        "position": range(len(songs)),
        "times": [1] * len(songs),
    }
    described = {"name": ["List p2 again"], "followers": [99], "description": [MADE]}
    store.add_playlists(
        pa.table({"id": [name], **described}), pa.table({"id": list(songs)}), pa.table(rows)
    )


def answers(store):
    """What each query says that runs on the store."""
    runs = [name for name in ANSWERS if find(name).embedded or store.engine == "neo4j"]
    return {name: answer(store, name, ANSWERS[name][0]).to_pylist() for name in runs}


def changed(before, after):
    return {name for name, rows in before.items() if after[name] != rows}


def test_a_generated_playlist_changes_no_answer(filled):
    before = answers(filled)
    add(filled, f"{GENERATED}all")
    assert changed(before, answers(filled)) == SHOWN | {"generated-playlists"}


def test_the_same_playlist_changes_every_such_answer_if_people_made_it(filled):
    before = answers(filled)
    add(filled, "all")
    assert changed(before, answers(filled)) == (SHOWN | READ) & set(before)


def test_every_query_that_reads_playlists_leaves_them_out_or_is_named():
    reading = {
        query.name: query.cypher
        for query in library()
        if "[:CONTAINS" in query.cypher or ":Playlist" in query.cypher
    }
    named = SHOWN | GIVEN
    assert {name for name, text in reading.items() if LEAVES_OUT not in text} == named
    assert set(reading) == named | READ | {"generated-playlists"}


def test_generated_playlists_are_listed_with_how_they_were_made(filled):
    add(filled, f"{GENERATED}z", "ab")
    add(filled, f"{GENERATED}a")
    add(filled, "mine")
    rows = answer(filled, "generated-playlists").to_pylist()
    assert [tuple(row.values()) for row in rows] == [
        (f"{GENERATED}a", "List p2 again", MADE, 5),
        (f"{GENERATED}z", "List p2 again", MADE, 2),
    ]
    assert answer(filled, "generated-playlists", {"limit": "1"}).num_rows == 1


def test_a_song_whose_id_begins_like_one_is_a_song_like_any(filled):
    song = f"{GENERATED}song"
    filled.add_songs(pa.table({"id": [song]}))
    add(filled, "mine", [song, "a"])
    found = answer(filled, "recommend-by-playlists", {"song": song}).to_pylist()
    assert [row["song"] for row in found] == ["a"]
    assert song in filled.memberships().songs
    if filled.engine == "neo4j":
        given = {"song": "b", "other": song, "network": "none"}
        assert answer(filled, "path", given).num_rows == 5


def test_memberships_hold_only_what_people_made(filled):
    before = filled.memberships()
    add(filled, f"{GENERATED}all")
    after = filled.memberships()
    for part in ("playlists", "songs", "playlist", "song"):
        assert getattr(after, part).tolist() == getattr(before, part).tolist()
    assert after.playlists.tolist() == sorted(LISTS)
    assert "e" not in after.songs


def test_tables_and_counts_hold_all(filled):
    before = filled.counts()
    add(filled, f"{GENERATED}all")
    assert filled.playlists()["id"].to_pylist() == [f"{GENERATED}all", *LISTS]
    assert filled.membership_table()["playlist"].to_pylist().count(f"{GENERATED}all") == 5
    assert filled.counts().playlists == before.playlists + 1
    assert filled.counts().memberships == before.memberships + 5


def test_a_graph_of_nothing_else_has_no_evidence(store, tmp_path):
    add(store, f"{GENERATED}all")
    found = store.memberships()
    assert (len(found), len(found.playlists), len(found.songs)) == (0, 0, 0)
    assert evidence(store.membership_table()).num_rows == 0


def test_links_of_playlists_are_the_same(workspace):
    before, _ = link_playlists(workspace, name="before", weight="cosine")
    add(workspace.store, f"{GENERATED}all")
    after, _ = link_playlists(workspace, name="after", weight="cosine")
    assert after.fingerprint == before.fingerprint
    add(workspace.store, "all")
    other, _ = link_playlists(workspace, name="other", weight="cosine")
    assert other.fingerprint != before.fingerprint


def test_what_track2vec_learns_from_is_the_same(filled):
    design = track2vec.design({})

    def identity():
        return track2vec.identity(evidence(filled.membership_table()), design)

    before = identity()
    add(filled, f"{GENERATED}all")
    assert identity() == before
    assert track2vec.identity(filled.membership_table(), design) != before


def test_diversity_is_of_the_playlists_of_people(workspace):
    before = measure_diversity(workspace)
    add(workspace.store, f"{GENERATED}all")
    after = measure_diversity(workspace)
    assert after.coverage == before.coverage
    assert [each.name for each, _ in after.groups] == [each.name for each, _ in before.groups]


def test_the_limits_of_a_study_are_those_of_the_playlists_of_people(workspace):
    before = limits(workspace, [], samples=1, rewirings=1)
    for number in range(3):
        add(workspace.store, f"{GENERATED}{number}", "ab")
    assert limits(workspace, [], samples=1, rewirings=1) == before
    for number in range(3):
        add(workspace.store, f"ann {number}", "ab")
    assert limits(workspace, [], samples=1, rewirings=1) != before


def test_a_copy_holds_them_and_they_stay_what_they_are(tmp_path):
    uris = [f"ladybug:{tmp_path / name}.lbug" for name in ("from", "to")]
    with open_store(uris[0]) as origin:
        add(fill(origin), f"{GENERATED}all")
        table, members = origin.membership_table(), len(origin.memberships())
    copy(*uris, tmp_path)
    with open_store(uris[1]) as goal:
        assert goal.membership_table().equals(table)
        assert len(goal.memberships()) == members


@pytest.mark.parametrize("extension", [".m3u8", ".xspf", ".json", ".csv"])
def test_what_songnet_wrote_and_loads_again_is_no_evidence(workspace, tmp_path, extension):
    before = workspace.store.memberships()
    songs = [WrittenSong(name, title=f"Song {name}") for name in "edcba"]
    path = tmp_path / f"mine{extension}"
    write_playlist(path, WrittenPlaylist("Mine", songs))
    loaded = load_playlists(workspace, [path])
    assert (loaded.playlists, loaded.generated, loaded.memberships) == (1, 1, 5)
    assert workspace.store.counts().playlists == len(LISTS) + 1
    assert workspace.store.memberships().song.tolist() == before.song.tolist()
    [row] = answer(workspace.store, "generated-playlists").to_pylist()
    assert (row["name"], row["songs"]) == ("Mine", 5)


def test_evidence_is_a_table_without_generated_playlists():
    lists = ["a", f"{GENERATED}x", "generated", "b", "Generated:y"]
    given = pa.table(
        {"playlist": lists, "song": ["s"] * 5, "position": [0] * 5, "times": [1] * 5},
        schema=MEMBERSHIP_SCHEMA,
    )
    assert evidence(given)["playlist"].to_pylist() == ["a", "generated", "b", "Generated:y"]
    assert evidence(given.slice(2)).equals(given.slice(2))
    empty = MEMBERSHIP_SCHEMA.empty_table()
    assert evidence(empty).equals(empty)
