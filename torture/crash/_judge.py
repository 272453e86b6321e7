"""What may be in a store after a kill, and what must be."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from torture.crash._fingerprint import COUNTED, FILE, Fingerprint

if TYPE_CHECKING:
    from torture.crash._trial import Rehearsed

UNFINISHED = "was never written whole"
AFTER_ALL = (COUNTED, FILE)  # said of the whole: compared when the command has been run again


def left_by_kill(
    rehearsed: Rehearsed,
    found: Fingerprint,
    *,
    acknowledged: Sequence[str],
    findings: Sequence[str],
    in_parts: bool,
) -> list[str]:
    """What is wrong with what a kill left.

    Everything is as it was or as it will be, nothing else is there, nothing that was there is gone
    but what the command replaces, and what was acknowledged is there as it will be.
    """
    if not found:
        return []
    before, after = rehearsed.before, rehearsed.after
    gone = rehearsed.command.replaces + rehearsed.command.replaces_in_parts * in_parts
    failures = [
        f"lost: {key}"
        for key in _meant(before)
        if key not in found and key in after and not key.startswith(gone)
    ]
    failures += [
        f"half-written: {key}"
        for key in _meant(found)
        if found[key] not in (before.get(key), after.get(key))
    ]
    failures += [f"unacknowledged: {key}" for key in acknowledged if found.get(key) != after[key]]
    return failures + [
        f"amiss: {each}" for each in findings if not in_parts or UNFINISHED not in each
    ]


def unlike(after: Fingerprint, found: Fingerprint) -> list[str]:
    """In what a completed run differs from one that was never killed."""
    failures = [f"missing: {key}" for key in after if key not in found]
    for key, value in found.items():
        if key not in after:
            failures.append(f"stray: {key}")
        elif value != after[key]:
            failures.append(f"unlike: {key}")
    return failures


def _meant(parts: Fingerprint) -> list[str]:
    return [key for key in parts if not key.startswith(AFTER_ALL)]
