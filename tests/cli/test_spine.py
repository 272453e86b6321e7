"""The main job by its commands, on a small world with known answers."""

from __future__ import annotations

import csv
import json
import re

import pytest


def test_help_names_every_command(songnet):
    out = songnet("--help").out
    for command in (
        "load-playlists", "load-audio", "link", "embed", "encoders", "partitions", "report",
        "query", "info", "copy", "export", "demo",
    ):  # fmt: skip
        assert command in out


def test_version(songnet):
    assert re.fullmatch(r"songnet \d+\.\d+\.\d+\n", songnet("--version").out)


def test_loading_twice_changes_nothing(songnet, playlists):
    first = songnet("load-playlists", playlists)
    # Eight lists of nine of their taste's twelve songs; song 0 is in the five that had left it out.
    assert first.out == "loaded 8 playlists, 24 songs, 77 memberships, 0 skipped\n"
    before = songnet("info", "--json").json()
    songnet("load-playlists", playlists)
    assert songnet("info", "--json").json() == before
    assert before["schema"] == "songnet.info/1"
    assert (before["engine"], before["playlists"], before["songs"]) == ("ladybug", 8, 24)


def test_store_and_data_may_stand_before_or_after_the_command(songnet, playlists):
    songnet("load-playlists", playlists, "--store", "one.lbug")
    assert songnet("--store", "one.lbug", "info", "--json").json()["songs"] == 24
    songnet("--data", "elsewhere", "store", "init")
    assert songnet("--data", "elsewhere", "info", "--json").json()["songs"] == 0
    assert (
        songnet("info", "--json", "--data", "elsewhere")
        .json()["store"]
        .endswith("elsewhere/graph.lbug")
    )


@pytest.mark.parametrize(
    "command",
    [["info"], ["partitions", "list"], ["query", "popular-songs"], ["link", "playlists"],
     ["report", "r.html"], ["store", "check"]],
    ids=" ".join,
)  # fmt: skip
def test_a_slip_in_a_path_is_told_and_makes_no_graph(songnet, tmp_path, command):
    refused = songnet(*command, "--data", "songnt.data", fails=1)
    assert "there is no graph at songnt.data/graph.lbug" in refused.err
    assert not list(tmp_path.iterdir())


def test_asking_to_write_makes_a_graph(songnet):
    songnet("query", "CREATE (:Playlist {id: 'mine'})", "--write", "--store", "new.lbug")
    assert songnet("info", "--json", "--store", "new.lbug").json()["playlists"] == 1


def test_playlists_and_sound_meet_in_the_same_songs(loaded):
    facts = loaded("info", "--json").json()
    assert facts["songs"] == 24
    rows = loaded(
        "query",
        "MATCH (s:Song) RETURN s.label AS label, count(s) AS songs ORDER BY label",
        "--json",
    ).json()
    assert rows == [{"label": "taste0", "songs": 12}, {"label": "taste1", "songs": 12}]


def test_partitions_find_the_two_tastes(loaded):
    run = loaded("partitions", "run", "leiden", "--on", "playlists", "--json").json()
    assert run["schema"] == "songnet.partitions.run/1"
    assert (run["name"], run["songs"], run["sizes"]) == ("leiden-playlists", 24, [12, 12])
    assert run["modularity"] > 0.3
    loaded("partitions", "run", "louvain", "--on", "playlists")
    compared = loaded("partitions", "compare", "--json").json()
    assert compared["schema"] == "songnet.partitions.compare/1"
    pair = compared["pairs"][0]
    assert pair["nmi"] == pair["ami"] == pair["ari"] == pytest.approx(1)
    assert pair["vi"] == pytest.approx(0, abs=1e-12)
    assert sum(count for *_, count in pair["confusion"]["cells"]) == pair["songs"] == 24


def test_sound_finds_the_tastes_too_and_agrees(embedded):
    embedded("link", "sound", "--encoder", "tiny", "-k", "3")
    facts = embedded("info", "--json").json()
    assert facts["encoders"] == ["tiny"]
    assert set(facts["networks"]) == {"playlists", "sound-tiny"}
    embedded("partitions", "run", "leiden", "--on", "playlists")
    embedded("partitions", "run", "kmeans", "--on", "tiny", "--communities", "2")
    pair = embedded("partitions", "compare", "--json").json()["pairs"][0]
    assert pair["ami"] == pytest.approx(1)
    table = embedded("partitions", "compare").out
    assert "ami" in table
    assert "Artist 0" in table or "taste0" in table


def test_an_encoder_that_exists_is_applied_to_new_songs_only(embedded, sounds):
    again = embedded("embed", "--filters", "4,2", "--pooling", "4,6", "--encoder", "tiny", "--json")
    assert (again.json()["trained"], again.json()["new"], again.json()["songs"]) == (False, 0, 24)
    (sounds / "taste0" / "00.png").rename(sounds / "taste0" / "new.png")
    embedded("load-audio", sounds, "--workers", "1")
    more = embedded("embed", "--encoder", "tiny", "--json").json()
    assert (more["trained"], more["new"], more["songs"]) == (False, 1, 25)


def test_an_encoder_is_not_made_of_two_settings(embedded):
    wrong = embedded("embed", "--encoder", "tiny", "--activation", "sigmoid", fails=2)
    assert "--retrain" in wrong.err


def test_retraining_with_the_same_seed_gives_the_same_encoder(embedded):
    first = embedded("encoders", "show", "tiny", "--json").json()
    embedded(
        "embed", "--filters", "4,2", "--pooling", "4,6", "--encoder", "tiny", "--epochs", "2",
        "--learning-rate", "0.01", "--retrain",
    )  # fmt: skip
    assert (
        embedded("encoders", "show", "tiny", "--json").json()["fingerprint"] == first["fingerprint"]
    )


def test_partitions_are_listed_shown_exported_imported_and_dropped(loaded, tmp_path):
    loaded("partitions", "run", "infomap", "--on", "playlists", "--name", "p")
    for suffix in ("csv", "json", "clu", "tree"):
        loaded("partitions", "export", "p", f"p.{suffix}")
        loaded("partitions", "import", f"p.{suffix}", "--name", f"from-{suffix}")
    with (tmp_path / "p.csv").open() as file:
        assert next(csv.reader(file)) == ["song", "community"]
    listed = loaded("partitions", "list", "--json").json()
    assert [row["name"] for row in listed] == [
        "from-clu",
        "from-csv",
        "from-json",
        "from-tree",
        "p",
    ]
    for pair in loaded("partitions", "compare", "--json").json()["pairs"]:
        assert pair["ari"] == pytest.approx(1)
    assert "codelength" in loaded("partitions", "show", "p").out
    loaded("partitions", "drop", "p")
    assert len(loaded("partitions", "list", "--json").json()) == 4


def test_songs_that_the_graph_lacks_can_be_left_out_of_an_import(loaded, tmp_path):
    known = [
        row["id"] for row in loaded("query", "MATCH (s:Song) RETURN s.id AS id", "--json").json()
    ][:4]
    cut = {known[0]: "a", "x" * 22: "a", known[1]: "b", known[2]: "b", "y" * 22: "c", known[3]: "b"}
    (tmp_path / "cut.json").write_text(json.dumps(cut))
    refused = loaded("partitions", "import", "cut.json", "--name", "cut", fails=1)
    assert "2 of 6 songs are not in the graph" in refused.err
    assert "--known-only" in refused.err
    kept = loaded("partitions", "import", "cut.json", "--name", "cut", "--known-only")
    assert "left out 2 songs" in kept.err
    assert "cut: 4 songs in 2 communities" in kept.out
    (tmp_path / "alien.json").write_text(json.dumps({"x" * 22: 1, "y" * 22: 2}))
    alien = loaded("partitions", "import", "alien.json", "--name", "no", "--known-only", fails=1)
    assert "2 of 2 songs are not in the graph" in alien.err


def test_a_partition_knows_what_it_was_cut_from(loaded):
    made = loaded("link", "playlists", "--json").json()
    loaded("partitions", "run", "leiden", "--on", "playlists")
    shown = loaded("partitions", "show", "leiden-playlists", "--json").json()
    assert shown["input"] == made["fingerprint"]


def test_a_degenerate_partition_is_called_out(loaded, tmp_path):
    songs = [
        row["id"] for row in loaded("query", "MATCH (s:Song) RETURN s.id AS id", "--json").json()
    ]
    (tmp_path / "one.json").write_text(json.dumps(dict.fromkeys(songs, 0)))
    assert "degenerate" in loaded("partitions", "import", "one.json", "--name", "one").err
    loaded("partitions", "run", "leiden", "--on", "playlists")
    assert "degenerate: one" in loaded("partitions", "compare").err


def test_the_report_is_one_file(embedded, tmp_path):
    embedded("partitions", "run", "leiden", "--on", "playlists")
    embedded("partitions", "run", "kmeans", "--on", "tiny", "--communities", "2")
    embedded("report", "report.html", "--figures", "figures")
    page = (tmp_path / "report.html").read_text()
    assert "leiden-playlists" in page
    assert "kmeans-tiny" in page
    assert list((tmp_path / "figures").glob("*.svg"))


def test_a_report_does_without_what_is_not_there(embedded, tmp_path):
    embedded("partitions", "run", "leiden", "--on", "playlists")
    embedded("query", "MATCH (s:Song) SET s.tiny = null", "--write")
    embedded("report", "report.html", "--data", "elsewhere", "--store", "songnet.data/graph.lbug")
    page = (tmp_path / "report.html").read_text()
    assert "tiny" in page
    assert "by t-SNE" not in page


def test_vectors_do_not_fill_the_screen(embedded):
    asked = ("query", "MATCH (s:Song) RETURN s, s.tiny AS vector LIMIT 1")
    shown = embedded(*asked).out
    (row,) = embedded(*asked, "--json").json()
    assert shown.count(f"<{len(row['vector'])} numbers: see --json>") == 2
    assert str(row["vector"][0]) not in shown
    assert row["s"]["tiny"] == row["vector"]


def test_neighbours_of_sound_have_a_long_option_too(embedded):
    short = embedded("link", "sound", "--encoder", "tiny", "-k", "3", "--json").json()
    long = embedded("link", "sound", "--encoder", "tiny", "--neighbors", "3", "--json").json()
    assert (long["edges"], long["fingerprint"]) == (short["edges"], short["fingerprint"])


def test_shipped_queries_run_by_name(embedded):
    embedded("link", "sound", "--encoder", "tiny", "-k", "3")
    embedded("partitions", "run", "leiden", "--on", "playlists")
    assert "sound-alikes-apart" in embedded("query", "--list").out
    rows = embedded("query", "popular-songs", "--param", "limit=1", "--json").json()
    assert rows == [
        {"song": "file:taste0/00.png", "title": "Song 0", "artist": "Artist 0", "playlists": 8}
    ]
    apart = embedded(
        "query", "sound-alikes-apart", "--param", "network=sound-tiny", "--json"
    ).json()
    assert all(row["song"] != row["other"] for row in apart)


def test_a_copy_holds_the_same(embedded):
    embedded("link", "sound", "--encoder", "tiny", "-k", "3")
    embedded("partitions", "run", "leiden", "--on", "playlists")
    embedded("copy", "songnet.data/graph.lbug", "copied.lbug")
    here, there = (
        embedded("info", "--json", *where).json() for where in ((), ("--store", "copied.lbug"))
    )
    assert {**here, "store": ""} == {**there, "store": ""}
    embedded("partitions", "run", "leiden", "--on", "sound-tiny", "--store", "copied.lbug",
             "--data", "none")  # fmt: skip
    embedded("partitions", "run", "leiden", "--on", "sound-tiny")
    assert (
        embedded("partitions", "show", "leiden-sound-tiny", "--json").json()["fingerprint"]
        == embedded("partitions", "show", "leiden-sound-tiny", "--store", "copied.lbug", "--json")
        .json()["fingerprint"]
    )  # fmt: skip


@pytest.mark.parametrize("suffix", ["graphml", "gexf"])
def test_the_graph_is_exported(loaded, tmp_path, suffix):
    loaded("export", f"graph.{suffix}", "--playlists")
    assert "Song 3" in (tmp_path / f"graph.{suffix}").read_text()
