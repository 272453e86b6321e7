"""Labels of songs (genre, class, mood), from a CSV file with the columns ``song`` and ``label``.

``song`` is a song's id, its path relative to the loaded root, a Spotify track in any form, or the
name of its file with or without the extension.
"""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath

from songnet.errors import FormatError
from songnet.files import read_regular
from songnet.sources._songs import spotify_track, usable_id

MAX_BYTES = 64 << 20


def read_labels(path: str | Path) -> dict[str, str]:
    """Label by song, as the file names it; Spotify tracks in the form ``spotify:track:ID``.

    Further columns are passed over, and so are rows without a label. A song may be named twice
    with the same label.

    Raises
    ------
    FormatError
        Not to be read, not UTF-8, no column ``song`` or ``label``, a row without a song or too
        short, a song with two labels; with the line.
    """
    labels: dict[str, str] = {}
    for line, song, label in _rows(Path(path)):
        if labels.setdefault(song, label) != label:
            raise FormatError(
                path,
                f"{song!r} is labelled {label!r}, but {labels[song]!r} further up",
                where=f"line {line}",
            )
    return labels


def label_for(labels: Mapping[str, str], *, song: str, path: str) -> str | None:
    """The label of the song with this id and relative path: the most exact name counts."""
    name = PurePosixPath(path)
    for key in (song, path, name.name, name.stem):
        if key in labels:
            return labels[key]
    return None


def _rows(path: Path) -> Iterator[tuple[int, str, str]]:
    """Line, song and label of every row that has a label."""
    reader = csv.reader(io.StringIO(_text(path), newline=""), strict=True)
    try:
        header = [name.strip().lower() for name in next(reader, [])]
        columns = [_column(path, header, name) for name in ("song", "label")]
        for row in reader:
            if row:
                song, label = _fields(path, reader.line_num, row, columns)
                if label:
                    yield reader.line_num, song, label
    except csv.Error as error:
        raise FormatError(path, f"is not CSV: {error}", where=f"line {reader.line_num}") from error


def _text(path: Path) -> str:
    try:
        data = read_regular(path, MAX_BYTES)
    except OSError as error:
        raise FormatError(path, f"cannot be read ({error.strerror or error})") from error
    if len(data) > MAX_BYTES:
        raise FormatError(path, f"is larger than {MAX_BYTES} bytes")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise FormatError(path, "is not UTF-8 text", where=f"line {line}") from error


def _column(path: Path, header: list[str], name: str) -> int:
    if header.count(name) != 1:
        found = ", ".join(header) or "nothing"
        raise FormatError(
            path, f"needs one column {name!r}, its header has: {found}", where="line 1"
        )
    return header.index(name)


def _fields(path: Path, line: int, row: list[str], columns: list[int]) -> tuple[str, str]:
    where = f"line {line}"
    if len(row) <= max(columns):
        raise FormatError(path, f"has {len(row)} fields, {max(columns) + 1} needed", where=where)
    song, label = (unicodedata.normalize("NFC", row[column].strip()) for column in columns)
    if not usable_id(song):
        raise FormatError(path, f"{song!r} cannot be a song", where=where)
    if label and not usable_id(label):
        raise FormatError(path, f"{label!r} cannot be a label", where=where)
    return spotify_track(song) or song, label
