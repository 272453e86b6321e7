"""Songs in playlists and in communities, read from the embedded store by the numbers of its nodes.

A text per row would take twenty times the memory: the engine's own numbers of nodes, which are
small and dense, are read instead and become places among the ids.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from songnet.model import Ids, Ints, Memberships, object_array
from songnet.names import GENERATED
from songnet.store._ladybug_engine import Session

PLAYLISTS_AT_ONCE = 1 << 16
PAIRS = (
    "MATCH (p:Playlist)-[:CONTAINS]->(s:Song) "
    "WHERE offset(id(p)) >= $first AND offset(id(p)) < $last "
    "RETURN offset(id(p)) AS playlist, offset(id(s)) AS song"
)
MEMBERS = (
    "MATCH (s:Song)-[:IN_COMMUNITY]->(c:Community) WHERE c.`partition` = $name "
    "RETURN offset(id(s)) AS song, c.label AS label"
)


def read_memberships(session: Session) -> Memberships:
    """All memberships but those of generated playlists."""
    playlists, playlist_at = _ranked(session, "Playlist")
    generated = pc.starts_with(playlists, GENERATED).to_numpy(zero_copy_only=False)
    songs, song_at = _ranked(session, "Song")
    width = max(len(songs), 1)
    codes = [np.empty(0, np.int64)]
    for first in range(0, len(playlist_at), PLAYLISTS_AT_ONCE):
        pairs = session.table(PAIRS, first=first, last=first + PLAYLISTS_AT_ONCE)
        playlist = playlist_at[pairs["playlist"].to_numpy()]
        code = playlist * width + song_at[pairs["song"].to_numpy()]
        codes.append(code[~generated[playlist]] if generated.any() else code)
    code = np.concatenate(codes)
    codes.clear()
    code.sort()
    playlist = code // width
    np.remainder(code, width, out=code)
    playlist_ids, playlist = _used(playlists, playlist)
    song_ids, song = _used(songs, code)
    return Memberships(playlist_ids, song_ids, playlist, song)


def read_members(session: Session, partition: str) -> tuple[Ids, Ints]:
    """The songs of a partition, sorted, and their labels."""
    found = session.table(MEMBERS, name=partition)
    songs, at = _ranked(session, "Song")
    place = at[found["song"].to_numpy()]
    order = np.argsort(place)
    ids, _ = _used(songs, place)
    return ids, found["label"].to_numpy()[order]


def _ranked(session: Session, label: str) -> tuple[pa.Array, Ints]:
    """The ids of all nodes, sorted, and by the number of a node its place among them."""
    found = session.table(f"MATCH (n:{label}) RETURN offset(id(n)) AS number, n.id AS id")
    found = found.sort_by("id")
    number = found["number"].to_numpy()
    place = np.full(number.max(initial=-1) + 1, -1, np.int64)
    place[number] = np.arange(len(number))
    return found["id"].combine_chunks(), place


def _used(ids: pa.Array, place: Ints) -> tuple[Ids, Ints]:
    """The ids that occur, and places among them for places among all."""
    occurs = np.zeros(len(ids), np.bool_)
    occurs[place] = True
    kept = object_array(ids.filter(pa.array(occurs)).to_pylist())
    if not occurs.all():
        place = (np.cumsum(occurs) - 1)[place]
    return kept, place
