"""Texts, numbers and encodings that readers stumble over."""

from __future__ import annotations

import codecs

from torture.fuzz.items import Item, one

SPOTIFY = "spotify:track:6f807x0ima9a1j3VPbc7VN"
FORMULAS = ("=1+1", "+1", "-1", "@SUM(A1)", '=HYPERLINK("http://a.example","x")', "\t=1", "\r=1")
TERMINAL = (
    "\x1b[2J\x1b[H",
    "\x1b]0;owned\x07",
    "\x9b31m",
    "a\rb",
    "a\bb",
    "\x7f",
    "\u202egnp.exe\u202c",
    "\u2066\u2069\u200f",
    "\u2028\u2029",
)
PATHS = (
    *("../../etc/passwd", "/etc/passwd", "..\\..\\x", "C:\\x", "//host/x", "file:///etc/passwd"),
    *("a/../../b", "~/x", "-rf", ".", "..", "/", "a\0b", "CON", "x" * 300, "/dev/stdin"),
)
ODD = (
    *("", " ", "\0", "\ufeff", "\ud800", "\udfff\ud800", "\ufffe", "\uffff", "é", "e\u0301"),
    *("x" * 5_000, "日本語", "\U0001f3b5", "<script>alert(1)</script>", "&amp;", "%00", "%s%n{0}"),
    *("'; DROP TABLE songs; --", '"', "'", "\\", "\n", "\r\n", "NaN", "null", "true", "None"),
)
STRINGS = (*ODD, *FORMULAS, *TERMINAL, *PATHS, SPOTIFY)
NUMBERS = (
    *("0", "-0", "-1", "1", "127", "128", "255", "256", "32768", "65536", "2147483647"),
    *("2147483648", "4294967296", "9223372036854775807", "9223372036854775808"),
    "-9223372036854775809",
    *("1e308", "1e309", "-1e999", "1e-400", "0.1", "NaN", "Infinity", "-Infinity", "1" * 400),
    *("9" * 5_000, "0x10", "1_000", "٣", "1.", ".5", "+1", "007"),
)  # fmt: skip


def encodings(name: str, text: str) -> dict[str, Item]:
    """A sound text with other bytes for the same characters, or nearly."""
    return {
        "a byte order mark": one(name, codecs.BOM_UTF8 + text.encode()),
        "two byte order marks": one(name, codecs.BOM_UTF8 * 2 + text.encode()),
        "UTF-16": one(name, text.encode("utf-16")),
        "UTF-16 cut in a character": one(name, text.encode("utf-16")[:-1]),
        "UTF-16 without a mark": one(name, text.encode("utf-16-le")),
        "UTF-32": one(name, text.encode("utf-32")),
        "latin-1": one(name, text.replace("e", "é").encode("latin-1", "replace")),
        "UTF-8 and latin-1": one(name, f"é{text}".encode() + "é".encode("latin-1")),
        "overlong": one(name, text.encode().replace(b"/", b"\xc0\xaf")),
        "Windows line ends": one(name, text.replace("\n", "\r\n")),
        "old Mac line ends": one(name, text.replace("\n", "\r")),
        "NUL bytes": one(name, text.replace("a", "\0")),
        "NUL at the end": one(name, text + "\0" * 100),
        "lone surrogates": one(name, text.replace("a", "\ud800")),
        "white space before": one(name, " \n\t" * 30_000 + text),
    }


def cuts(name: str, data: bytes, count: int = 24) -> dict[str, Item]:
    """A sound file cut short in so many places."""
    places = sorted({len(data) * i // count for i in range(count)} | set(range(min(12, len(data)))))
    return {f"cut at {place}": one(name, data[:place]) for place in places}
