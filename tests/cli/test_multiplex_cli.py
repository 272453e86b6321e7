"""`songnet link multiplex`, and the options of partitions that go with networks."""

from __future__ import annotations

import pytest


@pytest.fixture
def linked(songnet, playlists):
    """Networks of playlists: all edges, and the stronger ones."""
    songnet("load-playlists", playlists)
    songnet("link", "playlists")
    songnet("link", "playlists", "--name", "strong", "--min-shared", "2")
    return songnet


def test_two_networks_are_linked_and_cut(linked):
    said = linked("link", "multiplex", "--of", "playlists, strong")
    assert "network multiplex: " in said.out
    assert "in the layers playlists and strong" in said.out
    assert "next: songnet partitions run leiden --on multiplex" in said.err
    made = linked("link", "multiplex", "--of", "playlists,strong", "--name", "m", "--json").json()
    assert made["kind"] == "multiplex"
    assert made["layers"] == ["playlists", "strong"]
    assert made["in_graph"] == 0
    run = ("partitions", "run")
    for algorithm in ("leiden", "infomap"):
        cut = linked(*run, algorithm, "--on", "m", "--layer-weight", "0.25", "--json").json()
        assert cut["songs"] == made["songs"]
    shown = linked("partitions", "show", "leiden-m", "--json").json()
    assert shown["layer_weight"] == 0.25
    assert {"modularity", "modularity_1", "modularity_2"} <= set(shown)


CUT = ("partitions", "run")
BAD = [
    (("link", "multiplex", "--of", "playlists"), 2, "two different layers: got playlists"),
    (("link", "multiplex", "--of", "playlists,nope"), 1, "there is no network 'nope'"),
    (("link", "multiplex"), 2, "Missing option '--of'"),
    ((*CUT, "louvain", "--on", "m"), 2, "louvain cuts one layer, and 'm' is a multiplex network"),
    (
        (*CUT, "leiden", "--on", "playlists", "--layer-weight", "0.5"),
        2,
        "'playlists' has one layer",
    ),
    (
        (*CUT, "louvain", "--on", "playlists", "--layer-weight", "0.5"),
        2,
        "louvain does not take --layer-weight: it is an option of infomap, leiden",
    ),
    (
        (*CUT, "leiden", "--on", "playlists", "--objective", "beauty"),
        2,
        "--objective must be modularity, cpm, rb, significance",
    ),
    ((*CUT, "infomap", "--on", "playlists", "--level", "1"), 2, "give --hierarchical too"),
    (
        (*CUT, "leading-eigenvector", "--on", "playlists", "--communities", "24"),
        1,
        "finds nothing more to cut in 'playlists'",
    ),
]


def test_bad_requests_are_one_line(linked):
    linked("link", "multiplex", "--of", "playlists,strong", "--name", "m")
    for arguments, code, message in BAD:
        result = linked(*arguments, fails=code)
        assert message in result.err
        assert result.err.strip().count("\n") == 0


def test_every_way_to_cut_a_network_is_kept(linked):
    for options in (
        ("leiden", "--objective", "cpm"),
        ("leiden", "--objective", "rb", "--resolution", "0.9"),
        ("leiden", "--objective", "significance"),
        ("infomap", "--hierarchical", "--level", "1"),
        ("leading-eigenvector", "--communities", "2"),
        ("label-propagation",),
    ):
        made = linked(*CUT, *options, "--on", "playlists", "--name", "cut", "--json").json()
        shown = linked("partitions", "show", "cut", "--json").json()
        assert shown["communities"] == made["communities"]
        assert shown["modularity"] == pytest.approx(made["modularity"])
