"""What both engines write, as plain rows: properties of nodes, tables of edges, checks of tables.

Nothing here knows an engine: whatever passes here goes into every engine alike.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from songnet.errors import InputError
from songnet.model import Ids, Memberships, Partition, SongNetwork, object_array
from songnet.networks import strongest
from songnet.store.protocol import MAX_EDGES, STRONGEST_PER_SONG
from songnet.tables import MEMBERSHIP_SCHEMA, PLAYLIST_SCHEMA, SONG_SCHEMA, distinct

MAX_ID_BYTES: Final = 4096  # Neo4j's index takes keys of up to about 8 kB
RELATIONSHIPS: Final[Mapping[str, str]] = MappingProxyType(
    {"playlists": "SHARES_PLAYLISTS", "sound": "SOUNDS_LIKE"}
)
# Its edges are those of its layers, which are in the graph already.
WITHOUT_EDGES: Final = "multiplex"
SHARES_PLAYLISTS_SCHEMA = pa.schema(
    [
        ("source", pa.string()),
        ("target", pa.string()),
        ("playlists", pa.int64()),
        ("weight", pa.float64()),
    ]
)
SOUNDS_LIKE_SCHEMA = pa.schema(
    [
        ("source", pa.string()),
        ("target", pa.string()),
        ("rank", pa.int64()),
        ("similarity", pa.float64()),
    ]
)
EDGE_SCHEMAS: Final[Mapping[str, pa.Schema]] = MappingProxyType(
    {"playlists": SHARES_PLAYLISTS_SCHEMA, "sound": SOUNDS_LIKE_SCHEMA}
)
COMMUNITY_SCHEMA = pa.schema(
    [
        ("id", pa.string()),
        ("partition", pa.string()),
        ("label", pa.int64()),
        ("size", pa.int64()),
        ("title", pa.string()),
    ]
)
IN_COMMUNITY_SCHEMA = pa.schema([("song", pa.string()), ("community", pa.string())])


# --- tables that come in ----------------------------------------------------------------------


def conform(table: pa.Table, schema: pa.Schema, *, key: Sequence[str] = ("id",)) -> pa.Table:
    """`table` with exactly the columns and types of `schema`; missing columns are null.

    Raises
    ------
    InputError
        Columns that are not in the schema or occur twice, values that do not fit the type, and in
        the columns of `key`: nulls, empty ids, NUL characters, ids over `MAX_ID_BYTES`, rows that
        repeat.
    """
    _check_columns(table, schema)
    columns = [_column(table, field) for field in schema]
    conformed = pa.table(columns, schema=schema)
    for name in key:
        _check_ids(conformed[name], name)
    _check_distinct(conformed, key)
    return conformed


def conform_songs(songs: pa.Table) -> pa.Table:
    """Songs as `SONG_SCHEMA`; see `conform`."""
    return conform(songs, SONG_SCHEMA)


def conform_playlists(
    playlists: pa.Table, songs: pa.Table, memberships: pa.Table
) -> tuple[pa.Table, pa.Table, pa.Table]:
    """The three tables of `add_playlists`, each conformed and all three consistent.

    Raises
    ------
    InputError
        As `conform`; a position or a count is missing; a membership names a playlist or a song
        that the other two tables do not hold.
    """
    lists, tracks = conform(playlists, PLAYLIST_SCHEMA), conform_songs(songs)
    members = conform(memberships, MEMBERSHIP_SCHEMA, key=("playlist", "song"))
    for name in ("position", "times"):
        if members[name].null_count:
            raise InputError(f"every membership needs its {name}: {name} has empty values")
    _check_known(members["playlist"], lists["id"], "playlist")
    _check_known(members["song"], tracks["id"], "song")
    return lists, tracks, members


def _check_columns(table: pa.Table, schema: pa.Schema) -> None:
    if len(set(table.column_names)) != len(table.column_names):
        raise InputError(f"columns must not repeat: got {', '.join(table.column_names)}")
    unknown = [name for name in table.column_names if name not in schema.names]
    if unknown:
        raise InputError(
            f"unknown column {', '.join(map(repr, unknown))}; allowed are {', '.join(schema.names)}"
        )


def _column(table: pa.Table, field: pa.Field) -> pa.ChunkedArray | pa.Array:
    if field.name not in table.column_names:
        return pa.nulls(table.num_rows, field.type)
    try:
        return table[field.name].cast(field.type)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        reason = str(error).splitlines()[0]
        raise InputError(f"column {field.name!r} must be {field.type}: {reason}") from error


def _check_ids(column: pa.ChunkedArray, name: str) -> None:
    if column.null_count:
        raise InputError(f"column {name!r} must not have empty values: {column.null_count} found")
    if pc.any(pc.equal(column, "")).as_py():
        raise InputError(f"column {name!r} must not hold empty text")
    if pc.any(pc.match_substring(column, "\0")).as_py():
        raise InputError(f"column {name!r} must not hold NUL characters")
    longest = pc.max(pc.binary_length(column)).as_py() or 0
    if longest > MAX_ID_BYTES:
        raise InputError(
            f"column {name!r} must not hold ids over {MAX_ID_BYTES} bytes: one has {longest}"
        )


def _check_distinct(table: pa.Table, key: Sequence[str]) -> None:
    if _distinct_rows(table.select(list(key))) == table.num_rows:
        return
    counts = table.select(list(key)).group_by(list(key)).aggregate([([], "count_all")])
    repeated = counts.filter(pc.greater(counts["count_all"], 1)).slice(0, 1).to_pylist()[0]
    named = ", ".join(repr(repeated[name]) for name in key)
    raise InputError(f"{' and '.join(key)} must not repeat: {named} occurs more than once")


def _distinct_rows(table: pa.Table) -> int:
    """How many different rows there are, counted by numbers in place of texts."""
    code = np.zeros(table.num_rows, np.int64)
    for column in table.columns:
        encoded = column.combine_chunks().dictionary_encode()
        code = code * len(encoded.dictionary) + encoded.indices.to_numpy(zero_copy_only=False)
    # Sorted by itself: numpy.unique would count by hashes, which takes many times as long.
    code.sort()
    return int(np.count_nonzero(np.diff(code))) + bool(len(code))


def _check_known(column: pa.ChunkedArray, known: pa.ChunkedArray, what: str) -> None:
    strangers = pc.unique(column.filter(pc.invert(pc.is_in(column, value_set=known))))
    if len(strangers):
        raise InputError(
            f"memberships name {len(strangers)} {what}s that the table of {what}s does not hold, "
            f"as {strangers[0].as_py()!r}"
        )


def memberships_of(playlists: pa.ChunkedArray, songs: pa.ChunkedArray) -> Memberships:
    """Two columns of ids, a row per distinct pair, as `Memberships`.

    The same as `Memberships.from_pairs`, but only the distinct ids become Python objects.
    """
    playlist_ids, playlist = distinct(playlists)
    song_ids, song = distinct(songs)
    order = np.lexsort((song, playlist))
    return Memberships(playlist_ids, song_ids, playlist[order], song[order])


def check_in_graph(songs: Ids, known: Ids, *, what: str) -> None:
    """`InputError` unless every one of `songs` is among `known` (the songs of the graph)."""
    present = set(known)
    missing = [song for song in songs if song not in present]
    if missing:
        raise InputError(
            f"{what} names {len(missing)} songs that are not in the graph, as {missing[0]!r}; "
            "load them first"
        )


# --- edges of networks ------------------------------------------------------------------------


def relationship(kind: str) -> str | None:
    """The relationship type of a network's edges, None where it has no edges of its own.

    Raises
    ------
    InputError
        A kind that the graph does not hold.
    """
    if kind == WITHOUT_EDGES:
        return None
    if kind not in RELATIONSHIPS:
        raise InputError(
            f"a network of kind {kind!r} has no edges in the graph; "
            f"allowed are {', '.join([*RELATIONSHIPS, WITHOUT_EDGES])}"
        )
    return RELATIONSHIPS[kind]


def edge_rows(network: SongNetwork) -> pa.Table:
    """The rows of a network's relationships, sorted by source, then target.

    `SHARES_PLAYLISTS_SCHEMA` for ``playlists`` (once, from the smaller id to the larger) and
    `SOUNDS_LIKE_SCHEMA` for ``sound`` (directed, from each song to its neighbours); without columns
    for ``multiplex``, which has no edges of its own. Of a network with more than `MAX_EDGES` edges
    only those that are among the `STRONGEST_PER_SONG` of one of their ends; ties go to the smaller
    id at the other end.
    """
    if relationship(network.kind) is None:
        return pa.table({})
    every = network.edges <= MAX_EDGES
    kept = np.ones(network.edges, bool) if every else strongest(network, STRONGEST_PER_SONG)
    return (
        _shared_rows(network, kept) if network.kind == "playlists" else _sound_rows(network, kept)
    )


def _shared_rows(network: SongNetwork, kept: NDArray[np.bool_]) -> pa.Table:
    shared = network.attributes.get("playlists")
    count = None if shared is None else np.asarray(shared)[kept].astype(np.int64)
    rows = int(kept.sum())
    return pa.table(
        [
            _strings(network.songs[network.sources[kept]]),
            _strings(network.songs[network.targets[kept]]),
            pa.nulls(rows, pa.int64()) if count is None else pa.array(count),
            pa.array(network.weights[kept]),
        ],
        schema=SHARES_PLAYLISTS_SCHEMA,
    )


def _sound_rows(network: SongNetwork, kept: NDArray[np.bool_]) -> pa.Table:
    ranks = [_attribute(network, name).astype(np.int64) for name in ("rank_source", "rank_target")]
    similarity = _attribute(network, "similarity").astype(np.float64)
    there, back = kept & (ranks[0] > 0), kept & (ranks[1] > 0)
    source = np.concatenate([network.sources[there], network.targets[back]])
    target = np.concatenate([network.targets[there], network.sources[back]])
    order = np.lexsort((target, source))
    return pa.table(
        [
            _strings(network.songs[source[order]]),
            _strings(network.songs[target[order]]),
            pa.array(np.concatenate([ranks[0][there], ranks[1][back]])[order]),
            pa.array(np.concatenate([similarity[there], similarity[back]])[order]),
        ],
        schema=SOUNDS_LIKE_SCHEMA,
    )


def _attribute(network: SongNetwork, name: str) -> NDArray[Any]:
    if name not in network.attributes:
        raise InputError(f"network {network.name!r} of kind 'sound' lacks the edge column {name!r}")
    return np.asarray(network.attributes[name])


def _strings(values: Ids) -> pa.Array:
    return pa.array(values, pa.string())


# --- communities ------------------------------------------------------------------------------


def community_id(partition: str, label: int) -> str:
    """The id of a `Community` node."""
    return f"{partition}/{label}"


def community_rows(partition: Partition, titles: Sequence[str] | None) -> pa.Table:
    """A row of `COMMUNITY_SCHEMA` per community, by label; default titles are the labels."""
    sizes = partition.sizes
    given = [str(label) for label in range(len(sizes))] if titles is None else list(titles)
    if len(given) != len(sizes):
        raise InputError(
            f"partition {partition.name!r} has {len(sizes)} communities: got {len(given)} titles"
        )
    ids = [community_id(partition.name, label) for label in range(len(sizes))]
    columns = [ids, [partition.name] * len(ids), range(len(ids)), sizes, given]
    return pa.table([pa.array(c, f.type) for c, f in zip(columns, COMMUNITY_SCHEMA, strict=True)],
                    schema=COMMUNITY_SCHEMA)  # fmt: skip


def in_community_rows(partition: Partition) -> pa.Table:
    """A row of `IN_COMMUNITY_SCHEMA` per song of a partition, in the order of its songs."""
    ids = object_array(
        community_id(partition.name, label) for label in range(partition.communities)
    )
    return pa.table(
        [_strings(partition.songs), _strings(ids[partition.labels])], schema=IN_COMMUNITY_SCHEMA
    )


# --- results of queries -----------------------------------------------------------------------


def node_dict(label: str, properties: Mapping[str, Any]) -> dict[str, Any]:
    """A node or relationship of a query's result: ``_label`` and its properties, by name.

    Properties without a value are left out, as are the engine's internal ids. A path is
    ``{"_nodes": [...], "_rels": [...]}``.
    """
    kept = sorted(key for key, value in properties.items() if value is not None)
    return {"_label": label, **{key: properties[key] for key in kept}}


def result_table(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> pa.Table:
    """A query's result; a column of values that have no common type becomes JSON text."""
    return pa.table(
        [result_column([row[i] for row in rows]) for i in range(len(columns))], names=list(columns)
    )


def result_column(values: list[Any]) -> pa.Array:
    """One column of a result."""
    try:
        return pa.array(values)
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError, OverflowError):
        return pa.array([json.dumps(v, ensure_ascii=False, default=str) for v in values])
