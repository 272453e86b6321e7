"""The JSON files of the data folder: written whole or not at all, checked when they are read."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from songnet.errors import FormatError, InputError
from songnet.files import read_regular, replacing
from songnet.store._parquet import make_folder_of

LARGEST = 64 * 2**20

Read = TypeVar("Read")


def write_json(path: Path, data: Mapping[str, Any]) -> None:
    """Make `path` hold `data`, replacing what it held; its folder is made."""
    make_folder_of(path)
    text = json.dumps(dict(data), ensure_ascii=False, indent=1, allow_nan=False)
    with replacing(path) as file:
        file.write(text.encode("utf-8", "surrogatepass"))


def read_json(path: Path, from_json: Callable[[Mapping[str, Any]], Read]) -> Read:
    """What `from_json` makes of a file.

    Raises
    ------
    FormatError
        The file is damaged, or `from_json` refuses it with an `InputError`.
    """
    try:
        data = json.loads(read_regular(path, LARGEST).decode("utf-8", "surrogatepass"))
    except (OSError, ValueError, RecursionError) as error:
        raise FormatError(path, "is damaged or not a file of songnet; remove it") from error
    if not isinstance(data, dict):
        raise FormatError(path, "is damaged or not a file of songnet; remove it")
    try:
        return from_json(data)
    except InputError as error:
        raise FormatError(path, f"{error}; remove it") from error


def json_files(folder: Path) -> list[Path]:
    """The files of a folder, sorted by name; none where there is no folder."""
    return sorted(folder.glob("[!.]*.json"))
