"""Much from little: packed data that is never unpacked to be made."""

from __future__ import annotations

import gzip
import struct
import zlib

from torture.fuzz.items import Item, one

MIB = 2**20
_END = b"\x03\x00"  # an empty last block of a deflated stream


def gzipped(head: str, text: str, tail: str, size: int) -> bytes:
    """Gzip of `head`, so many bytes of `text` over and over, and `tail`, as members in a row."""
    block = (text * (MIB // len(text.encode()) + 1)).encode()
    return b"".join(
        [
            gzip.compress(head.encode()),
            gzip.compress(block) * (size // len(block)),
            gzip.compress(tail.encode()),
        ]
    )


def gzip_bomb(name: str, text: str, size: int, *, head: str = "", tail: str = "") -> Item:
    """A file of `gzipped`."""
    return one(name, gzipped(head, text, tail, size))


def zlib_bomb(size: int) -> bytes:
    """A zlib stream of so many zeros, a whole number of MiB."""
    block = bytes(MIB)
    check = 1
    for _ in range(size // MIB):
        check = zlib.adler32(block, check)
    return b"\x78\x9c" + _deflated(block, size // MIB) + struct.pack(">I", check)


def zip_bomb(name: str, size: int, block: bytes = bytes(MIB)) -> bytes:
    """A zip archive with one member of `block` over and over."""
    times = size // len(block)
    check = 0
    for _ in range(times):
        check = zlib.crc32(block, check)
    data, called = _deflated(block, times), name.encode()
    sizes = struct.pack("<III", check, len(data), times * len(block))
    facts = struct.pack("<HHHHH", 20, 0, 8, 0, 0x21) + sizes + struct.pack("<HH", len(called), 0)
    local = b"PK\3\4" + facts + called + data
    central = b"PK\1\2" + struct.pack("<H", 20) + facts + bytes(14) + called
    end = struct.pack("<HHHHIIH", 0, 0, 1, 1, len(central), len(local), 0)
    return local + central + b"PK\5\6" + end


def _deflated(block: bytes, times: int) -> bytes:
    """A raw deflated stream of `block` over and over; what is flushed whole can be repeated."""
    packer = zlib.compressobj(9, wbits=-15)
    return (packer.compress(block) + packer.flush(zlib.Z_FULL_FLUSH)) * times + _END
