"""Numbers that settings may have: checked, and made plain for JSON."""

from __future__ import annotations

import math
from numbers import Integral, Real
from typing import Any

from songnet.errors import UsageError

SHOWN = 40


def whole(name: str, value: Any, least: int, most: int) -> int:
    """`value` as a plain integer; `UsageError` if it is not a whole number within the bounds."""
    fine = isinstance(value, Integral) and not isinstance(value, bool)
    if not fine or not least <= int(value) <= most:
        raise refused(name, value, f"a whole number, {least} to {most}")
    return int(value)


def real(name: str, value: Any, allowed: str = "a number") -> float:
    """`value` as a plain float; `UsageError`, saying what is `allowed`, if it is not finite."""
    fine = isinstance(value, Real) and not isinstance(value, bool)
    if not fine or not math.isfinite(value):
        raise refused(name, value, allowed)
    return float(value)


def refused(name: str, value: object, allowed: str) -> UsageError:
    """What to raise for a value that is not allowed."""
    return UsageError(f"{name} must be {allowed}, got {str(value)[:SHOWN]}")
