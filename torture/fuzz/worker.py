"""The process in which a reader meets its inputs, one after the other."""

from __future__ import annotations

import os
import random
import shutil
import sys
import tempfile
import time
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path

from torture.corpus import corpus
from torture.fuzz.items import Item
from torture.fuzz.judge import MOST_BYTES, Outcome, Sandbox, judged
from torture.fuzz.mutate import mutable, mutated
from torture.fuzz.readers import READERS


class Inputs:
    """The inputs for a reader by number: first the corpus, then as many mutations as one likes.

    Parameters
    ----------
    reader
        One of `READERS`.
    seed
        The same seed, the same mutations.
    """

    def __init__(self, reader: str, seed: int) -> None:
        self._items = corpus(reader)
        self._whats = list(self._items)
        self._mutable = mutable(list(self._items.values()))
        self._key = f"{seed}:{reader}"

    def __len__(self) -> int:
        return len(self._whats)

    def __getitem__(self, number: int) -> Item:
        if number < len(self._whats):
            return self._items[self._whats[number]]
        return mutated(self._mutable, random.Random(f"{self._key}:{number}"))

    def what(self, number: int) -> str:
        """What is odd about an input."""
        return self._whats[number] if number < len(self._whats) else f"mutation {number}"


def work(connection: Connection, reader: str, seed: int, root: str) -> None:
    """Run the inputs whose numbers arrive, until None does, and tell the outcome of each.

    An `Item` in place of a number is run as it is.
    """
    sys.dont_write_bytecode = True
    inputs = Inputs(reader, seed)
    sandbox = Sandbox(Path(root))
    os.chdir(sandbox.root / "cwd")
    os.environ["TMPDIR"] = tempfile.tempdir = str(sandbox.root / "tmp")
    with READERS[reader].opened(sandbox.box.out) as store:
        sandbox.box.store = store
        _warm(reader, inputs, sandbox)
        connection.send(len(inputs))
        while (batch := connection.recv()) is not None:
            for each in batch:
                item = inputs[each] if isinstance(each, int) else each
                connection.send(run(reader, item, sandbox))


def _warm(reader: str, inputs: Inputs, sandbox: Sandbox) -> None:
    """Read what is sound, so that imports and first uses do not count as an input's."""
    for number in range(len(inputs)):
        if inputs.what(number).startswith("sound") or number == 0:
            run(reader, inputs[number], sandbox)


def run(reader: str, item: Item, sandbox: Sandbox) -> Outcome:
    """One input: written, read, judged, removed."""
    shutil.rmtree(sandbox.inside, ignore_errors=True)
    sandbox.inside.mkdir()
    held = _reset_peak()
    begun = time.process_time()
    kind, detail = judged(READERS[reader], item, sandbox)
    seconds = time.process_time() - begun
    peak = max(0, _status("VmHWM") - held)
    if peak > MOST_BYTES and kind in {"accepted", "refused"}:
        kind, detail = "memory", f"took {peak / 2**20:,.0f} MiB and ended: {detail[:200]}"
    return Outcome(kind, detail, seconds, peak)


def _reset_peak() -> int:
    """Begin to measure anew; the bytes held now."""
    with suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5", "ascii")
    return _status("VmRSS")


def _status(key: str, of: int | str = "self") -> int:
    """Bytes that the system tells of a process."""
    for line in Path(f"/proc/{of}/status").read_text("ascii", "replace").splitlines():
        if line.startswith(f"{key}:"):
            return int(line.split()[1]) * 1024
    return 0


def resident(process: int) -> int:
    """The bytes that a process holds; 0 where it has gone."""
    try:
        return _status("VmRSS", process)
    except OSError:
        return 0


def processor_seconds(process: int) -> float:
    """What all threads of a process have used of the processor; 0 where it has gone."""
    fields = _stat(f"/proc/{process}/stat")
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK") if fields else 0.0


def is_runnable(process: int) -> bool:
    """Whether a thread of it works, or would if it were let."""
    tasks = Path(f"/proc/{process}/task")
    try:
        return any(_stat(f"{task}/stat")[:1] == ["R"] for task in tasks.iterdir())
    except OSError:
        return False


def _stat(path: str) -> list[str]:
    """The fields after the command's name, the state first; none where the process has gone."""
    try:
        return Path(path).read_text("utf-8", "replace").rpartition(")")[2].split()
    except OSError:
        return []
