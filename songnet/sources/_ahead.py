"""Slices read by other processes while this one goes through the files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from songnet.errors import InputError
from songnet.sources import _streams
from songnet.sources._batches import Batch
from songnet.sources._pool import default_workers, mapped
from songnet.sources._run import Run
from songnet.sources._slices import Errand, read_slice
from songnet.sources._streams import Found

# Below this a pool of processes takes longer to start than to read.
WORTH_A_POOL = 64 * 2**20
PRELOAD = "songnet.sources._slices"


class Ahead:
    """What the quick reader makes of each slice, to be asked for in the order of the files.

    Parameters
    ----------
    paths
        Files, folders and archives to go through.
    run
        Decides which files may hold slices, and knows the playlists that have been.
    workers
        Processes; None: one per core where there is enough to read.
    """

    def __init__(self, paths: Sequence[Path], run: Run, workers: int | None) -> None:
        self._run = run
        self._results = mapped(
            _read,
            _errands(paths, run),
            crashed=_unread,
            workers=_workers(paths, run) if workers is None else workers,
            preload=PRELOAD,
        )
        self._next = next(self._results, None)

    def take(self, found: Found, member: str | None = None) -> Batch | None:
        """A slice's playlists; None where the careful reader shall have it, or it is no slice.

        That reader also has every slice with a playlist that came before, to say so.
        """
        if self._next is None or self._next[0].place != (found.path, member):
            return None
        (errand, batch), self._next = self._next, next(self._results, None)
        if batch is None or not self._are_new(batch):
            return None
        if self._run.on_bytes:
            self._run.on_bytes(errand.size)
        return batch

    def _are_new(self, batch: Batch) -> bool:
        ids = set(batch.playlists["id"].to_pylist())
        if not self._run.seen.isdisjoint(ids):
            return False
        self._run.seen.update(ids)
        return True

    def close(self) -> None:
        """End the processes."""
        self._results.close()


def _workers(paths: Sequence[Path], run: Run) -> int:
    size = 0
    for errand in _errands(paths, run):
        size += errand.size
        if size > WORTH_A_POOL:
            return default_workers()
    return 1


def _read(errand: Errand) -> tuple[Errand, Batch | None]:
    return errand, read_slice(errand)


def _unread(errand: Errand) -> tuple[Errand, Batch | None]:
    """Of a slice that its process died of."""
    return errand, None


def _errands(paths: Sequence[Path], run: Run) -> Iterator[Errand]:
    for path in map(Path, paths):
        for found in _streams.find(path, kind=run.format):
            if isinstance(found, Found):
                # The careful reader will say what is wrong with a file.
                with suppress(InputError, *_streams.READ_ERRORS):
                    yield from _slices_in(found, run)


def _slices_in(found: Found, run: Run) -> Iterator[Errand]:
    source = run.source(found)
    if not _streams.is_archive(found.path.name):
        if _may_be_slice(source.relative, run):
            yield Errand(found.path, None, source, found.path.stat().st_size)
        return
    with _streams.opened_archive(found.path) as archive:
        members = _streams.members(archive, kind=run.format)
    for info in members:
        if _may_be_slice(info.filename, run):
            inside = run.member(source, info.filename)
            yield Errand(found.path, info.filename, inside, info.compress_size)


def _may_be_slice(name: str, run: Run) -> bool:
    return run.format in {"auto", "mpd"} and _streams.kind_of(name) == "mpd"
