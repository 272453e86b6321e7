"""What is said to the Neo4j server. ``$rows`` is always a batch; names travel as parameters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

# --- the sign that a graph is ours ---------------------------------------------------------------

SIGN: Final = """
OPTIONAL MATCH (s:SongnetStore)
WITH collect(s.schema) AS schemas, collect(coalesce(s.indexes, true)) AS indexes
RETURN schemas, size(schemas) > 0 AND all(there IN indexes WHERE there) AS ready,
       EXISTS { MATCH (:Song) } OR EXISTS { MATCH (:Playlist) } AS used
"""
# `indexes` is false after an offline import, which brings nodes alone.
PUT_SIGN: Final = """
OPTIONAL MATCH (old:SongnetStore) WHERE old.schema <> $schema DELETE old
WITH count(*) AS replaced
MERGE (s:SongnetStore {schema: $schema}) REMOVE s.indexes
"""
INDEXES: Final = "SHOW INDEXES YIELD name, state"
UNFINISHED: Final = """
MATCH (n:Network) WHERE n.unfinished RETURN 'network ' + n.name AS name
UNION ALL
MATCH (n:Partition) WHERE n.unfinished RETURN 'partition ' + n.name AS name
UNION ALL
MATCH (n:Encoder) WHERE n.unfinished RETURN 'encoder ' + n.name AS name
"""

# --- songs and playlists -------------------------------------------------------------------------

# Songs that are already so are left alone: writing them again would only fill the transaction.
# Filled in by `_neo4j_steps.put_songs`, with the properties that a batch has.
PUT_SONGS: Final = """
UNWIND range(0, size($id) - 1) AS n
MERGE (s:Song {{id: $id[n]}})
WITH s, n WHERE {differs}
SET {values}
"""
PUT_SONG_IDS: Final = "UNWIND $id AS id MERGE (:Song {id: id})"
SONG_DIFFERS: Final = "s.{name} <> ${name}[n] OR s.{name} IS NULL AND ${name}[n] IS NOT NULL"
SONG_VALUE: Final = "s.{name} = coalesce(${name}[n], s.{name})"
# Playlists are always set, which locks them: nobody else replaces their memberships meanwhile.
PUT_PLAYLISTS: Final = "UNWIND $rows AS row MERGE (p:Playlist {id: row.id}) SET p += row"
# A relationship names its ends by their place among the nodes of its batch: each is looked up once.
# Where a node is not there the places are wrong, so that nothing is written, which `run` finds.
PUT_MEMBERSHIPS: Final = """
UNWIND range(0, size($playlists) - 1) AS n
MATCH (p:Playlist {id: $playlists[n]})
WITH p, n ORDER BY n
WITH collect(p) AS playlists WHERE size(playlists) = size($playlists)
UNWIND range(0, size($songs) - 1) AS n
MATCH (s:Song {id: $songs[n]})
WITH playlists, s, n ORDER BY n
WITH playlists, collect(s) AS songs WHERE size(songs) = size($songs)
UNWIND range(0, size($song) - 1) AS n
WITH playlists[$playlist[n]] AS p, songs[$song[n]] AS s, n
CREATE (p)-[:CONTAINS {position: $position[n], times: $times[n]}]->(s)
"""
DROP_MEMBERSHIPS: Final = """
UNWIND $rows AS row
MATCH (p:Playlist {id: row.playlist})-[c:CONTAINS]->(s:Song {id: row.song})
DELETE c
"""
# Edges first and so many at a time: one song can be in more playlists than a transaction bears.
COUNT_HANGING: Final = """
UNWIND $ids AS id MATCH (n:{label} {{id: id}}) RETURN sum(COUNT {{ (n)--() }}) AS edges
"""
DROP_HANGING: Final = """
UNWIND $ids AS id
MATCH (n:{label} {{id: id}})-[e]-() WITH DISTINCT e LIMIT $limit DELETE e
"""
DROP_IDS: Final = "UNWIND $ids AS id MATCH (n:{label} {{id: id}}) DETACH DELETE n"
UNKNOWN_SONGS: Final = """
UNWIND $ids AS id
WITH id WHERE NOT EXISTS { MATCH (:Song {id: id}) }
RETURN collect(id) AS ids
"""
COUNTS: Final = """
RETURN COUNT { (:Playlist) } AS playlists, COUNT { (:Song) } AS songs,
       COUNT { (:Playlist)-[:CONTAINS]->() } AS memberships
"""
# Answers come as columns, a record per `$size` nodes, because the driver's work is per record. Only
# the nodes themselves are collected, some bytes each; what hangs on them is read part by part as it
# is asked for. `collect` leaves out what is missing, so it collects relationships, not properties.
_PARTS: Final = """
WITH collect(n) AS nodes
UNWIND range(0, size(nodes) - 1, $size) AS start
WITH nodes[start..start + $size] AS part
"""
_HELD: Final = """
CALL (part) {
  UNWIND part AS p
  WITH p, p.id AS id
  MATCH (p)-[c:CONTAINS]->(s:Song)
  RETURN collect(id) AS playlist, collect(s.id) AS song, collect(c) AS held
}
RETURN playlist, song, [c IN held | c.position] AS position, [c IN held | c.times] AS times
"""
MEMBERSHIPS: Final = f"MATCH (n:Playlist) {_PARTS} {_HELD}"
MEMBERSHIPS_OF: Final = f"UNWIND $ids AS id MATCH (n:Playlist {{id: id}}) {_PARTS} {_HELD}"


def nodes(label: str, names: Sequence[str]) -> str:
    """Reads these properties of all nodes of a label."""
    values = ", ".join(f"[n IN part | n.{name}] AS {name}" for name in names)
    return f"MATCH (n:{label}) {_PARTS} RETURN {values}"


# --- networks, encoders, partitions --------------------------------------------------------------

NODES: Final = {
    "network": "Network",
    "encoder": "Encoder",
    "partition": "Partition",
}
# A node that is being replaced in several transactions is hidden until it is whole again.
ALL_NODES: Final = """
MATCH (n:{label}) WHERE n.unfinished IS NULL
RETURN properties(n) AS properties ORDER BY n.name
"""
ONE_NODE: Final = """
MATCH (n:{label} {{name: $name}}) WHERE n.unfinished IS NULL
RETURN properties(n) AS properties
"""
IS_THERE: Final = "MATCH (n:{label} {{name: $name}}) RETURN n.name AS name"
BEGIN_NODE: Final = "MERGE (n:{label} {{name: $name}}) SET n.unfinished = true"
PUT_NODE: Final = "MERGE (n:{label} {{name: $name}}) SET n = $properties"
DROP_NODE: Final = "MATCH (n:{label} {{name: $name}}) DETACH DELETE n"
USED_BY: Final = """
MATCH (p:Partition)-[:OF]->(n:{label} {{name: $name}}) RETURN p.name AS name ORDER BY name
"""

COUNT_EDGES: Final = """
MATCH (:Song)-[e:SHARES_PLAYLISTS|SOUNDS_LIKE {network: $name}]->() RETURN count(e) AS edges
"""
DROP_EDGES: Final = """
MATCH (:Song)-[e:SHARES_PLAYLISTS|SOUNDS_LIKE {network: $name}]->() WITH e LIMIT $limit DELETE e
"""
_ENDS: Final = """
UNWIND range(0, size($songs) - 1) AS n
MATCH (s:Song {id: $songs[n]})
WITH s, n ORDER BY n
WITH collect(s) AS songs WHERE size(songs) = size($songs)
UNWIND range(0, size($source) - 1) AS n
WITH songs[$source[n]] AS a, songs[$target[n]] AS b, n
"""
PUT_EDGES: Final = {
    "playlists": f"""{_ENDS}
CREATE (a)-[:SHARES_PLAYLISTS {{network: $name, playlists: $playlists[n], weight: $weight[n]}}]->(b)
""",
    "sound": f"""{_ENDS}
CREATE (a)-[:SOUNDS_LIKE {{network: $name, rank: $rank[n], similarity: $similarity[n]}}]->(b)
""",
}
_EDGES: Final = f"""
MATCH (n:Song) {_PARTS}
CALL (part) {{{{
  UNWIND part AS a
  WITH a, a.id AS id
  MATCH (a)-[e:{{relationship}} {{{{network: $name}}}}]->(b:Song)
  RETURN collect(id) AS source, collect(b.id) AS target, collect(e) AS edges
}}}}
RETURN source, target, [e IN edges | e.{{first}}] AS first, [e IN edges | e.{{second}}] AS second
"""
# Columns are those of the tables in `songnet.store._rows`.
EDGES: Final = {
    "playlists": _EDGES.format(relationship="SHARES_PLAYLISTS", first="playlists", second="weight"),
    "sound": _EDGES.format(relationship="SOUNDS_LIKE", first="rank", second="similarity"),
}

COUNT_MEMBERS: Final = """
MATCH (:Partition {name: $name})<-[:PART_OF]-(:Community)<-[e:IN_COMMUNITY]-()
RETURN count(e) AS edges
"""
DROP_MEMBERS: Final = """
MATCH (:Partition {name: $name})<-[:PART_OF]-(:Community)<-[e:IN_COMMUNITY]-()
WITH e LIMIT $limit DELETE e
"""
DROP_COMMUNITIES: Final = """
MATCH (:Partition {name: $name})<-[:PART_OF]-(c:Community) WITH c LIMIT $limit DETACH DELETE c
"""
PUT_COMMUNITIES: Final = """
MATCH (p:Partition {name: $name})
UNWIND $rows AS row
CREATE (c:Community)-[:PART_OF]->(p) SET c = row
"""
PUT_MEMBERS: Final = """
UNWIND range(0, size($communities) - 1) AS n
MATCH (c:Community {id: $communities[n]})
WITH c, n ORDER BY n
WITH collect(c) AS communities WHERE size(communities) = size($communities)
UNWIND range(0, size($song) - 1) AS n
MATCH (s:Song {id: $song[n]})
WITH s, communities[$community[n]] AS c
CREATE (s)-[:IN_COMMUNITY]->(c)
"""
LINK_PARTITION: Final = """
MATCH (p:Partition {name: $name})
OPTIONAL MATCH (p)-[old:OF]->() DELETE old
WITH DISTINCT p
OPTIONAL MATCH (n:Network {name: $on})
OPTIONAL MATCH (e:Encoder {name: $on})
WITH p, coalesce(n, e) AS target WHERE target IS NOT NULL
CREATE (p)-[:OF]->(target)
"""
MEMBERS: Final = f"""
MATCH (:Partition {{name: $name}})<-[:PART_OF]-(c:Community)
CALL (c) {{
  MATCH (c)<-[:IN_COMMUNITY]-(n:Song) {_PARTS}
  RETURN part
}}
RETURN [n IN part | c.label] AS label, [n IN part | n.id] AS song
"""
TITLES: Final = """
MATCH (:Partition {name: $name})<-[:PART_OF]-(c:Community) RETURN c.title AS title ORDER BY c.label
"""

# --- vectors -------------------------------------------------------------------------------------

PUT_VECTORS: Final = """
UNWIND $rows AS row
MATCH (s:Song {id: row.id})
CALL db.create.setNodeVectorProperty(s, $encoder, row.vector)
"""
DROP_VECTORS: Final = "MATCH (s:Song) WHERE s[$encoder] IS NOT NULL SET s[$encoder] = null"
VECTORS: Final = f"""
MATCH (n:Song) WHERE n[$encoder] IS NOT NULL {_PARTS}
RETURN [n IN part | n.id] AS id, [n IN part | n[$encoder]] AS vector
"""
EMBEDDED: Final = f"""
MATCH (n:Song) WHERE n[$encoder] IS NOT NULL {_PARTS} RETURN [n IN part | n.id] AS id
"""
# A vector without a length has no direction: the index leaves it out, the function refuses it.
NEAREST_BY_SCAN: Final = """
MATCH (s:Song) WHERE any(x IN s[$encoder] WHERE x <> 0)
WITH s, vector.similarity.cosine(s[$encoder], $vector) AS score
ORDER BY score DESC, s.id LIMIT $count
RETURN s.id AS id, s[$encoder] AS vector
"""
AWAIT_INDEX: Final = "CALL db.awaitIndex($index, $seconds)"
DROP_INDEX: Final = "DROP INDEX `{index}` IF EXISTS"
