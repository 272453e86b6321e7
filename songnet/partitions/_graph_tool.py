"""The door to graph-tool: in this Python where it has it, else in a worker process."""

from __future__ import annotations

import importlib.util
import io
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any
from zipfile import BadZipFile

import numpy as np

from songnet.errors import StateError, WorkerError
from songnet.model import Floats, Ints
from songnet.partitions import _graph_tool_worker as worker

VARIABLE = "SONGNET_GRAPH_TOOL_PYTHON"
USUAL = ("/usr/bin/python3", "python3")
PROBE_SECONDS = 60.0
INSTALL = (
    "install it with 'apt install python3-graph-tool' or 'conda install -c conda-forge graph-tool'"
)


@dataclass(frozen=True)
class Python:
    """A Python that has graph-tool, and the version of graph-tool."""

    path: str
    version: str


@dataclass(frozen=True)
class Task:
    """A network of which each song has an edge, and what model of it is wanted.

    Attributes as the parameters of `_graph_tool_worker.fit`.
    """

    vertices: int
    edges: Ints
    weights: Floats
    nested: bool
    blocks: int
    trials: int
    seed: int


@dataclass(frozen=True)
class Model:
    """A block model.

    Attributes
    ----------
    levels
        int64 (levels, vertices), the finest first.
    description_length
        Nats.
    """

    levels: Ints
    description_length: float


def find_python() -> Python:
    """A Python that has graph-tool: the one that is named, this one, or a usual one.

    Raises
    ------
    StateError
        There is none, or the one that `VARIABLE` names has none; says how to install it.
    """
    named = os.environ.get(VARIABLE)
    if named:
        found = _probed(named)
        if isinstance(found, str):
            raise StateError(f"{VARIABLE}={named} cannot import graph-tool ({found}): {INSTALL}")
        return found
    for path in _candidates():
        found = _probed(path)
        if isinstance(found, Python):
            return found
    raise StateError(
        f"a block model needs graph-tool, which pip does not have: {INSTALL}, "
        f"and set {VARIABLE} if it is for another Python than {' or '.join(USUAL)}"
    )


def fit(task: Task, python: Python) -> Model:
    """The block model, found in this process if `python` is its own.

    Raises
    ------
    WorkerError
        The worker failed or was killed.
    """
    if python.path == sys.executable:
        return Model(*worker.fit(**vars(task)))
    return _read(_run(python.path, [], _packed(task)))


def _candidates() -> Sequence[str]:
    # Tried in a process of its own too: with a numpy that it was not built for, it may crash.
    ours = importlib.util.find_spec("graph_tool") is not None
    return (sys.executable, *USUAL) if ours else USUAL


@cache
def _probed(path: str) -> Python | str:
    """What is there, or why it does not serve."""
    try:
        answer = _run(path, ["version"], b"", seconds=PROBE_SECONDS)
    except WorkerError as error:
        return str(error)
    return Python(path, answer.decode())


def _run(python: str, arguments: Sequence[str], task: bytes, seconds: float | None = None) -> bytes:
    # Isolated: what PYTHONPATH and the user's own packages name is for another Python.
    command = [python, "-I", "-W", "ignore", worker.__file__, *arguments]
    threads = os.environ | {"OMP_NUM_THREADS": "1"}
    try:
        # Whatever ends this call, Ctrl-C too, kills the process.
        done = subprocess.run(  # noqa: S603 - our own program
            command, input=task, capture_output=True, env=threads, timeout=seconds, check=False
        )
    except OSError as error:
        raise WorkerError(f"{python} cannot be run: {error.strerror or error}") from error
    except subprocess.TimeoutExpired as error:
        raise WorkerError(f"{python} did not answer within {seconds:.0f} s") from error
    if done.returncode:
        raise WorkerError(_ended(done.returncode, done.stderr.decode(errors="replace")))
    return done.stdout


def _ended(code: int, said: str) -> str:
    if code < 0:
        return (
            f"graph-tool's process was killed ({_signal(-code)}), perhaps for want of memory: "
            "try a smaller network, with 'songnet link playlists --min-shared'"
        )
    lines = said.strip().splitlines()
    return lines[-1].strip() if lines else f"exit code {code} without a word"


def _signal(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def _packed(task: Task) -> bytes:
    file = io.BytesIO()
    arrays: dict[str, Any] = {key: np.asarray(value) for key, value in vars(task).items()}
    np.savez(file, **arrays)
    return file.getvalue()


def _read(answer: bytes) -> Model:
    try:
        with np.load(io.BytesIO(answer), allow_pickle=False) as found:
            return Model(found["levels"], float(found["description_length"]))
    except (ValueError, KeyError, EOFError, OSError, BadZipFile) as error:
        raise WorkerError(
            "graph-tool's process ended well, but its answer cannot be read"
        ) from error
