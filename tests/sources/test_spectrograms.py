"""Pictures of spectrograms: what is written is read back, and what is wrong is refused."""

from __future__ import annotations

import contextlib
import io
import stat
import struct
import zipfile
import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from PIL import Image

from songnet.errors import FormatError, InputError
from songnet.model import Skipped
from songnet.sources.spectrograms import (
    PictureZip,
    encode_png,
    read_png,
    read_zip,
    write_png,
    write_zip,
)

PIXELS = np.random.default_rng(0).integers(0, 256, (96, 216), dtype=np.uint8)
FLAT = np.full((96, 216), 7, np.uint8)


def saved(image: Image.Image, **options) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, **{"format": "PNG", **options})
    return buffer.getvalue()


def chunk(kind: bytes, data: bytes) -> bytes:
    check = zlib.crc32(kind + data)
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", check)


def png_of(width: int, height: int, body: bytes, *, depth: int = 8, colour: int = 0) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    parts = chunk(b"IHDR", header), chunk(b"IDAT", body), chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def reason(data: bytes) -> str:
    with pytest.raises(FormatError) as caught:
        read_png(data, name="x.png")
    assert caught.value.path == "x.png"
    assert "\n" not in str(caught.value)
    return caught.value.reason


@given(arrays.arrays(np.uint8, (96, 216)))
def test_round_trip_of_any_pixels(pixels):
    data = encode_png(pixels)
    read = read_png(data)
    assert read.dtype == np.uint8
    assert np.array_equal(read, pixels)


def test_the_file_is_grey_with_row_0_on_top(tmp_path):
    write_png(tmp_path / "a.png", PIXELS)
    with Image.open(tmp_path / "a.png") as image:
        assert (image.mode, image.size, image.format) == ("L", (216, 96), "PNG")
        assert image.getpixel((5, 0)) == PIXELS[0, 5]
    assert np.array_equal(read_png(tmp_path / "a.png"), PIXELS)
    assert [path.name for path in tmp_path.iterdir()] == ["a.png"]


@pytest.mark.parametrize(
    "pixels", [PIXELS.astype(np.int64), PIXELS.T, PIXELS[None], np.zeros((96, 215), np.uint8)]
)
def test_only_spectrograms_are_written(tmp_path, pixels):
    with pytest.raises(InputError, match=r"\(96, 216\)"):
        write_png(tmp_path / "a.png", pixels)
    assert not list(tmp_path.iterdir())


def test_a_folder_that_is_not_there(tmp_path):
    with pytest.raises(InputError, match="cannot be written: No such file"):
        write_png(tmp_path / "no" / "a.png", PIXELS)


RGB = Image.fromarray(np.repeat(PIXELS[..., None], 3, axis=2))
OPAQUE = Image.merge("LA", [Image.fromarray(PIXELS), Image.new("L", (216, 96), 255)])
WIDE = Image.fromarray(PIXELS.astype(np.uint16) * 257)


@pytest.mark.parametrize(
    "data",
    [
        saved(RGB),
        saved(RGB.convert("RGBA")),
        saved(OPAQUE),
        saved(Image.fromarray(PIXELS).convert("P")),
        saved(WIDE),
    ],
    ids=["RGB", "RGBA", "LA", "palette", "16 bits"],
)
def test_grey_in_other_clothes_is_read_without_loss(data):
    assert np.array_equal(read_png(data), PIXELS)


def test_one_bit_is_black_and_white():
    read = read_png(saved(Image.fromarray(PIXELS > 100)))
    assert np.array_equal(read, np.where(PIXELS > 100, 255, 0))


def coloured() -> Image.Image:
    pixels = np.repeat(PIXELS[..., None], 3, axis=2)
    pixels[3, 4] = (1, 2, 3)
    return Image.fromarray(pixels)


def seen_through() -> Image.Image:
    alpha = Image.new("L", (216, 96), 255)
    alpha.putpixel((9, 9), 254)
    return Image.merge("LA", [Image.fromarray(PIXELS), alpha])


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "is empty"),
        (b"\x89PNG\r\n\x1a\n", "without a header, or cut off"),
        (b"hello", "is not a PNG"),
        (saved(RGB, format="JPEG"), "is not a PNG but a JPEG"),
        (saved(RGB, format="BMP"), "is not a PNG but a BMP"),
        (saved(Image.new("L", (96, 216))), "216 rows by 96 columns"),
        (saved(Image.new("L", (215, 96))), "96 rows by 215 columns"),
        (saved(coloured()), "coloured or transparent"),
        (saved(seen_through()), "coloured or transparent"),
        (saved(Image.fromarray(PIXELS), transparency=7), "coloured or transparent"),
        (saved(Image.fromarray(PIXELS.astype(np.uint16) * 256 + 1)), "16-bit greys"),
        (png_of(216, 96, b"", depth=16, colour=2), "16-bit colours"),
        (png_of(216, 96, zlib.compress(b"")), "broken"),
        (png_of(216, 96, b"not deflate"), "broken"),
        (png_of(216, 96, zlib.compress(b"\0" * 217 * 50)), "broken"),
        (png_of(216, 96, b"", depth=3), "broken"),
        (encode_png(PIXELS)[:5000], "broken"),
        (encode_png(PIXELS) + b"\0" * 2**20, "larger than 1048576 bytes"),
    ],
)
def test_what_is_not_a_spectrogram_is_refused(data, says):
    assert says in reason(data)


def test_a_bomb_is_judged_by_its_header():
    bomb = png_of(60_000, 60_000, zlib.compress(b"\0" * 10_000_000))
    assert "60000 rows by 60000 columns" in reason(bomb)


def test_a_colour_profile_without_content_after_the_pixels_is_a_broken_png():
    good = encode_png(PIXELS)
    assert "broken" in reason(good[:-12] + chunk(b"iCCP", b"") + good[-12:])


def test_a_text_bomb_is_a_broken_png():
    text = chunk(b"zTXt", b"Comment\0\0" + zlib.compress(b"a" * 100_000_000))
    good = encode_png(PIXELS)
    assert "broken" in reason(good[:33] + text + good[33:])


@given(st.integers(33, 20_000), st.integers(0, 255))
def test_a_changed_byte_is_refused_or_changes_no_pixel(place, value):
    good = encode_png(PIXELS)
    data = bytearray(good)
    data[place % len(data)] = value
    with contextlib.suppress(FormatError):
        assert np.array_equal(read_png(bytes(data)), PIXELS)


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(FormatError, match="cannot be read"):
        read_png(tmp_path / "none.png")


def test_the_same_pictures_give_the_same_zip_in_any_order(tmp_path):
    write_zip(tmp_path / "a.zip", {"b.png": PIXELS, "a/c.png": FLAT})
    write_zip(tmp_path / "b.zip", {"a/c.png": FLAT, "b.png": PIXELS})
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()


names = st.text(st.sampled_from("abcäß #-._1"), min_size=1, max_size=12).map(
    lambda stem: f"m{stem}.png"
)


@given(st.dictionaries(names, st.integers(0, 255), min_size=1, max_size=4))
def test_zip_round_trip(tmp_path_factory, shades):
    path = tmp_path_factory.mktemp("zip") / "a.zip"
    pictures = {name: np.full((96, 216), shade, np.uint8) for name, shade in shades.items()}
    write_zip(path, pictures)
    read = dict(read_zip(path))
    assert list(read) == sorted(pictures)
    assert all(np.array_equal(read[name], pictures[name]) for name in pictures)


@pytest.mark.parametrize(
    "name", ["/a.png", "../a.png", "a/../../b.png", "C:/a.png", "a.jpg", ".a.png"]
)
def test_names_that_no_zip_should_have_are_not_written(tmp_path, name):
    with pytest.raises(InputError, match="cannot be a member"):
        write_zip(tmp_path / "a.zip", {name: PIXELS})
    assert not list(tmp_path.iterdir())


def test_a_zip_is_written_whole_or_not_at_all(tmp_path):
    write_zip(tmp_path / "a.zip", {"a.png": PIXELS})
    before = (tmp_path / "a.zip").read_bytes()
    with pytest.raises(InputError, match=r"\(96, 216\)"):
        write_zip(tmp_path / "a.zip", {"a.png": FLAT, "b.png": FLAT[:5]})
    assert (tmp_path / "a.zip").read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["a.zip"]


def zip_with(path, members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> None:
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, data in members.items():
            archive.writestr(name, data)


def test_only_harmless_pictures_are_taken_from_a_zip(tmp_path):
    good = encode_png(PIXELS)
    members = {
        "ok.png": good,
        "folder/OK.PNG": good,
        "/absolute.png": good,
        "../outside.png": good,
        "..\\outside.png": good,
        "C:\\outside.png": good,
        "big.png": b"\0" * (2**20 + 1),
        "song.ogg": b"sound",
        ".hidden.png": good,
        "__MACOSX/._ok.png": good,
        "readme.txt": b"text",
        "empty/": b"",
    }
    path = tmp_path / "a.zip"
    zip_with(path, members)
    with zipfile.ZipFile(path, "a") as archive:
        link = zipfile.ZipInfo("link.png")
        link.create_system = 3
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
    with PictureZip(path) as pictures:
        assert pictures.names == ["folder/OK.PNG", "ok.png"]
        assert pictures.read("ok.png") == good
        reasons = {item.path.removeprefix(f"{path}/"): item.reason for item in pictures.skipped}
    outside = {"/absolute.png", "../outside.png", "..\\outside.png", "C:\\outside.png"}
    assert {name for name, why in reasons.items() if why == "leads outside the zip"} == outside
    assert "link" in reasons.pop("link.png")
    assert "larger than" in reasons.pop("big.png")
    assert "unpack it" in reasons.pop("song.ogg")
    assert set(reasons) == outside
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["a.zip"]


def test_an_encrypted_member_is_skipped(tmp_path):
    path = tmp_path / "a.zip"
    zip_with(path, {"a.png": encode_png(PIXELS)})
    data = bytearray(path.read_bytes())
    data[data.index(b"PK\x01\x02") + 8] |= 1  # the flag in the central directory
    path.write_bytes(data)
    assert list(read_zip(path)) == [Skipped(f"{path}/a.png", "is encrypted")]


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_name_that_comes_twice_counts_once(tmp_path):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.png", encode_png(PIXELS))
        archive.writestr("a.png", encode_png(FLAT))
    read = list(read_zip(path))
    assert Skipped(f"{path}/a.png", "is in the zip twice") in read
    assert sum(isinstance(item, tuple) for item in read) == 1


def test_a_damaged_member_is_skipped_and_the_next_one_read(tmp_path):
    path = tmp_path / "a.zip"
    zip_with(path, {"a.png": encode_png(PIXELS), "b.png": encode_png(FLAT)}, zipfile.ZIP_STORED)
    data = bytearray(path.read_bytes())
    data[2000] ^= 0xFF
    path.write_bytes(data)
    first, second = read_zip(path)
    assert isinstance(first, Skipped)
    assert "damaged" in first.reason
    assert second[0] == "b.png"


@pytest.mark.parametrize(
    ("data", "says"),
    [(b"", "not a zip"), (b"PK\x03\x04 and no more", "not a zip"), (None, "cannot be read")],
)
def test_what_is_not_a_zip(tmp_path, data, says):
    path = tmp_path / "a.zip"
    if data is not None:
        path.write_bytes(data)
    with pytest.raises(FormatError, match=says):
        PictureZip(path)


def test_a_zip_without_pictures(tmp_path):
    zip_with(tmp_path / "a.zip", {"readme.txt": b"text"})
    with pytest.raises(FormatError, match="holds no PNG"):
        PictureZip(tmp_path / "a.zip")


def test_a_cut_off_zip(tmp_path):
    path = tmp_path / "a.zip"
    write_zip(path, {"a.png": PIXELS})
    path.write_bytes(path.read_bytes()[:-30])
    with pytest.raises(FormatError, match="not a zip"):
        PictureZip(path)
