"""Trained encoders on disk: a folder of plain data that cannot run code.

    NAME/
      config.json               schema songnet.encoder/1: architecture, hyperparameters, history,
                                fingerprint
      weights.safetensors       float32 arrays, named as `weight_shapes` says
      projection.safetensors    where the latents are too long for the graph

The same files in a zip archive are an encoder to carry about (`save_zip`); `load` reads either.

Never pickle, never Keras's own ``.h5`` and ``.keras``, which have run code from files more than
once (CVE-2025-1550, CVE-2025-8747, CVE-2025-9905, CVE-2025-9906).
"""

from __future__ import annotations

import json
import struct
import zipfile
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from songnet.encoders._config import LARGEST_CONFIG, SCHEMA, config_of, parse_config
from songnet.encoders._folder import folders, previous, write_folder
from songnet.encoders._projection import Projection
from songnet.encoders._saved import Saved
from songnet.errors import FormatError, StateError
from songnet.files import read_regular, replacing

CONFIG = "config.json"
WEIGHTS = "weights.safetensors"
PROJECTION = "projection.safetensors"
FILES = frozenset({CONFIG, WEIGHTS, PROJECTION})
LARGEST_HEADER = 2**20
ZIP_TIME = (1980, 1, 1, 0, 0, 0)  # the same encoder gives the same bytes
# Other packings take memory as their headers ask, and fail with errors of their own.
ZIP_PACKINGS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)

# From a file's name and the most bytes it may have to its path, for messages, and its content.
Read: TypeAlias = Callable[[str, int], tuple[Path, bytes]]


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
    write_folder(folder, _files(saved))


def save_zip(saved: Saved, path: Path) -> None:
    """Write an encoder to a zip archive, whole or not at all; the same encoder, the same bytes.

    Raises
    ------
    InputError
        The file cannot be written.
    """
    with replacing(path) as file, zipfile.ZipFile(file, "w") as archive:
        for name, data in _files(saved).items():
            archive.writestr(zipfile.ZipInfo(name, ZIP_TIME), data)


def _files(saved: Saved) -> dict[str, bytes]:
    files = {
        CONFIG: _json(config_of(saved)),
        WEIGHTS: _pack(saved.weights),
    }
    if saved.projection:
        files[PROJECTION] = _pack(saved.projection.arrays())
    return files


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


def saved_in(place: Path) -> list[Path]:
    """What stands in a folder of encoders, sorted by name: each for `load`, sound or not."""
    return folders(place)


def _current(folder: Path) -> Path:
    old = previous(folder)
    return old if old.is_dir() and not folder.exists() else folder


def load(place: Path) -> Saved:
    """Read an encoder, a folder or a zip archive of one, and check everything in it.

    Raises
    ------
    StateError
        There is none.
    FormatError
        A file is missing, damaged, not ours, of a newer songnet, or does not fit the others.
    """
    if place.is_file():
        return _load_zip(place)
    folder = _current(place)
    if not folder.is_dir():
        raise StateError(f"{place}: there is no such encoder: make it with 'songnet embed'")
    return _load(folder, lambda name, largest: (folder / name, _read_bytes(folder / name, largest)))


def _load_zip(path: Path) -> Saved:
    try:
        with zipfile.ZipFile(path) as archive:
            return _load(path, lambda name, largest: _read_entry(path, archive, name, largest))
    except (zipfile.BadZipFile, NotImplementedError, OSError, ValueError, struct.error) as error:
        raise FormatError(path, f"is not a sound zip archive of an encoder: {error}") from error


def _read_entry(
    path: Path, archive: zipfile.ZipFile, name: str, largest: int
) -> tuple[Path, bytes]:
    place = path / name
    try:
        entry = archive.getinfo(name)
        if entry.compress_type not in ZIP_PACKINGS:
            raise FormatError(place, "must be stored or deflated: pack the archive anew")
        with archive.open(entry) as file:
            data = file.read(largest + 1)
    except (KeyError, RuntimeError, EOFError, ValueError, zlib.error) as error:
        raise FormatError(place, "is missing, encrypted or damaged") from error
    return place, _bounded(place, data, largest)


def _load(place: Path, read: Read) -> Saved:
    path, data = read(CONFIG, LARGEST_CONFIG)
    config = parse_config(path, _parse_json(path, data))
    weights = _read_tensors(read, WEIGHTS, config.design.weight_shapes())
    saved = config.saved(weights, _read_projection(read, config.projected, config.kept_variance))
    if saved.fingerprint != config.fingerprint:
        raise FormatError(
            place,
            "weights and configuration do not fit the encoder's fingerprint: a file was changed "
            "or damaged; train it anew (songnet embed --retrain)",
        )
    return saved


def _parse_json(path: Path, data: bytes) -> Any:
    try:
        return json.loads(data)
    except (ValueError, RecursionError) as error:
        raise FormatError(path, f"is not valid JSON: {error}") from error


def _read_bytes(path: Path, largest: int) -> bytes:
    try:
        data = read_regular(path, largest)
    except FileNotFoundError as error:
        raise FormatError(path, "is missing: train the encoder anew (--retrain)") from error
    except OSError as error:
        raise FormatError(path, f"cannot be read: {error.strerror or error}") from error
    return _bounded(path, data, largest)


def _bounded(path: Path, data: bytes, largest: int) -> bytes:
    if len(data) > largest:
        raise FormatError(path, f"is larger than an encoder of its kind can be ({largest} bytes)")
    return data


def _read_projection(read: Read, shape: tuple[int, int] | None, kept: float) -> Projection | None:
    if shape is None:
        return None
    arrays = _read_tensors(read, PROJECTION, {"mean": shape[1:], "components": shape})
    return Projection(arrays["mean"], arrays["components"], kept)


def _read_tensors(
    read: Read, name: str, shapes: Mapping[str, tuple[int, ...]]
) -> dict[str, NDArray[np.float32]]:
    """The arrays of a safetensors file, which must be `shapes`, float32 and finite."""
    expected = sum(4 * int(np.prod(shape)) for shape in shapes.values())
    path, data = read(name, expected + LARGEST_HEADER)
    arrays = _unpack(path, data)
    if set(arrays) != set(shapes):
        odd = min(set(arrays) ^ set(shapes))
        raise FormatError(path, f"must hold the arrays {', '.join(shapes)}: {odd!r} is at odds")
    for key, shape in shapes.items():
        _check_array(path, key, arrays[key], shape)
    return {key: arrays[key] for key in shapes}


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
