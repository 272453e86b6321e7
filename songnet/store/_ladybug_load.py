"""Songs and playlists into the embedded store: what is new is copied, what differs is set.

Comparing first makes a second load of the same input write nothing, and keeps the slow way (SET,
DELETE) for the few rows that need it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from songnet.store._ladybug_engine import Session
from songnet.store._ladybug_schema import quoted, returned
from songnet.tables import MEMBERSHIP_SCHEMA, PLAYLIST_SCHEMA, SONG_SCHEMA

MEMBERSHIPS = (
    "MATCH (p:Playlist)-[c:CONTAINS]->(s:Song) "
    "RETURN p.id AS playlist, s.id AS song, c.position AS position, c.times AS times"
)


def put_songs(session: Session, songs: pa.Table) -> None:
    """Insert or update songs (a conformed table)."""
    put_nodes(session, "Song", songs, SONG_SCHEMA)


def put_playlists(session: Session, playlists: pa.Table, memberships: pa.Table) -> None:
    """Insert or update playlists (conformed tables) and replace what they hold."""
    before = put_nodes(session, "Playlist", playlists, PLAYLIST_SCHEMA)
    held = _held(session, before)
    changed = _changed(held, memberships)
    _empty(session, _only(pa.table({"id": changed}), "id", before["id"]))
    copy(session, "CONTAINS", _only(memberships, "playlist", changed))


def drop_nodes(session: Session, label: str, ids: Iterable[str]) -> None:
    """Take nodes away, with all their edges; ids that are not there are passed over."""
    rows = pa.table({"row_id": pa.array(sorted(set(ids)), pa.string())})
    if rows.num_rows:
        session.run(
            f"LOAD FROM $rows MATCH (n:{quoted(label)} {{id: row_id}}) DETACH DELETE n", rows=rows
        )


def put_nodes(session: Session, label: str, rows: pa.Table, schema: pa.Schema) -> pa.Table:
    """Insert or update nodes by `id`, a null changing nothing; those that were there before."""
    before = _existing(session, label, rows, schema)
    new = rows.filter(pc.invert(pc.is_in(rows["id"], value_set=before["id"])))
    copy(session, label, new)
    _update(session, label, _differing(rows, before))
    return before


def copy(session: Session, table: str, rows: pa.Table, columns: Sequence[str] = ()) -> None:
    """Add rows in bulk; `columns` where the table has more than the rows."""
    if not rows.num_rows:
        return
    is_node = rows.column_names[0] == "id"
    named = columns or (rows.column_names if is_node else ())
    listed = f"({', '.join(map(quoted, named))})" if named else ""
    session.run(f"COPY {quoted(table)}{listed} FROM $rows", rows=rows)


def _existing(session: Session, label: str, rows: pa.Table, schema: pa.Schema) -> pa.Table:
    if not rows.num_rows:
        return schema.empty_table()
    ids = pa.table({"row_id": rows["id"]})
    found = session.table(
        f"LOAD FROM $rows MATCH (n:{quoted(label)} {{id: row_id}}) "
        f"RETURN {returned('n', schema.names)}",
        rows=ids,
    )
    return found.cast(schema)


def _differing(rows: pa.Table, before: pa.Table) -> pa.Table:
    """The rows of nodes that are there and would change."""
    new = rows.filter(pc.is_in(rows["id"], value_set=before["id"])).sort_by("id")
    old = before.sort_by("id")
    differs = pa.array([False] * new.num_rows, pa.bool_())
    for name in new.column_names:
        other = pc.fill_null(pc.not_equal(new[name], old[name]), fill_value=True)
        differs = pc.or_(differs, pc.and_(pc.is_valid(new[name]), other))
    return new.filter(differs)


def _update(session: Session, label: str, rows: pa.Table) -> None:
    if not rows.num_rows:
        return
    names = [name for name in rows.column_names if name != "id"]
    settings = ", ".join(
        f"n.{quoted(name)} = coalesce({quoted('row_' + name)}, n.{quoted(name)})" for name in names
    )
    session.run(
        f"LOAD FROM $rows MATCH (n:{quoted(label)} {{id: row_id}}) SET {settings}",
        rows=rows.rename_columns([f"row_{name}" for name in rows.column_names]),
    )


def _held(session: Session, playlists: pa.Table) -> pa.Table:
    """What playlists hold, as `MEMBERSHIP_SCHEMA`."""
    if not playlists.num_rows:
        return MEMBERSHIP_SCHEMA.empty_table()
    found = session.table(
        "LOAD FROM $rows MATCH (p:Playlist {id: row_id}) MATCH (p)-[c:CONTAINS]->(s:Song) "
        "RETURN p.id AS playlist, s.id AS song, c.position AS position, c.times AS times",
        rows=pa.table({"row_id": playlists["id"]}),
    )
    return found.cast(MEMBERSHIP_SCHEMA)


def _changed(held: pa.Table, memberships: pa.Table) -> pa.Array:
    """Ids of playlists that do not hold exactly what they should: rows on one side only."""
    if not held.num_rows:
        return pc.unique(memberships["playlist"])
    both = pa.concat_tables([held, memberships])
    counted = both.group_by(both.column_names).aggregate([([], "count_all")])
    alone = counted.filter(pc.equal(counted["count_all"], 1))
    return pc.unique(alone["playlist"])


def _only(rows: pa.Table, column: str, values: pa.Array | pa.ChunkedArray) -> pa.Table:
    return rows.filter(pc.is_in(rows[column], value_set=values))


def _empty(session: Session, playlists: pa.Table) -> None:
    if not playlists.num_rows:
        return
    session.run(
        "LOAD FROM $rows MATCH (p:Playlist {id: row_id}) MATCH (p)-[c:CONTAINS]->(:Song) DELETE c",
        rows=playlists.rename_columns(["row_id"]),
    )
