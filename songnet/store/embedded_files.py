"""The files of an embedded store: which there are, copied, kept aside, held against others."""

from __future__ import annotations

import os
import shutil
import struct
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from songnet.errors import StoreLockedError, StoreUnavailableError
from songnet.files import flush_file, flush_folder, replacing

# Its log, the log that a checkpoint has set aside, the pages of that checkpoint, songnet's note.
BESIDE: Final = (".wal.checkpoint", ".wal", ".shadow", ".copying")


def parts_of(path: Path) -> list[Path]:
    """The files of a store that are there, its own last."""
    found = [path.with_name(path.name + suffix) for suffix in BESIDE]
    return [part for part in (*found, path) if part.is_file()]


def snapshot_of(path: Path, schema: int) -> Path:
    """Where a store of an older schema is kept when it is migrated."""
    return path.with_name(f"{path.name}.schema-{schema}")


def snapshots_of(path: Path) -> list[Path]:
    """The snapshots there are, the newest schema first."""
    return sorted(path.parent.glob(f"{path.name}.schema-*"), reverse=True)


def take_snapshot(path: Path, schema: int) -> Path:
    """Copy a closed store, all of which is in its one file."""
    target = snapshot_of(path, schema)
    with held(path), path.open("rb") as source, replacing(target) as copy:
        shutil.copyfileobj(source, copy, 1 << 20)
    return target


@contextmanager
def held(path: Path) -> Iterator[None]:
    """Keep other processes from opening a store, which this one must not have open.

    Raises
    ------
    StoreLockedError
        Another process has it open.
    StoreUnavailableError
        It cannot be read and written.
    """
    try:
        handle = os.open(path, os.O_RDWR)
    except OSError as error:
        raise StoreUnavailableError(f"{path} cannot be opened: {error.strerror}") from error
    try:
        _lock(handle, path)
        yield
    finally:
        os.close(handle)


def _lock(handle: int, path: Path) -> None:
    """A lock of the open file: that of a process is lost when it closes any other handle of it."""
    try:
        import fcntl
    except ImportError:  # Windows refuses to open twice what is open for writing
        return
    whole_file = struct.pack("hhqqi", fcntl.F_WRLCK, os.SEEK_SET, 0, 0, 0)
    try:
        if hasattr(fcntl, "F_OFD_SETLK"):
            fcntl.fcntl(handle, fcntl.F_OFD_SETLK, whole_file)
        else:
            fcntl.lockf(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        raise StoreLockedError(
            f"{path} is open in another process: wait until it is done"
        ) from error


def replace_damaged(path: Path, sound: Path) -> list[Path]:
    """Put a sound store in the place of a damaged one, whose files stay under another name.

    A kill on the way leaves the damaged file or the sound one, never none: both names of the
    damaged file are there before the first one is given away.
    """
    kept = _free_name(path)
    pairs = [(part, kept.with_name(kept.name + part.name[len(path.name) :]))
             for part in parts_of(path)]  # fmt: skip
    for part, name in pairs:
        _second_name(part, name)
    flush_folder(path.parent)
    for part, _ in pairs:
        if part != path:
            part.unlink()
    flush_file(sound)
    sound.replace(path)
    flush_folder(path.parent)
    return [name for _, name in pairs]


def _free_name(path: Path) -> Path:
    number = 1
    while list(path.parent.glob(f"{path.name}.damaged-{number}*")):
        number += 1
    return path.with_name(f"{path.name}.damaged-{number}")


def _second_name(path: Path, name: Path) -> None:
    try:
        os.link(path, name)
    except OSError:  # no links on this file system
        with suppress(FileNotFoundError):
            name.unlink()
        shutil.copyfile(path, name)
        flush_file(name)
