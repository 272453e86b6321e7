"""What is said to the Neo4j server. ``$rows`` is always a batch; names travel as parameters."""

from __future__ import annotations

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
PUT_SONGS: Final = """
UNWIND $rows AS row
MERGE (s:Song {id: row.id})
WITH s, row WHERE any(key IN keys(row) WHERE s[key] IS NULL OR s[key] <> row[key])
SET s += row
"""
# Playlists are always set, which locks them: nobody else replaces their memberships meanwhile.
PUT_PLAYLISTS: Final = "UNWIND $rows AS row MERGE (p:Playlist {id: row.id}) SET p += row"
PUT_MEMBERSHIPS: Final = """
UNWIND $rows AS row
MATCH (p:Playlist {id: row.playlist})
MATCH (s:Song {id: row.song})
CREATE (p)-[:CONTAINS {position: row.position, times: row.times}]->(s)
"""
DROP_MEMBERSHIPS: Final = """
UNWIND $rows AS row
MATCH (p:Playlist {id: row.playlist})-[c:CONTAINS]->(s:Song {id: row.song})
DELETE c
"""
KNOWN_SONGS: Final = "UNWIND $ids AS id MATCH (s:Song {id: id}) RETURN collect(s.id) AS ids"
COUNTS: Final = """
RETURN COUNT { (:Playlist) } AS playlists, COUNT { (:Song) } AS songs,
       COUNT { (:Playlist)-[:CONTAINS]->() } AS memberships
"""
# A record per playlist, not per membership: the driver's work is per record.
COLLECTED: Final = """
RETURN p.id AS playlist, collect(s.id) AS song,
       collect(c.position) AS position, collect(c.times) AS times
"""
MEMBERSHIPS: Final = f"MATCH (p:Playlist)-[c:CONTAINS]->(s:Song) {COLLECTED}"
MEMBERSHIPS_OF: Final = f"""
UNWIND $ids AS id
MATCH (p:Playlist {{id: id}})-[c:CONTAINS]->(s:Song)
{COLLECTED}
"""

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
PUT_EDGES: Final = {
    "playlists": """
UNWIND $rows AS row
MATCH (a:Song {id: row.source})
MATCH (b:Song {id: row.target})
CREATE (a)-[:SHARES_PLAYLISTS {network: $name, playlists: row.playlists, weight: row.weight}]->(b)
""",
    "sound": """
UNWIND $rows AS row
MATCH (a:Song {id: row.source})
MATCH (b:Song {id: row.target})
CREATE (a)-[:SOUNDS_LIKE {network: $name, rank: row.rank, similarity: row.similarity}]->(b)
""",
}
# Columns are those of the tables in `songnet.store._rows`.
EDGES: Final = {
    "playlists": """
MATCH (a:Song)-[e:SHARES_PLAYLISTS {network: $name}]->(b:Song)
RETURN a.id AS source, b.id AS target, e.playlists AS playlists, e.weight AS weight
""",
    "sound": """
MATCH (a:Song)-[e:SOUNDS_LIKE {network: $name}]->(b:Song)
RETURN a.id AS source, b.id AS target, e.rank AS rank, e.similarity AS similarity
""",
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
UNWIND $rows AS row
MATCH (s:Song {id: row.song})
MATCH (c:Community {id: row.community})
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
MEMBERS: Final = """
MATCH (:Partition {name: $name})<-[:PART_OF]-(c:Community)<-[:IN_COMMUNITY]-(s:Song)
RETURN c.label AS label, collect(s.id) AS songs
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
VECTORS: Final = """
MATCH (s:Song) WHERE s[$encoder] IS NOT NULL RETURN s.id AS id, s[$encoder] AS vector
"""
EMBEDDED: Final = "MATCH (s:Song) WHERE s[$encoder] IS NOT NULL RETURN s.id AS id"
# A vector without a length has no direction: the index leaves it out, the function refuses it.
NEAREST_BY_SCAN: Final = """
MATCH (s:Song) WHERE any(x IN s[$encoder] WHERE x <> 0)
WITH s, vector.similarity.cosine(s[$encoder], $vector) AS score
ORDER BY score DESC, s.id LIMIT $count
RETURN s.id AS id, s[$encoder] AS vector
"""
AWAIT_INDEX: Final = "CALL db.awaitIndex($index, $seconds)"
DROP_INDEX: Final = "DROP INDEX `{index}` IF EXISTS"
