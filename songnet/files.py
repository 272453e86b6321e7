"""Writing a file whole or not at all, keeping it through a power cut, reading regular files alone.

What songnet says it did has to be on the disk: a file is flushed before it gets its name, and a
folder after anything in it was made, renamed or removed.
"""

from __future__ import annotations

import errno
import glob
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from songnet.errors import InputError


@contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """A file to write to, which becomes `path` when the block ends without an error.

    It lies beside `path` under a hidden name until then, is flushed to disk and renamed, so that a
    reader sees the old file or the new one, and an error leaves the old one alone. What a killed
    process left under such a name is removed first.

    Parameters
    ----------
    path
        In a folder that is there.

    Raises
    ------
    InputError
        The file cannot be written: no such folder, no right, a full disk.
    """
    if "\0" in str(path):
        raise InputError(f"{str(path)!r} cannot be written: a path must not hold NUL")
    try:
        sweep(path)
        handle, name = tempfile.mkstemp(
            prefix=f".{path.name[:100]}.", suffix=".part", dir=path.parent
        )
        try:
            with suppress(OSError):  # not every file system has locks
                lock(handle)
            with os.fdopen(handle, "wb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            Path(name).chmod(0o666 & ~umask())
            Path(name).replace(path)
            flush_folder(path.parent)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror or error}") from error


def sweep(path: Path, *, named: str = "????????.part") -> None:
    """Remove what writers of `path` that were killed left beside it; those at work lock theirs."""
    for left in path.parent.glob(f".{glob.escape(path.name[:100])}.{named}"):
        with suppress(OSError):
            _remove_unlocked(left)


def _remove_unlocked(left: Path) -> None:
    handle = os.open(left, os.O_RDONLY)
    try:
        lock(handle)
        if left.is_dir():
            shutil.rmtree(left)
        else:
            left.unlink()
    finally:
        os.close(handle)


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Say by a lock that somebody is at work in a folder, so that `sweep` leaves it alone."""
    handle = os.open(folder, os.O_RDONLY) if os.name == "posix" else None
    try:
        if handle is not None:
            with suppress(OSError):  # not every file system has locks
                lock(handle)
        yield
    finally:
        if handle is not None:
            os.close(handle)


def lock(handle: int) -> None:
    """Lock an open file or folder, until it is closed or the process ends.

    Raises
    ------
    BlockingIOError
        Another has locked it.
    """
    try:
        import fcntl
    except ImportError:  # Windows, where a file that is open cannot be removed anyway
        return
    fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)


def open_regular(path: str, flags: int) -> int:
    """An opener for `open`, for files that others name: regular ones and no others.

    A pipe would be waited for, and a device read without end.

    Raises
    ------
    OSError
        It is a folder, a pipe, a device or a socket, or cannot be opened.
    """
    handle = os.open(path, flags | getattr(os, "O_NONBLOCK", 0))
    mode = os.fstat(handle).st_mode
    if stat.S_ISREG(mode):
        return handle
    os.close(handle)
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), path)
    raise OSError(errno.EINVAL, "it is not a regular file", path)


def check_regular(path: str | Path) -> None:
    """`OSError` unless there is a regular file, for libraries that open files themselves."""
    os.close(open_regular(str(path), os.O_RDONLY))


def read_regular(path: Path, largest: int) -> bytes:
    """The bytes of a regular file, at most one more than `largest`; errors as of `open_regular`."""
    blocks, left = [], largest + 1
    with open(path, "rb", buffering=0, opener=open_regular) as file:  # needs the opener
        while left and (block := file.read(min(left, 1 << 24))):
            blocks.append(block)
            left -= len(block)
    return b"".join(blocks)


def umask() -> int:
    """The process's mask for new files, which can only be read by setting it."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def make_folder(folder: Path) -> None:
    """Make a folder, and those above it that are missing, durably; `OSError` where refused."""
    missing = [each for each in (folder, *folder.parents) if not each.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    for each in reversed(missing):
        flush_folder(each.parent)


def remove_file(path: Path) -> None:
    """Remove a file durably, if it is there; `OSError` where refused."""
    path.unlink(missing_ok=True)
    flush_folder(path.parent)


def flush_file(path: Path) -> None:
    """Make durable what others wrote to a file."""
    _flush(os.open(path, os.O_RDWR))


def flush_folder(folder: Path) -> None:
    """Make durable what was made, renamed or removed in a folder, as far as the system allows."""
    if os.name != "posix":
        return
    try:
        handle = os.open(folder, os.O_RDONLY)
    except PermissionError:  # one that may be written to, but not read
        return
    _flush(handle)


def _flush(handle: int) -> None:
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
