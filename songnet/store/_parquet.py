"""What all Parquet files of the data folder share: facts about them, and how damage is said."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from songnet.errors import FormatError, InputError
from songnet.files import check_regular, make_folder

KEY = "songnet"
_DAMAGE = (
    *(pa.ArrowException, OSError, LookupError, AttributeError),
    *(TypeError, ValueError, OverflowError, RecursionError),
)


def as_metadata(facts: Mapping[str, Any]) -> dict[str, str]:
    """Facts about a file as its key-value metadata; `facts_of` reads them back."""
    return {KEY: json.dumps(dict(facts))}


def open_parquet(path: Path) -> pq.ParquetFile:
    """A file to read from, also as a context; `FormatError` if it is damaged."""
    with damage_said(path):
        check_regular(path)
        return pq.ParquetFile(path)


def facts_of(path: Path, file: pq.ParquetFile) -> dict[str, Any]:
    """What a file says of itself, ``schema`` among it; `FormatError` if it is not songnet's."""
    with damage_said(path):
        facts = json.loads(file.metadata.metadata[KEY.encode()])
        return {"schema": facts["schema"], **facts}


def check_schema(path: Path, facts: Mapping[str, Any], schema: str) -> None:
    """`FormatError` unless the file has this schema."""
    if facts["schema"] != schema:
        raise FormatError(
            path, f"has schema {facts['schema']!r}, this version reads {schema!r}; remove it"
        )


def check_fingerprint(path: Path, said: object, found: object) -> None:
    """`FormatError` unless what was found in the file is what it says of itself."""
    if said != found:
        raise FormatError(path, "does not match its own fingerprint: it is damaged; remove it")


@contextmanager
def damage_said(path: Path) -> Iterator[None]:
    """Turn what reading a damaged file raises into `FormatError`."""
    try:
        yield
    except MemoryError:  # Arrow's is one of its exceptions as well, and says nothing of the file
        raise
    except _DAMAGE as error:
        raise FormatError(path, "is damaged or not a file of songnet; remove it") from error


def make_folder_of(path: Path) -> None:
    """Make the folder that a file goes into; `InputError` where that cannot be."""
    try:
        make_folder(path.parent)
    except OSError as error:
        raise InputError(f"cannot make the folder {path.parent}: {error.strerror}") from error
