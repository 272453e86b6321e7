// title: Cold start
// question: Which songs are in hardly any playlist, and which song of more playlists sounds most like each?
// param at_most = 1: in how many playlists such a song may be
// param network = "sound-cae_12x15": the sound network
// param limit = 20: how many to show
// columns: song, title, like, like_title, similarity, playlists
// embedded: yes

// Neo4j counts by an aggregation several times faster than by a subquery for every song.
MATCH (s:Song)
OPTIONAL MATCH (s)<-[:CONTAINS]-(p:Playlist)
WHERE NOT p.id STARTS WITH 'generated:'
WITH s, count(p) AS own
WHERE own <= $at_most
MATCH (s)-[e:SOUNDS_LIKE {network: $network}]->(o:Song)
WHERE COUNT {
  MATCH (o)<-[:CONTAINS]-(p:Playlist) WHERE NOT p.id STARTS WITH 'generated:'
} > $at_most
WITH s, min(e.rank) AS nearest
MATCH (s)-[e:SOUNDS_LIKE {network: $network}]->(o:Song)
WHERE e.rank = nearest
RETURN s.id AS song, s.title AS title, o.id AS like, o.title AS like_title,
       round(e.similarity, 4) AS similarity,
       COUNT {
         MATCH (o)<-[:CONTAINS]-(p:Playlist) WHERE NOT p.id STARTS WITH 'generated:'
       } AS playlists
ORDER BY similarity DESC, song, like
LIMIT $limit
