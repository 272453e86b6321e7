"""Commits of rows that Ladybug's log does not hold: whole, or not at all.

Ladybug 0.22 logs what statements change, but not the rows of ``COPY``: those are safe only once the
checkpoint that follows the commit is done. Where it is cut off (a kill, a full disk), the log alone
would bring back half of the transaction: a partition without its songs, a playlist emptied. So
during such a commit a note beside the store says where the log ended before, and whoever finds it
when opening the store cuts the log there, unless the checkpoint was through.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final

from songnet.errors import StoreError, StoreLockedError
from songnet.files import flush_folder, lock

LOGS: Final = (".wal.checkpoint", ".wal")  # the one that a checkpoint has set aside comes first
# A log is a header, then records: a length, as many bytes of which the first is the kind, a sum.
HEADER_BYTES: Final = 25
LENGTH_BYTES: Final = 8
SUM_BYTES: Final = 8
CHECKPOINT_RECORD: Final = 254


class CopyNote:
    """The note that a commit is under way, beside a store; locked by who wrote it.

    Parameters
    ----------
    path
        The store.
    """

    def __init__(self, path: Path) -> None:
        self._store = path.absolute()
        self._handle: int | None = None

    def write(self) -> None:
        """Say where the log ends now, durably."""
        try:
            handle = os.open(_note(self._store), os.O_RDWR | os.O_CREAT, 0o666)
            self.release()
            self._handle = handle
            lock(handle)
            os.ftruncate(handle, 0)
            os.pwrite(handle, f"{log_size(self._store)} {os.getpid()}".encode(), 0)
            os.fsync(handle)
            flush_folder(self._store.parent)
        except OSError as error:
            self.release()
            raise StoreError(
                f"{self._store} cannot be written: {error.strerror or error}; free some space or "
                "check the disk, then run the command again"
            ) from error

    def remove(self) -> None:
        """The commit is done, or was refused as a whole."""
        _note(self._store).unlink(missing_ok=True)
        flush_folder(self._store.parent)
        self.release()

    def release(self) -> None:
        """Let go of the note; it stays where the commit was cut off."""
        handle, self._handle = self._handle, None
        if handle is not None:
            os.close(handle)


@contextmanager
def cut_off_commits_undone(path: Path) -> Iterator[None]:
    """While a store is opened: take back a commit that was cut off.

    Raises
    ------
    StoreLockedError
        It is not cut off but under way, in another process.
    """
    handle = _taken(path)
    if handle is None:
        yield
        return
    with handle:
        if said := handle.read().split():  # an empty note was killed before its commit began
            _cut_log(path, int(said[0]))
        yield
        _note(path).unlink(missing_ok=True)
        flush_folder(path.absolute().parent)


def log_size(path: Path) -> int:
    """How long a store's log is, bytes; 0 where all is in the store's file."""
    log = path.with_name(f"{path.name}.wal")
    return log.stat().st_size if log.exists() else 0


def _taken(path: Path) -> BinaryIO | None:
    """The note, locked by us; None where there is none."""
    try:
        handle = _note(path).open("r+b")
    except FileNotFoundError:
        return None
    try:
        lock(handle.fileno())
    except BlockingIOError as error:
        by = (handle.read().split() or [b"", b"unknown"])[-1].decode()
        handle.close()
        raise StoreLockedError(
            f"{path} is open in another process (PID {by}): wait until it is done"
        ) from error
    if os.fstat(handle.fileno()).st_nlink:
        return handle
    handle.close()
    return None


def _cut_log(path: Path, size: int) -> None:
    """Leave in the log what was in it before, unless a checkpoint has taken it over."""
    logs = (path.with_name(path.name + suffix) for suffix in LOGS)
    log = next((log for log in logs if log.exists()), None)
    if log is None or log.stat().st_size <= size:
        return
    with log.open("r+b") as file:
        if CHECKPOINT_RECORD not in _kinds(file):
            file.truncate(size)
            os.fsync(file.fileno())


def _kinds(log: BinaryIO) -> Iterator[int]:
    """The kind of each record of a log, the last of which may be torn: that is no checkpoint."""
    end, place = log.seek(0, os.SEEK_END), HEADER_BYTES
    while place + LENGTH_BYTES < end:
        log.seek(place)
        length, kind = int.from_bytes(log.read(LENGTH_BYTES), "little"), log.read(1)[0]
        place += LENGTH_BYTES + length + SUM_BYTES
        if place <= end:
            yield kind


def _note(path: Path) -> Path:
    return path.with_name(f"{path.name}.copying")
