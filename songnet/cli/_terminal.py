"""Texts of strangers on a terminal: what would command it is shown, not obeyed.

A title may hold escape sequences, which move the cursor, rename the window or reach the clipboard,
and marks that turn the order of letters around, so that a line reads as what it is not.
"""

from __future__ import annotations

import re

# C0 and C1 but for tab and line feed, bidirectional embeddings and isolates, lone surrogates.
_COMMANDS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def printable(text: str) -> str:
    r"""`text` with such characters written as ``\uXXXX``, which in JSON means the same.

    >>> print(printable("red: \x1b[31m"))
    red: \u001b[31m
    """
    return _COMMANDS.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
