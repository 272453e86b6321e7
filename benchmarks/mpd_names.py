"""What generated songs are called and the ids they bear: functions of their numbers alone."""

from __future__ import annotations

import json
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from songnet.model import Ints

Numbers: TypeAlias = NDArray[np.integer[Any]]

ALPHABET = np.frombuffer(
    b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", np.uint8
)
ID_LENGTH = 22
TRACK, ARTIST, ALBUM, NAME, LENGTH = range(1, 6)

_FIRST = """
Midnight Golden Little Broken Summer Crazy Electric Lost Silver Sweet Wild Blue Paper Velvet Burning
Lonely Heavy Holy Neon Hidden Frozen Crystal Purple Distant Señorita Última Été Weiße Ночь 夜の
Ōkami Fröhliche
"""
_SECOND = """
Love Heart River Road Fire Rain Dream Dance Light Shadow Sky Ocean Dust Gold Stranger Angel Ghost
Mirror Garden Island Thunder Window Summer City Corazón Nächte Forêt Звезда 空 Saudade Kväll Þoka
"""
_TAIL = (
    *[""] * 44,
    *(" - Remastered", " - Radio Edit", " (Live)", " - Acoustic", " (feat. Lúa)", " Pt. II"),
    *(" - 2009 Digital Remaster", ' ("Extended" Mix)', " (with Röyk)", " / Reprise"),
    *(" \\ B-Side", " - Single Version", " - Bonus Track", " (Remix)", " & Me", " - Live in Köln"),
    *(" Again", " Tonight", " Forever", " Blues"),
)


def _inside(text: str) -> str:
    """A text as it stands between the quotes of a JSON string in ASCII."""
    return json.dumps(text)[1:-1]


_TAILS = [_inside(tail) for tail in _TAIL]
_PHRASES = [_inside(f"{first} {second}") for first in _FIRST.split() for second in _SECOND.split()]


def mixed(kind: int, number: Numbers) -> np.ndarray:
    """uint64 that look drawn, each of another number: splitmix64 (Steele, Lea & Flood, 2014)."""
    value = number.astype(np.uint64) + np.uint64(kind << 48)
    value = value * np.uint64(0x9E3779B97F4A7C15) + np.uint64(0x9E3779B97F4A7C15)
    value = (value ^ (value >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    value = (value ^ (value >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray(value ^ (value >> np.uint64(31)), np.uint64)


def ids(kind: int, number: Numbers) -> list[str]:
    """Ids of 22 characters as Spotify's; no two of a kind are the same."""
    letters = np.empty((len(number), ID_LENGTH), np.uint8)
    left, right = mixed(kind, number), mixed(kind + 8, number)
    for place in range(0, ID_LENGTH, 2):
        left, digit = np.divmod(left, np.uint64(62))
        letters[:, place] = ALPHABET[digit]
        right, digit = np.divmod(right, np.uint64(62))
        letters[:, place + 1] = ALPHABET[digit]
    text = letters.tobytes().decode("ascii")
    return [text[at : at + ID_LENGTH] for at in range(0, len(text), ID_LENGTH)]


def track_uris(song: Ints) -> list[str]:
    """Spotify's form of song ids."""
    return [f"spotify:track:{one}" for one in ids(TRACK, song)]


def names(kind: int, number: Numbers) -> list[str]:
    """Names, some of them not in ASCII, escaped as inside a JSON string; many are shared."""
    value = mixed(NAME + 8 * kind, number)
    phrase = (value % np.uint64(len(_PHRASES))).astype(np.int64).tolist()
    tail = ((value >> np.uint64(32)) % np.uint64(len(_TAILS))).astype(np.int64).tolist()
    return [_PHRASES[at] + _TAILS[end] for at, end in zip(phrase, tail, strict=True)]


def durations(song: Ints) -> Ints:
    """Milliseconds: about four minutes, from one to over ten."""
    value = mixed(LENGTH, song)
    parts = [(value >> np.uint64(shift)) & np.uint64(0xFFFF) for shift in (0, 16, 32, 48)]
    near_normal = (sum(part.astype(np.float64) for part in parts) / 65_536 - 2) * np.sqrt(3)
    return np.asarray(226_000 * np.exp(0.32 * near_normal), np.int64)
