"""Encoders in zip archives: the same bytes for the same encoder, and every bad archive refused."""

from __future__ import annotations

import tracemalloc
import zipfile

import numpy as np
import pytest
from make_encoder_fixture import FIXTURE, fixture

from songnet import encoders
from songnet.errors import FormatError

KEPT_FINGERPRINT = "f1fcffb4dcb1570a22676c28942015c8cbb02f88a7a274607a1e9928d3b4b9b2"


@pytest.fixture
def archive(tmp_path):
    """The same encoder in a zip archive."""
    path = tmp_path / "cae_kept.zip"
    encoders.save_zip(fixture(), path)
    return path


def test_an_archive_is_the_same_encoder_and_always_the_same_bytes(archive, tmp_path):
    loaded = encoders.load(archive)
    assert loaded.fingerprint == KEPT_FINGERPRINT
    assert (loaded.name, loaded.history) == ("cae_kept", fixture().history)
    encoders.save_zip(loaded, tmp_path / "again.zip")
    assert (tmp_path / "again.zip").read_bytes() == archive.read_bytes()
    assert sorted(zipfile.ZipFile(archive).namelist()) == [
        "config.json", "projection.safetensors", "weights.safetensors"
    ]  # fmt: skip


@pytest.mark.parametrize("data", [
    b"", b"PK\x03\x04" + bytes(64), b"\x89HDF\r\n\x1a\n" + bytes(64), b"\x80\x04K\x01.",
])  # fmt: skip
def test_what_is_not_an_archive_is_refused(tmp_path, data):
    (tmp_path / "other.zip").write_bytes(data)
    with pytest.raises(FormatError, match=r"other.zip: is not a sound zip archive of an encoder"):
        encoders.load(tmp_path / "other.zip")


def assert_the_same_or_refused(archive):
    """A flipped bit may only have changed a date."""
    try:
        loaded = encoders.load(archive)
    except FormatError as error:
        message = str(error)
    else:
        assert loaded.fingerprint == KEPT_FINGERPRINT
        return
    assert "\n" not in message


def test_any_damage_to_an_archive_is_seen(archive):
    data, random = archive.read_bytes(), np.random.default_rng(0)
    for place in random.integers(0, len(data), 300):
        damaged = bytearray(data)
        damaged[place] ^= 1 << int(random.integers(8))
        archive.write_bytes(damaged)
        assert_the_same_or_refused(archive)
    for length in random.integers(0, len(data), 30):
        archive.write_bytes(data[:length])
        with pytest.raises(FormatError):
            encoders.load(archive)


def packed(path, compression, **entries):
    files = {entry.name: entry.read_bytes() for entry in FIXTURE.iterdir()} | entries
    with zipfile.ZipFile(path, "w", compression) as file:
        for name, data in files.items():
            if data is not None:
                file.writestr(name, data)


def test_a_compressed_archive_is_read_and_its_damage_seen(archive):
    packed(archive, zipfile.ZIP_DEFLATED)
    assert encoders.load(archive).fingerprint == KEPT_FINGERPRINT
    data, random = archive.read_bytes(), np.random.default_rng(0)
    for place in random.integers(0, len(data), 200):
        archive.write_bytes(data[:place] + bytes([data[place] ^ 255]) + data[place + 1 :])
        assert_the_same_or_refused(archive)


@pytest.mark.parametrize("packing", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_other_packings_are_refused(archive, packing):
    packed(archive, packing)
    with pytest.raises(FormatError, match="config.json: must be stored or deflated"):
        encoders.load(archive)


@pytest.mark.parametrize("name", ["config.json", "weights.safetensors", "projection.safetensors"])
def test_an_archive_without_a_file_names_it(archive, name):
    packed(archive, zipfile.ZIP_STORED, **{name: None})
    with pytest.raises(FormatError, match=f"cae_kept.zip/{name}: is missing"):
        encoders.load(archive)


def test_a_bomb_is_not_unpacked(archive):
    packed(archive, zipfile.ZIP_DEFLATED, **{"weights.safetensors": bytes(2**27)})
    assert archive.stat().st_size < 2**20
    tracemalloc.start()
    with pytest.raises(FormatError, match="weights.safetensors: is larger than"):
        encoders.load(archive)
    assert tracemalloc.get_traced_memory()[1] < 2**24
    tracemalloc.stop()
