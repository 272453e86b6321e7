"""Files that are whole or not there."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from songnet.errors import InputError


def write_text(path: Path, text: str) -> None:
    """Write UTF-8 under a temporary name in the same folder, flush, rename.

    Raises
    ------
    InputError
        The folder or the file cannot be written.
    """
    temporary = path.with_name(f".{path.name[:80]}.{secrets.token_hex(4)}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            _write_durably(temporary, text)
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise InputError(f"cannot write {path}: {reason}; choose another place") from error


def _write_durably(path: Path, text: str) -> None:
    with path.open("x", encoding="utf-8", newline="\n") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
