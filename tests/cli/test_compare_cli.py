"""`songnet partitions compare`: what it prints, its options, its JSON."""

from __future__ import annotations

import json

import pytest

SCORES = ["nmi", "ami", "ari", "vi", "homogeneity", "completeness", "fmi", "element_centric"]

BAD = [
    (["--null", "luck"], 2, "--null must be of shuffle, artist, album, rewiring, or none"),
    (["--null", "none,shuffle"], 2, "stands alone"),
    (["--truth", "genre"], 2, "--truth must be one of label, artist, album: got 'genre'"),
    (["--samples", "0"], 2, "samples"),
    (["--rewirings", "0"], 2, "rewirings"),
    (["nope"], 1, "nope"),
]


@pytest.fixture
def cuts(songnet, playlists, tmp_path):
    """A partition of playlists, one like it but for two songs, and one of half of the songs."""
    songnet("load-playlists", playlists)
    songnet("link", "playlists")
    songnet("partitions", "run", "leiden", "--on", "playlists", "--name", "lists")
    found = songnet("query", "MATCH (s:Song) RETURN s.id AS id ORDER BY id", "--json").json()
    songs = [row["id"] for row in found]
    near = {song: int(place >= 12) ^ int(place % 12 == 0) for place, song in enumerate(songs)}
    half = {song: place % 3 for place, song in enumerate(songs) if place % 2}
    for name, labels in (("near", near), ("half", half)):
        (tmp_path / f"{name}.json").write_text(json.dumps(labels))
        songnet("partitions", "import", f"{name}.json", "--name", name)
    return songnet


def test_a_pair_is_shown_in_detail(cuts):
    shown = cuts("partitions", "compare", "lists", "near", "--interval")
    lines = shown.out.splitlines()
    assert lines[0] == "lists and near: 24 songs that both cover"
    head = "score value low high chance shuffle p shuffle artist p artist"
    assert " ".join(lines[2].split()) == head
    assert [line.split()[0] for line in lines[3:11]] == SCORES
    assert "songs of lists (rows) in near (columns), best matching first" in lines
    assert sum("11+" in line and "1-" in line for line in lines) == 2
    assert any("best match" in line and "jaccard" in line for line in lines)
    said = [line.split(":")[0] for line in shown.err.splitlines()]
    assert said[:3] == ["low and high", "shuffle", "artist"]
    assert "among the songs of each artist, 99 times; ami" in shown.err
    assert max(map(len, lines)) <= 120


def test_many_pairs_are_a_table_and_a_matrix(cuts):
    shown = cuts("partitions", "compare")
    lines = shown.out.splitlines()
    assert lines[0].split()[:7] == ["a", "b", "songs", "ami", "ari", "nmi", "chance"]
    assert lines[0].endswith("p shuffle  p artist")
    # The lists are the artists', so that shuffles within artists move nothing of them.
    says = {line.split(":")[0]: line for line in shown.err.splitlines()}
    assert "it can move 0% to" in says["artist"]
    assert "it can move" not in says["shuffle"]
    assert [line.split()[:3] for line in lines[1:4]] == [
        ["half", "lists", "12"],
        ["half", "near", "12"],
        ["lists", "near", "24"],
    ]
    assert "ami of every two, those that agree side by side" in lines
    assert "2 of 3 pairs are of partitions of different songs" in shown.err
    assert "shuffle: labels shuffled among all songs, 99 times; 1 of 3 pairs agree" in shown.err
    assert max(map(len, lines)) <= 120


def test_a_null_that_only_some_pairs_have_is_a_column(cuts):
    asked = ["--null", "shuffle,rewiring", "--samples", "9", "--rewirings", "2"]
    lines = cuts("partitions", "compare", "half", "near", "lists", *asked).out.splitlines()
    assert lines[0].endswith("vi  p shuffle  p rewiring")
    assert [len(line.split()) for line in lines[:4]] == [12, 9, 10, 10]


def test_songs_that_only_one_covers_are_said_and_nothing_of_nulls_where_none_is_wanted(cuts):
    shown = cuts("partitions", "compare", "half", "lists", "--null", "none")
    assert "half and lists: 12 songs that both cover" in shown.out
    assert "  12 songs that only lists covers do not count" in shown.out
    assert "p shuffle" not in shown.out
    assert shown.err == ""


def test_the_json_has_what_was_asked_for(cuts):
    asked = ["--null", "shuffle,rewiring", "--samples", "9", "--rewirings", "3", "--seed", "5"]
    found = cuts("partitions", "compare", "lists", "near", *asked, "--interval", "--json").json()
    (pair,) = found["pairs"]
    assert found["schema"] == "songnet.partitions.compare/1"
    assert list(pair["null"]) == ["shuffle", "rewiring"]
    assert pair["null"]["shuffle"]["samples"] == 9
    assert pair["null"]["rewiring"]["rewired"] == "lists"
    for null in pair["null"].values():
        assert null["seed"] == 5
        assert set(null["ami"]) == {"mean", "sd", "low", "high", "z", "p"}
        assert set(SCORES) < set(null)
    assert set(pair["chance"]) == set(SCORES)
    assert pair["chance"]["ami"] == 0
    assert list(pair["nmi_by"]) == ["arithmetic", "geometric", "min", "max", "joint"]
    assert pair["interval"]["samples"] == 9
    assert pair["interval"]["units"] == 2
    assert sorted(pair["order"]["rows"]) == list(range(len(pair["confusion"]["rows"])))
    assert {row["label"] for row in pair["matches"]["a"]} == set(pair["confusion"]["rows"])
    assert found["matrix"]["names"] == ["lists", "near"]
    again = cuts("partitions", "compare", "lists", "near", *asked, "--interval", "--json").json()
    assert again == found


def test_a_truth_stands_beside_partitions(cuts):
    shown = cuts("partitions", "compare", "lists", "--truth", "artist")
    assert "lists and truth-artist: 24 songs that both cover" in shown.out
    assert "Artist 0" in shown.out
    missing = cuts("partitions", "compare", "lists", "--truth", "label", fails=1)
    assert "no song has a property 'label'" in missing.err


def test_songs_that_a_truth_leaves_out_are_said(cuts):
    cuts("query", "MATCH (s:Song) WHERE s.title = 'Song 3' SET s.artist = null", "--write")
    shown = cuts("partitions", "compare", "lists", "--truth", "artist", "--null", "none")
    assert "truth-artist leaves out 1 song without artist" in shown.err
    assert "  1 song that only lists covers do not count" in shown.out


def test_bad_questions_are_one_line(cuts):
    for options, code, message in BAD:
        err = cuts("partitions", "compare", "lists", "near", *options, fails=code).err
        assert message in err
        assert len(err.splitlines()) == 1
