"""`link sound` says how hubby its network is, and scales it on request."""

from __future__ import annotations

import json

import numpy as np
import pytest

from songnet.info import EncoderInfo, now
from songnet.model import Vectors
from songnet.networks import SCALINGS
from songnet.store import open_store

SCALED = [scaling for scaling in SCALINGS if scaling != "none"]
LINK = ("link", "sound", "--encoder", "tiny", "-k", "3")


@pytest.fixture
def heard(songnet, playlists):
    """The songs of the world with vectors off the middle, so that some songs are hubs."""
    songnet("load-playlists", playlists)
    with open_store("ladybug:songnet.data/graph.lbug") as store:
        songs = store.songs()["id"].to_pylist()
        values = np.random.default_rng([0, 1]).normal(size=(len(songs), 20)) + 0.5
        store.write_encoder(EncoderInfo("tiny", "cae", "tiny", 20, "f" * 64, now()))
        store.write_vectors(Vectors.from_rows("tiny", songs, values))
    return songnet


def test_the_scalings_are_those_of_the_library(songnet):
    shown = " ".join(songnet("link", "sound", "--help").out.split())
    assert f"--scaling <{'|'.join(SCALINGS)}>" in shown
    assert "Against hubs" in shown


def test_hubness_is_told(heard):
    facts = heard(*LINK, "--json").json()
    assert facts["scaling"] == "none"
    assert 3 <= facts["largest_k_occurrence"] <= 23
    network, hubness = heard(*LINK).out.splitlines()
    assert network == f"network sound-tiny: 24 songs, {facts['edges']} edges"
    assert hubness == (
        f"hubness {facts['hubness']:.2f}: {facts['hub']} is among the neighbours of "
        f"{facts['largest_k_occurrence']} songs, the most"
    )


def test_the_hub_is_the_song_that_most_edges_of_the_graph_lead_to(heard):
    facts = heard(*LINK, "--json").json()
    chosen = heard(
        "query",
        "MATCH (:Song)-[e:SOUNDS_LIKE]->(s:Song) WHERE e.network = 'sound-tiny' "
        "RETURN s.id AS song, count(e) AS times ORDER BY times DESC, song LIMIT 1",
        "--json",
    ).json()
    assert chosen == [{"song": facts["hub"], "times": facts["largest_k_occurrence"]}]


@pytest.mark.parametrize("scaling", SCALED)
def test_a_scaled_network_is_kept_with_how_it_was_made(heard, scaling):
    plain = heard(*LINK, "--json").json()
    facts = heard(*LINK, "--scaling", scaling, "--name", "scaled", "--json").json()
    assert (facts["name"], facts["scaling"], facts["in_graph"]) == ("scaled", scaling, 24 * 3)
    assert facts["fingerprint"] != plain["fingerprint"]
    rows = heard(
        "query", "MATCH (n:Network {name: 'scaled'}) RETURN n.parameters AS made", "--json"
    ).json()
    assert json.loads(rows[0]["made"]) == {"encoder": "tiny", "k": 3, "scaling": scaling}


@pytest.mark.parametrize("scaling", SCALED)
def test_the_graph_alone_holds_a_scaled_network_whole(heard, tmp_path, scaling):
    heard(*LINK, "--scaling", scaling)
    cut = heard("partitions", "run", "leiden", "--on", "sound-tiny", "--json").json()
    (tmp_path / "songnet.data" / "networks" / "sound-tiny.parquet").unlink()
    again = heard("partitions", "run", "leiden", "--on", "sound-tiny", "--json").json()
    assert {**again, "seconds": 0} == {**cut, "seconds": 0}


def test_no_such_scaling(heard):
    before = heard("info", "--json").json()
    wrong = heard(*LINK, "--scaling", "global", fails=2)
    assert wrong.err.count("\n") == 1
    assert wrong.err.startswith("songnet: ")
    for word in ("--scaling", "global", *SCALINGS):
        assert word in wrong.err
    assert wrong.out == ""
    assert heard("info", "--json").json() == before
