"""Mutations: of bytes anywhere, and of what a format is made of where that is cheap."""

from __future__ import annotations

import gzip
import io
import json
import random
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Sequence
from typing import Any

from torture.fuzz.items import Item
from torture.fuzz.texts import NUMBERS, STRINGS

LARGEST = 96 * 1024
MOST_CHANGES = 4
DEEPEST = 60

_NUMBER = re.compile(rb"-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_QUOTED = re.compile(rb'"[^"\n]{0,200}"|\'[^\'\n]{0,200}\'|>[^<>\n]{1,200}<')
_WORD = re.compile(rb"[A-Za-z_]{2,40}")
_EDGES = (b"\0", b"\xff", b"\x7f", b"\x80", b"\0\0\0\0", b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff",
          b"\0\0\0\x80", b"\x1b[2J", b"\xed\xa0\x80", b"\xef\xbb\xbf", b"\r\n", b'"', b"'", b"\\",
          b"<", b">", b"{", b"}", b"[", b"]", b",", b":", b"../", b"\xe2\x80\xae")  # fmt: skip
_PNG = b"\x89PNG\r\n\x1a\n"


def mutated(items: Sequence[Item], dice: random.Random) -> Item:
    """One of `items`, changed in one file."""
    item = dice.choice(items)
    contents = {name: entry for name, entry in item.files.items() if isinstance(entry, bytes)}
    name = dice.choice(list(contents))
    donors = [entry for entry in dice.choice(items).files.values() if isinstance(entry, bytes)]
    changed = _changed(contents[name], dice.choice(donors), dice)
    return Item(item.given, {**item.files, name: changed})


def mutable(items: Sequence[Item]) -> list[Item]:
    """Those that have bytes to change, and are small enough to be run by the thousand."""
    return [
        item
        for item in items
        if item.size <= LARGEST and any(isinstance(entry, bytes) for entry in item.files.values())
    ]


def _changed(data: bytes, donor: bytes, dice: random.Random) -> bytes:
    """Changed inside its packing, if it has one and the dice say so, else as it lies."""
    inner = _unwrapped(data) if dice.random() < 0.7 else None
    if inner is not None:
        return inner(lambda content: _several(content, donor, dice), dice)
    return _several(data, donor, dice)


def _several(data: bytes, donor: bytes, dice: random.Random) -> bytes:
    if data[:1] in b"{[" and len(data) > 1 and dice.random() < 0.5:
        changed = _json(data, dice)
        if changed is not None:
            return changed
    for _ in range(dice.randint(1, MOST_CHANGES)):
        change = dice.choice(_CHANGES)
        data = change(data, donor, dice)[: 4 * LARGEST]
    return data


# --- bytes ----------------------------------------------------------------------------------------


def _flip(data: bytes, _: bytes, dice: random.Random) -> bytes:
    if not data:
        return data
    changed = bytearray(data)
    for _turn in range(dice.choice((1, 1, 2, 8))):
        changed[dice.randrange(len(changed))] ^= 1 << dice.randrange(8)
    return bytes(changed)


def _poke(data: bytes, _: bytes, dice: random.Random) -> bytes:
    place, edge = _place(data, dice), dice.choice(_EDGES)
    return data[:place] + edge + data[place + len(edge) :]


def _insert(data: bytes, _: bytes, dice: random.Random) -> bytes:
    place = _place(data, dice)
    return data[:place] + dice.choice(_EDGES) * dice.choice((1, 1, 2, 300)) + data[place:]


def _delete(data: bytes, _: bytes, dice: random.Random) -> bytes:
    start, end = _span(data, dice)
    return data[:start] + data[end:]


def _double(data: bytes, _: bytes, dice: random.Random) -> bytes:
    start, end = _span(data, dice)
    return data[:end] + data[start:end] * dice.choice((1, 1, 5)) + data[end:]


def _splice(data: bytes, donor: bytes, dice: random.Random) -> bytes:
    start, end = _span(donor, dice)
    place = _place(data, dice)
    return data[:place] + donor[start:end] + data[place + dice.choice((0, end - start)) :]


def _cut(data: bytes, _: bytes, dice: random.Random) -> bytes:
    return data[: _place(data, dice)]


def _swap(data: bytes, _: bytes, dice: random.Random) -> bytes:
    places = sorted(_place(data, dice) for _ in range(3))
    first, second, third = places
    return data[:first] + data[second:third] + data[first:second] + data[third:]


def _number(data: bytes, _: bytes, dice: random.Random) -> bytes:
    return _replaced(data, _NUMBER, dice.choice(NUMBERS).encode(), dice)


def _quoted(data: bytes, _: bytes, dice: random.Random) -> bytes:
    text = dice.choice(STRINGS).encode("utf-8", "surrogatepass")
    return _replaced(data, _QUOTED, text, dice, rim=1)


def _word(data: bytes, donor: bytes, dice: random.Random) -> bytes:
    words = _WORD.findall(donor[:20_000]) or [b"x"]
    return _replaced(data, _WORD, dice.choice(words), dice)


def _line(data: bytes, donor: bytes, dice: random.Random) -> bytes:
    lines, others = data.split(b"\n"), donor.split(b"\n")
    lines[dice.randrange(len(lines))] = dice.choice([*others[:200], *lines[:200]])
    return b"\n".join(lines)


_CHANGES = (_flip, _poke, _insert, _delete, _double, _splice, _cut, _swap, _number, _quoted, _word,
            _line)  # fmt: skip


def _replaced(
    data: bytes, pattern: re.Pattern[bytes], new: bytes, dice: random.Random, rim: int = 0
) -> bytes:
    found = list(pattern.finditer(data[:LARGEST]))
    if not found:
        return data
    match = dice.choice(found)
    return data[: match.start() + rim] + new + data[match.end() - rim :]


def _place(data: bytes, dice: random.Random) -> int:
    return dice.randint(0, len(data))


def _span(data: bytes, dice: random.Random) -> tuple[int, int]:
    start = _place(data, dice)
    return start, min(len(data), start + dice.choice((1, 2, 4, 16, 64, 1_024)))


# --- JSON -----------------------------------------------------------------------------------------


def _json(data: bytes, dice: random.Random) -> bytes | None:
    """With one value changed, or None where it is no JSON that can be walked."""
    try:
        value = json.loads(data)
        places = list(_places(value, DEEPEST))
        holder, key = dice.choice(places)
    except (ValueError, RecursionError, IndexError):
        return None
    mark = "\u0001changed\u0001"
    before = json.dumps(holder[key])
    holder[key] = mark
    text = json.dumps(value).replace(json.dumps(mark), _json_text(before, dice))
    return text.encode("utf-8", "surrogatepass")


def _places(value: Any, depth: int) -> Any:
    """Every container with each of its keys."""
    if isinstance(value, dict | list) and depth:
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield value, key
            yield from _places(inner, depth - 1)


def _json_text(before: str, dice: random.Random) -> str:
    """The text of another value."""
    kinds = (
        lambda: dice.choice(NUMBERS),
        lambda: json.dumps(dice.choice(STRINGS)),
        lambda: json.dumps(dice.choice(STRINGS), ensure_ascii=False),
        lambda: dice.choice(("null", "true", "[]", "{}", "[[]]", '{"a":{}}', '""')),
        lambda: f"[{before}]",
        lambda: f'{{"a":{before},"a":{before}}}',
        lambda: "[" * 2_000 + before + "]" * 2_000,
        lambda: f'{before},"pid":{before}',
    )
    return dice.choice(kinds)()


# --- packings -------------------------------------------------------------------------------------

_Change = Callable[[bytes], bytes]
_Rewrap = Callable[[_Change, random.Random], bytes]


def _unwrapped(data: bytes) -> _Rewrap | None:
    """What changes the content of a packed file and packs it anew, checksums and all."""
    if data.startswith(_PNG):
        return lambda change, dice: _png(data, change, dice)
    if data.startswith(b"\x1f\x8b"):
        return lambda change, _: _gzip(data, change)
    if data.startswith(b"PK\3\4"):
        return lambda change, dice: _zip(data, change, dice)
    return None


def _gzip(data: bytes, change: _Change) -> bytes:
    try:
        return gzip.compress(change(zlib.decompressobj(31).decompress(data, LARGEST)), 1)
    except zlib.error:
        return change(data)


def _zip(data: bytes, change: _Change, dice: random.Random) -> bytes:
    buffer = io.BytesIO()
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            infos = archive.infolist()[:50]
            contents = [archive.open(info).read(LARGEST) for info in infos]
            place = dice.randrange(len(infos))
            contents[place] = change(contents[place])
            with zipfile.ZipFile(buffer, "w") as new:
                for info, content in zip(infos, contents, strict=True):
                    if info.filename not in new.namelist():
                        new.writestr(zipfile.ZipInfo(info.filename), content)
    except Exception:  # noqa: BLE001  # zipfile fails in many ways; then the bytes are changed
        return change(data)
    return buffer.getvalue()


def _png(data: bytes, change: _Change, dice: random.Random) -> bytes:
    """With one chunk changed, moved, doubled or dropped, and right checksums."""
    chunks = list(_chunks(data))
    if not chunks:
        return change(data)
    place = dice.randrange(len(chunks))
    kind, body = chunks[place]
    if kind == b"IDAT" and dice.random() < 0.5:
        body = _deflated(body, change)
    elif dice.random() < 0.7:
        body = change(body)
    chunks[place] = kind, body
    if dice.random() < 0.3:
        chunks.insert(dice.randint(0, len(chunks)), chunks[dice.randrange(len(chunks))])
    return _PNG + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in chunks
    )


def _deflated(body: bytes, change: _Change) -> bytes:
    try:
        return zlib.compress(change(zlib.decompressobj().decompress(body, LARGEST)), 1)
    except zlib.error:
        return change(body)


def _chunks(data: bytes) -> Any:
    place = len(_PNG)
    while place + 12 <= len(data):
        length = int.from_bytes(data[place : place + 4], "big")
        yield data[place + 4 : place + 8], data[place + 8 : place + 8 + length]
        place += 12 + length
