"""The whole study on a small world: what it finds, that it goes on, what it refuses."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

QUICK = ["--epochs", "1", "--samples", "19", "--rewirings", "19"]


def test_the_whole_study_and_again(loaded, tmp_path):
    first = loaded("study", "study.html", *QUICK, "--figures", "figures", "--json")
    found = first.json()
    assert found["schema"] == "songnet.study/1"
    assert found["answer"]["headline"]
    own = found["own"]
    assert {row["encoder"] for row in own} <= {
        "cae_72x72", "cae_48x81", "cae_168x108", "cae_12x15", "vae_16",
    }  # fmt: skip
    assert {rule for row in own for rule in row["rules"]} <= {"silhouette", "elbow"}
    for score in found["scores"]:
        assert {"shuffle", "artist", "rewiring"} <= set(score["p"])
        assert all(1 / 20 <= p <= 1 for p in score["p"].values())
    assert {effect["of"] for effect in found["assortativity"]} >= {"contrastive_128", "vae_16"}
    names = {row["name"] for row in loaded("partitions", "list", "--json").json()}
    assert {"leiden-playlists", "blockmodel-playlists", "kmeans-contrastive_128"} <= names
    page = (tmp_path / "study.html").read_text("utf-8")
    assert found["answer"]["headline"] in page
    assert "What the original study showed" in page
    assert list((tmp_path / "figures").glob("*.svg"))

    trained = {path: path.stat().st_mtime_ns for path in encoders(tmp_path)}
    again = loaded("study", "study.html", *QUICK)
    assert "trained" not in again.err
    assert not re.search("^(cut|chose|linked) ", again.err, re.MULTILINE)
    assert {path: path.stat().st_mtime_ns for path in encoders(tmp_path)} == trained
    assert found["answer"]["text"] in again.out


def encoders(folder: Path) -> list[Path]:
    return sorted((folder / "songnet.data" / "encoders").rglob("*.safetensors"))


def test_without_playlists_or_sound_it_says_what_to_do(songnet, playlists, tmp_path):
    assert "load some with 'songnet load-playlists'" in songnet("study", "s.html", fails=1).err
    songnet("load-playlists", playlists)
    assert "load-audio" in songnet("study", "s.html", fails=1).err
    assert not (tmp_path / "s.html").exists()


@pytest.mark.parametrize("option", ["--samples", "--rewirings"])
def test_too_few_samples_are_refused(songnet, option):
    refused = songnet("study", "s.html", option, "5", fails=2)
    assert re.search(rf"{option}.*19", refused.err)


def test_a_network_of_sound_is_no_network_of_playlists(embedded):
    embedded("link", "sound", "--encoder", "tiny")
    refused = embedded("study", "s.html", "--network", "sound-tiny", fails=1)
    assert "is a network of kind sound" in refused.err
