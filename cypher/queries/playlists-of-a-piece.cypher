// title: Playlists of a piece
// question: Which playlists sound most of a piece: most of their songs have a sound-alike in the same list?
// param network = "sound-cae_12x15": the sound network
// param at_least = 5: songs with sound that a playlist must have
// param limit = 20: how many to show
// columns: playlist, name, songs, alike, share
// embedded: yes

MATCH (p:Playlist)-[:CONTAINS]->(s:Song)
WHERE NOT p.id STARTS WITH 'generated:'
  AND EXISTS { MATCH (s)-[:SOUNDS_LIKE {network: $network}]->(:Song) }
WITH p, count(s) AS songs,
     count(CASE WHEN EXISTS {
       MATCH (s)-[:SOUNDS_LIKE {network: $network}]->(:Song)<-[:CONTAINS]-(p)
     } THEN 1 END) AS alike
WHERE songs >= $at_least
RETURN p.id AS playlist, p.name AS name, songs, alike, round(1.0 * alike / songs, 4) AS share
ORDER BY share DESC, songs DESC, playlist
LIMIT $limit
