// Everything together
// What do playlists group, and what does sound tie across their groups?
// Between each two of the six largest communities the two songs that sound most alike, each with a
// playlist that holds it.
MATCH (c:Community {partition: 'leiden-playlists'})<-[:IN_COMMUNITY]-(a:Song)
WHERE c.label < 6
MATCH (a)-[edge:SOUNDS_LIKE {network: 'sound-cae_12x15'}]-(b:Song)-[:IN_COMMUNITY]->(d:Community)
WHERE d.partition = c.partition AND c.label < d.label AND d.label < 6
WITH c, d, edge
ORDER BY edge.similarity DESC, startNode(edge).id
WITH c, d, head(collect(edge)) AS alike
UNWIND [startNode(alike), endNode(alike)] AS song
MATCH (song)-[within:IN_COMMUNITY]->(community:Community {partition: 'leiden-playlists'})
CALL (song) {
  MATCH (song)<-[held:CONTAINS]-(playlist:Playlist)
  WHERE NOT playlist.id STARTS WITH 'generated:'
  RETURN held, playlist
  ORDER BY playlist.id
  LIMIT 1
}
RETURN alike, song, within, community, held, playlist
