"""Partitions as files: CSV, JSON, and Infomap's ``.clu`` and ``.tree``.

- ``.csv``: a header with ``song`` and ``community``, a row per song; other columns are passed over.
  What a spreadsheet would take for a formula is written, and read, with an apostrophe before it.
- ``.json``: with provenance, ``{"schema": "songnet.partition/1", "name", "algorithm", "on", "seed",
  "params", "quality", "versions", "fingerprint", "communities": {SONG: COMMUNITY}}``; or plain,
  ``{SONG: COMMUNITY}``.
- ``.clu``: ``NODE MODULE`` with node numbers. Written are nodes numbered from 1 in the order of the
  sorted songs, modules from 1, and comments that say which song a node is,
  ``# songnet-song NODE "SONG"``; without those comments a ``.clu`` names no songs and is refused.
- ``.tree``: ``PATH FLOW "SONG" NODE`` as Infomap writes it; the community is the topmost module.
  Written trees have two levels and give every song the same flow.
- Read alone: a folder that `songnet.scale.communities` wrote, Parquet with the columns ``song`` and
  ``community`` beside ``partition.json``, ``{"schema": "songnet.scale.partition/1", "name",
  "algorithm", "on", "seed", "params", "quality", "versions", "songs", "communities"}``; and a
  ``.parquet`` file with these columns.

(Infomap's formats: https://www.mapequation.org/infomap/, "Output formats".)

Songs are brought to their canonical form: bare Spotify ids become ``spotify:track:ID``. In our own
``.clu`` and ``.tree``, and in no other, names are JSON strings, so that every id survives.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NoReturn, TypeAlias

from songnet.errors import EmptyInputError, FormatError, InputError
from songnet.files import check_regular, read_regular, replacing
from songnet.model import Partition
from songnet.sources._formulas import guarded, unguarded
from songnet.sources._songs import spotify_track

SCHEMA = "songnet.partition/1"
EXTENSIONS = (".csv", ".json", ".clu", ".tree")
LARGEST = 256 * 2**20
SCALE_SCHEMA = "songnet.scale.partition/1"
PARTITION_FACTS = "partition.json"
PROVENANCE = ("name", "algorithm", "on", "seed", "params", "quality", "versions", "fingerprint")

_OURS = "# songnet.partition/1"
_SPECIAL = re.compile(r'[",\r\n]|^\s|\s\Z')
_CLU_SONG = re.compile(r'# songnet-song ([0-9]+) (".*")\Z')
_CLU_ROW = re.compile(r"([0-9]+)\s+([0-9]+)(?:\s+\S+)?\Z")
_TREE_ROW = re.compile(r'([0-9]+)(?::[0-9]+)+\s+\S+\s+(".*")(?:\s+[0-9]+)*\Z')

# The place of a song (``line 3``), its id as written, its community as written.
_Row: TypeAlias = tuple[str, str, str]


def read_partition(path: Path) -> tuple[list[str], list[str], dict[str, Any]]:
    """Songs, their communities and what the file or folder says of the partition's origin.

    Returns
    -------
    songs
        Ids in the order of the file, each once.
    labels
        The community of each, as text.
    metadata
        Those of `PROVENANCE` that a JSON with provenance, or that of a folder, holds; else empty.

    Raises
    ------
    FormatError
        The file cannot be read as what its extension says, or names a song twice or not at all;
        with the line.
    EmptyInputError
        It holds no songs.
    InputError
        Another extension than `EXTENSIONS`.
    """
    path = Path(path)
    if path.is_dir() or path.suffix.lower() == ".parquet":
        return _read_parquet(path)
    readers = {".csv": _csv_rows, ".clu": _clu_rows, ".tree": _tree_rows}
    extension = _extension(path)
    content = _text(path)
    if extension == ".json":
        return _read_json(path, content)
    return (*_distinct(path, readers[extension](path, content)), {})


def write_partition(path: Path, partition: Partition) -> None:
    """Write a partition in the format that the extension names; the file is there whole or not.

    Raises
    ------
    InputError
        Another extension than `EXTENSIONS`, a song id that is not Unicode text, or the file cannot
        be written.
    """
    path = Path(path)
    writers = {".csv": _csv, ".json": _json, ".clu": _clu, ".tree": _tree}
    lines = writers[_extension(path)](partition)
    with replacing(path) as file:
        for line in lines:
            try:
                file.write(line.encode("utf-8"))
            except UnicodeEncodeError as error:
                raise InputError(f"{path} cannot hold the song {error.object!r}") from error


def _extension(path: Path) -> str:
    extension = path.suffix.lower()
    if extension not in EXTENSIONS:
        allowed = ", ".join(EXTENSIONS)
        raise InputError(f"{path} has no extension that partitions have; allowed are {allowed}")
    return extension


def _text(path: Path) -> str:
    try:
        data = read_regular(path, LARGEST)
    except FileNotFoundError as error:
        raise FormatError(path, "there is no such file") from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise FormatError(path, f"cannot be read: {reason}") from error
    if len(data) > LARGEST:
        raise FormatError(
            path, f"is larger than {LARGEST // 2**20} MiB; Parquet is read at any size"
        )
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise FormatError(path, "is not UTF-8 text", where=f"line {line}") from error


def _distinct(path: Path, rows: Iterable[_Row]) -> tuple[list[str], list[str]]:
    """Canonical ids and labels; refuses repeats, blanks and nothing at all."""
    first: dict[str, str] = {}
    labels: list[str] = []
    for where, given, label in rows:
        song = spotify_track(given) or given
        if not song or not label:
            raise FormatError(path, f"has no {'community' if song else 'song'}", where=where)
        if song in first:
            raise FormatError(path, f"song {song!r} came before, at {first[song]}", where=where)
        first[song] = where
        labels.append(label)
    if not first:
        raise EmptyInputError(f"{path} holds no songs")
    return list(first), labels


def _csv_rows(path: Path, content: str) -> Iterator[_Row]:
    reader = csv.reader(io.StringIO(content, newline=""), strict=True)
    try:
        song, community, width = _csv_columns(path, next(reader, []))
        before = reader.line_num
        for row in reader:
            where, before = f"line {before + 1}", reader.line_num
            if len(row) not in {0, width}:
                reason = f"has {len(row)} cells where the header has {width}"
                raise FormatError(path, reason, where=where)
            if row:
                yield where, unguarded(row[song]), row[community].strip()
    except csv.Error as error:
        raise FormatError(path, f"is not CSV: {error}", where=f"line {reader.line_num}") from error


def _csv_columns(path: Path, header: list[str]) -> tuple[int, int, int]:
    """Where songs and communities stand, and how many cells a row has."""
    names = [name.strip().lower() for name in header]
    if names.count("song") != 1 or names.count("community") != 1:
        shown = ",".join(header)[:200] or "nothing"
        reason = f"the header must name song and community, each once; it is {shown!r}"
        raise FormatError(path, reason, where="line 1")
    return names.index("song"), names.index("community"), len(names)


def _clu_rows(path: Path, content: str) -> Iterator[_Row]:
    songs: dict[str, str] = {}
    for where, line in _lines(content):
        named, row = _CLU_SONG.match(line), _CLU_ROW.match(line)
        if named:
            songs[named[1]] = _unquoted(path, named[2], where)
        elif row and row[1] not in songs:
            reason = (
                "no line '# songnet-song NODE \"SONG\"' says which song this node is; "
                "import Infomap's .tree instead, which holds names"
            )
            raise FormatError(path, reason, where=where)
        elif row:
            yield where, songs[row[1]], row[2]
        elif not line.startswith("#"):
            raise FormatError(path, "expected NODE MODULE", where=where)


def _tree_rows(path: Path, content: str) -> Iterator[_Row]:
    ours = content.startswith(_OURS)
    for where, line in _lines(content):
        if line.startswith("*"):
            return
        row = _TREE_ROW.match(line)
        if row:
            yield where, _unquoted(path, row[2], where) if ours else row[2][1:-1], row[1]
        elif not line.startswith("#"):
            raise FormatError(path, 'expected PATH FLOW "SONG" NODE', where=where)


def _lines(content: str) -> Iterator[tuple[str, str]]:
    """Lines that are not blank, without the space around them, with their place."""
    for number, line in enumerate(content.split("\n"), 1):
        stripped = line.strip(" \t\r")
        if stripped:
            yield f"line {number}", stripped


def _unquoted(path: Path, quoted: str, where: str) -> str:
    try:
        name = json.loads(quoted)
    except json.JSONDecodeError as error:
        raise FormatError(path, f"{quoted} is not a JSON string", where=where) from error
    return str(name)


def _read_json(path: Path, content: str) -> tuple[list[str], list[str], dict[str, Any]]:
    top = _loaded(path, content)
    schema = top.get("schema")
    if schema is None or len(top) == 1 or not str(schema).startswith("songnet."):
        return (*_distinct(path, _json_rows(path, top)), {})
    if schema != SCHEMA or not isinstance(top.get("communities"), _Pairs):
        reason = f"expected schema {SCHEMA!r} with communities, got {str(schema)[:80]!r}"
        raise FormatError(path, reason)
    rows = _json_rows(path, top["communities"])
    return (*_distinct(path, rows), _provenance(path, top))


class _Pairs(dict[str, Any]):
    """A JSON object that keeps its pairs, those with a repeated key too."""

    def __init__(self, pairs: list[tuple[str, Any]]) -> None:
        super().__init__(pairs)
        self.pairs = pairs


def _loaded(path: Path, content: str) -> _Pairs:
    try:
        top = json.loads(content, object_pairs_hook=_Pairs, parse_constant=_refused)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise FormatError(path, f"is not valid JSON: {error.msg}", where=where) from error
    except (ValueError, RecursionError) as error:
        reason = "is nested too deeply" if isinstance(error, RecursionError) else str(error)
        raise FormatError(path, f"is not a partition: {reason}") from error
    if not isinstance(top, _Pairs):
        raise FormatError(path, "expected a JSON object, {SONG: COMMUNITY}")
    return top


def _refused(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not a number")


def _read_parquet(path: Path) -> tuple[list[str], list[str], dict[str, Any]]:
    """A folder that Spark wrote, or one file of Parquet."""
    top = _folders_facts(path) if path.is_dir() else {}
    songs, labels = _columns(path)
    if len(songs) != top.get("songs", len(songs)):
        reason = f"says it has {top['songs']} songs, and has {len(songs)}: it is not whole"
        raise FormatError(path, reason)
    rows = (
        (f"row {number}", song or "", label or "")
        for number, (song, label) in enumerate(zip(songs, labels, strict=True), 1)
    )
    return (*_distinct(path, rows), _provenance(path, top))


def _columns(path: Path) -> list[list[str | None]]:
    """Songs and communities, as texts."""
    import pyarrow as pa
    import pyarrow.dataset as ds

    files = sorted(map(str, path.glob("*.parquet"))) if path.is_dir() else [str(path)]
    try:
        for file in files:
            check_regular(file)
        table = ds.dataset(files, format="parquet").to_table(columns=["song", "community"])
        return [table[name].cast(pa.string()).to_pylist() for name in table.column_names]
    except MemoryError:  # Arrow's too, which says nothing of the file
        raise
    except (pa.ArrowException, OSError) as error:
        reason = "is not Parquet with the columns song and community, or is damaged"
        raise FormatError(path, reason) from error


def _folders_facts(path: Path) -> _Pairs:
    facts = path / PARTITION_FACTS
    if not facts.exists():
        reason = f"cannot be read: it is a folder without {PARTITION_FACTS}"
        raise FormatError(path, reason)
    top = _loaded(facts, _text(facts))
    if top.get("schema") != SCALE_SCHEMA:
        reason = f"expected schema {SCALE_SCHEMA!r}, got {str(top.get('schema'))[:80]!r}"
        raise FormatError(facts, reason)
    return top


def _json_rows(path: Path, communities: _Pairs) -> Iterator[_Row]:
    for place, (song, label) in enumerate(communities.pairs, 1):
        where = f"song {place}"
        if isinstance(label, bool) or not isinstance(label, int | str):
            shown = json.dumps(label)[:80] if not isinstance(label, dict | list) else "more JSON"
            reason = f"the community of {song[:200]!r} must be a number or a word, got {shown}"
            raise FormatError(path, reason, where=where)
        yield where, song, str(label).strip()


def _provenance(path: Path, top: Mapping[str, Any]) -> dict[str, Any]:
    """What the file says of its origin, each of the type that `Partition` has."""
    kinds: dict[str, tuple[type, ...]] = {
        **dict.fromkeys(("name", "algorithm", "on", "fingerprint"), (str,)),
        **dict.fromkeys(("params", "quality", "versions"), (dict,)),
        "seed": (int, type(None)),
    }
    said = {key: top[key] for key in PROVENANCE if key in top}
    for key, value in said.items():
        if not isinstance(value, kinds[key]) or not _is_flat(value):
            raise FormatError(path, f"{key} is not what a partition's {key} can be")
    return {key: dict(value) if isinstance(value, dict) else value for key, value in said.items()}


def _is_flat(value: object) -> bool:
    if not isinstance(value, dict):
        return not isinstance(value, bool)
    return all(not isinstance(inner, dict | list) for inner in value.values())


def _pairs(partition: Partition) -> Iterator[tuple[str, int]]:
    return zip(partition.songs.tolist(), partition.labels.tolist(), strict=True)


def _csv(partition: Partition) -> Iterator[str]:
    yield "song,community\n"
    for song, label in _pairs(partition):
        yield f"{_cell(guarded(song))},{label}\n"


def _cell(value: str) -> str:
    """A cell, quoted where it must be: csv.writer leaves carriage returns bare."""
    return '"' + value.replace('"', '""') + '"' if _SPECIAL.search(value) else value


def _json(partition: Partition) -> Iterator[str]:
    head: dict[str, Any] = {"schema": SCHEMA}
    for key in PROVENANCE:
        value = getattr(partition, key)
        head[key] = dict(value) if isinstance(value, Mapping) else value
    head["communities"] = dict(_pairs(partition))
    yield json.dumps(head, ensure_ascii=False, indent=1) + "\n"


def _clu(partition: Partition) -> Iterator[str]:
    yield f"{_OURS} {partition.name}\n"
    for node, song in enumerate(partition.songs.tolist(), 1):
        yield f"# songnet-song {node} {_quoted(song)}\n"
    yield "# node_id module\n"
    for node, label in enumerate(partition.labels.tolist(), 1):
        yield f"{node} {label + 1}\n"


def _tree(partition: Partition) -> Iterator[str]:
    yield f"{_OURS} {partition.name}\n# path flow name node_id\n"
    flow = 1 / max(len(partition.songs), 1)
    rows = sorted((label, node, song) for node, (song, label) in enumerate(_pairs(partition), 1))
    rank, before = 0, -1
    for label, node, song in rows:
        rank, before = (rank + 1 if label == before else 1), label
        yield f"{label + 1}:{rank} {flow:.9g} {_quoted(song)} {node}\n"


def _quoted(song: str) -> str:
    return json.dumps(song, ensure_ascii=False)
