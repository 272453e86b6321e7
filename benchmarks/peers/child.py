"""One contender, once, in this process: warm up, read, run by the clock, hand back files.

    python -m benchmarks.peers.child MODULE:STAGE CONTENDER INPUT TINY OUT

OUT has `began` while the clock runs, then `found.npz`, and at the end `measured.json`.
"""

from __future__ import annotations

import ctypes
import gc
import hashlib
import importlib
import json
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np

from benchmarks._measure import metered
from benchmarks.peers.stage import Arrays, Stage

BEGAN, FOUND, MEASURED = "began", "found.npz", "measured.json"


def find(reference: str) -> Stage:
    """The stage that ``module:attribute`` names."""
    module, _, attribute = reference.partition(":")
    found = getattr(importlib.import_module(module), attribute)
    if not isinstance(found, Stage):
        raise TypeError(f"{reference} is no stage")
    return found


def digest(arrays: Arrays) -> str:
    """SHA-256 of arrays with their names."""
    made = hashlib.sha256()
    for name in sorted(arrays):
        made.update(name.encode())
        made.update(np.ascontiguousarray(arrays[name]).tobytes())
    return made.hexdigest()


def _give_back() -> None:
    """Return free memory to the system, so that all that is taken by the clock is seen."""
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)


def main(given: Sequence[str]) -> None:
    """Run a contender."""
    reference, name, *folders = given
    source, tiny, out = (Path(folder) for folder in folders)
    stage = find(reference)
    contender = stage.contender(name)
    with tempfile.TemporaryDirectory(dir=out) as scratch:
        # What is imported, compiled or started on first use is not counted, for anyone.
        contender.run(stage.read(tiny, Path(scratch)))
    with tempfile.TemporaryDirectory(dir=out) as scratch:
        state = stage.read(source, Path(scratch))
        _give_back()
        (out / BEGAN).touch()
        with metered() as meter:
            found = contender.run(state)
        (out / BEGAN).unlink()
        arrays = contender.arrays(found, state)
    np.savez(out / FOUND, **arrays)
    told = asdict(meter) | {"digest": digest(arrays)}
    (out / MEASURED).write_text(json.dumps(told), "utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
