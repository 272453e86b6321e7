"""Flushing the pages of a checkpoint before Ladybug notes that it is done.

Ladybug 0.22 writes new pages into its file, flushes the pages that are to replace old ones and its
log's note of the checkpoint, and only then the file. Were the power cut between the last two, the
note would speak of pages that are not there, and the file be damaged. So while Ladybug
checkpoints, the file is flushed from here as soon as those other pages are seen beside it: after
the new pages were written, and before two more flushes of Ladybug's own are through. That makes
the gap narrow; closing it is Ladybug's to do.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

LOOKING: Final = 0.0005  # seconds between two looks


class Flusher:
    """A handle of a store's file, to flush it by.

    It is taken after Ladybug has opened the file and let go after Ladybug has: Ladybug's lock ends
    as soon as the process closes any handle of it.

    Parameters
    ----------
    path
        The store.
    """

    def __init__(self, path: Path) -> None:
        path = path.absolute()
        self._path = path
        self._shadow = path.with_name(f"{path.name}.shadow")
        self._handle: int | None = None

    def take(self) -> None:
        """Open the file, where the system flushes by a handle that only reads."""
        if os.name == "posix" and self._handle is None:
            self._handle = os.open(self._path, os.O_RDONLY)

    def release(self) -> None:
        """Let go of the file; twice is fine."""
        handle, self._handle = self._handle, None
        if handle is not None:
            os.close(handle)

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Flush what a checkpoint in this block writes."""
        if self._handle is None:
            yield
            return
        over = threading.Event()
        thread = threading.Thread(target=self._flush_until, args=(over, self._handle), daemon=True)
        try:
            thread.start()
        except RuntimeError:  # no memory for one: Ladybug will say so, or do without
            yield
            return
        try:
            yield
        finally:
            over.set()
            thread.join()

    def _flush_until(self, over: threading.Event, handle: int) -> None:
        """Flush while the other pages' file is there, until it was filled when a flush began."""
        complete = False
        while not over.is_set() and not complete:
            written = self._shadow_bytes()
            if written is None:
                over.wait(LOOKING)
                continue
            complete = written > 0
            with suppress(OSError):  # Ladybug's own flush will say what is wrong
                os.fsync(handle)

    def _shadow_bytes(self) -> int | None:
        try:
            return self._shadow.stat().st_size
        except OSError:
            return None
