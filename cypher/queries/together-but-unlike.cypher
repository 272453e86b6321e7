// title: Together but unlike
// question: Which songs are often put together although neither is among the sound-alikes of the other?
// param network = "playlists": the playlist network
// param sound = "sound-cae_12x15": the sound network
// param limit = 20: how many to show
// columns: song, title, other, other_title, playlists
// embedded: yes

MATCH (a:Song)-[e:SHARES_PLAYLISTS {network: $network}]->(b:Song)
WHERE NOT EXISTS { MATCH (a)-[:SOUNDS_LIKE {network: $sound}]->(b) }
  AND NOT EXISTS { MATCH (b)-[:SOUNDS_LIKE {network: $sound}]->(a) }
  AND EXISTS { MATCH (a)-[:SOUNDS_LIKE {network: $sound}]-(:Song) }
  AND EXISTS { MATCH (b)-[:SOUNDS_LIKE {network: $sound}]-(:Song) }
RETURN a.id AS song, a.title AS title, b.id AS other, b.title AS other_title,
       e.playlists AS playlists
ORDER BY playlists DESC, song, other
LIMIT $limit
