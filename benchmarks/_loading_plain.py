"""The plain way to load a server: `UNWIND … MERGE`, a batch of rows and a transaction at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from benchmarks._loading_world import Lists
from songnet.model import Partition, SongNetwork
from songnet.store._rows import community_rows, edge_rows, in_community_rows

BATCH = 10_000
PLAYLISTS = """
UNWIND $rows AS row
MERGE (p:Playlist {id: row.playlist.id}) ON CREATE SET p = row.playlist
MERGE (s:Song {id: row.song.id}) ON CREATE SET s = row.song
MERGE (p)-[c:CONTAINS]->(s) SET c.position = row.position, c.times = row.times
"""
NETWORK = "MERGE (n:Network {name: $name}) SET n.kind = 'playlists'"
EDGES = """
UNWIND $rows AS row
MATCH (a:Song {id: row.source})
MATCH (b:Song {id: row.target})
MERGE (a)-[e:SHARES_PLAYLISTS {network: $name}]->(b)
SET e.playlists = row.playlists, e.weight = row.weight
"""
COMMUNITIES = """
MERGE (p:Partition {name: $name})
WITH p UNWIND $rows AS row
MERGE (c:Community {id: row.id}) SET c = row
MERGE (c)-[:PART_OF]->(p)
"""
MEMBERS = """
UNWIND $rows AS row
MATCH (s:Song {id: row.song})
MATCH (c:Community {id: row.community})
MERGE (s)-[:IN_COMMUNITY]->(c)
"""


def write_playlists(driver: Any, lists: Lists) -> None:
    """Playlists, songs and memberships."""
    playlists = {row["id"]: row for row in lists.playlists.to_pylist()}
    songs = {row["id"]: row for row in lists.songs.to_pylist()}
    rows = (
        {
            "playlist": playlists[row["playlist"]],
            "song": songs[row["song"]],
            "position": row["position"],
            "times": row["times"],
        }
        for part in lists.memberships.to_batches(max_chunksize=BATCH)
        for row in part.to_pylist()
    )
    _write(driver, PLAYLISTS, list(rows))


def write_network(driver: Any, network: SongNetwork) -> None:
    """A network's edges."""
    driver.execute_query(NETWORK, name=network.name)
    _write(driver, EDGES, edge_rows(network).to_pylist(), name=network.name)


def write_partition(driver: Any, partition: Partition) -> None:
    """A partition's communities and their members."""
    communities = community_rows(partition, None).to_pylist()
    _write(driver, COMMUNITIES, communities, name=partition.name)
    _write(driver, MEMBERS, in_community_rows(partition).to_pylist())


def _write(driver: Any, statement: str, rows: Sequence[dict[str, Any]], **named: Any) -> None:
    with driver.session() as session:
        for part in _parts(rows):
            session.execute_write(
                lambda tx, part=part: tx.run(statement, rows=part, **named).consume()
            )


def _parts(rows: Sequence[dict[str, Any]]) -> Iterator[Sequence[dict[str, Any]]]:
    for start in range(0, len(rows), BATCH):
        yield rows[start : start + BATCH]
