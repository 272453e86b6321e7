"""Folders written whole or not at all.

A new folder is made beside the old one, flushed to disk and renamed into its place. Between the
two renames that replace a folder its name is missing for an instant; what was there before then
stands under `previous`, where readers look too.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from songnet.errors import StateError
from songnet.files import flush_folder, held, make_folder, sweep, umask


def previous(folder: Path) -> Path:
    """Where the old folder stands while a new one takes its place."""
    return folder.with_name(f".{folder.name}.previous")


def folders(place: Path) -> list[Path]:
    """The folders in `place`, sorted by name, and those whose old one stands aside."""
    aside = previous(place / "*").name
    before, after = aside.split("*")
    there = {path.name for path in place.glob("[!.]*") if path.is_dir()}
    there |= {path.name[len(before) : -len(after)] for path in place.glob(aside) if path.is_dir()}
    return [place / name for name in sorted(there)]


def write_folder(folder: Path, files: Mapping[str, bytes]) -> None:
    """Make `folder` hold exactly `files`, replacing what it held.

    Raises
    ------
    StateError
        The disk refuses: full, read-only, no permission.
    """
    folder = folder.resolve()
    try:
        make_folder(folder.parent)
        _write_and_swap(folder, files)
    except OSError as error:
        raise StateError(
            f"{folder}: cannot be written: {error.strerror or error}; what was there before is kept"
        ) from error


def _write_and_swap(folder: Path, files: Mapping[str, bytes]) -> None:
    sweep(folder, named="new-????????")
    new = Path(tempfile.mkdtemp(prefix=f".{folder.name[:100]}.new-", dir=folder.parent))
    try:
        new.chmod(0o777 & ~umask())
        with held(new):
            for name, data in files.items():
                _write_file(new / name, data)
            flush_folder(new)
            _swap(new, folder)
    except BaseException:
        shutil.rmtree(new, ignore_errors=True)
        raise


def _write_file(path: Path, data: bytes) -> None:
    with path.open("xb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _swap(new: Path, folder: Path) -> None:
    old = previous(folder)
    if folder.exists():
        shutil.rmtree(old, ignore_errors=True)
        folder.rename(old)
    try:
        new.rename(folder)
    except OSError:
        if old.exists() and not folder.exists():
            old.rename(folder)
        raise
    flush_folder(folder.parent)
    if old.exists():
        shutil.rmtree(old, ignore_errors=True)
        flush_folder(folder.parent)
