"""`encoders evaluate | export | import | show --samples`, `identify`, `embed --resume`."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from PIL import Image

TINY = ("--filters", "4,2", "--pooling", "4,6", "--encoder", "tiny")


def test_evaluation_says_chance_and_baseline_beside_every_score(embedded):
    facts = embedded("encoders", "evaluate", "tiny", "--json").json()
    assert facts["schema"] == "songnet.encoders.evaluate/1"
    assert (facts["on"], facts["songs"], facts["classes"]) == ("label", 24, 2)
    assert facts["baselines"]["majority"] == 0.5
    # The two tastes sound so unlike that mel statistics tell them apart.
    assert facts["baselines"]["mel_statistics"]["knn"] == 1.0
    (tiny,) = facts["encoders"]
    assert (tiny["name"], tiny["kind"], tiny["dimensions"]) == ("tiny", "cae", 72)
    gain = tiny["knn_gain"]
    assert gain["low"] <= gain["mean"] <= gain["high"]
    assert gain["mean"] == pytest.approx(tiny["knn"] - 1.0)
    assert 0 < tiny["reconstruction_mse"] < 1
    assert tiny["losses_on"]["held_back"]
    assert tiny["nll"] is None
    assert tiny["clips"] is None
    table = embedded("encoders", "evaluate")
    assert "(majority)" in table.out
    assert "(mel statistics)" in table.out
    assert "tiny: file:" in table.out


def test_clips_of_one_song_are_compared_where_there_are_several(songnet, sounds):
    for song in sorted(sounds.rglob("*.png")):
        twin = Image.open(song)
        twin.save(song.with_name(f"{song.stem}#1.png"))
        song.rename(song.with_name(f"{song.stem}#0.png"))
    songnet("load-audio", sounds, "--label-from-folder", "--workers", "1")
    songnet("embed", *TINY, "--epochs", "1")
    (tiny,) = songnet("encoders", "evaluate", "--json").json()["encoders"]
    assert tiny["clips"]["songs"] == 24
    assert tiny["clips"]["within"] == pytest.approx(1.0, abs=1e-5)
    assert "clips_within" in songnet("encoders", "evaluate").out


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("encoders", "evaluate", "nope"), 1, "there is no encoder 'nope'; there is: tiny"),
        (("encoders", "evaluate", "--on", "mood"), 2, "allowed are label, artist, album"),
        (("encoders", "evaluate", "--on", "album"), 1, "no song has a album"),
        (("encoders", "export", "nope", "x.zip"), 1, "there is no encoder 'nope'"),
        (("encoders", "export", "tiny", "no/such/folder/x.zip"), 1, "cannot be written"),
        (("encoders", "import", "nothing.zip"), 1, "no such file"),
        (("encoders", "show", "tiny", "--samples", "no/such/x.png"), 1, "cannot be written"),
        (("identify", "nothing.ogg"), 1, "nothing.ogg"),
        (("identify", "lists.csv", "--encoder", "ear"), 2, "encoders that listen are: tiny"),
        (("identify", "lists.csv", "-k", "0"), 2, "-k"),
        (("identify", "lists.csv", "--on", "mood"), 2, "allowed are label"),
        (("embed", "--beta", "2"), 2, "--beta is not an option of --model cae"),
    ],
)
def test_mistakes_get_one_line(embedded, arguments, code, says):
    result = embedded(*arguments, fails=code)
    assert says in result.err.replace("\n", " ")
    assert result.out == ""


def test_without_an_encoder_the_command_that_makes_one_is_named(loaded, sounds):
    assert "songnet embed" in loaded("encoders", "evaluate", fails=1).err
    assert "songnet embed" in loaded("identify", sounds, fails=1).err


def test_an_encoder_can_be_carried_to_another_graph(embedded, sounds, tmp_path):
    embedded("encoders", "export", "tiny", "tiny.zip")
    with zipfile.ZipFile("tiny.zip") as archive:
        assert sorted(archive.namelist()) == ["config.json", "weights.safetensors"]
    first = Path("tiny.zip").read_bytes()
    embedded("encoders", "export", "tiny", "tiny.zip")
    assert Path("tiny.zip").read_bytes() == first
    embedded("encoders", "export", "tiny", "folder")

    other = ("--data", "other")
    embedded("load-audio", sounds, "--workers", "1", *other)
    took = embedded("encoders", "import", "tiny.zip", *other)
    assert "songnet embed --encoder tiny" in took.err
    applied = embedded("embed", "--encoder", "tiny", "--json", *other).json()
    assert (applied["trained"], applied["new"]) == (False, 24)
    here = embedded("encoders", "show", "tiny", "--json").json()
    assert applied["fingerprint"] == here["fingerprint"]
    vectors = "MATCH (s:Song) WHERE s.tiny IS NOT NULL RETURN s.id AS id, s.tiny AS v ORDER BY id"
    assert (
        embedded("query", vectors, "--json", *other).json()
        == embedded("query", vectors, "--json").json()
    )
    embedded("encoders", "import", "folder", "--name", "twin", *other)
    embedded("embed", "--encoder", "twin", *other)
    assert embedded("info", "--json", *other).json()["encoders"] == ["tiny", "twin"]


def test_a_name_that_is_taken_is_not_overwritten(embedded):
    embedded("encoders", "export", "tiny", "tiny.zip")
    embedded("encoders", "import", "tiny.zip")  # itself: nothing changes
    embedded("embed", *TINY, "--epochs", "1", "--retrain", "--seed", "5")
    assert "--name" in embedded("encoders", "import", "tiny.zip", fails=1).err


@pytest.mark.parametrize("damage", ["cut", "foreign", "newer", "flipped"])
def test_a_damaged_archive_is_refused_and_nothing_kept(embedded, damage):
    embedded("encoders", "export", "tiny", "tiny.zip")
    path = Path("tiny.zip")
    if damage == "cut":
        path.write_bytes(path.read_bytes()[:500])
    elif damage == "foreign":
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("model.h5", b"code")
    else:
        with zipfile.ZipFile(path) as archive:
            files = {name: archive.read(name) for name in archive.namelist()}
        if damage == "newer":
            files["config.json"] = files["config.json"].replace(b"encoder/1", b"encoder/9")
        else:
            raw = bytearray(files["weights.safetensors"])
            raw[-3] ^= 1
            files["weights.safetensors"] = bytes(raw)
        with zipfile.ZipFile(path, "w") as archive:
            for name, data in files.items():
                archive.writestr(name, data)
    embedded("encoders", "import", "tiny.zip", "--name", "other", fails=1)
    assert embedded("info", "--json").json()["encoders"] == ["tiny"]
    assert not Path("songnet.data/encoders/other").exists()


def test_samples_are_drawn(embedded):
    said = embedded("encoders", "show", "tiny", "--samples", "tiny.png")
    assert "wrote tiny.png" in said.err
    picture = Image.open("tiny.png")
    assert picture.width > 3 * 216
    assert len(picture.convert("L").getcolors()) > 20
    first = Path("tiny.png").read_bytes()
    embedded("encoders", "show", "tiny", "--samples", "tiny.png")
    assert Path("tiny.png").read_bytes() == first


def test_an_unknown_sound_is_named_by_its_neighbours(embedded, sounds, tmp_path):
    known = min(sounds.rglob("*.png"))
    new = tmp_path / "new.png"
    picture = Image.open(known).transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    picture.save(new)
    facts = embedded("identify", new, known, "--json").json()
    assert facts["schema"] == "songnet.identify/1"
    assert facts["encoder"] == "tiny"
    unknown, itself = facts["files"]
    assert unknown["label"] == itself["label"] == "taste0"
    assert unknown["confidence"] == 1.0
    assert len(unknown["neighbors"]) == 5
    assert unknown["itself"] == []
    assert itself["itself"] == ["file:taste0/00.png"]
    assert "file:taste0/00.png" not in [near["song"] for near in itself["neighbors"]]
    assert facts["accuracy"]["accuracy"] == 1.0
    assert facts["accuracy"]["chance"] == 0.5
    said = embedded("identify", new)
    assert "taste0" in said.out
    assert "finds the right label of 100% of 24 songs" in said.err
    by_artist = embedded("identify", new, "--on", "artist", "--json").json()
    assert by_artist["files"][0]["label"] == "Artist 0"


def test_what_cannot_be_heard_is_skipped_with_its_reason(embedded, sounds, tmp_path):
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"\x89PNG\r\n\x1a\nnothing")
    known = min(sounds.rglob("*.png"))
    done = embedded("identify", known, broken)
    assert "skipped" in done.err
    assert "broken.png" in done.err


# Dies when it has trained for three epochs; what it wrote by then is the state after the first.
KILLED = """
import os, signal
from songnet.cli.main import run
from songnet.encoders import Checkpoint
keep, epochs = Checkpoint.keep, []
def killed(*arguments):
    keep(*arguments)
    epochs.append(arguments)
    if len(epochs) == 3:
        os.kill(os.getpid(), signal.SIGKILL)
Checkpoint.keep = killed
run()
"""


@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_a_training_that_was_killed_goes_on_to_the_same_vectors(loaded):
    """By a process of its own, killed in mid-training; then the same command with --resume."""
    order = ["embed", *TINY, "--learning-rate", "0.003", "--epochs", "12"]
    state = Path("songnet.data/training/tiny.safetensors")
    killed = subprocess.run([sys.executable, "-c", KILLED, *order], check=False, timeout=300)
    assert killed.returncode == -signal.SIGKILL
    assert state.exists()
    resumed = loaded(*order, "--resume", "--json").json()
    assert not state.exists()
    whole = loaded(*order, "--retrain", "--json").json()
    assert resumed["fingerprint"] == whole["fingerprint"]
    assert resumed["epochs_run"] == whole["epochs_run"] == 12


def test_losses_for_tensorboard(loaded):
    loaded("embed", *TINY, "--epochs", "2", "--log-dir", "logs")
    assert list(Path("logs/tiny").glob("events.out.tfevents.*"))


def test_an_encoder_that_exists_needs_no_model(embedded):
    again = embedded("embed", "--encoder", "tiny", "--json").json()
    assert (again["trained"], again["new"], again["kind"]) == (False, 0, "cae")
    assert "model cae, not vae" in embedded(
        "embed", "--model", "vae", "--encoder", "tiny", fails=2
    ).err.replace("\n", " ")


def test_the_configuration_is_plain_json(embedded):
    config = json.loads(Path("songnet.data/encoders/tiny/config.json").read_text())
    assert config["schema"] == "songnet.encoder/1"
    assert "schedule" not in config["hyperparameters"]


QUICK = ("--filters", "4,8", "--epochs", "2")


def test_vectors_from_playlists_and_from_sound_to_those(loaded):
    nothing = loaded("embed", "--model", "mp3tovec", fails=1)
    assert "run 'songnet embed --model track2vec' first" in nothing.err
    lists = loaded("embed", "--model", "track2vec", "--dimensions", "8", "--json").json()
    assert (lists["encoder"], lists["kind"], lists["songs"]) == ("track2vec_8", "track2vec", 24)
    assert lists["playlists"] == 8
    again = loaded("embed", "--model", "track2vec", "--dimensions", "8", "--json").json()
    assert (again["trained"], again["new"]) == (False, 0)
    assert again["fingerprint"] == lists["fingerprint"]
    heard = loaded("embed", "--model", "mp3tovec", *QUICK, "--json").json()
    assert (heard["encoder"], heard["dimensions"], heard["like"]) == (
        "mp3tovec_8",
        8,
        "track2vec_8",
    )
    assert loaded("encoders", "evaluate", "--json").json()["songs"] == 24
    listed = loaded("encoders", "list").out
    assert "track2vec_8" in listed
    loaded("link", "sound", "--encoder", "track2vec_8", "-k", "3")
    loaded("partitions", "run", "kmeans", "--on", "track2vec_8", "--communities", "2")
    by_sound = loaded("identify", "sounds", "--json").json()
    assert by_sound["encoder"] == "mp3tovec_8"
    said = loaded("encoders", "export", "track2vec_8", "x.zip", fails=1)
    assert "learnt from this graph's playlists" in said.err
    assert not Path("x.zip").exists()


def test_a_training_on_playlists_tells_what_it_measured(loaded, songnet, tmp_path):
    few = loaded("embed", "--model", "track2vec", "--dimensions", "4").out
    assert "epochs, too few songs to hold any back" in few
    assert "loss" not in few
    lists = tmp_path / "many.csv"
    rows = [
        f"l{number},file:{(number + place) % 40}.png" for number in range(40) for place in range(9)
    ]
    lists.write_text("\n".join(["playlist_id,track_id", *rows]))
    songnet("load-playlists", lists, "--data", "many")
    many = songnet("embed", "--model", "track2vec", "--dimensions", "4", "--data", "many").out
    shown = songnet("encoders", "show", "track2vec_4", "--json", "--data", "many").json()
    assert f"AUC {shown['validation_auc']:.4f} for songs held back from playlists" in many


def test_track2vec_tells_when_playlists_have_changed(loaded, tmp_path):
    loaded("embed", "--model", "track2vec", "--dimensions", "4")
    more = tmp_path / "more.csv"
    more.write_text(
        "playlist_id,track_id\n"
        + "".join(f"new,file:taste0/{song:02}.png\n" for song in range(1, 6))
    )
    loaded("load-playlists", more)
    assert "playlists have changed" in loaded("embed", "--encoder", "track2vec_4").err
    anew = loaded("embed", "--encoder", "track2vec_4", "--retrain", "--json").json()
    assert (anew["trained"], anew["playlists"]) == (True, 9)


def test_the_contrastive_encoder_is_preferred_to_identify(embedded, sounds):
    done = embedded("embed", "--model", "contrastive", *QUICK, "--dimensions", "8", "--json").json()
    assert (done["encoder"], done["kind"]) == ("contrastive_8", "contrastive")
    assert embedded("identify", sounds, "--json").json()["encoder"] == "contrastive_8"
    (tiny, _) = sorted(
        embedded("encoders", "evaluate", "--json").json()["encoders"],
        key=lambda entry: entry["kind"] != "contrastive",
    )
    assert tiny["reconstruction_mse"] is None
    assert embedded("encoders", "show", "contrastive_8", "--samples", "x.png", fails=1).err


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--model", "track2vec", "--batch-size", "3"), "--batch-size is for models that listen"),
        (("--model", "track2vec", "--window", "0"), "window of track2vec must be"),
        (("--model", "vae", "--latent", "none"), "latent"),
        (("--model", "vae", "--dropout", "1"), "dropout"),
        (("--model", "contrastive", "--temperature", "0"), "--temperature must be"),
        (("--model", "mp3tovec", "--like", "nobody"), "--like 'nobody'"),
        (("--model", "cae", "--like", "tiny"), "--like is not an option of --model cae"),
    ],
)
def test_models_refuse_what_they_cannot_do(loaded, arguments, says):
    assert says in loaded("embed", *arguments, fails=2).err.replace("\n", " ")
