"""A training that can go on after it was killed: its state, kept in one file between epochs.

The file is safetensors: weights and optimiser (``state/``), the weights kept so far (``kept/``);
its metadata hold the history, the `identity` of the training and a fingerprint of it all, so that
damage is seen. A training goes on only from a state of its own identity: same spectrograms, design,
settings and versions. Then it ends as if it had never stopped, because order and augmentation
depend on seed and epoch alone.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from songnet.encoders._training import Epoch, Progressed
from songnet.errors import FormatError, StateError
from songnet.files import make_folder, remove_file, replacing
from songnet.model import fingerprint

SCHEMA = "songnet.training/1"
# A state is written after an epoch unless the last one is younger: tiny epochs would otherwise
# spend their time on the disk.
SECONDS_BETWEEN = 5.0


@dataclass
class Checkpoint:
    """Where one training keeps its state.

    Attributes
    ----------
    path
        The file; its folder is made when needed.
    resume
        Whether to go on from it, where there is one.
    seconds_between
        The least time between two writes.
    """

    path: Path
    resume: bool = False
    seconds_between: float = SECONDS_BETWEEN
    _written: float = field(default=-1e9, init=False)

    def start(self, identity: str) -> Progressed | None:
        """The state to go on from; None where there is none or none is wanted.

        Raises
        ------
        StateError
            The state is of another training.
        FormatError
            The file is damaged.
        """
        if not self.resume or not self.path.exists():
            return None
        found, progressed = read_state(self.path)
        if found != identity:
            raise StateError(
                f"the interrupted training in {self.path} was of other songs, settings or "
                "versions, so it cannot go on: leave out --resume to begin anew"
            )
        return progressed

    def keep(self, identity: str, progressed: Callable[[], Progressed]) -> None:
        """Write the state, unless the last one is too young."""
        now = time.monotonic()
        if now - self._written >= self.seconds_between:
            _write_state(self.path, identity, progressed())
            self._written = time.monotonic()

    def remove(self) -> None:
        """The training is over and its encoder safe: forget its state."""
        if self.path.exists():
            remove_file(self.path)


def _write_state(path: Path, identity: str, progressed: Progressed) -> None:
    from safetensors.numpy import save as pack

    tensors = _prefixed("state", progressed.state) | _prefixed("kept", progressed.kept)
    history = json.dumps([epoch.facts() for epoch in progressed.history])
    metadata = {
        "schema": SCHEMA,
        "identity": identity,
        "history": history,
        "fingerprint": _fingerprint(identity, history, tensors),
    }
    data = pack(tensors, metadata=metadata)
    try:
        make_folder(path.parent)
    except OSError as error:
        raise StateError(f"cannot make the folder {path.parent}: {error.strerror}") from error
    with replacing(path) as file:
        file.write(data)


def _fingerprint(identity: str, history: str, tensors: Mapping[str, NDArray[Any]]) -> str:
    names = sorted(tensors)
    return fingerprint([identity, history], names, *(tensors[name] for name in names))


def _prefixed(prefix: str, arrays: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    return {f"{prefix}/{name}": _whole(value) for name, value in arrays.items()}


def _whole(value: NDArray[Any]) -> NDArray[Any]:
    # safetensors stores memory as it lies; ascontiguousarray would make a scalar a vector.
    return value if value.flags.c_contiguous else np.array(value, order="C")


def read_state(path: Path) -> tuple[str, Progressed]:
    """The identity of a kept training, and where it stands; `FormatError` if it is damaged."""
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(str(path), framework="numpy") as file:
            metadata = file.metadata() or {}
            if metadata.get("schema") != SCHEMA:
                raise FormatError(path, f"is not a training state of {SCHEMA}: remove the file")
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        identity, history = metadata["identity"], metadata["history"]
        if metadata["fingerprint"] != _fingerprint(identity, history, tensors):
            raise ValueError("it was changed")
        epochs = tuple(Epoch(**facts) for facts in json.loads(history))
    except (SafetensorError, OSError, ValueError, KeyError, TypeError) as error:
        raise FormatError(
            path, "is a damaged training state: remove the file, or leave out --resume"
        ) from error
    return identity, Progressed(epochs, _under("kept", tensors), _under("state", tensors))


def _under(prefix: str, tensors: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    start = f"{prefix}/"
    return {name[len(start) :]: tensors[name] for name in tensors if name.startswith(start)}
