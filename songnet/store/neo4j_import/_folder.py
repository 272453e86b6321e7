"""A folder that is filled whole or not at all."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from songnet.errors import InputError
from songnet.files import flush_file, flush_folder, held, sweep, umask


@contextmanager
def filling(folder: Path) -> Iterator[Path]:
    """A folder to write to, which becomes `folder` when the block ends without an error.

    It lies beside `folder` under a hidden name until then; an error removes it, and the next
    writer of `folder` does where the process was killed.

    Raises
    ------
    InputError
        `folder` is there and not an empty folder, or files cannot be written: no such place, no
        right, a full disk.
    """
    if "\0" in str(folder):
        raise InputError(f"{str(folder)!r} cannot be written: a path must not hold NUL")
    target = folder.resolve()
    try:
        _check_free(folder, target)
        sweep(target)
        part = Path(
            tempfile.mkdtemp(prefix=f".{target.name[:100]}.", suffix=".part", dir=target.parent)
        )
        try:
            with held(part):
                yield part
            # The server's user, who is often another one, has to read it.
            part.chmod(0o777 & ~umask())
            for file in part.iterdir():
                flush_file(file)
            flush_folder(part)
            part.replace(target)
            flush_folder(target.parent)
        except BaseException:
            shutil.rmtree(part, ignore_errors=True)
            raise
    except OSError as error:
        raise InputError(f"{folder} cannot be written: {error.strerror or error}") from error


def _check_free(folder: Path, target: Path) -> None:
    if target.is_dir() and not any(target.iterdir()):
        return
    if target.exists():
        what = "is not empty" if target.is_dir() else "is a file"
        raise InputError(f"{folder} {what}: name a new folder or an empty one")
