"""A damaged embedded store, made anew from what can be read and from the data folder."""

from __future__ import annotations

import json
import select
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from songnet.errors import InputError, StoreUnavailableError
from songnet.progress import Progress, silent
from songnet.store import engine_of, open_store, path_of
from songnet.store.embedded_files import held, parts_of, replace_damaged, snapshots_of
from songnet.store.folder import DataFolder
from songnet.workflows._rebuilding import rebuild
from songnet.workflows.workspace import Workspace

HANGS: Final = 600.0  # seconds without a word
OPENING: Final = "opening"
SERVERS: Final = (
    "store recover is for the embedded store: a Neo4j server brings its files in order itself when "
    "it is started again; then run 'songnet store check', and if the server does not start, "
    "'neo4j-admin database check' or 'neo4j-admin database load' of a dump"
)


@dataclass
class Recovered:
    """What came, or would come, of a recovery.

    Attributes
    ----------
    sound
        Nothing is damaged, and nothing was done.
    source
        What was read: the file, the file without its log, a snapshot; empty where nothing could be.
    back
        What is there again, with how many there are of it.
    rebuilt
        What was made anew from the data folder.
    lost
        What is not, with the reason.
    kept
        The damaged files, where they lie now.
    """

    sound: bool = False
    source: str = ""
    back: dict[str, int] = field(default_factory=dict)
    rebuilt: dict[str, int] = field(default_factory=dict)
    lost: dict[str, str] = field(default_factory=dict)
    kept: list[Path] = field(default_factory=list)


def recover(uri: str, data: Path, *, write: bool, progress: Progress = silent) -> Recovered:
    """Read a damaged store as far as it can be read, and make a sound one of that.

    Everything is tried on copies. With `write` the new store takes the place of the damaged one,
    whose files are kept beside it.

    Raises
    ------
    InputError
        It is a server's, which looks after its files itself.
    StoreUnavailableError
        There is no file there.
    StoreLockedError
        Another process has it open.
    """
    if engine_of(uri) == "neo4j":
        raise InputError(SERVERS)
    path = Path(path_of(uri))
    if not parts_of(path):
        raise StoreUnavailableError(f"there is no store at {path}: name another, as --store PATH")
    with (
        _held_if_there(path),
        tempfile.TemporaryDirectory(prefix=f".{path.name}.recovering-", dir=path.parent) as folder,
    ):
        work = Path(folder)
        found = _read(path, work, progress)
        if found.sound:
            return found
        _rebuild(work / "new", data, found, progress)
        if write:
            found.kept = replace_damaged(path, work / "new")
    return found


@contextmanager
def _held_if_there(path: Path) -> Iterator[None]:
    if not path.exists():
        yield
        return
    with held(path):
        yield


def _read(path: Path, work: Path, progress: Progress) -> Recovered:
    """What the first source that opens gives."""
    why = ""
    for source, parts in _sources(path):
        found = _salvaged(path, source, parts, work, progress)
        if OPENING not in found.lost:
            found.sound = source == "the file" and not found.lost
            found.lost.update({"the last changes": why} if why else {})
            return found
        why = why or found.lost[OPENING]
    return Recovered(lost={"the graph": why})


def _sources(path: Path) -> Iterator[tuple[str, list[Path]]]:
    yield "the file", parts_of(path)
    if path.exists() and len(parts_of(path)) > 1:
        yield "the file without its log", [path]
    for snapshot in snapshots_of(path):
        yield f"the snapshot {snapshot.name}", [snapshot]


def _salvaged(
    path: Path, source: str, parts: list[Path], work: Path, progress: Progress
) -> Recovered:
    """Read a copy in a process of its own; again without the piece that it died of."""
    lost: dict[str, str] = {}
    while True:
        old, new = _copied(path, parts, work)
        found = Recovered(source=source, lost=dict(lost))
        died_of = _told(old, new, found, progress)
        if died_of is None:
            return found
        lost[died_of] = found.lost.get(died_of) or "the engine dies of reading it"
        if died_of == OPENING:
            return Recovered(source=source, lost=lost)


def _copied(path: Path, parts: list[Path], work: Path) -> tuple[Path, Path]:
    """Where the copy lies, and where the new store goes."""
    folder = work / "copy"
    for left in (folder, *parts_of(work / "new")):
        shutil.rmtree(left) if left.is_dir() else left.unlink(missing_ok=True)
    folder.mkdir()
    for part in parts:
        suffix = "" if len(parts) == 1 else part.name[len(path.name) :]
        shutil.copyfile(part, folder / f"graph.lbug{suffix}")
    return folder / "graph.lbug", work / "new"


def _told(old: Path, new: Path, found: Recovered, progress: Progress) -> str | None:
    """Take down what a salvage tells; the piece at which it ended before its time."""
    command = [sys.executable, "-m", "songnet.workflows._salvage", str(old), str(new), *found.lost]
    began: str | None = OPENING
    with subprocess.Popen(  # noqa: S603 - songnet itself
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        for told in _lines(process):
            began = told.get("began")
            if "done" in told:
                found.back[told["done"]] = told["count"]
                progress("pieces read", len(found.back))
            if "failed" in told:
                found.lost[told["failed"]] = told["why"]
        process.kill()
        said = process.communicate()[1].decode("utf-8", "replace").strip().splitlines()
    if process.returncode and began is not None and said:
        found.lost[began] = said[-1].rpartition("Error: ")[2].replace(str(old), "the store")
    return began if process.returncode else None


def _lines(process: subprocess.Popen[bytes]) -> Iterator[dict[str, Any]]:
    """What a process says on stdout, until it ends or says nothing for too long."""
    assert process.stdout is not None  # noqa: S101 - it was asked for
    while select.select([process.stdout], [], [], HANGS)[0]:
        line = process.stdout.readline()
        if not line:
            process.wait()
            return
        yield json.loads(line)


def _rebuild(new: Path, data: Path, found: Recovered, progress: Progress) -> None:
    """What the data folder keeps and the new store lacks."""
    with open_store(str(new)) as store:
        for what, count in rebuild(Workspace(store, DataFolder(data)), found.lost, progress):
            found.rebuilt[what] = count
            found.lost.pop(what, None)
