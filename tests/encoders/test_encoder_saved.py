"""Saving and loading: the same vectors, whole or not at all, and every bad file refused."""

from __future__ import annotations

import dataclasses
import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from encoder_samples import TINY_DESIGN, spectrograms, untrained
from make_encoder_fixture import FIXTURE, fixture
from safetensors.numpy import load_file, save_file

from songnet import encoders
from songnet.encoders import Epoch, _folder
from songnet.encoders._saved import PREPROCESSING
from songnet.errors import FormatError, StateError
from songnet.sources import _mel

EPOCH = {"number": 1, "loss": 0.5, "validation_loss": 0.4, "spectrograms_per_second": 9.0,
         "seconds": 1.0}  # fmt: skip
KEPT_FINGERPRINT = "f1fcffb4dcb1570a22676c28942015c8cbb02f88a7a274607a1e9928d3b4b9b2"


@pytest.fixture
def folder(tmp_path):
    """A saved encoder with a projection, to be damaged."""
    place = tmp_path / "encoders" / "cae_kept"
    encoders.save(fixture(), place)
    return place


def change(folder, **changes):
    """Change ``config.json``; a key ``a__b`` reaches into ``a``; None removes."""
    path = folder / "config.json"
    config = json.loads(path.read_text())
    for key, value in changes.items():
        *outer, last = key.split("__")
        table = config
        for name in outer:
            table = table[name]
        table[last] = value
    path.write_text(json.dumps(config))


def test_a_trained_encoder_comes_back_as_it_was(tmp_path):
    source = spectrograms(8)
    saved = encoders.train(source, TINY_DESIGN, epochs=2, batch_size=4)
    encoders.save(saved, tmp_path / "mine")
    loaded = encoders.load(tmp_path / "mine")
    assert loaded.fingerprint == saved.fingerprint
    assert (loaded.design, loaded.hyperparameters) == (saved.design, saved.hyperparameters)
    assert loaded.history == saved.history
    assert loaded.holdout == saved.holdout
    assert (loaded.name, loaded.versions) == (saved.name, saved.versions)
    before, after = encoders.encode(saved, source), encoders.encode(loaded, source)
    assert np.array_equal(before.values, after.values)
    made = encoders.reconstruct(loaded, source.pixels[:2])
    assert np.array_equal(made, encoders.reconstruct(saved, source.pixels[:2]))


def test_what_lies_there(folder):
    assert sorted(path.name for path in folder.iterdir()) == [
        "config.json", "projection.safetensors", "weights.safetensors"
    ]  # fmt: skip
    assert sorted(path.name for path in folder.parent.iterdir()) == ["cae_kept"]
    config = json.loads((folder / "config.json").read_text())
    assert config["schema"] == "songnet.encoder/1"
    assert config["architecture"]["latent_shape"] == [4, 9, 2]
    assert config["fingerprint"] == fixture().fingerprint
    weights = load_file(folder / "weights.safetensors")
    assert weights["encoder_2.kernel"].shape == (3, 3, 4, 2)
    assert encoders.exists(folder)


def test_the_kept_example_of_the_format_is_still_read():
    loaded, made = encoders.load(FIXTURE), fixture()
    assert loaded.fingerprint == made.fingerprint == KEPT_FINGERPRINT
    assert loaded.holdout.validation_songs == ("file:a.ogg", "file:ü.ogg")
    assert loaded.best.number == 1
    assert np.array_equal(loaded.projection.components, made.projection.components)
    assert loaded.dimensions == 3
    assert dataclasses.replace(loaded, name="other").fingerprint == KEPT_FINGERPRINT
    assert sum(path.stat().st_size for path in FIXTURE.iterdir()) < 50_000


def test_the_kept_example_is_what_is_written_today(tmp_path):
    encoders.save(fixture(), tmp_path / "again")
    for path in FIXTURE.iterdir():
        assert (tmp_path / "again" / path.name).read_bytes() == path.read_bytes()


def test_what_version_1_did_not_know_is_said_where_it_is_not_default(folder, tmp_path):
    config = json.loads((folder / "config.json").read_text())
    later = {"schedule", "weight_decay", "precision"}
    assert not later & set(config["hyperparameters"])
    assert not {"terms", "validation_terms"} & set(config["history"][0])
    base = untrained()
    settings = dataclasses.replace(
        base.hyperparameters, schedule="cosine", weight_decay=0.01, precision="mixed_float16"
    )
    epochs = (
        Epoch(1, 0.5, 0.4, 9.0, 1.0, {"nll": 0.3, "kl": 0.2}, {"nll": 0.3, "kl": 0.1}),
        Epoch(2, 0.4, 0.45, 9.0, 1.0, {"nll": 0.2, "kl": 0.2}, {"nll": 0.3, "kl": 0.15}),
    )
    saved = dataclasses.replace(base, hyperparameters=settings, history=epochs)
    encoders.save(saved, tmp_path / "later")
    loaded = encoders.load(tmp_path / "later")
    assert (loaded.hyperparameters, loaded.history) == (settings, epochs)
    assert loaded.fingerprint == saved.fingerprint != base.fingerprint
    assert loaded.best.number == 2  # a cosine keeps its last weights
    assert encoders.info(loaded, "now").params["validation_kl"] == 0.15
    config = json.loads((tmp_path / "later" / "config.json").read_text())
    assert config["schema"] == "songnet.encoder/1"
    assert later < set(config["hyperparameters"])


def test_defaults_that_are_written_out_mean_the_same(folder):
    change(
        folder, hyperparameters__schedule="constant", hyperparameters__weight_decay=0,
        hyperparameters__precision="float32",
    )  # fmt: skip
    assert encoders.load(folder).fingerprint == KEPT_FINGERPRINT


def test_the_fingerprint_tells_encoders_apart():
    base = untrained()
    fewer = dataclasses.replace(base.holdout, training_songs=18)
    weights = {name: value.copy() for name, value in base.weights.items()}
    weights["output.bias"][0] += 1e-7
    others = [
        untrained(activation="sigmoid"),
        untrained(weights=weights),
        dataclasses.replace(base, holdout=fewer),
        dataclasses.replace(base, projection=fixture().projection),
    ]
    assert len({base.fingerprint, *(other.fingerprint for other in others)}) == 5


def test_what_pixels_mean_is_what_the_sources_make():
    assert PREPROCESSING["sample_rate"] == _mel.SAMPLE_RATE
    assert PREPROCESSING["n_fft"] == _mel.N_FFT
    assert PREPROCESSING["hop_length"] == _mel.HOP
    assert (PREPROCESSING["mels"], PREPROCESSING["frames"]) == (_mel.MELS, _mel.FRAMES)
    assert PREPROCESSING["decibel_reference"] == _mel.REFERENCE
    assert PREPROCESSING["decibel_floor"] == -_mel.TOP_DB


def test_song_ids_that_are_not_utf8_survive(tmp_path):
    base = untrained()
    odd = dataclasses.replace(base.holdout, validation_songs=("file:\udcff.ogg",))
    encoders.save(dataclasses.replace(base, holdout=odd), tmp_path / "odd")
    assert encoders.load(tmp_path / "odd").holdout == odd


def test_saving_replaces_the_older_one_entirely(folder):
    encoders.save(untrained(seed=9), folder)
    assert encoders.load(folder).fingerprint == untrained(seed=9).fingerprint
    assert not (folder / "projection.safetensors").exists()
    assert [path.name for path in folder.parent.iterdir()] == ["cae_kept"]


def test_a_full_disk_leaves_the_older_one(folder, monkeypatch):
    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(_folder.os, "fsync", full)
    with pytest.raises(StateError, match="No space left on device; what was there before is kept"):
        encoders.save(untrained(seed=9), folder)
    assert encoders.load(folder).fingerprint == fixture().fingerprint
    assert [path.name for path in folder.parent.iterdir()] == ["cae_kept"]


def test_the_end_of_the_process_between_the_renames_leaves_the_older_one(folder, monkeypatch):
    rename = Path.rename

    def dies_at_the_second(path, target):
        if ".new-" in path.name:
            raise KeyboardInterrupt
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", dies_at_the_second)
    with pytest.raises(KeyboardInterrupt):
        encoders.save(untrained(seed=9), folder)
    assert not folder.exists()
    assert encoders.exists(folder)
    assert encoders.load(folder).fingerprint == fixture().fingerprint
    monkeypatch.undo()
    encoders.save(untrained(seed=9), folder)
    assert encoders.load(folder).fingerprint == untrained(seed=9).fingerprint
    assert [path.name for path in folder.parent.iterdir()] == ["cae_kept"]


def test_what_a_killed_writer_left_goes_with_the_next_and_no_other(folder):
    for name in (".cae_kept.new-abcd1234", ".other.new-abcd1234"):
        (folder.parent / name).mkdir()
        (folder.parent / name / "config.json").write_text("{}")
    encoders.save(untrained(seed=9), folder)
    found = sorted(path.name for path in folder.parent.iterdir())
    assert found == [".other.new-abcd1234", "cae_kept"]


def test_a_rename_that_fails_puts_the_older_one_back(folder, monkeypatch):
    rename = Path.rename

    def refuses(path, target):
        if ".new-" in path.name:
            raise PermissionError(13, "Permission denied")
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", refuses)
    with pytest.raises(StateError, match="Permission denied"):
        encoders.save(untrained(seed=9), folder)
    assert encoders.load(folder).fingerprint == fixture().fingerprint


def test_a_folder_that_is_not_ours_is_left_alone(tmp_path):
    (tmp_path / "music").mkdir()
    (tmp_path / "music" / "song.ogg").write_bytes(b"x")
    with pytest.raises(FormatError, match=r"not an encoder's folder \(it holds 'song.ogg'\)"):
        encoders.save(untrained(), tmp_path / "music")
    assert (tmp_path / "music" / "song.ogg").read_bytes() == b"x"
    with pytest.raises(FormatError, match="is a file"):
        encoders.save(untrained(), tmp_path / "music" / "song.ogg")


def test_what_is_not_there(tmp_path):
    assert not encoders.exists(tmp_path / "none")
    with pytest.raises(StateError, match="no such encoder: make it with 'songnet embed'"):
        encoders.load(tmp_path / "none")


@pytest.mark.parametrize("name", ["config.json", "weights.safetensors", "projection.safetensors"])
def test_a_missing_file_is_named(folder, name):
    (folder / name).unlink()
    with pytest.raises(FormatError, match=f"{name}: is missing"):
        encoders.load(folder)


@pytest.mark.parametrize("name", ["config.json", "weights.safetensors", "projection.safetensors"])
@pytest.mark.parametrize("left", [0, 7, 0.5, -1])
def test_a_truncated_file_is_named(folder, name, left):
    data = (folder / name).read_bytes()
    keep = int(len(data) * left) if isinstance(left, float) else left
    (folder / name).write_bytes(data.rstrip()[:keep])
    with pytest.raises(FormatError, match=name):
        encoders.load(folder)


@pytest.mark.parametrize("name", ["weights.safetensors", "projection.safetensors"])
def test_one_flipped_bit_is_seen(folder, name):
    data = bytearray((folder / name).read_bytes())
    data[-3] ^= 1
    (folder / name).write_bytes(data)
    with pytest.raises(FormatError, match="do not fit the encoder's fingerprint"):
        encoders.load(folder)


def test_a_changed_setting_is_seen(folder):
    change(folder, hyperparameters__learning_rate=0.5)
    with pytest.raises(FormatError, match="fingerprint"):
        encoders.load(folder)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"schema": "songnet.encoder/2"}, "has schema songnet.encoder/2, this songnet reads"),
        ({"schema": "songnet.encoder/" + "9" * 5000}, "schema songnet.encoder/999999999999,"),
        ({"schema": "keras/1"}, "is not an encoder of songnet"),
        ({"schema": "songnet.encoder/one"}, "is not an encoder of songnet"),
        ({"schema": 1}, "schema must be a string"),
        ({"kind": "lambda"}, "kind must be one of cae, .*, not 'lambda'"),
        ({"name": "Bad Name"}, "cannot name an encoder"),
        ({"activation": "lambda"}, "activation 'lambda'"),
        ({"architecture": []}, "architecture. must be a JSON object"),
        ({"architecture__filters": [4, 2.0]}, "architecture.filters must be a list of whole"),
        ({"architecture__filters": [4, True]}, "architecture.filters must be a list of whole"),
        ({"architecture__filters": "4,2"}, "architecture.filters must be a list"),
        ({"architecture__pooling": [4, 5]}, "the product of 4,5"),
        ({"architecture__name": "72x72"}, "architecture.name must be '4x9x2'"),
        ({"architecture__latent_shape": [4, 9, 3]}, r"latent_shape must be \[4, 9, 2\]"),
        ({"architecture__filters": [8, 2]}, r"'encoder_1.kernel' must be float32 \(3, 3, 1, 8\)"),
        ({"preprocessing__n_fft": 1024}, "preprocessing must be that of this songnet"),
        ({"hyperparameters__epochs": -1}, "hyperparameters.epochs must be a whole number"),
        ({"hyperparameters__epochs": 0}, "epochs must be a whole number, 1 to"),
        ({"hyperparameters__learning_rate": float("nan")}, "learning_rate must be a finite"),
        ({"hyperparameters__learning_rate": "x"}, "learning_rate must be a number"),
        ({"hyperparameters__learning_rate": 10**400}, "learning_rate must be a finite"),
        ({"hyperparameters__schedule": 1}, "hyperparameters.schedule must be a string"),
        ({"hyperparameters__schedule": "steps"}, "schedule must be constant or cosine"),
        ({"hyperparameters__weight_decay": -1}, "weight_decay must be 0 or more"),
        ({"hyperparameters__weight_decay": "x"}, "hyperparameters.weight_decay must be a number"),
        ({"hyperparameters__precision": "float8"}, "precision must be float32 or"),
        ({"hyperparameters__precision": None}, "hyperparameters.precision must be a string"),
        ({"split__by": "album"}, "split.by must be one of song, recording"),
        ({"split__validation_songs": [1]}, "split.validation_songs must be a list of strings"),
        ({"history": []}, "history must be a list of epochs"),
        ({"history": [{"number": 1}]}, r"history\[0\].loss is missing"),
        ({"history": {}}, "history must be a list"),
        ({"history": [{**EPOCH, "number": 2}]}, "history must be a list of epochs, numbered from"),
        ({"history": [{**EPOCH, "terms": []}]}, r"history\[0\].terms. must be a JSON object"),
        ({"history": [{**EPOCH, "terms": {"kl": "x"}}]}, r"history\[0\].terms.kl must be a number"),
        ({"history": [{**EPOCH, "validation_terms": {"kl": float("nan")}}]}, "a finite number"),
        ({"versions": {"keras": 3}}, "versions.keras must be a string"),
        ({"projection__dimensions": 0}, "projection.dimensions must be 1 to 72"),
        ({"projection__dimensions": 99}, "projection.dimensions must be 1 to 72"),
        ({"projection__dimensions": 4}, r"'components' must be float32 \(4, 72\)"),
        ({"projection__kept_variance": 1.5}, "kept_variance must be a share"),
        ({"fingerprint": "00"}, "do not fit the encoder's fingerprint"),
    ],
)
def test_a_configuration_that_does_not_hold_is_refused(folder, changes, message):
    change(folder, **changes)
    with pytest.raises(FormatError, match=message) as refused:
        encoders.load(folder)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    "text", ["[]", "null", "{", "\udcff", "[" * 200_000, '{"a": ' * 100_000, "1" * 5000]
)
def test_what_is_not_a_json_object_is_refused(folder, text):
    (folder / "config.json").write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(FormatError, match="config.json"):
        encoders.load(folder)


def replace_array(folder, name, array):
    arrays = load_file(folder / "weights.safetensors")
    arrays.pop(name, None)
    save_file(arrays if array is None else {**arrays, name: array}, folder / "weights.safetensors")


@pytest.mark.parametrize(
    ("name", "array", "message"),
    [
        ("output.bias", None, "'output.bias' is at odds"),
        ("more", np.zeros(1, np.float32), "'more' is at odds"),
        ("output.bias", np.zeros(2, np.float32), r"must be float32 \(1,\), found float32 \(2,\)"),
        ("output.bias", np.zeros(1), "must be float32"),
        ("output.bias", np.zeros(1, np.int32), "found int32"),
        ("output.bias", np.array([np.nan], np.float32), "holds NaN or infinity"),
        ("more", np.zeros(2**19, np.float32), "is larger than"),
    ],
)
def test_arrays_that_do_not_fit_are_refused(folder, name, array, message):
    replace_array(folder, name, array)
    with pytest.raises(FormatError, match=message):
        encoders.load(folder)


@pytest.mark.parametrize(
    "data",
    [
        b"\x80\x04K\x01.",
        b"\x89HDF\r\n\x1a\n" + bytes(64),
        b"PK\x03\x04" + bytes(64),
        b"\xff" * 64,
        (20).to_bytes(8, "little") + b'{"a":{"dtype":"F4"}} ',
    ],
)
def test_other_peoples_formats_are_refused(folder, data):
    (folder / "weights.safetensors").write_bytes(data)
    with pytest.raises(FormatError, match="weights.safetensors: is not a sound safetensors file"):
        encoders.load(folder)


def test_a_folder_in_place_of_a_file_is_refused(folder):
    (folder / "weights.safetensors").unlink()
    (folder / "weights.safetensors").mkdir()
    with pytest.raises(FormatError, match="cannot be read: Is a directory"):
        encoders.load(folder)


def test_a_link_to_a_folder_is_followed(folder, tmp_path):
    link = tmp_path / "link"
    link.symlink_to(folder)
    encoders.save(untrained(seed=9), link)
    assert link.is_symlink()
    assert encoders.load(folder).fingerprint == untrained(seed=9).fingerprint


def test_an_encoder_whose_replacing_was_killed_is_still_there(folder):
    saved = encoders.load(folder)
    encoders.save(untrained(seed=9), folder.with_name("other"))
    (folder.parent / ".other.new-12345678").mkdir()
    folder.rename(_folder.previous(folder))
    assert [place.name for place in encoders.saved_in(folder.parent)] == sorted(
        [folder.name, "other"]
    )
    assert encoders.exists(folder)
    assert encoders.load(folder).fingerprint == saved.fingerprint


def test_a_left_over_of_a_crash_does_not_come_back(folder):
    shutil.copytree(folder, _folder.previous(folder))
    encoders.save(untrained(seed=9), folder)
    assert not _folder.previous(folder).exists()
