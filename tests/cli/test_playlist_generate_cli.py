"""`songnet playlist generate`, as a person types it."""

from __future__ import annotations

import csv
import shutil

import numpy as np

from songnet.playlists import METHODS
from songnet.sources.spectrograms import write_png

GENERATE = ("playlist", "generate")


def test_a_playlist_with_reasons(loaded):
    shown = loaded(*GENERATE, "song 3 artist 0", "--length", "6")
    header, *lines = shown.out.splitlines()
    assert header.split() == ["#", "title", "artist", "length", "why"]
    assert len(lines) == 6
    assert lines[0].split()[-1] == "seed"
    assert all("shares playlists with Song 3 (" in line for line in lines[1:])
    assert "pagerank from Song 3 – Artist 0: 6 songs" in shown.err
    facts = loaded(*GENERATE, "file:taste0/03.png", "--length", "6", "--json").json()
    assert list(facts) == [
        "schema", "name", "method", "order", "seed", "network", "partition", "encoder", "title",
        "seeds", "songs", "minutes", "notes", "kept", "out",
    ]  # fmt: skip
    assert facts["schema"] == "songnet.playlist.generate/1"
    assert facts["seeds"] == [{"id": "file:taste0/03.png", "title": "Song 3 – Artist 0"}]
    first, second = facts["songs"][:2]
    assert (first["is_seed"], first["score"], first["reason"]) == (True, None, None)
    assert second["reason"]["shared"][0][0] == "file:taste0/03.png"
    assert second["score"] > 0
    assert all(song["artist"] == "Artist 0" for song in facts["songs"])
    assert facts == loaded(*GENERATE, "file:taste0/03.png", "--length", "6", "--json").json()


def test_every_method(embedded):
    embedded("partitions", "run", "leiden", "--on", "playlists")
    for method in METHODS:
        command = (*GENERATE, "song 3 artist 0", "song 14", "--method", method, "--length", "8")
        command += ("--title", "list 1") if method == "titles" else ()
        facts = embedded(*command, "--json").json()
        assert facts["method"] == method
        assert facts["partition"] == "leiden-playlists"
        assert len({song["id"] for song in facts["songs"]}) == 8
        assert sum(song["is_seed"] for song in facts["songs"]) == 2
        assert facts["songs"][0]["is_seed"]
        assert facts["songs"][-1 if method == "path" else 1]["is_seed"]
    noisy = (*GENERATE, "song 3 artist 0", "--method", "sound", "--noise", "2", "--json")
    first, again, other = (
        [song["id"] for song in embedded(*noisy, "--seed", seed).json()["songs"]]
        for seed in ("1", "1", "2")
    )
    assert first == again != other


def test_a_title_alone_is_enough(songnet, tmp_path):
    rows = ["playlist,artist,title", *(f"Summer {n},by,s{n}" for n in (1, 2)), "Winter,by,w"]
    (tmp_path / "lists.csv").write_text("\n".join([*rows, "Summer 1,by,both", "Summer 2,by,both"]))
    songnet("load-playlists", "lists.csv")
    arguments = (*GENERATE, "--title", "summers", "--order", "score", "--length", "3")
    shown = songnet(*arguments, "--keep", "--out", "list.xspf")
    assert shown.out.splitlines()[1].split()[:2] == ["1", "both"]
    assert "in 'Summer 1' and 'Summer 2'" in shown.out
    assert "titles like 'summers': 3 songs by titles" in shown.err
    facts = songnet(*arguments, "--json").json()
    assert (facts["title"], facts["seeds"], facts["method"]) == ("summers", [], "titles")
    assert [song["title"] for song in facts["songs"]] == ["both", "s1", "s2"]
    after = songnet(*GENERATE, "--title", "winter", "s2", "--json").json()
    assert [song["is_seed"] for song in after["songs"]] == [True, False, False, False]
    kept = songnet("query", "MATCH (p:Playlist) WHERE p.id STARTS WITH 'generated:' "
                   "RETURN p.description AS said", "--json").json()  # fmt: skip
    assert kept[0]["said"].startswith("titles like 'summers' (")


def test_a_file_is_heard_or_known(embedded, sounds, tmp_path):
    known = tmp_path / "known.png"
    shutil.copy(sounds / "taste1" / "14.png", known)
    facts = embedded(*GENERATE, known, "--length", "5", "--json").json()
    assert facts["seeds"][0]["id"] == "file:taste1/14.png"
    assert facts["songs"][0]["id"] == "file:taste1/14.png"

    pixels = np.random.default_rng(9).integers(0, 60, (96, 216), dtype=np.uint8)
    pixels[60:80] += np.uint8(150)
    unknown = tmp_path / "unknown.png"
    write_png(unknown, pixels)
    shown = embedded(*GENERATE, unknown, "--length", "5", "--out", "list.csv")
    assert "unknown.png is no song of the graph: the playlist goes on from its sound" in shown.err
    with (tmp_path / "list.csv").open(newline="") as file:
        songs = [row["track_uri"] for row in csv.DictReader(file)]
    assert len(songs) == 5
    assert all(song.startswith("file:taste1/") for song in songs)
    both = embedded(*GENERATE, unknown, "song 3 artist 0", "--method", "path", "--json").json()
    assert [song["id"] for song in both["songs"] if song["is_seed"]] == ["file:taste0/03.png"]

    unknown.write_bytes(b"no picture")
    refused = embedded(*GENERATE, unknown, fails=1)
    assert refused.err.count("\n") == 1
    assert "unknown.png" in refused.err


def test_without_an_encoder_an_unknown_file_is_refused(loaded, tmp_path):
    write_png(tmp_path / "new.png", np.full((96, 216), 99, np.uint8))
    refused = loaded(*GENERATE, "new.png", fails=1)
    assert "it is not said who is to hear it" in refused.err


def test_out_and_kept_and_no_evidence(loaded, tmp_path):
    before = loaded("info", "--json").json()
    shown = loaded(*GENERATE, "song 3 artist 0", "--without-seeds", "--length", "4", "--keep",
                   "--name", "mine", "--out", "list.m3u8", "--music-root", "sounds")  # fmt: skip
    assert "written to list.m3u8" in shown.err
    assert "kept in the graph as generated:mine" in shown.err
    text = (tmp_path / "list.m3u8").read_text("utf-8")
    assert "sounds/taste0/" in text
    assert "taste0/03.png" not in text
    rows = loaded("query", "MATCH (p:Playlist {id: 'generated:mine'})-[:CONTAINS]->(s) RETURN s.id",
                  "--json").json()  # fmt: skip
    assert len(rows) == 4
    loaded("link", "playlists", "--name", "again")
    after = loaded("info", "--json").json()
    assert after["networks"]["again"] == before["networks"]["playlists"]


BAD = [
    ([], 2, "a playlist needs a song to begin with"),
    (["artist 1"], 1, "'artist 1' may be 15 songs, give more words or an id"),
    (["nobody"], 1, "there is no song 'nobody'"),
    (["song 3 artist 0", "--length", "0"], 2, "--length must be from 1 to 1,000: got 0"),
    (["song 3 artist 0", "--length", "9", "--minutes", "9"], 2, "not both"),
    (["song 3 artist 0", "--minutes", "9"], 1, "--minutes needs durations"),
    (["song 3 artist 0", "--per-artist", "0"], 2, "--per-artist must be 1 or more"),
    (["song 3 artist 0", "--weight", "2"], 2, "--weight must be from 0 to 1: got 2.0"),
    (["song 3 artist 0", "--damping", "1"], 2, "--damping must be at least 0 and below 1"),
    (["song 3 artist 0", "--order", "up"], 2, "--order must be flow or score: got 'up'"),
    (["song 3 artist 0", "--method", "magic"], 2, "there is no method 'magic': use one of"),
    (["song 3 artist 0", "--method", "titles"], 2, "goes by a title: give one with --title"),
    (["--title", "x", "--method", "pagerank"], 2, "--title is for --method titles: pagerank"),
    (["--title", "#"], 1, "no playlist is called anything like '#'"),
    (["song 3 artist 0", "--method", "sound"], 1, "make vectors with 'songnet embed'"),
    (["song 3 artist 0", "--method", "path"], 2, "a path needs two seeds or more"),
    (["song 3 artist 0", "--network", "none"], 1, "there is no network or encoder 'none'"),
    (["song 3 artist 0", "--out", "list.mp3"], 1, "--out list.mp3: playlists are written as"),
    (["--seeds", "lists.csv"], 1, "holds several playlists"),
    (["lists.csv"], 2, "is a list, not a song: give it with --seeds lists.csv"),
    (["--seeds", "none.txt"], 1, "none.txt: cannot be read"),
]


def test_bad_input_is_one_line(loaded):
    for options, code, said in BAD:
        refused = loaded(*GENERATE, *options, fails=code)
        assert said in refused.err
        assert refused.err.count("\n") == 1
        assert refused.out == ""


def test_the_help_names_every_method(songnet):
    said = "".join(songnet(*GENERATE, "--help").out.split())
    assert all(name in said for name in METHODS)
