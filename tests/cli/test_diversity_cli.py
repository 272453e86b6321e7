"""`songnet diversity`: what it says, in words and as JSON, and what it refuses."""

from __future__ import annotations

import csv

import numpy as np
import pytest

from songnet import diversity
from songnet.config import settings
from songnet.info import EncoderInfo, now
from songnet.model import Vectors
from songnet.sources.spectrograms import write_png
from songnet.workflows.workspace import open_workspace


def keep(name, vectors):
    """Put vectors of an encoder of that name into the graph, as `songnet embed` would."""
    facts = {"kind": "cae", "latent": "2x3", "dimensions": 6, "fingerprint": f"f-{name}"}
    with open_workspace(settings(store=None, data=None)) as workspace:
        workspace.store.write_encoder(EncoderInfo(name=name, created_at=now(), params={}, **facts))
        workspace.store.write_vectors(vectors)


@pytest.fixture
def vectors():
    """Of the 24 songs: each taste has a direction of its own."""
    songs = [f"file:taste{song // 12}/{song:02}.png" for song in range(24)]
    noise = np.random.default_rng(0).normal(size=(24, 6))
    values = np.eye(6)[np.arange(24) // 12] * 3 + noise
    return Vectors.from_rows("tiny", songs, values)


@pytest.fixture
def embedded(loaded, vectors):
    """The world with vectors."""
    keep("tiny", vectors)
    return loaded


def test_playlists_are_ranked_beside_random_groups(embedded, vectors):
    found = embedded("diversity", "--json", "--top", "3").json()
    assert found["schema"] == "songnet.diversity/1"
    assert (found["encoder"], found["by"], found["partition"]) == ("tiny", "playlist", None)
    assert found["coverage"] == {
        "songs": 24, "with_vector": 24, "with_playlist": 24, "with_both": 24,
        "without_direction": 0, "share_with_vector": 1, "share_with_playlist": 1,
        "share_with_both": 1,
    }  # fmt: skip
    whole = diversity.scores(vectors.values)
    assert found["all"]["vendi"] == pytest.approx(whole.vendi, abs=1e-5)
    assert found["all"]["mean_distance"] == pytest.approx(whole.mean_distance, abs=1e-5)
    assert [group["rank"] for group in found["groups"]] == list(range(1, 9))
    relative = [group["relative"] for group in found["groups"]]
    assert relative == sorted(relative, reverse=True)
    for group in found["groups"]:
        assert group["songs"] == group["embedded"] in {9, 10}
        assert group["title"] == f"List {group['group'][-1]}"
        for score in ("vendi", "mean_distance", "effective_rank"):
            expected = group["random"][score]
            assert expected["low"] <= expected["mean"] <= expected["high"]
        vendi = group["random"]["vendi"]["mean"]
        assert group["relative"] == pytest.approx(group["vendi"] / vendi, abs=1e-4)
        # Lists of one taste sound more alike than random ones.
        assert group["relative"] < 1
    assert found["random_groups"] == {"fewest": 99, "most": 99}
    assert found["not_scored"] == []


def test_the_same_seed_gives_the_same(embedded):
    one, same, other = (
        embedded("diversity", "--json", "--seed", seed).json() for seed in (5, 5, 6)
    )
    assert one == same
    assert one["groups"][0]["random"] != other["groups"][0]["random"]
    assert one["all"] == other["all"]


def test_by_community_and_by_label(embedded, vectors):
    embedded("partitions", "run", "leiden", "--on", "playlists")
    by_label = embedded("diversity", "--by", "label", "--json").json()
    assert {group["group"] for group in by_label["groups"]} == {"taste0", "taste1"}
    for group in by_label["groups"]:
        rows = [group["group"] in song for song in vectors.songs]
        own = diversity.scores(vectors.values[rows])
        assert group["vendi"] == pytest.approx(own.vendi, abs=1e-5)
        assert group["effective_rank"] == pytest.approx(own.effective_rank, abs=1e-4)
    by_community = embedded("diversity", "--by", "community", "--json").json()
    assert by_community["partition"] == "leiden-playlists"
    assert {group["group"] for group in by_community["groups"]} == {"0", "1"}
    named = embedded("diversity", "--partition", "leiden-playlists", "--json").json()
    assert named == by_community


def test_in_words(embedded):
    found = embedded("diversity", "--top", "2")
    assert "24 of 24 songs have a vector of tiny (100%), 24 are in a playlist (100%)" in found.out
    assert "all songs: Vendi score" in found.out
    assert "8 playlists, the most diverse for their size first" in found.out
    assert "… 4 more: see --json" in found.out
    assert "99 random groups of that size" in found.err


def test_groups_that_no_sound_is_known_of_are_named(embedded, tmp_path):
    with (tmp_path / "more.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["playlist_id", "playlist_name", "track_id"])
        writer.writerow(["far", "Far away", "spotify:track:0000000000000000000001"])
        writer.writerow(["far", "Far away", "spotify:track:0000000000000000000002"])
        writer.writerow(["near", "Near by", "file:taste0/01.png"])
    embedded("load-playlists", tmp_path / "more.csv")
    found = embedded("diversity", "--json").json()
    assert found["coverage"]["songs"] == 26
    assert found["coverage"]["with_playlist"] == 26
    assert found["coverage"]["with_both"] == 24
    assert len(found["groups"]) == 8
    left_out = {group["title"]: group for group in found["not_scored"]}
    assert {title: group["embedded"] for title, group in left_out.items()} == {
        "Far away": 0,
        "Near by": 1,
    }
    words = embedded("diversity").err
    assert "fewer than two songs with a vector: 2 playlists (Far away, Near by)" in words


def test_copies_and_silence_are_found(loaded, vectors, sounds, tmp_path):
    short = np.zeros((96, 216), np.uint8)
    short[:, :20] = 200
    (tmp_path / "more").mkdir()
    write_png(tmp_path / "more" / "short.png", short)
    loaded("load-audio", tmp_path / "more", "--workers", "1")
    values = np.concatenate([vectors.values, 2 * vectors.values[[3]]])
    keep("tiny", Vectors.from_rows("tiny", [*vectors.songs, "file:short.png"], values))
    found = loaded("diversity", "--json").json()
    assert found["near_duplicates"] == {
        "cosine": 0.999,
        "pairs": 1,
        "songs": 2,
        "nearest": [["file:short.png", "file:taste0/03.png", 1.0]],
    }
    silence = found["silence"]
    assert (silence["clips"], silence["silent"], silence["nearly_silent"]) == (25, 0, 1)
    (quiet,) = silence["quiet"]
    assert (quiet["song"], quiet["clip"], quiet["silent"]) == ("file:short.png", 0, False)
    assert quiet["empty"] == pytest.approx(196 / 216, abs=1e-6)
    words = loaded("diversity", "--near", "1").out
    assert "1 pairs of 2 songs with a cosine of 1 or more" in words
    assert "of 25 clips 0 are silent and 1 nearly" in words


def test_vectors_that_point_nowhere_are_left_out(loaded, vectors):
    values = vectors.values.copy()
    values[[0, 5]] = 0
    keep("tiny", Vectors.from_rows("tiny", vectors.songs, values))
    found = loaded("diversity", "--json").json()
    assert found["coverage"]["with_vector"] == 24
    assert found["coverage"]["without_direction"] == 2
    assert "2 vectors are zero and left out" in loaded("diversity").out
    values[1:] = 0
    keep("tiny", Vectors.from_rows("tiny", vectors.songs, values))
    nothing = loaded("diversity", fails=1).err
    assert "two songs with a vector of 'tiny' that is not zero: there are 0" in nothing


def test_without_playlists_there_is_the_whole(songnet, sounds, vectors):
    songnet("load-audio", sounds, "--workers", "1")
    keep("tiny", vectors)
    found = songnet("diversity", "--json").json()
    assert (found["by"], found["groups"], found["random_groups"]) == (None, [], None)
    assert "all songs: Vendi score" in songnet("diversity").out
    assert "there are no playlists" in songnet("diversity", "--by", "playlist", fails=1).err
    assert "no song has a label" in songnet("diversity", "--by", "label", fails=1).err


BAD = [
    (["--encoder", "nope"], 1, "there is no encoder 'nope'; there is: tiny"),
    (["--by", "community"], 1, "there is no partition yet: make one with"),
    (["--partition", "nope"], 1, "nope"),
    (["--by", "label", "--partition", "x"], 2, "--partition is for --by community"),
    (["--by", "mood"], 2, "mood"),
    (["--near", "0"], 2, "--near is a cosine above 0 and at most 1: got 0"),
    (["--top", "0"], 2, "--top"),
    (["--seed", "-1"], 2, "--seed"),
]


def test_bad_input_is_told_in_a_line(embedded):
    for arguments, code, message in BAD:
        found = embedded("diversity", *arguments, fails=code)
        assert message in found.err
        assert found.err.count("\n") == 1
        assert found.out == ""


def test_what_is_missing_or_not_chosen_is_told(loaded, vectors):
    assert "there is no encoder yet" in loaded("diversity", fails=1).err
    for name in ("one", "two"):
        keep(name, Vectors(name, vectors.songs, vectors.values))
        loaded("partitions", "run", "louvain", "--on", "playlists", "--name", name)
    assert "choose with --encoder: one, two" in loaded("diversity", fails=2).err
    several = loaded("diversity", "--encoder", "one", "--by", "community", fails=2).err
    assert "choose with --partition: one, two" in several
