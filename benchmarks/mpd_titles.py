"""What generated playlists are called: 17,381 titles in many spellings, as people have them."""

from __future__ import annotations

import json
from itertools import product

import numpy as np

TITLES = 17_381  # of the Million Playlist Dataset, after its own normalisation
TITLE_HEAD = 14
VARIANT_FALL = 0.585

_TEXT = """
country chill rap workout oldies christmas rock party throwback jams worship summer feels new
disney lit music sleep vibes gym running study house roadtrip dance love happy sad indie jazz
mellow morning night drive beach car shower dinner wedding acoustic piano soul funk blues folk
metal punk classical latin reggae trap edm pop hits favorites best old school spring winter
fall rainy sunday friday weekend lake cruise cooking yoga coffee baby kids family home work
focus relax calm energy pump loud slow soft deep dark bright gold blue green red wild free
young forever random mix stuff songs tunes playlist list my our the good great real pure high
low east west south north city river mountain ocean sun moon star fire ice rain storm dream
gospel opera swing disco grunge emo salsa ballads
"""
WORDS = _TEXT.split()

# How one title is spelled: its letters' case, then what stands before and behind it.
_CASES = (str.lower, str.title, str.capitalize, str.upper)
_FRAMES = (
    ("", ""), ("", " "), ("", "!"), ("", " 🎶"), ("", "."), ("", " ❤"), ("", "!!"), ("~", "~"),
    ("", " :)"), ("*", "*"), ("", " 🔥"), ("", " ☀️"),
)  # fmt: skip
SPELLINGS = tuple(product(_CASES, _FRAMES))


def _reach(weights: np.ndarray) -> np.ndarray:
    reach: np.ndarray = np.cumsum(weights)
    return np.asarray(reach / reach[-1])


TITLE_REACH = _reach(1 / (np.arange(TITLES) + TITLE_HEAD))
VARIANT_REACH = _reach(np.exp(-VARIANT_FALL * np.arange(len(SPELLINGS))))


def title(number: int, variant: int) -> str:
    """A title as one person has it.

    The commonest are single words; behind them come pairs.
    """
    case, (before, behind) = SPELLINGS[variant]
    first, second = divmod(number - len(WORDS), len(WORDS))
    words = WORDS[number] if number < len(WORDS) else f"{WORDS[second]} {WORDS[first]}"
    return f"{before}{case(words)}{behind}"


def quoted(number: int, variant: int) -> str:
    """The same as a JSON string in ASCII."""
    return json.dumps(title(number, variant))
