"""Every mistake gets one line, the right exit code, and leaves the graph as it was."""

from __future__ import annotations

import pytest

MISTAKES = {
    "no such command": (["sing"], 2, "sing"),
    "no such option": (["info", "--volume", "11"], 2, "--volume"),
    "no such file": (["load-playlists", "nowhere.csv"], 1, "nowhere.csv"),
    "no such folder of sound": (["load-audio", "nowhere"], 1, "nowhere"),
    "columns": (["load-playlists", "lists.csv", "--columns", "title"], 2, "KEY=HEADER"),
    "unknown column": (["load-playlists", "lists.csv", "--columns", "taste=x"], 2, "taste"),
    "both labels": (
        ["load-audio", "sounds", "--labels", "x.csv", "--label-from-folder"],
        2,
        "not both",
    ),
    "labels missing": (["load-audio", "sounds", "--labels", "nowhere.csv"], 1, "nowhere.csv"),
    "too few": (
        ["link", "playlists", "--min-shared", "0"],
        2,
        "must be greater than or equal to 1, got '0'",
    ),
    "no number": (
        ["link", "playlists", "--min-shared", "x"],
        2,
        ": must be a valid integer, got 'x'",
    ),
    "no choice": (["link", "playlists", "--weight", "tf"], 2, "'--weight': 'tf' is not one of"),
    "nothing to link": (["link", "playlists", "--min-shared", "1000"], 1, "1000"),
    "network name": (["link", "playlists", "--name", "Play Lists"], 1, "lower-case"),
    "no such encoder": (["link", "sound", "--encoder", "nope"], 1, "nope"),
    "a network is no encoder": (["link", "sound", "--encoder", "playlists"], 1, "playlists"),
    "k": (["link", "sound", "--encoder", "nope", "-k", "0"], 2, "-k"),
    "no such model": (["embed", "--model", "ear"], 2, "cae"),
    "no such latent": (["embed", "--latent", "1x1"], 2, "12x15"),
    "filters": (["embed", "--filters", "a,b", "--pooling", "2,2"], 2, "--filters"),
    "pooling": (["embed", "--filters", "4", "--pooling", "5"], 2, "5"),
    "learning rate": (["embed", "--learning-rate", "-1"], 2, "-1"),
    "encoder name": (["embed", "--encoder", "title"], 1, "title"),
    "encoder named as a network": (["embed", "--encoder", "playlists"], 1, "network"),
    "no such algorithm": (["partitions", "run", "guess", "--on", "playlists"], 2, "leiden"),
    "nothing of that name": (["partitions", "run", "leiden", "--on", "nope"], 1, "playlists"),
    "algorithm on the wrong thing": (
        ["partitions", "run", "kmeans", "--on", "playlists", "--communities", "2"],
        2,
        "kmeans",
    ),
    "resolution": (
        ["partitions", "run", "leiden", "--on", "playlists", "--resolution", "-1"],
        2,
        "resolution",
    ),
    "too many communities": (
        ["partitions", "run", "leiden", "--on", "playlists", "--communities", "99"],
        1,
        "99",
    ),
    "seed": (["partitions", "run", "leiden", "--on", "playlists", "--seed", "-3"], 2, "--seed"),
    "partition name": (
        ["partitions", "run", "leiden", "--on", "playlists", "--name", "../x"],
        1,
        "../x",
    ),
    "show": (["partitions", "show", "nope"], 1, "nope"),
    "drop": (["partitions", "drop", "nope"], 1, "nope"),
    "export what": (["partitions", "export", "nope", "x.csv"], 1, "nope"),
    "import what": (["partitions", "import", "nowhere.csv", "--name", "x"], 1, "nowhere.csv"),
    "import songs unknown": (["partitions", "import", "foreign.csv", "--name", "x"], 1, "not in"),
    "compare one": (["partitions", "compare", "nope"], 1, "two different partitions, got nope"),
    "Cypher": (["query", "MATCH (s:Song RETURN s"], 1, ""),
    "write": (["query", "CREATE (s:Song {id: 'x'})"], 1, "write"),
    "param": (["query", "popular-songs", "--param", "limit"], 2, "KEY=VALUE"),
    "param of a query": (["query", "popular-songs", "--param", "genre=pop"], 2, "limit"),
    "param kind": (["query", "popular-songs", "--param", "limit=many"], 2, "whole number"),
    "no such query": (["query", "hits"], 1, "popular-songs"),
    "nothing asked": (["query"], 2, "--list"),
    "copy onto itself": (["copy", "a.lbug", "a.lbug"], 1, "itself"),
    "graph suffix": (["export", "graph.txt"], 1, "graphml"),
    "store": (["info", "--store", "ftp://somewhere"], 1, "ftp"),
    "server not there": (["info", "--store", "bolt://127.0.0.1:9"], 1, "127.0.0.1:9"),
    "password in URI": (["info", "--store", "bolt://u:secret@127.0.0.1:9"], 1, "NEO4J_PASSWORD"),
}


@pytest.mark.parametrize(("arguments", "code", "word"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_one_line(loaded, tmp_path, arguments, code, word):
    (tmp_path / "foreign.csv").write_text("song,community\nfile:unknown.ogg,0\n")
    before = loaded("info", "--json").json()
    wrong = loaded(*arguments, fails=code)
    assert wrong.err.startswith("songnet: ")
    assert wrong.err.count("\n") == 1
    assert word in wrong.err
    assert "secret" not in wrong.err
    assert wrong.out == ""
    assert loaded("info", "--json").json() == before


def test_embedding_without_sound_names_the_command(songnet, playlists):
    songnet("load-playlists", playlists)
    assert "load-audio" in songnet("embed", fails=1).err


def test_bad_files_are_skipped_and_counted(songnet, playlists, tmp_path):
    (tmp_path / "broken.json").write_text('{"playlists": [{"pid": 1,')
    done = songnet("load-playlists", playlists, tmp_path / "broken.json")
    assert "skipped" in done.err
    assert "broken.json" in done.err
    assert "1 skipped" in done.out


def test_where_every_file_is_bad_each_reason_is_given(songnet, tmp_path):
    for name in ("a.png", "b.png"):
        (tmp_path / name).write_bytes(b"broken")
    wrong = songnet("load-audio", tmp_path / "a.png", tmp_path / "b.png", fails=1)
    assert wrong.err.count("skipped ") == 2
    assert wrong.err.endswith("songnet: no file could be loaded: all 2 were skipped\n")


def test_no_command_shows_the_help(songnet):
    assert songnet(fails=2).err.startswith("Usage: songnet")


def test_broken_sounds_are_skipped_and_counted(songnet, sounds, tmp_path):
    (sounds / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n broken")
    (sounds / "broken.ogg").write_bytes(b"OggS broken")
    done = songnet("load-audio", sounds, "--workers", "1", "--json")
    assert done.json() == {"songs": 24, "clips": 24, "skipped": 2}
