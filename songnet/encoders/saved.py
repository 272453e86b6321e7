"""Trained encoders on disk: a folder of plain data that cannot run code.

    NAME/
      config.json               schema songnet.encoder/1: architecture, hyperparameters, history,
                                fingerprint
      weights.safetensors       float32 arrays, named as `weight_shapes` says
      projection.safetensors    where the latents are too long for the graph

Never pickle, never Keras's own ``.h5`` and ``.keras``, which have run code from files more than
once (CVE-2025-1550, CVE-2025-8747, CVE-2025-9905, CVE-2025-9906).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from songnet.encoders._config import LARGEST_CONFIG, SCHEMA, config_of, parse_config
from songnet.encoders._folder import previous, write_folder
from songnet.encoders._projection import Projection
from songnet.encoders._saved import Saved
from songnet.errors import FormatError, StateError

CONFIG = "config.json"
WEIGHTS = "weights.safetensors"
PROJECTION = "projection.safetensors"
FILES = frozenset({CONFIG, WEIGHTS, PROJECTION})
LARGEST_HEADER = 2**20


def save(saved: Saved, folder: Path) -> None:
    """Write an encoder to `folder`, whole or not at all, replacing an older one.

    Raises
    ------
    FormatError
        `folder` holds something that is not an encoder.
    StateError
        The disk refuses.
    """
    _refuse_foreign(folder)
    files = {
        CONFIG: _json(config_of(saved)),
        WEIGHTS: _pack(saved.weights),
    }
    if saved.projection:
        files[PROJECTION] = _pack(saved.projection.arrays())
    write_folder(folder, files)


def _json(content: Mapping[str, Any]) -> bytes:
    # ASCII, because names of files that are not UTF-8 hold lone surrogates.
    return (json.dumps(content, indent=1) + "\n").encode("ascii")


def _refuse_foreign(folder: Path) -> None:
    if not folder.exists():
        return
    if not folder.is_dir():
        raise FormatError(folder, "is a file, not an encoder's folder: choose another place")
    foreign = sorted(entry.name for entry in folder.iterdir() if entry.name not in FILES)
    if foreign:
        raise FormatError(
            folder, f"is not an encoder's folder (it holds {foreign[0]!r}): choose another place"
        )


def _pack(arrays: Mapping[str, NDArray[np.float32]]) -> bytes:
    from safetensors.numpy import save as pack

    # safetensors stores memory as it lies.
    plain = {key: np.ascontiguousarray(value, "<f4") for key, value in arrays.items()}
    data: bytes = pack(plain, metadata={"schema": SCHEMA})
    return data


def exists(folder: Path) -> bool:
    """Whether there is an encoder to `load`, sound or not."""
    return (_current(folder) / CONFIG).is_file()


def _current(folder: Path) -> Path:
    old = previous(folder)
    return old if old.is_dir() and not folder.exists() else folder


def load(folder: Path) -> Saved:
    """Read an encoder and check everything in it.

    Raises
    ------
    StateError
        There is none.
    FormatError
        A file is missing, damaged, not ours, of a newer songnet, or does not fit the others.
    """
    place = _current(folder)
    if not place.is_dir():
        raise StateError(f"{folder}: there is no such encoder: make it with 'songnet embed'")
    config = parse_config(place / CONFIG, _read_config(place / CONFIG))
    weights = _read_tensors(place / WEIGHTS, config.design.weight_shapes())
    saved = config.saved(weights, _read_projection(place, config.projected, config.kept_variance))
    if saved.fingerprint != config.fingerprint:
        raise FormatError(
            place,
            "weights and configuration do not fit the encoder's fingerprint: a file was changed "
            "or damaged; train it anew (songnet embed --retrain)",
        )
    return saved


def _read_config(path: Path) -> Any:
    data = _read_bytes(path, LARGEST_CONFIG)
    try:
        return json.loads(data)
    except (ValueError, RecursionError) as error:
        raise FormatError(path, f"is not valid JSON: {error}") from error


def _read_bytes(path: Path, largest: int) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(largest + 1)
    except FileNotFoundError as error:
        raise FormatError(path, "is missing: train the encoder anew (--retrain)") from error
    except OSError as error:
        raise FormatError(path, f"cannot be read: {error.strerror or error}") from error
    if len(data) > largest:
        raise FormatError(path, f"is larger than an encoder of its kind can be ({largest} bytes)")
    return data


def _read_projection(place: Path, shape: tuple[int, int] | None, kept: float) -> Projection | None:
    if shape is None:
        return None
    arrays = _read_tensors(place / PROJECTION, {"mean": shape[1:], "components": shape})
    return Projection(arrays["mean"], arrays["components"], kept)


def _read_tensors(
    path: Path, shapes: Mapping[str, tuple[int, ...]]
) -> dict[str, NDArray[np.float32]]:
    """The arrays of a safetensors file, which must be `shapes`, float32 and finite."""
    expected = sum(4 * int(np.prod(shape)) for shape in shapes.values())
    arrays = _unpack(path, _read_bytes(path, expected + LARGEST_HEADER))
    if set(arrays) != set(shapes):
        odd = min(set(arrays) ^ set(shapes))
        raise FormatError(path, f"must hold the arrays {', '.join(shapes)}: {odd!r} is at odds")
    for name, shape in shapes.items():
        _check_array(path, name, arrays[name], shape)
    return {name: arrays[name] for name in shapes}


def _unpack(path: Path, data: bytes) -> dict[str, NDArray[Any]]:
    from safetensors import SafetensorError
    from safetensors.numpy import load as unpack

    try:
        arrays: dict[str, NDArray[Any]] = unpack(data)
    except (SafetensorError, ValueError, KeyError, TypeError) as error:
        raise FormatError(path, f"is not a sound safetensors file: {error}") from error
    return arrays


def _check_array(path: Path, name: str, array: NDArray[Any], shape: tuple[int, ...]) -> None:
    if array.shape != shape or array.dtype != np.float32:
        raise FormatError(
            path,
            f"array {name!r} must be float32 {shape}, found {array.dtype} {array.shape}",
        )
    if not np.isfinite(array).all():
        raise FormatError(path, f"array {name!r} holds NaN or infinity")
