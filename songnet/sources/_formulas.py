"""Cells that a spreadsheet would take for formulas, made harmless and read back."""

from __future__ import annotations

import re

# The signs and their full-width forms, as OWASP lists them under "CSV Injection".
_SIGNS = r"[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]"
_FORMULA = re.compile(f"'*{_SIGNS}")
_GUARDED = re.compile(f"''*{_SIGNS}")


def guarded(cell: str) -> str:
    """A cell with an apostrophe before it if a spreadsheet would take it for a formula.

    One that has apostrophes before such a sign already gets one more, so that `unguarded` gives
    every cell back as it was.

    >>> guarded("=1+1"), guarded("'=1+1"), guarded("1+1")
    ("'=1+1", "''=1+1", '1+1')
    """
    return f"'{cell}" if _FORMULA.match(cell) else cell


def unguarded(cell: str) -> str:
    """What `guarded` was given."""
    return cell[1:] if _GUARDED.match(cell) else cell
