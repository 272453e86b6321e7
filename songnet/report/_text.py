"""Text from anywhere, made fit to print: on a page, in a figure, as a file name."""

from __future__ import annotations

import math
import re
import unicodedata

UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
JOINERS = ("\u200d", "\ufe0f")
TURNING = {"R", "AL", "AN", "RLE", "RLO", "RLI", "LRE", "LRO", "LRI", "FSI", "PDF", "PDI"}
FILE_NAME = 100


def clean(value: object) -> object:
    """Strings without what neither HTML nor XML may hold; anything else as it is."""
    return UNPRINTABLE.sub("\ufffd", value) if type(value) is str else value


def one_line(text: str) -> str:
    """`text` clean and on one line."""
    return " ".join(str(clean(text)).split())


def shorten(text: str, length: int) -> str:
    """`text` on one line, of at most `length` characters; cut ones end in an ellipsis."""
    line = one_line(text)
    if len(line) <= length:
        return line
    cut = line[: length - 1]
    while cut and (cut[-1] in JOINERS or unicodedata.combining(line[len(cut)])):
        cut = cut[:-1]
    return cut.rstrip() + "…"


def sentence(text: str) -> str:
    """`text` with a capital and a full stop; nothing stays nothing."""
    line = one_line(text)
    closed = line if line.endswith((".", "!", "?", "…")) else f"{line}."
    return closed[:1].upper() + closed[1:] if line else ""


def slug(*parts: str) -> str:
    """A file name (without ending) of lower-case letters, digits, ``_``, ``.`` and ``-``."""
    joined = "-".join(parts).lower()
    safe = re.sub(r"[^a-z0-9_.-]+", "-", joined).strip(".-")
    return safe[:FILE_NAME] or "figure"


def number(value: float | None, digits: int = 3) -> str:
    """A score for people: fixed digits and a real minus; a dash where there is none."""
    if value is None or math.isnan(value):
        return "–"
    text = f"{value:.{digits}f}"
    zero = f"{0:.{digits}f}"
    return zero if text == f"-{zero}" else text.replace("-", "−")


def percent(share: float, digits: int = 3) -> str:
    """A share of 0 to 1 for people, with so many significant digits."""
    return f"{100 * share:.{digits}g} %"


def isolated(text: str) -> str:
    """`text` kept from turning what stands around it, where it is written right to left."""
    turns = any(unicodedata.bidirectional(letter) in TURNING for letter in text)
    return f"\u2068{text}\u2069" if turns else text


def value(item: object) -> str:
    """A parameter for people."""
    if isinstance(item, bool) or item is None:
        return {True: "yes", False: "no", None: "–"}[item]
    if isinstance(item, int):
        return f"{item:,}" if abs(item) >= 10_000 else str(item)
    return f"{item:.6g}" if isinstance(item, float) else str(item)


def count(number_of: int, noun: str) -> str:
    """``1 song``, ``2 songs``, ``3 communities``."""
    plural = f"{noun[:-1]}ies" if noun.endswith("y") else f"{noun}s"
    return f"{number_of:,} {noun if number_of == 1 else plural}"
