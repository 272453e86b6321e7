"""What may happen to an input, and what may not."""

from __future__ import annotations

import os
import sys
import traceback
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from songnet.errors import SongnetError
from torture.fuzz.items import Item
from torture.fuzz.readers import Box, Reader

LONGEST_MESSAGE: Final = 1_000
LONGEST_SECONDS: Final = 10.0
MOST_BYTES: Final = 1 << 30

# What Python says of a file before it changes something on the disk.
_CHANGES: Final = frozenset(
    {"os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.link", "os.symlink", "os.truncate",
     "os.chmod", "os.chown", "os.utime"}
)  # fmt: skip
_WRITING: Final = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


@dataclass(frozen=True)
class Outcome:
    """What became of an input.

    Attributes
    ----------
    kind
        ``accepted``, ``refused``, or what went wrong: ``traceback``, ``message``, ``file``,
        ``memory``, ``hang``, ``crash``.
    detail
        The refusal, or what went wrong.
    seconds, peak
        What it took: of the processor's time, and bytes of memory above what the process held.
    """

    kind: str
    detail: str
    seconds: float = 0.0
    peak: int = 0

    @property
    def passed(self) -> bool:
        """Whether songnet did what it promises."""
        return self.kind in {"accepted", "refused"}


def judged(reader: Reader, item: Item, box: Sandbox) -> tuple[str, str]:
    """Run a reader on an input that lies in the sandbox; the kind of outcome, and its detail."""
    given = item.write(box.inside)
    before = box.look()
    with box.watched():
        kind, detail = _tried(reader, given, box.box)
    if (after := box.look()) != before:
        changed = sorted(map(str, before.keys() ^ after.keys())) or ["a file's content"]
        return "file", f"made, removed or changed {', '.join(changed)[:500]}"
    if box.touched:
        return "file", f"{', '.join(box.touched)[:500]}"
    return kind, detail


def _tried(reader: Reader, given: Path, box: Box) -> tuple[str, str]:
    try:
        told = reader.read(given, box)
    except SongnetError as error:
        kind, told = "refused", [str(error)]
    except Exception:  # noqa: BLE001  # whatever escapes is what is looked for
        return "traceback", traceback.format_exc(limit=-6)
    else:
        kind = "accepted"
    faults = [fault for line in told if (fault := _message_fault(line))]
    return ("message", faults[0]) if faults else (kind, told[0] if told else "")


def _message_fault(line: str) -> str:
    """What makes a message unfit for a terminal."""
    if len(line) >= LONGEST_MESSAGE:
        return f"a message of {len(line):,} characters: {line[:200]!a}"
    odd = next((each for each in line if _is_unprintable(each)), None)
    return f"a message with {odd!a}: {line[:300]!a}" if odd else ""


def _is_unprintable(letter: str) -> bool:
    """Control characters, lone surrogates, line separators and changes of direction."""
    return unicodedata.category(letter) in {"Cc", "Cs", "Zl", "Zp"} or unicodedata.bidirectional(
        letter
    ) in {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}


def _folder_of(arguments: tuple[Any, ...]) -> str:
    """What the paths of an event are relative to: an open folder, or the working directory."""
    handle = arguments[-1]
    if isinstance(handle, int) and handle >= 0:
        with suppress(OSError):
            return str(Path(f"/proc/self/fd/{handle}").readlink())
    return str(Path.cwd())


@dataclass
class Sandbox:
    """A folder in which an input lies apart from what its reader may write.

    Attributes
    ----------
    root
        ``in`` holds the input, ``out`` is the reader's target, ``cwd`` and ``tmp`` are the working
        directory and the folder for temporary files: both must be empty afterwards.
    touched
        What the reader wrote to outside `out` and ``tmp``, as Python says.
    """

    root: Path
    box: Box = field(init=False)
    touched: list[str] = field(default_factory=list)
    _watching: bool = False

    def __post_init__(self) -> None:
        for name in ("out", "cwd", "tmp"):
            (self.root / name).mkdir()
        self.box = Box(self.root / "out")
        sys.addaudithook(self._heard)

    @property
    def inside(self) -> Path:
        """Where the input lies."""
        return self.root / "in"

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Listen to what Python does to files."""
        self.touched.clear()
        self._watching = True
        try:
            yield
        finally:
            self._watching = False

    def _heard(self, event: str, arguments: tuple[Any, ...]) -> None:
        if not self._watching or not (event in _CHANGES or event == "open"):
            return
        if event == "open" and not arguments[2] & _WRITING:
            return
        self._watching = False  # what follows may open files as well
        try:
            self.touched += [f"{event} {place}" for place in self._outside(event, arguments)]
        finally:
            self._watching = True

    def _outside(self, event: str, arguments: tuple[Any, ...]) -> list[str]:
        """The files of an event that lie neither in the target nor among temporary files."""
        places = arguments[:2] if event in {"os.rename", "os.link", "os.symlink"} else arguments[:1]
        allowed = (str(self.root / "out"), str(self.root / "tmp"), os.devnull)
        base = _folder_of(arguments if event not in {"open", "os.truncate"} else (None,))
        paths = [
            os.path.realpath(os.path.join(base, os.fsdecode(place)))  # noqa: PTH118  # any text
            for place in places
            if not isinstance(place, int)
        ]
        return [path for path in paths if not path.startswith(allowed)]

    def look(self) -> dict[Path, tuple[int, int, int]]:
        """Everything in the sandbox but the target: also what code that is not Python's did."""
        found = {}
        for folder, folders, names in os.walk(self.root):
            if folder == str(self.root):
                folders[:] = [name for name in folders if name != "out"]
            for name in [*folders, *names]:
                path = Path(folder, name)
                state = path.lstat()
                found[path.relative_to(self.root)] = state.st_mtime_ns, state.st_size, state.st_mode
        return found
