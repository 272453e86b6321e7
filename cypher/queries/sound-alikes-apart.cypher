// title: Sound-alikes apart
// question: Which songs sound alike although no playlist holds both?
// param network = "sound-cae_12x15": the sound network
// param limit = 20: how many to show
// columns: song, title, other, other_title, similarity
// embedded: yes

MATCH (a:Song)-[e:SOUNDS_LIKE {network: $network}]->(b:Song)
WHERE (a.id < b.id OR NOT EXISTS { MATCH (b)-[:SOUNDS_LIKE {network: $network}]->(a) })
  AND NOT EXISTS {
    MATCH (a)<-[:CONTAINS]-(p:Playlist)-[:CONTAINS]->(b) WHERE NOT p.id STARTS WITH 'generated:'
  }
RETURN a.id AS song, a.title AS title, b.id AS other, b.title AS other_title,
       e.similarity AS similarity
ORDER BY similarity DESC, song, other
LIMIT $limit
