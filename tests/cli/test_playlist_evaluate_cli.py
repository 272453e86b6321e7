"""`songnet playlist evaluate`: its table, its JSON, and what it refuses."""

from __future__ import annotations

import shutil

import pytest

COMMAND = ("playlist", "evaluate")


def test_the_table_is_sorted_and_the_facts_are_said(loaded):
    said = loaded(*COMMAND)
    lines = said.out.splitlines()
    assert lines[0].split()[:2] == ["method", "r_precision"]
    shares = [float(line.split()[1]) for line in lines[1:]]
    assert shares == sorted(shares, reverse=True)
    assert {line.split()[0] for line in lines[1:]} >= {"pagerank", "neighbours", "random"}
    assert "scenario half: " in said.err
    assert "songs of 8 playlists hidden, " in said.err
    assert "shown, in 8 turns" in said.err
    assert "by chance: r_precision " in said.err
    assert "by network playlists, as they are without the hidden songs" in said.err
    assert "left out sound: " in said.err
    assert "songnet embed" in said.err


def test_json(loaded):
    arguments = ("--methods", "popularity, neighbours", "--seed", "3", "--json")
    done = loaded(*COMMAND, *arguments).json()
    assert done["schema"] == "songnet.playlist.evaluate/1"
    assert list(done) == [
        "schema", "scenario", "methods", "differences", "left_out", "encoder", "network",
        "partition",
    ]  # fmt: skip
    assert {each["name"] for each in done["methods"]} == {"popularity", "neighbours"}
    assert done["scenario"]["name"] == "half"
    assert done["scenario"]["seed"] == 3
    assert done["left_out"] == []
    again = loaded(*COMMAND, *arguments).json()
    for each in done["methods"] + again["methods"]:
        del each["seconds_per_playlist"]
    assert again == done


def test_scenarios(loaded):
    done = loaded(*COMMAND, "--scenario", "5", "--playlists", "4", "--json").json()
    assert done["scenario"]["shown"] == 5
    assert done["scenario"]["playlists"] == 4
    assert done["scenario"]["shown_songs"] == 20


def test_a_title_alone(loaded):
    said = loaded(*COMMAND, "--scenario", "title", "--json").json()
    assert said["scenario"]["shown"] == "the title"
    assert said["scenario"]["shown_songs"] == 0
    assert {each["name"] for each in said["methods"]} == {"titles", "popularity", "random"}
    assert "come by" not in loaded(*COMMAND, "--scenario", "title").err
    both = loaded(*COMMAND, "--scenario", "title", "--methods", "titles,pagerank")
    assert "left out pagerank: it goes on from songs, and none is shown" in both.err


def test_an_encoder_that_aims_at_playlists_is_taught_again(loaded):
    loaded("embed", "--model", "track2vec", "--dimensions", "4", "--epochs", "2")
    loaded("embed", "--model", "mp3tovec", "--filters", "2,2", "--epochs", "1")
    done = loaded(
        *COMMAND, "--methods", "sound,random", "--playlists", "2", "--encoder", "mp3tovec_4",
        "--json",
    ).json()  # fmt: skip
    assert done["encoder"] == "mp3tovec_4"
    assert {each["name"] for each in done["methods"]} == {"sound", "random"}
    shutil.rmtree("songnet.data/encoders/mp3tovec_4")
    without = loaded(*COMMAND, "--playlists", "2", "--json").json()
    why = {each["name"]: each["why"] for each in without["left_out"]}
    assert "the model of 'mp3tovec_4' is not in" in why["sound"]
    assert without["encoder"] is None
    named = loaded(*COMMAND, "--encoder", "mp3tovec_4", fails=1)
    assert "the model of 'mp3tovec_4' is not in" in named.err


BAD = [
    (("--scenario", "7"), 2, "no scenario '7': use one of half, 1, 5, 10, 25, 100, cold, title"),
    (("--scenario", "100"), 1, "--scenario 100 needs 2 playlists of more than 100 songs"),
    (("--scenario", "title", "--methods", "neighbours"), 1, "none can go on from a title alone"),
    (("--methods", "wish"), 2, "there is no method 'wish'"),
    (("--methods", "sound"), 1, "the method sound cannot be evaluated"),
    (("--encoder", "nope"), 1, "there is no encoder 'nope'"),
    (("--network", "nope"), 1, "there is no network 'nope'"),
    (("--partition", "nope"), 1, "'nope'"),
    (("--playlists", "1"), 2, "--playlists"),
    (("--scenario", "cold"), 1, "--scenario cold asks what sound says of songs"),
]


@pytest.mark.parametrize(("arguments", "code", "message"), BAD, ids=lambda value: str(value)[:24])
def test_bad_requests_are_one_line(songnet, playlists, arguments, code, message):
    songnet("load-playlists", playlists)
    result = songnet(*COMMAND, *arguments, fails=code)
    assert message in result.err
    assert result.err.strip().count("\n") == 0
    assert result.out == ""


def test_an_empty_graph_is_refused(songnet):
    assert "load some with 'songnet load-playlists'" in songnet(*COMMAND, fails=1).err
