"""Hostile archives and folders of playlists, and how odd zips are made."""

from __future__ import annotations

import gzip
import io
import warnings
import zipfile
from collections.abc import Mapping

from torture.fuzz.bombs import MIB, gzipped, zip_bomb
from torture.fuzz.items import Item, Link, odd_files, one
from torture.fuzz.playlists import M3U, SLICE, TABLE, XSPF
from torture.fuzz.texts import PATHS, STRINGS, cuts


def archives() -> dict[str, Item]:
    """Zip archives and folders of playlists."""
    name = "lists.zip"
    sound = zipped({"a.json": SLICE, "b.csv": TABLE, "c.m3u": M3U, "d.xspf": XSPF})
    return {
        "sound": one(name, sound),
        "deflated": one(name, zipped({"a.json": SLICE, "b.csv": TABLE}, zipfile.ZIP_DEFLATED)),
        "bzip2": one(name, zipped({"a.json": SLICE}, zipfile.ZIP_BZIP2)),
        "lzma": one(name, zipped({"a.json": SLICE}, zipfile.ZIP_LZMA)),
        "gzip inside": one(name, zipped({"a.json.gz": gzip.compress(SLICE.encode())})),
        "a bomb of spaces": one(name, zip_bomb("a.json", 300 * MIB, b" " * MIB)),
        "a bomb in a bomb": one(name, zipped({"a.json.gz": gzipped("", " ", "", 300 * MIB)})),
        "a zip in a zip": one(name, zipped({"a.zip": sound})),
        "doubled members": one(name, zipped_pairs([("a.json", SLICE), ("a.json", SLICE)])),
        "names in no encoding": one(name, flagged(sound.replace(b"a.json", b"\xff.json"), 0x800)),
        "encrypted": one(name, flagged(sound, 0x1)),
        "strongly encrypted": one(name, flagged(sound, 0x41)),
        "no members": one(name, zipped({})),
        "many members": one(name, zipped({f"{i}.m3u": "a.ogg\n" for i in range(3_000)})),
        "a kind unknown": one(name, sound.replace(b"\x14\0\0\0\0\0", b"\x14\0\0\0\x63\0")),
        "lies of size": one(
            name, sound.replace(len(SLICE.encode()).to_bytes(4, "little"), b"\xff" * 4)
        ),
        "small lies of size": one(
            name, sound.replace(len(SLICE.encode()).to_bytes(4, "little"), b"\1\0\0\0")
        ),
        "rubbish before": one(name, b"#!/bin/sh\n" + sound),
        "called csv": one("lists.csv", sound),
        "a long comment": one(name, sound[:-2] + b"\xff\xff" + b"x" * 65_535),
        **{
            f"member {i}": one(
                name, zipped({path: SLICE, f"{path}.csv": TABLE, f"{path}/x.m3u": M3U})
            )
            for i, path in enumerate(PATHS)
        },
        **{
            f"member text {i}": one(
                name, zipped({f"{text}.csv": TABLE + "a\n", f"{text}.json": "{"})
            )
            for i, text in enumerate(STRINGS)
            if text
        },
        "a folder": Item("lists", {"lists/a.json": SLICE.encode(), "lists/b.csv": TABLE.encode()}),
        "a folder of traps": Item(
            "lists",
            {
                "lists/a.json": SLICE.encode(),
                "lists/b.json": Link("/dev/zero"),
                "lists/c.json": Link("c.json"),
                "lists/d.json/x": b"",
                "lists/up": Link(".."),
                "lists/e.zip": b"PK\3\4",
                "lists/\x1b[2J.csv": b"x\n",
                "lists/\udcff.csv": b"x\n",
                "lists/f.json": Link("/proc/self/mem"),
                "lists/g\u202e.m3u": b"/x\n",
            },
        ),
        "a deep folder": Item("lists", {f"lists/{'d/' * 200}a.json": SLICE.encode()}),
        **cuts(name, sound),
        **odd_files(name, sound),
    }


def zipped(members: Mapping[str, bytes | str], packing: int = zipfile.ZIP_STORED) -> bytes:
    """A zip archive."""
    return zipped_pairs(list(members.items()), packing)


def zipped_pairs(
    members: list[tuple[str, bytes | str]], packing: int = zipfile.ZIP_STORED
) -> bytes:
    """A zip archive, in which names may come twice."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", packing) as archive:
        for name, content in members:
            data = content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content
            info = zipfile.ZipInfo(name.encode("utf-8", "replace").decode() or "empty.csv")
            info.compress_type = packing
            if info.filename not in archive.namelist() or members.count((name, content)) > 1:
                _write_quietly(archive, info, data)
    return buffer.getvalue()


def _write_quietly(archive: zipfile.ZipFile, info: zipfile.ZipInfo, data: bytes) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that a name comes twice
        archive.writestr(info, data)


def flagged(archive: bytes, bits: int) -> bytes:
    """The archive with bits set in the flags of all its members."""
    data = bytearray(archive)
    for mark, offset in ((b"PK\1\2", 8), (b"PK\3\4", 6)):
        place = data.find(mark)
        while place >= 0:
            data[place + offset] |= bits & 0xFF
            data[place + offset + 1] |= bits >> 8
            place = data.find(mark, place + 4)
    return bytes(data)
