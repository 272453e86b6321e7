"""What can go wrong, and whose turn it is to act.

    SongnetError                one line for a person; the command line exits with `exit_code`
     ├── UsageError             the call itself is wrong: an option out of range (exit code 2)
     ├── InputError             what was given cannot be used: the caller mends the input
     │    ├── FormatError       a file is not what it should be; names file, place and reason
     │    ├── BadNameError      a name that breaks the rules, is taken, or is not there
     │    └── EmptyInputError   nothing to work on
     │         └── NothingLoadedError   every file was skipped; `skipped` says why
     ├── StateError             the step before is missing: the message names the command to run
     │    └── DivergedError     a training's loss is no number: a smaller learning rate is needed
     ├── StoreError             the graph store said no
     │    ├── StoreUnavailableError   no server there, wrong credentials, file not readable
     │    ├── StoreLockedError        another process (or this one) is writing
     │    ├── ForeignGraphError       the graph is not songnet's, or of a newer schema version
     │    └── OldSchemaError          the graph is of an older schema version
     ├── MemoryRefusedError     the work would need more memory than allowed; names the flag
     └── WorkerError            a process that songnet started for the work died or failed

Every message says what was given, what is allowed, and what to do.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

LONGEST = 990
# Control characters, lone surrogates, and what ends a line or changes its direction.
_UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)


def one_line(text: str) -> str:
    r"""A text as one printable line of at most `LONGEST` characters, cut in its middle.

    Messages quote what strangers wrote; what could command a terminal stands there as ``\uXXXX``.
    """
    words = " ".join(text[: 100 * LONGEST].split())
    line = _UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", words)
    if len(line) <= LONGEST:
        return line
    kept = LONGEST // 2 - 2
    return f"{line[:kept]} … {line[-kept:]}"


class SongnetError(Exception):
    """The root: everything songnet raises on purpose."""

    exit_code = 1

    def __str__(self) -> str:
        """The message as one printable line, whatever it quotes."""
        return one_line(super().__str__())


class UsageError(SongnetError):
    """An argument is out of range or contradicts another."""

    exit_code = 2


class InputError(SongnetError):
    """What was given cannot be used."""


class FormatError(InputError):
    """A file is not what it should be.

    Parameters
    ----------
    path
        The file, as the user named it.
    reason
        What is wrong, and what was expected.
    where
        The place inside the file: ``line 3``, ``byte 120``, ``playlist 7``.
    """

    def __init__(self, path: str | Path, reason: str, *, where: str | None = None) -> None:
        self.path = str(path)
        self.reason = reason
        self.where = where
        place = f"{self.path}, {where}" if where else self.path
        super().__init__(f"{place}: {reason}")


class BadNameError(InputError):
    """A name breaks the rules, is taken, or names nothing."""


class EmptyInputError(InputError):
    """There is nothing to work on."""


class NothingLoadedError(EmptyInputError):
    """Nothing of what was given could be loaded.

    Parameters
    ----------
    what
        What was looked for: ``playlist``, ``file``.
    skipped
        What was left out and why, each as its line; may be empty.
    """

    def __init__(self, what: str, skipped: Sequence[object]) -> None:
        self.skipped = skipped
        if len(skipped) == 1:
            super().__init__(f"no {what} could be loaded: {skipped[0]}")
        elif skipped:
            super().__init__(f"no {what} could be loaded: all {len(skipped)} were skipped")
        else:
            super().__init__(f"no {what} found in what was given")


class StateError(SongnetError):
    """An earlier step is missing; the message names the command that makes it."""


class DivergedError(StateError):
    """The loss of a training is no longer a finite number."""


class StoreError(SongnetError):
    """The graph store could not do what was asked."""


class StoreUnavailableError(StoreError):
    """The store cannot be reached or opened."""


class StoreLockedError(StoreError):
    """Someone else has the store open for writing."""


class ForeignGraphError(StoreError):
    """The graph holds data that songnet did not put there, or a newer schema version."""


class OldSchemaError(StoreError):
    """The graph was made by an older songnet, and can be migrated."""


class MemoryRefusedError(SongnetError):
    """The work would need more memory than is allowed."""


class WorkerError(SongnetError):
    """A process that songnet started for part of the work died or failed."""
