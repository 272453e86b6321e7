"""Where settings come from: flag, then environment, then ``songnet.toml``, then the default.

``songnet.toml`` is looked for in the working directory::

    data = "songnet.data"                  # the data folder
    store = "bolt://127.0.0.1:7687"        # a store URI; default: graph.lbug in the data folder
    label-prefix = "Acme"                  # before our labels, beside another graph; default: none

Passwords are not settings: a Neo4j server's come from ``NEO4J_USERNAME``, ``NEO4J_PASSWORD`` and
``NEO4J_DATABASE`` alone.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from songnet.errors import FormatError, InputError
from songnet.files import read_regular

FILE = "songnet.toml"
LARGEST = 64 * 1024
KEYS = ("data", "store", "label-prefix")
DEFAULT_DATA = "songnet.data"


@dataclass(frozen=True, slots=True)
class Settings:
    """The data folder and the store that a command works on."""

    data: Path
    store: str
    label_prefix: str = ""


def settings(
    *,
    data: str | Path | None = None,
    store: str | None = None,
    label_prefix: str | None = None,
    default: str | Path | None = None,
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
) -> Settings:
    """The settings in force.

    Parameters
    ----------
    data, store, label_prefix
        What the flags said; None where they were not given.
    default
        The data folder where neither flag nor environment nor file names one.
    environment
        Default: the process's own.
    folder
        Where ``songnet.toml`` may lie; default: the working directory.

    Raises
    ------
    FormatError
        ``songnet.toml`` is not TOML, has unknown keys or values that are not strings.
    """
    env = os.environ if environment is None else environment
    base = folder or Path()
    from_file = read_file(base / FILE)
    chosen_data = str(
        data or env.get("SONGNET_DATA") or from_file.get("data") or default or DEFAULT_DATA
    )
    if "\0" in chosen_data:
        raise InputError("the data folder's path must not hold NUL bytes")
    folder_path = Path(chosen_data)
    chosen_store = (
        store
        or env.get("SONGNET_STORE")
        or from_file.get("store")
        or f"ladybug:{folder_path / 'graph.lbug'}"
    )
    prefix = label_prefix or env.get("SONGNET_LABEL_PREFIX") or from_file.get("label-prefix") or ""
    return Settings(data=folder_path, store=chosen_store, label_prefix=prefix)


def read_file(path: Path) -> dict[str, str]:
    """The keys of a ``songnet.toml``; empty where there is none."""
    try:
        data = read_regular(path, LARGEST)
        text = data.decode("utf-8")
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise FormatError(path, f"cannot be read: {error}") from error
    if len(data) > LARGEST:
        raise FormatError(path, f"is larger than {LARGEST // 1024} KiB, so it is no settings file")
    try:
        table = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise FormatError(path, f"is not valid TOML: {error}") from error
    for key, value in table.items():
        if key not in KEYS:
            raise FormatError(path, f"unknown key {key!r}; allowed are {', '.join(KEYS)}")
        if not isinstance(value, str):
            # Not the value: what somebody put there may be a password.
            kind = type(value).__name__
            raise FormatError(path, f'{key} must be a string, as {key} = "…", got {kind}')
    return table
