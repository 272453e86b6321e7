"""Opening a Ladybug file: what it may be, what is kept of a damaged log, and what went wrong."""

from __future__ import annotations

import logging
import re
import shutil
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from songnet.errors import InputError, StoreError, StoreLockedError, StoreUnavailableError
from songnet.files import make_folder, open_regular, replacing

MAGIC: Final = b"LBUG"
# The default reserves 8 TiB of addresses per open database: sixteen would exhaust the process.
MAX_BYTES: Final = 1 << 40
LEAST_BYTES: Final = 1 << 28

log = logging.getLogger("songnet")


def check_file(path: Path) -> None:
    """Make the folder; refuse what is there and is no Ladybug file."""
    try:
        make_folder(path.parent)
        if path.is_dir():
            raise StoreUnavailableError(
                f"{path} is a folder: a store is a file, as {path}/graph.lbug"
            )
        if not path.exists():
            return
        with open(path, "rb", opener=open_regular) as file:  # needs the opener
            start = file.read(len(MAGIC))
    except OSError as error:
        raise StoreUnavailableError(f"{path} cannot be opened: {error.strerror}") from error
    if start and start != MAGIC:
        raise StoreUnavailableError(f"{path} is not a Ladybug database: name another file")


def opened_database(path: Path) -> Any:
    """Ladybug's own database on a file; it is made where it is missing."""
    import ladybug

    # An absolute path: ":memory:" means something else to Ladybug.
    name, (most, pool) = str(path.absolute()), _room()
    try:
        return ladybug.Database(name, buffer_pool_size=pool, max_db_size=most)
    except RuntimeError as error:
        text = one_line(error)
        if not re.search(r"\bwal\b", text.replace(name, ""), re.IGNORECASE):
            raise _opening_error(path, text) from error
    _keep_log(path)
    try:
        return ladybug.Database(
            name, buffer_pool_size=pool, max_db_size=most, throw_on_wal_replay_failure=False
        )
    except RuntimeError as error:
        raise _opening_error(path, one_line(error)) from error


def _room() -> tuple[int, int]:
    """Addresses to reserve for the file and for its pool of pages; 0 is Ladybug's own choice.

    Where the process may only have so many (ulimit -v), a quarter for each.
    """
    try:
        import resource
    except ImportError:  # Windows
        return MAX_BYTES, 0
    most = resource.getrlimit(resource.RLIMIT_AS)[0]
    if most == resource.RLIM_INFINITY:
        return MAX_BYTES, 0
    part = max(most // 4, LEAST_BYTES)
    return min(MAX_BYTES, 1 << part.bit_length() - 1), part


def _keep_log(path: Path) -> None:
    """A copy of a damaged log, because opening the store takes away what cannot be read in it."""
    damaged = path.with_name(f"{path.name}.wal")
    kept = path.with_name(f"{path.name}.wal.damaged")
    with suppress(OSError, InputError), damaged.open("rb") as source, replacing(kept) as copy:
        shutil.copyfileobj(source, copy)
    log.warning(
        "%s: its log is damaged (a full disk or a power cut); what was written before the damage "
        "is there, what came after has to be run again; the log as it was is kept as %s",
        path,
        kept,
    )


def _opening_error(path: Path, text: str) -> StoreError:
    holder = re.search(r"Lock is held by PID (\d+)", text)
    if holder:
        return StoreLockedError(
            f"{path} is open in another process (PID {holder[1]}): wait until it is done"
        )
    if "set lock" in text:
        return StoreLockedError(f"{path} is open in another process: wait until it is done")
    if "Mmap for size" in text or "bad_alloc" in text:
        return StoreUnavailableError(
            f"{path} cannot be opened: too little memory, or a limit on it (ulimit -v)"
        )
    if "different version" in text:
        return StoreUnavailableError(f"{path} was written by another version of Ladybug: {text}")
    return StoreUnavailableError(f"{path} cannot be opened as a Ladybug database: {text}")


def one_line(error: Exception) -> str:
    """Ladybug's own words in one line, without the echo of the statement and the manual's link."""
    text = str(error).split("\nSee the docs")[0]
    lines = [line.strip() for line in text.splitlines() if line.strip(" ^")]
    return re.sub(r"\s+", " ", " ".join(lines)) or type(error).__name__
